"""Analytical labels of each company: those that its movements carry, under a root."""

from datetime import date

from qonto_sandbox.core import ids
from qonto_sandbox.core.world import World
from qonto_sandbox.seed.cast import COMPANIES
from qonto_sandbox.seed.lives import LIVES


def seed(world: World, anchor: date) -> None:
    for company in COMPANIES:
        root = ids.stable("label", company.slug, "root")
        names = sorted({habit.tag for habit in LIVES[company.slug]} - {"", "USD"})
        for id, name, parent in [
            (root, "Analytique", None),
            *((ids.stable("label", company.slug, name), name, root) for name in names),
        ]:
            world.store["labels"].put({"id": id, "organization_id": company.id, "name": name, "parent_id": parent})
