"""The bank lines that transfers write (reference §17.3)."""

from tests.qonto_sandbox.payer import AARO, Payer


def test_settled_transfer_has_its_line_and_moved_the_balance(payer: Payer) -> None:
    before = payer.account()
    made = payer.pay(note="Serveur")
    assert payer.account()["balance_cents"] == before["balance_cents"]
    payer.wait()
    settled, after = payer.transfer(made["id"]), payer.account()
    assert settled["status"] == "settled"
    assert settled["processed_at"]
    assert settled["completed_at"]
    assert after["balance_cents"] == before["balance_cents"] - 18999
    assert after["authorized_balance_cents"] == before["authorized_balance_cents"] - 18999
    line = payer.get(f"/v2/transactions/{settled['transaction_id']}").json()["transaction"]
    assert (line["side"], line["operation_type"], line["status"]) == ("debit", "transfer", "completed")
    assert (line["amount_cents"], line["settled_balance_cents"]) == (18999, after["balance_cents"])
    assert (line["label"], line["reference"], line["note"]) == ("AARO", "FS9289482", "Serveur")
    assert line["transfer"]["counterparty_account_number"] == AARO
    assert line["initiator_id"] == made["initiator_id"]


def test_late_decline_leaves_a_declined_line(payer: Payer) -> None:
    before = payer.account()["authorized_balance_cents"]
    made = payer.pay(reference="late beneficiary_bic_invalid")
    payer.wait()
    declined = payer.transfer(made["id"])
    assert declined["status"] == "declined"
    line = payer.get(f"/v2/transactions/{declined['transaction_id']}").json()["transaction"]
    assert (line["status"], line["settled_at"]) == ("declined", None)
    assert payer.account()["authorized_balance_cents"] == before


def test_standard_transfer_passes_by_processing(payer: Payer) -> None:
    before = payer.account()
    made = payer.pay(amount="5000.01")
    payer.wait(seconds=1.5)
    half, account = payer.transfer(made["id"]), payer.account()
    assert half["status"] == "processing"
    assert account["balance_cents"] == before["balance_cents"]
    assert account["authorized_balance_cents"] == before["authorized_balance_cents"] - 500001
    line = payer.get(f"/v2/transactions/{half['transaction_id']}").json()["transaction"]
    assert (line["status"], line["settled_at"]) == ("pending", None)
    payer.wait(seconds=5)
    assert payer.transfer(made["id"])["status"] == "settled"


def test_lines_of_api_transfers_can_be_hidden_as_in_qontos_sandbox(payer: Payer) -> None:
    made = payer.pay()
    own = {row["name"]: row["iban"] for row in payer.get("/v2/bank_accounts").json()["bank_accounts"]}
    first, second = list(own.values())[:2]
    internal = {"debit_iban": first, "credit_iban": second, "reference": "Provision", "amount": "10.00"}
    assert payer.post("/v2/internal_transfers", {"internal_transfer": internal}).status_code == 200
    payer.wait()
    every = {"bank_account_id": payer.account_id, "status[]": ["pending", "completed", "declined"], "per_page": 100}
    shown = payer.get("/v2/transactions", **every).json()["transactions"]
    line = f"/v2/transactions/{payer.transfer(made['id'])['transaction_id']}"
    payer.qonto.api("PATCH", "options", hide_api_transfers=True)
    hidden = payer.get("/v2/transactions", **every).json()["transactions"]
    gone = {row["reference"] for row in shown} - {row["reference"] for row in hidden}
    assert gone == {"FS9289482", "Provision"}
    assert payer.get(line).status_code == 404
    # The money has moved all the same.
    assert payer.account()["balance_cents"] == shown[0]["settled_balance_cents"]
    payer.qonto.api("PATCH", "options", hide_api_transfers=False)
    assert payer.get(line).status_code == 200
