"""The program itself: a free port, a state kept in its folder, a clean stop."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.qonto import READY, ROOT, LocalQonto
from tests.qonto_sandbox.payer import Payer
from tests.qonto_sandbox.receiver import Receiver
from tests.qonto_sandbox.test_webhook_subscriptions import subscribe


def test_state_survives_a_restart(tmp_path: Path) -> None:
    with LocalQonto(data=tmp_path) as first:
        line = first.api("POST", "movements", bank_account_id="maison-lenoir-4821", amount="12.00")["transaction"]
        first.api("POST", "clock/advance", days=2)
        first.api("POST", "webhooks/settings", paused=True, shuffle=True, copies=3)
        first.api("PATCH", "options", processing_delay=4.5)
        token = first.identifiants["access_token"]
    with LocalQonto(data=tmp_path) as second:
        shown = second.session(token=token).get(f"{second.url}/v2/transactions/{line['id']}")
        assert shown.json()["transaction"]["amount"] == 12
        assert second.api("GET", "clock")["offset_seconds"] == 2 * 86_400
        queue = second.api("GET", "webhooks")
        assert (queue["paused"], queue["shuffle"], queue["copies"]) == (True, True, 3)
        assert second.api("GET", "options")["processing_delay"] == 4.5
        second.reset()
        assert second.api("GET", "webhooks")["paused"] is False
        assert second.session().get(f"{second.url}/v2/transactions/{line['id']}").status_code == 404


def test_webhook_not_yet_delivered_survives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [500, 503]
    with LocalQonto(data=tmp_path) as first:
        subscribe(Payer(first), receiver.url, "v1/clients")
        Payer(first).send("POST", "/v2/clients", {"kind": "company", "name": "Un"})
        receiver.wait(1)
        first.api("POST", "clock/advance", seconds=11)
        receiver.wait(2)
    with LocalQonto(data=tmp_path) as second:
        (waiting,) = second.api("GET", "webhooks")["deliveries"]
        assert (waiting["state"], [row["status"] for row in waiting["attempts"]]) == ("pending", [500, 503])
        assert len(receiver.received) == 2
        second.api("POST", "clock/advance", seconds=61)
        first_try, _, last = receiver.wait(3)
        assert first_try == last
        # Nothing is left to send, now or after the next start.
        while second.api("GET", "webhooks")["deliveries"][0]["state"] == "pending":
            time.sleep(0.02)
    with LocalQonto(data=tmp_path) as third:
        assert third.api("GET", "webhooks")["deliveries"] == []


@pytest.mark.parametrize("door", [["manage.py", "qonto_sandbox"], ["-m", "qonto_sandbox"]])
def test_taken_port_is_said_in_words(qonto: LocalQonto, tmp_path: Path, door: list[str]) -> None:
    port = qonto.url.rsplit(":", 1)[1]
    ended = subprocess.run(
        [sys.executable, *door, "--port", port],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert f"Port {port} indisponible" in ended.stderr


def test_published_identifiants_have_the_promised_keys(qonto: LocalQonto) -> None:
    keys = requests.get(f"{qonto.url}/_sandbox/identifiants.json", timeout=10).json()
    promised = "client_id client_secret staging_token organization_slug login secret_key access_token refresh_token"
    assert {*promised.split(), "partner_id", "partner_token"} <= set(keys)


def test_nothing_heavy_is_loaded_before_it_is_used() -> None:
    heavy = ("reportlab", "facturx", "pypdf", "lxml", "requests", "django", "PIL")
    script = f"import sys, qonto_sandbox.build; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_several_workers_announce_the_address_once() -> None:
    """Two that spoke at once, without a buffer, mixed their words: what starts the program read no address."""
    program = subprocess.Popen(
        [sys.executable, "-m", "qonto_sandbox", "--port", "0", "--volume", "2x2", "--workers", "4"],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    address = program.stdout.readline().removeprefix(READY).strip()
    assert requests.get(f"{address}identifiants.json", timeout=10).ok
    program.terminate()
    assert program.communicate(timeout=30)[0] == ""
