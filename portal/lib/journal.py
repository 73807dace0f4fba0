"""Logs: one JSON object a line, with the request and the dossier, and without secrets."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASQUE = "***"
CLE_SECRETE = re.compile(
    r"passw|mot_de_passe|secret|token|jeton|authorization|cookie|csrf|otp|totp|code_verifier", re.I
)
# Words of a message: an IBAN keeps its country and its end, a bearer token nothing.
IBAN = re.compile(r"\b([A-Z]{2}\d{2})(?:[ ]?[A-Z0-9]{4}){2,7}[ ]?([A-Z0-9]{1,4})\b")
PORTEUR = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")
PARAMETRE = re.compile(r"(?i)\b(code|state|token|access_token|refresh_token|client_secret)=[^&\s\"']+")


def masquer_texte(texte: str) -> str:
    texte = PORTEUR.sub(rf"\1 {MASQUE}", texte)
    texte = PARAMETRE.sub(rf"\1={MASQUE}", texte)
    return IBAN.sub(rf"\1 {MASQUE} \2", texte)


def _masquer(cle: str, valeur: Any) -> Any:
    if CLE_SECRETE.search(cle):
        return MASQUE if valeur else valeur
    if isinstance(valeur, str):
        return masquer_texte(valeur)
    if isinstance(valeur, dict):
        return {nom: _masquer(str(nom), contenu) for nom, contenu in valeur.items()}
    if isinstance(valeur, (list, tuple)):
        return [_masquer("", element) for element in valeur]
    return valeur


def sans_secret(logger: WrappedLogger, methode: str, evenement: EventDict) -> EventDict:
    """Last processor before the line is written: whatever a caller or a library put there."""
    return {cle: _masquer(cle, valeur) for cle, valeur in evenement.items()}


COMMUNS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def configuration(niveau: str) -> dict[str, Any]:
    """Django's LOGGING; the standard library's loggers and structlog's end in the same lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *COMMUNS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    sans_secret,
                    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                ],
                "foreign_pre_chain": [*COMMUNS, structlog.stdlib.ExtraAdder()],
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": niveau},
        "loggers": {
            # One line a request is written by our middleware; Django's would repeat each failure.
            "django.request": {"level": "CRITICAL", "propagate": True},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "fontTools": {"level": "WARNING"},
            "pypdf": {"level": "ERROR"},
        },
    }
