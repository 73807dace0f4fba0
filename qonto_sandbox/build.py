"""Puts the world together: every resource declared, every seed planted."""

from datetime import date
from pathlib import Path

from qonto_sandbox import control, resources
from qonto_sandbox.core import files, pages
from qonto_sandbox.core.world import Volume, World
from qonto_sandbox.oauth import authorize, identity, tokens
from qonto_sandbox.seed import plant

# Imported for the endpoints that they declare.
DECLARED = (resources, control, files, pages, authorize, tokens, identity)


def build_world(*, data_dir: Path | None = None, volume: Volume | None = None, anchor: date | None = None) -> World:
    """`anchor`: the last day of the seeded movements, today unless given."""
    world = World(data_dir=data_dir, volume=volume, seeder=lambda world: plant(world, anchor or world.today()))
    # The brake of the rate limits is not what a load test measures; and each process would count apart.
    world.options.rate_limits = volume is None
    for module in (*resources.MODULES, *control.MODULES):
        attach = getattr(module, "attach", None)
        if attach is not None:
            attach(world)
    return world
