"""The program itself: a free port, a state kept in its folder, a clean stop."""

import os
import subprocess
import sys
from pathlib import Path

import requests

from tests.qonto import ROOT, LocalQonto


def test_state_survives_a_restart(tmp_path: Path) -> None:
    with LocalQonto(data=tmp_path) as first:
        line = first.api("POST", "movements", bank_account_id="maison-lenoir-4821", amount="12.00")["transaction"]
        first.api("POST", "clock/advance", days=2)
        token = first.identifiants["access_token"]
    with LocalQonto(data=tmp_path) as second:
        shown = second.session(token=token).get(f"{second.url}/v2/transactions/{line['id']}")
        assert shown.json()["transaction"]["amount"] == 12
        assert second.api("GET", "clock")["offset_seconds"] == 2 * 86_400
        second.reset()
        assert second.session().get(f"{second.url}/v2/transactions/{line['id']}").status_code == 404


def test_taken_port_is_said_in_words(qonto: LocalQonto, tmp_path: Path) -> None:
    port = qonto.url.rsplit(":", 1)[1]
    ended = subprocess.run(
        [sys.executable, "manage.py", "qonto_sandbox", "--port", port],
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
