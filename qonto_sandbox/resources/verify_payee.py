"""Verification of payee, single and bulk (reference §7)."""

from typing import Any, Literal

from pydantic import Field
from werkzeug.wrappers import Response

from qonto_sandbox.core.answers import answer
from qonto_sandbox.core.routing import Call, endpoint
from qonto_sandbox.payments import vop
from qonto_sandbox.payments.vop_rules import SERVICE_CODES, Verdict
from qonto_sandbox.schemas.common import Asked, Wire

MAX_REQUESTS = 400
MatchResult = Literal[
    "MATCH_RESULT_MATCH",
    "MATCH_RESULT_CLOSE_MATCH",
    "MATCH_RESULT_NO_MATCH",
    "MATCH_RESULT_NOT_POSSIBLE",
    "MATCH_RESULT_UNSPECIFIED",
]


class Payee(Asked):
    iban: str
    beneficiary_name: str = Field(min_length=1, max_length=140)


class ProofToken(Wire):
    token: str


class Verification(Wire):
    match_result: MatchResult
    matched_name: str | None = None
    proof_token: ProofToken


class BulkPayee(Payee):
    id: str


class BulkPayees(Asked):
    requests: list[BulkPayee] = Field(min_length=1, max_length=MAX_REQUESTS)


class BulkMatch(Wire):
    match_result: MatchResult
    matched_name: str | None = None


class BulkError(Wire):
    code: str
    detail: str | None = None


class BulkItem(Wire):
    id: str
    response: BulkMatch | None = None
    error: BulkError | None = None


class BulkVerification(Wire):
    requests: list[BulkItem]
    proof_token: ProofToken


def _match(verdict: Verdict) -> dict[str, str]:
    named = {"matched_name": verdict.matched_name} if verdict.matched_name else {}
    return {"match_result": verdict.result, **named}


@endpoint(
    "POST",
    "/v2/sepa/verify_payee",
    scopes=("payment.write",),
    request=Payee,
    response=Verification,
    errors=(400, 401, 403, 500, 501, 503, 504),
)
def verify_payee(call: Call) -> Response:
    """Verify a SEPA payee"""
    body = call.body.data
    verdict = vop.check(call.world, body.get("beneficiary_name"), body.get("iban"))
    token = vop.new_token(call.world, [body["iban"]]) if verdict.with_token else None
    if verdict.error:
        raise vop.failure(verdict, token)
    return answer({**_match(verdict), "proof_token": token})


@endpoint(
    "POST",
    "/v2/sepa/bulk_verify_payee",
    scopes=("payment.write",),
    request=BulkPayees,
    response=BulkVerification,
    errors=(400, 401, 403, 500, 501, 504),
)
def bulk_verify_payee(call: Call) -> Response:
    """Verify up to 400 SEPA payees at once"""
    rows = call.body.objects("requests", at_most=MAX_REQUESTS)
    answers: list[dict[str, Any]] = []
    for row in rows:
        verdict = vop.check(call.world, row.get("beneficiary_name"), row.get("iban"))
        if verdict.error in SERVICE_CODES:
            # Not one bank but the service fails: nobody is verified.
            raise vop.failure(verdict, None)
        told = {"error": {"code": verdict.error}} if verdict.error else {"response": _match(verdict)}
        answers.append({"id": row.text("id"), **told})
    ibans = [str(row.get("iban")) for row in rows]
    return answer({"requests": answers, "proof_token": vop.new_token(call.world, ibans)})
