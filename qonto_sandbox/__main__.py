"""`python -m qonto_sandbox`: the local Qonto without the portal around it, started in half the time."""

import sys
from argparse import ArgumentParser

from qonto_sandbox import cli

parser = ArgumentParser(prog="python -m qonto_sandbox", description="Lance le Qonto local.")
cli.add_arguments(parser)
try:
    cli.run(vars(parser.parse_args()))
except cli.Refused as refusal:
    sys.exit(str(refusal))
