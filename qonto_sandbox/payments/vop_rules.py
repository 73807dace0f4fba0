"""Verification of payee: the deterministic table, and the signed proof tokens.

Qonto's own sandbox answers from a table of mocked IBANs that it does not publish whole. Ours follows the name: words
in it force an answer, otherwise the name is compared with the holder that the local Qonto knows for the IBAN.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

TOKEN_LIFE_MS = 23 * 3600 * 1000
IBAN_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
MAX_NAME = 140
FALLBACK_HOLDER = "TITULAIRE DU COMPTE"

# Holders of accounts outside the local Qonto; a test may add its own through the control API.
KNOWN_HOLDERS = {
    "FR7610011000201234567890188": "AARO",
    "FR7616958000014849440866435": "Default Match Person",
    "FR7610002006000000141790000": "Default Match Person",
    "DE89370400440532013000": "Default Match Person",
    "DE31100101238050671253": "Default Match Person",
    "FR7630004008190001045237750": "Imprimerie Lefebvre",
}


@dataclass(frozen=True)
class Verdict:
    """What the bank of the payee says; `error` is the code of a bank that could not say."""

    result: str = ""
    matched_name: str = ""
    error: str = ""
    status: int = 200
    with_token: bool = True


MATCH = Verdict("MATCH_RESULT_MATCH")
NO_MATCH = Verdict("MATCH_RESULT_NO_MATCH")
NOT_POSSIBLE = Verdict("MATCH_RESULT_NOT_POSSIBLE")
BAD_FORMAT = Verdict(error="BAD_REQUEST_ERROR_FORMAT", status=400, with_token=False)
# Words of a name that force an error: the payee's bank fails (its token is good), or the service itself (no token).
BANK_FAULTS = {
    "bank down": (400, "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE"),
    "bank broken": (400, "BAD_REQUEST_ERROR_5XX_RESPONDING_BANK"),
    "bank garbled": (400, "BAD_REQUEST_ERROR_RESPONDING_BANK_INVALID_RESPONSE"),
    "bank refuses": (500, "INTERNAL_SERVER_ERROR_4XX_RESPONDING_BANK"),
    "bank unreachable": (503, "BAD_GATEWAY_ERROR_RESPONDING_BANK"),
    "bank timeout": (504, "GATEWAY_TIMEOUT_ERROR_RESPONDING_BANK"),
}
SERVICE_FAULTS = {
    "vop off": (501, "NOT_IMPLEMENTED_ERROR_FEATURE_NOT_AVAILABLE"),
    "vop missing": (501, "NOT_IMPLEMENTED_ERROR_UNSPECIFIED"),
    "vop refused": (400, "BAD_REQUEST_ERROR_UNSPECIFIED"),
    "vop broken": (500, "INTERNAL_SERVER_ERROR_UNSPECIFIED"),
    "vop timeout": (504, "GATEWAY_TIMEOUT_ERROR_UNSPECIFIED"),
}
SERVICE_CODES = frozenset(code for _, code in SERVICE_FAULTS.values())
FORCED = {
    **{words: Verdict(error=code, status=status) for words, (status, code) in BANK_FAULTS.items()},
    **{
        words: Verdict(error=code, status=status, with_token=False) for words, (status, code) in SERVICE_FAULTS.items()
    },
    "not possible": NOT_POSSIBLE,
    "no match": NO_MATCH,
}

TITLES = {
    "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE": (
        "Responding bank not available",
        "The payee's bank is not available",
    ),
    "BAD_REQUEST_ERROR_FORMAT": ("Bad request", "The IBAN or the name of the payee is malformed"),
    "NOT_IMPLEMENTED_ERROR_FEATURE_NOT_AVAILABLE": ("Not implemented", "Verification of payee is not available"),
}
BY_STATUS = {
    400: "Bad request",
    500: "Internal server error",
    501: "Not implemented",
    503: "Bad gateway",
    504: "Gateway timeout",
}


def words_of(verdict: Verdict) -> tuple[str, str]:
    """Title and detail of an error."""
    title = BY_STATUS.get(verdict.status, "")
    if verdict.error in TITLES:
        return TITLES[verdict.error]
    who = "The verification of payee" if verdict.error in SERVICE_CODES else "The payee's bank"
    return title, f"{who} could not answer"


def normalised(name: str) -> str:
    """Compare names as banks do: without accents, case, punctuation."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def distance(left: str, right: str) -> int:
    """Levenshtein distance; both names are short."""
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        current = [i]
        for j, b in enumerate(right, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (a != b)))
        previous = current
    return previous[-1]


def nearly(name: str, holder: str) -> bool:
    """A few letters apart, or the same words with a legal form or a first name more."""
    words, others = set(name.split()), set(holder.split())
    if words and others and (words < others or others < words):
        return True
    return distance(name, holder) <= max(1, min(3, len(holder) // 5))


def forced(name: str) -> Verdict | None:
    """The words that force an answer whatever the IBAN."""
    plain = normalised(name)
    for words, verdict in FORCED.items():
        if words in plain:
            return verdict
    return MATCH if plain == "default match person" else None


def verify(name: str, iban: str, holder: str | None) -> Verdict:
    if not IBAN_SHAPE.fullmatch(iban) or not 1 <= len(name) <= MAX_NAME:
        return BAD_FORMAT
    plain, known = normalised(name), normalised(holder or "")
    if holder and plain == known:
        return MATCH
    verdict = forced(name)
    if verdict is not None:
        return verdict
    if "close" in plain.split() or (holder and nearly(plain, known)):
        return Verdict("MATCH_RESULT_CLOSE_MATCH", holder or FALLBACK_HOLDER)
    return NO_MATCH if holder else NOT_POSSIBLE


def _signature(secret: str, ibans: Iterable[str], epoch_ms: str) -> str:
    message = "|".join(sorted(set(ibans))) + epoch_ms
    digest = hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_token(secret: str, ibans: Iterable[str], epoch_ms: int) -> str:
    return f"1|{uuid.uuid4()}|{epoch_ms}|{_signature(secret, ibans, str(epoch_ms))}"


def token_is_valid(secret: str, token: str, ibans: Iterable[str], now_ms: int) -> bool:
    """Signed by us, for exactly these IBANs, less than 23 hours ago."""
    parts = token.split("|")
    if len(parts) != 4 or not parts[2].isdigit():
        return False
    age = now_ms - int(parts[2])
    return 0 <= age <= TOKEN_LIFE_MS and hmac.compare_digest(_signature(secret, ibans, parts[2]), parts[3])
