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
BANK_DOWN = Verdict(error="BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE", status=400)
VOP_OFF = Verdict(error="NOT_IMPLEMENTED_ERROR_FEATURE_NOT_AVAILABLE", status=501, with_token=False)
BAD_FORMAT = Verdict(error="BAD_REQUEST_ERROR_FORMAT", status=400, with_token=False)

TITLES = {
    "BAD_REQUEST_ERROR_RESPONDING_BANK_NOT_AVAILABLE": (
        "Responding bank not available",
        "The payee's bank is not available",
    ),
    "BAD_REQUEST_ERROR_FORMAT": ("Bad request", "The IBAN or the name of the payee is malformed"),
    "NOT_IMPLEMENTED_ERROR_FEATURE_NOT_AVAILABLE": ("Not implemented", "Verification of payee is not available"),
}


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
    for words, verdict in (
        ("bank down", BANK_DOWN),
        ("vop off", VOP_OFF),
        ("not possible", NOT_POSSIBLE),
        ("no match", NO_MATCH),
    ):
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
