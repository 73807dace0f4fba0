"""The two signatures of Qonto. They have nothing in common but HMAC-SHA256."""

import hashlib
import hmac


def onboarding_signature(secret: str, body: bytes) -> dict[str, str]:
    """Bare hexadecimal HMAC of the body: no prefix, no timestamp."""
    return {"Qonto-SHA256-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def business_signature(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """HMAC of `<t>.<body>`, keyed with the secret as given, the `whsec_` prefix included."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Qonto-Signature": f"t={timestamp},v1={digest}"}
