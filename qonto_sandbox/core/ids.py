"""Identifiers: the same on every machine for what is seeded, random for what is created."""

import hashlib
import secrets
import uuid

VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def stable(*parts: object) -> str:
    """A UUID that depends on the parts alone."""
    text = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    # The two digits that make it a version 4: thousands of them are written at each start.
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def new() -> str:
    return str(uuid.uuid4())


def opaque(prefix: str, *parts: object) -> str:
    """A token of Hydra's look (`ory_at_….…`): stable when parts are given, random otherwise."""
    if parts:
        text = hashlib.sha512("/".join(map(str, (prefix, *parts))).encode()).hexdigest()
        return f"{prefix}{text[:43]}.{text[43:86]}"
    return f"{prefix}{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}"


def trace() -> str:
    return secrets.token_hex(16)


def is_uuid(text: object) -> bool:
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
