"""Attachments: upload, list, show, delete, and an address that really serves and really expires (reference §6)."""

import uuid
from typing import Any

import pytest
import requests

from tests.contenus import image, pdf
from tests.qonto import LocalQonto
from tests.qonto_sandbox.oauth import tokens

PDF, PNG = pdf(), image()


def key() -> dict[str, str]:
    return {"X-Qonto-Idempotency-Key": str(uuid.uuid4())}


def bare_line(qonto: LocalQonto, session: requests.Session, attached: str = "false") -> dict[str, Any]:
    query = {"bank_account_id": qonto.identifiants["bank_account_id"], "with_attachments": attached, "per_page": "1"}
    row: dict[str, Any] = session.get(f"{qonto.url}/v2/transactions", params=query).json()["transactions"][0]
    return row


def upload(
    qonto: LocalQonto,
    session: requests.Session,
    path: str,
    content: bytes = PDF,
    *,
    headers: dict[str, str] | None = None,
) -> Any:
    files = {"file": ("facture.pdf", content, "application/pdf")}
    return session.post(qonto.url + path, files=files, headers=headers or key())


def test_upload_answers_only_the_id(qonto: LocalQonto, session: requests.Session) -> None:
    answer = upload(qonto, session, "/v2/attachments")
    assert answer.status_code == 200
    assert list(answer.json()) == ["attachment"]
    assert list(answer.json()["attachment"]) == ["id"]
    shown = session.get(f"{qonto.url}/v2/attachments/{answer.json()['attachment']['id']}").json()["attachment"]
    assert (shown["file_name"], shown["file_size"]) == ("facture.pdf", str(len(PDF)))
    assert shown["probative_attachment"] == {"status": "pending"}


def test_file_is_downloaded_without_credentials_until_it_expires(qonto: LocalQonto, session: requests.Session) -> None:
    id = upload(qonto, session, "/v2/attachments").json()["attachment"]["id"]
    url = session.get(f"{qonto.url}/v2/attachments/{id}").json()["attachment"]["url"]
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert requests.get(url, headers={"Authorization": "Bearer x"}, timeout=10).status_code == 400
    assert requests.get(url[:-4] + "0000", timeout=10).status_code == 403
    qonto.api("POST", "clock/advance", minutes=30)
    assert requests.get(url, timeout=10).status_code == 403
    fresh = session.get(f"{qonto.url}/v2/attachments/{id}").json()["attachment"]["url"]
    assert requests.get(fresh, timeout=10).status_code == 200


def test_sealed_copy_comes_after_a_moment(qonto: LocalQonto, session: requests.Session) -> None:
    id = upload(qonto, session, "/v2/attachments").json()["attachment"]["id"]
    qonto.api("POST", "clock/advance", seconds=3)
    probative = session.get(f"{qonto.url}/v2/attachments/{id}").json()["attachment"]["probative_attachment"]
    assert probative["status"] == "available"
    assert len(requests.get(probative["url"], timeout=10).content) == int(probative["file_size"])


def test_same_key_gives_the_stored_answer_for_half_an_hour(qonto: LocalQonto, session: requests.Session) -> None:
    header = key()
    first = upload(qonto, session, "/v2/attachments", headers=header).json()
    assert upload(qonto, session, "/v2/attachments", PNG, headers=header).json() == first
    qonto.api("POST", "clock/advance", minutes=30)
    assert upload(qonto, session, "/v2/attachments", headers=header).json() != first


def test_key_is_required(qonto: LocalQonto, session: requests.Session) -> None:
    answer = session.post(f"{qonto.url}/v2/attachments", files={"file": ("a.pdf", PDF)})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "bad_request")


def test_refused_upload_does_not_use_up_its_key(qonto: LocalQonto, session: requests.Session) -> None:
    header = key()
    assert upload(qonto, session, "/v2/attachments", b"text", headers=header).status_code == 422
    assert upload(qonto, session, "/v2/attachments", headers=header).status_code == 200


def test_upload_to_a_line_appears_later_and_touches_it(qonto: LocalQonto, session: requests.Session) -> None:
    line = bare_line(qonto, session)
    answer = upload(qonto, session, f"/v2/transactions/{line['id']}/attachments")
    assert (answer.status_code, answer.content) == (200, b"")
    qonto.api("POST", "clock/advance", seconds=2)
    after = session.get(f"{qonto.url}/v2/transactions/{line['id']}").json()["transaction"]
    assert len(after["attachment_ids"]) == 1
    assert after["updated_at"] > line["updated_at"]
    listed = session.get(f"{qonto.url}/v2/transactions/{line['id']}/attachments").json()
    assert [row["id"] for row in listed["attachments"]] == after["attachment_ids"]
    assert "meta" not in listed


def test_a_line_holds_five(qonto: LocalQonto, session: requests.Session) -> None:
    line = bare_line(qonto, session)
    for _ in range(5):
        assert upload(qonto, session, f"/v2/transactions/{line['id']}/attachments").status_code == 200
        qonto.api("POST", "clock/advance", seconds=2)
    assert upload(qonto, session, f"/v2/transactions/{line['id']}/attachments").status_code == 422


def test_deletion_of_one_and_of_all(qonto: LocalQonto, session: requests.Session) -> None:
    line = bare_line(qonto, session)
    path = f"/v2/transactions/{line['id']}/attachments"
    for _ in range(2):
        upload(qonto, session, path)
        qonto.api("POST", "clock/advance", seconds=2)
    one, two = (row["id"] for row in session.get(qonto.url + path).json()["attachments"])
    answer = session.delete(f"{qonto.url}{path}/{one}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert [row["id"] for row in session.get(qonto.url + path).json()["attachments"]] == [two]
    assert session.get(f"{qonto.url}/v2/attachments/{one}").status_code == 404
    assert session.delete(f"{qonto.url}{path}/{one}").status_code == 404
    assert session.delete(qonto.url + path).status_code == 200
    assert session.get(qonto.url + path).json()["attachments"] == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"", 422, "invalid_file_type"), (b"hello", 422, "invalid_file_type"),
     (b"%PDF-" + b"0" * (15 * 1024 * 1024), 422, "file_too_large")],
)  # fmt: skip
def test_unacceptable_files(
    qonto: LocalQonto, session: requests.Session, content: bytes, status: int, code: str
) -> None:
    answer = upload(qonto, session, "/v2/attachments", content)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_part_named_file_is_required(qonto: LocalQonto, session: requests.Session) -> None:
    answer = session.post(f"{qonto.url}/v2/attachments", files={"document": ("a.pdf", PDF)}, headers=key())
    assert (answer.status_code, answer.json()["errors"][0]["source"]) == (400, {"pointer": "/file"})


def test_other_organizations_see_nothing(qonto: LocalQonto, session: requests.Session) -> None:
    line = bare_line(qonto, session, "true")
    other = qonto.session(slug="atelier-bertin-1174")
    assert other.get(f"{qonto.url}/v2/attachments/{line['attachment_ids'][0]}").status_code == 404
    answer = other.get(f"{qonto.url}/v2/transactions/{line['id']}/attachments")
    assert (answer.status_code, answer.json()["errors"]["code"]) == (404, "not_found")


def test_scopes(qonto: LocalQonto, session: requests.Session) -> None:
    id = bare_line(qonto, session, "true")["attachment_ids"][0]
    for scope, status in (("attachment.read", 200), ("organization.read", 200), ("attachment.write", 403)):
        token = tokens(qonto, scope=scope)["access_token"]
        assert qonto.session(token=token).get(f"{qonto.url}/v2/attachments/{id}").status_code == status
    reader = qonto.session(token=tokens(qonto, scope="organization.read")["access_token"])
    assert upload(qonto, reader, "/v2/attachments").status_code == 403


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "image/jpeg"])
def test_seeded_receipts_are_real_files_of_the_said_size(
    qonto: LocalQonto, session: requests.Session, kind: str
) -> None:
    start = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff"}[kind]
    found = []
    for page in range(1, 4):
        query = {"bank_account_id": qonto.identifiants["bank_account_id"], "with_attachments": "true"}
        answer = session.get(
            f"{qonto.url}/v2/transactions", params=query | {"includes[]": "attachments", "page": str(page)}
        )
        found += [row for line in answer.json()["transactions"] for row in line["attachments"]]
    row = next(row for row in found if row["file_content_type"] == kind)
    content = requests.get(row["url"], timeout=10).content
    assert content.startswith(start)
    assert len(content) == int(row["file_size"])
