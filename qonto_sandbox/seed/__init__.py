"""What a fresh local Qonto holds. Each module plants one resource and depends on the anchor date alone."""

from datetime import date

from qonto_sandbox.core.world import World
from qonto_sandbox.seed import (
    invoices,
    labels,
    movements,
    onboarding,
    organizations,
    payees,
    payments,
    products,
    received,
)

# In this order: later ones may read what the earlier ones planted.
MODULES = (
    organizations,
    labels,
    payees,
    movements,
    payments,
    invoices,
    received,
    products,
    onboarding,
)


def plant(world: World, anchor: date) -> None:
    for module in MODULES:
        module.seed(world, anchor)
