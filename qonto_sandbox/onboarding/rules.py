"""What a registration must hold, how its flow is told, and the order of its steps (partner reference, §1)."""

import re
from collections.abc import Iterator
from typing import Any

FLOWS = ("company_creation", "existing_company")
LOCALES = ("en", "fr", "it", "de", "es", "pt")
FILE_TYPES = (
    "organization-by-laws",
    "organization-proof-of-address",
    "organization-deposit-certificate",
    "organization-kbis",
    "stakeholder-proof-of-identity",
    "stakeholder-residence-permit",
)
MIME_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
MAX_FILE_BYTES = 30 * 1024 * 1024

STEPS = {
    "existing_company": ("pending", "user_started", "contract_signed", "completed"),
    "company_creation": (
        "pending",
        "user_started",
        "contract_signed",
        "submitted",
        "capital_deposit_activated",
        "capital_deposit_request_signed",
        "capital_deposit_certificate_signed",
        "completed",
    ),
}
STEPS_ABROAD = (*STEPS["company_creation"][:5], "capital_deposit_statement_ready", "completed")

ORGANIZATION_FIELDS = (
    "entity_type",
    "legal_name",
    "legal_form",
    "legal_sector",
    "legal_registration_date",
    "address/line_1",
    "address/postal_code",
    "address/city",
    "address/country",
    "total_capital_amount",
)
STAKEHOLDER_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "gender",
    "phone_number",
    "nationality",
    "birth_date",
    "birth_address/postal_code",
    "birth_address/city",
    "birth_address/country",
    "residence_address/line_1",
    "residence_address/postal_code",
    "residence_address/city",
    "residence_address/country",
    "capital_amount",
    "shareholding_type",
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?")
PHONE = re.compile(r"(00|\+)\d{6,15}")
DECIMAL = re.compile(r"\d+(\.\d{1,2})?")


def fault(code: str, detail: str, pointer: str) -> dict[str, Any]:
    return {"code": code, "detail": detail, "source": {"pointer": pointer}}


def missing(pointer: str) -> dict[str, Any]:
    return fault("missing", f"{pointer.rsplit('/', 1)[-1]} is missing", pointer)


def malformed(pointer: str) -> dict[str, Any]:
    return fault("invalid_format", f"{pointer.rsplit('/', 1)[-1]} has an invalid format", pointer)


def not_in_list(pointer: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    name = pointer.rsplit("/", 1)[-1]
    return fault("not_in_list", f"{name} must be one of: {', '.join(allowed)}", pointer)


def at(holder: Any, path: str) -> Any:
    for step in path.split("/"):
        holder = holder.get(step) if isinstance(holder, dict) else None
    return holder


def _matches(body: dict[str, Any], paths: dict[str, re.Pattern[str]], base: str) -> Iterator[dict[str, Any]]:
    for path, pattern in paths.items():
        value = at(body, path)
        if value not in (None, "") and not (isinstance(value, str) and pattern.fullmatch(value)):
            yield malformed(f"{base}/{path}")


def _check_money(holder: dict[str, Any], name: str, base: str) -> Iterator[dict[str, Any]]:
    value = holder.get(name)
    if value is not None and not (isinstance(value, dict) and DECIMAL.fullmatch(str(value.get("value", "")))):
        yield malformed(f"{base}/{name}")


def _check_organization(organization: dict[str, Any], flow: str) -> Iterator[dict[str, Any]]:
    required = "legal_number" if flow == "existing_company" else "legal_name"
    if not organization.get(required):
        yield missing(f"/organization/{required}")
    country = re.compile(r"[A-Z]{2}")
    patterns = {
        "legal_number": re.compile(r"\d{9}"),
        "legal_registration_date": DAY,
        "address/country": country,
    }
    yield from _matches(organization, patterns, "/organization")
    yield from _check_money(organization, "total_capital_amount", "/organization")


def _check_stakeholders(stakeholders: list[Any], flow: str) -> Iterator[dict[str, Any]]:
    if flow == "company_creation" and not stakeholders:
        yield missing("/stakeholders")
        return
    owners = 0
    for rank, person in enumerate(stakeholders):
        base = f"/stakeholders/{rank}"
        if not isinstance(person, dict):
            yield malformed(base)
            continue
        owners += person.get("is_owner") is True
        yield from (missing(f"{base}/{name}") for name in ("first_name", "last_name") if not person.get(name))
        yield from _matches(person, {"email": EMAIL, "birth_date": DAY, "phone_number": PHONE}, base)
        if person.get("gender") not in (None, "male", "female"):
            yield not_in_list(f"{base}/gender", ("male", "female"))
        yield from _check_money(person, "capital_amount", base)
    if stakeholders and owners != 1:
        yield fault("invalid_format", "exactly one stakeholder must be the owner", "/stakeholders")


def errors_of(body: dict[str, Any], *, embed_partner: bool) -> list[dict[str, Any]]:
    """Every fault of a registration request; an empty list when it can be created."""
    errors: list[dict[str, Any]] = []
    for name, allowed in (("legal_flow", FLOWS), ("locale", LOCALES)):
        if body.get(name) is None:
            errors.append(missing(f"/{name}"))
        elif body[name] not in allowed:
            errors.append(not_in_list(f"/{name}", allowed))
    user = body.get("partner_user")
    if not isinstance(user, dict):
        errors.append(missing("/partner_user"))
    else:
        names = ("email", "first_name", "last_name")
        errors += [missing(f"/partner_user/{name}") for name in names if not user.get(name)]
        errors += _matches(user, {"email": EMAIL}, "/partner_user")
    flow = str(body.get("legal_flow"))
    organization = body.get("organization")
    if not isinstance(organization, dict):
        errors.append(missing("/organization"))
    else:
        errors += _check_organization(organization, flow)
    stakeholders = body.get("stakeholders")
    if stakeholders is not None and not isinstance(stakeholders, list):
        errors.append(malformed("/stakeholders"))
    else:
        errors += _check_stakeholders(stakeholders or [], flow)
    return errors + list(_check_redirect(body.get("partner_redirect_url"), embed_partner))


def _check_redirect(url: Any, embed_partner: bool) -> Iterator[dict[str, Any]]:
    pointer = "/partner_redirect_url"
    if url is None:
        return
    if not embed_partner:
        yield fault("not_allowed", "partner_redirect_url is reserved to Embed partners", pointer)
    elif not re.fullmatch(r"https?://\S+", str(url)):
        yield malformed(pointer)


def flow_of(registration: dict[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    """Seamless when Qonto has nothing left to ask; otherwise one row per thing that is missing."""
    breakdown = [
        missing(f"/organization/{path}")
        for path in ORGANIZATION_FIELDS
        if at(registration["organization"], path) in (None, "")
    ]
    stakeholders = registration["stakeholders"]
    if not stakeholders:
        breakdown.append(missing("/stakeholders"))
    for rank, person in enumerate(stakeholders):
        breakdown += [
            missing(f"/stakeholders/{rank}/{path}") for path in STAKEHOLDER_FIELDS if at(person, path) in (None, "")
        ]
    if registration["legal_flow"] == "company_creation":
        breakdown += _missing_files(stakeholders, files)
    return {"type": "manual" if breakdown else "seamless", "breakdown": breakdown}


def _missing_files(stakeholders: list[dict[str, Any]], files: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    present = {(file["file_type"], file["stakeholder_id"]) for file in files}
    if ("organization-by-laws", None) not in present:
        yield missing("/files/organization-by-laws")
    for rank, person in enumerate(stakeholders):
        if ("stakeholder-proof-of-identity", person["id"]) not in present:
            yield missing(f"/stakeholders/{rank}/files/stakeholder-proof-of-identity")


def steps_of(registration: dict[str, Any]) -> tuple[str, ...]:
    country = at(registration["organization"], "address/country") or "FR"
    if registration["legal_flow"] == "company_creation" and country != "FR":
        return STEPS_ABROAD
    return STEPS[registration["legal_flow"]]


def next_step(registration: dict[str, Any]) -> str | None:
    steps = steps_of(registration)
    if registration["status"] not in steps or registration["status"] == steps[-1]:
        return None
    return steps[steps.index(registration["status"]) + 1]
