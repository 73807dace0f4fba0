"""What can go wrong on the wire, in one family. No error carries a token, a whole body or the address of a file.

`permanent` says whether the same call may pass later. `trace_id` is Qonto's own reference, to give to its support.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Item:
    """One error of Qonto's list, whatever the shape that brought it (reference §3.1)."""

    code: str = ""
    detail: str = ""
    pointer: str = ""
    parameter: str = ""
    proof_token: str = ""


@dataclass(frozen=True)
class Contexte:
    """The call that failed: method, path without secrets, status (0 when there was no answer), items, trace id."""

    methode: str
    chemin: str
    status: int = 0
    items: tuple[Item, ...] = field(default=())
    trace_id: str = ""


class QontoError(Exception):
    """Base of everything that the client raises."""

    permanent = False

    def __init__(self, contexte: Contexte, precision: str = "") -> None:
        self.contexte = contexte
        premier = contexte.items[0] if contexte.items else Item()
        self.status = contexte.status
        self.items = contexte.items
        self.code = premier.code
        self.detail = premier.detail
        self.source = premier.pointer or premier.parameter
        self.trace_id = contexte.trace_id
        texte = f"{contexte.methode} {contexte.chemin} : {contexte.status or 'sans réponse'}"
        texte += "".join(f" {morceau}" for morceau in (self.code, self.source, precision) if morceau)
        super().__init__(f"{texte} (trace {self.trace_id})" if self.trace_id else texte)


class Refused(QontoError):
    """Qonto understood and says no; the same call will be refused again."""

    permanent = True


class Unauthorized(Refused):
    """401 that is about the credentials: the token is unknown, expired or revoked."""


class Forbidden(Refused):
    """403: the role or the scope of the consent does not suffice."""


class NotFound(Refused):
    """404: unknown, or of another organization."""


class VopTokenError(Refused):
    """The proof of the verification of payee is missing, too old, or for other IBANs. Credentials are fine."""


class ScaExpired(Refused):
    """412: the strong authentication is too old or was refused; a wholly new attempt is allowed."""


class ScaNotEnrolled(Refused):
    """428 without a session: the user has no device for the method asked for."""


class ScaRequired(QontoError):
    """428: the user must approve; then the identical call is repeated with `token`."""

    def __init__(self, contexte: Contexte, *, token: str, action: str) -> None:
        self.token = token
        self.action = action
        super().__init__(contexte, "sca_required")


class RateLimited(QontoError):
    """429 that the short retries did not outlast. `retry_after` in seconds, None when Qonto does not say."""

    def __init__(self, contexte: Contexte, retry_after: float | None) -> None:
        self.retry_after = retry_after
        super().__init__(contexte)


class Unavailable(QontoError):
    """No answer, or a 5xx one. For a write without idempotency key, nobody knows whether it was done."""


class BadAnswer(QontoError):
    """An answer that cannot be read: not JSON, or not the fields of the reference."""


class GateClosed(QontoError):
    """A redirection or an HTML page instead of JSON: wrong host, or the sandbox's staging token is missing."""

    permanent = True


def _texte(valeur: Any) -> str:
    return valeur if isinstance(valeur, str) else ""


def _objet(valeur: Any) -> dict[str, Any]:
    return valeur if isinstance(valeur, dict) else {}


def _item(brut: Any) -> Item:
    if not isinstance(brut, dict):
        return Item(detail=_texte(brut))
    source, meta = _objet(brut.get("source")), _objet(brut.get("meta"))
    preuve = meta.get("proof_token")
    return Item(
        code=_texte(brut.get("code")),
        detail=_texte(brut.get("detail")) or _texte(brut.get("message")),
        pointer=_texte(source.get("pointer")),
        parameter=_texte(source.get("parameter")),
        proof_token=_texte(preuve.get("token")) if isinstance(preuve, dict) else _texte(preuve),
    )


def items_de(corps: Any) -> tuple[Item, ...]:
    """The errors of a body of any known shape: list, single object, flat, OAuth. Empty when there is none."""
    if not isinstance(corps, dict):
        return ()
    erreurs = corps.get("errors")
    if isinstance(erreurs, list):
        return tuple(_item(erreur) for erreur in erreurs)
    if isinstance(erreurs, dict):
        return (_item(erreurs),)
    if "error" in corps:
        # The hint may quote a token: only the code and the standard description are kept.
        return (Item(code=_texte(corps["error"]), detail=_texte(corps.get("error_description"))),)
    return (_item(corps),) if "code" in corps or "message" in corps else ()
