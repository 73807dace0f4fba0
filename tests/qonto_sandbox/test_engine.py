"""Instant or standard, and the days of execution, on a world in memory."""

from datetime import UTC, date, datetime, timedelta

import pytest
from holidays import financial_holidays

from qonto_sandbox.build import build_world
from qonto_sandbox.core.store import Record
from qonto_sandbox.core.world import World
from qonto_sandbox.payments import engine, orders
from qonto_sandbox.payments.bank_days import bank_day_on_or_after, closed, next_bank_day
from qonto_sandbox.resources.recurring_transfers import execution_day


@pytest.fixture
def world() -> World:
    return build_world()


def pay(world: World, cents: int, *, trusted: bool = False) -> Record:
    """One transfer of the main company to a seeded payee, settled; the account never lacks money."""
    payee = next(
        row
        for row in world.store["beneficiaries"]
        if row["trusted"] is trusted and row["status"] == "validated" and row["name"] in {"AARO", "Minoterie Girard"}
    )
    account = next(
        row for row in world.store["bank_accounts"].by("organization_id", payee["organization_id"]) if row["main"]
    )
    account["authorized_balance_cents"] = account["balance_cents"] = 10**8
    order = orders.Order(
        amount_cents=cents,
        reference="R",
        note=None,
        scheduled_date=None,
        attachment_ids=(),
        beneficiary=payee,
        payee=None,
        prefix="",
    )
    made = orders.new_transfer(world, account=account, initiator_id="m", order=order)
    engine.plan(world, made)
    world.advance(timedelta(seconds=60))
    return made


@pytest.mark.parametrize(("trusted", "each", "times", "beyond"), [(False, 5_000_00, 4, 1), (True, 10_000_00, 5, 1)])
def test_instant_up_to_each_ceiling_then_standard(
    world: World, trusted: bool, each: int, times: int, beyond: int
) -> None:
    assert not pay(world, each + 1, trusted=trusted)["instant"]
    for _ in range(times):
        assert pay(world, each, trusted=trusted)["instant"]
    assert not pay(world, beyond, trusted=trusted)["instant"]
    world.advance(timedelta(hours=24))
    assert pay(world, each, trusted=trusted)["instant"]


def test_realistic_standard_transfer_settles_on_the_next_bank_day(world: World) -> None:
    world.options.realistic_settlement = True
    made = pay(world, 6_000_00)
    assert made["status"] == "processing"
    world.advance(timedelta(days=5))
    expected = next_bank_day(datetime.fromisoformat(made["processed_at"]).astimezone(UTC).date())
    assert made["completed_at"][:10] == expected.isoformat()


def test_bank_days_leave_out_week_ends_and_target_holidays() -> None:
    assert bank_day_on_or_after(date(2026, 11, 28)) == date(2026, 11, 30)
    assert next_bank_day(date(2026, 12, 24)) == date(2026, 12, 28)
    # 14 July is a French holiday, not one of the network.
    assert bank_day_on_or_after(date(2026, 7, 14)) == date(2026, 7, 14)


def test_monthly_executions_keep_the_day_where_the_month_has_it() -> None:
    first = date(2026, 1, 31)
    days = [execution_day(first, "monthly", rank).isoformat() for rank in range(4)]
    assert days == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
    assert execution_day(first, "weekly", 2) == date(2026, 2, 14)
    assert execution_day(first, "yearly", 1) == date(2027, 1, 31)


def test_bank_days_are_those_of_the_european_central_bank() -> None:
    for year in range(2002, 2061):
        assert closed(year) == set(financial_holidays("XECB", years=year))
    assert next_bank_day(date(2026, 4, 2)) == date(2026, 4, 7)
