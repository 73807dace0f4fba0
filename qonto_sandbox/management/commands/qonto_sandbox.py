"""The local Qonto by the door of the other commands: `manage.py qonto_sandbox --port 8010 [--data DIR]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qonto_sandbox import cli


class Command(BaseCommand):
    help = "Lance le Qonto local."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        cli.add_arguments(parser)

    def handle(self, **options: Any) -> None:
        try:
            cli.run(options)
        except cli.Refused as refusal:
            raise CommandError(str(refusal)) from None
