"""What a session knows of its sign-in: when it began, when it was last used, how its person proved himself.

Written by the sign-in only. A session without these marks was not opened by our sign-in and is closed.
"""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from gestion_acces.models import SessionOuverte, Utilisateur
from gestion_acces.services.audit import journaliser_personne, origine_de

OUVERTE = "acces_ouverte"
VUE = "acces_vue"
PREUVE = "acces_preuve"
FACTEUR = "acces_facteur"
# The last use is written at this pace, so that reading a page does not write a session each time.
PAS_DE_LA_VUE = timedelta(minutes=1)


def _lire(request: HttpRequest, cle: str) -> datetime | None:
    valeur = request.session.get(cle)
    return datetime.fromtimestamp(valeur, UTC) if isinstance(valeur, int | float) else None


def marquer_ouverture(request: HttpRequest, *, facteur: str, maintenant: datetime) -> None:
    """The person has just signed in; `facteur` is the kind of his second factor, empty when he gave none."""
    instant = maintenant.timestamp()
    request.session.update({OUVERTE: instant, VUE: instant, PREUVE: instant, FACTEUR: facteur})


def marquer_preuve(request: HttpRequest, *, maintenant: datetime, facteur: str = "") -> None:
    """The person has just proved again who he is."""
    request.session[PREUVE] = maintenant.timestamp()
    if facteur:
        request.session[FACTEUR] = facteur


def marquer_vue(request: HttpRequest, *, maintenant: datetime) -> bool:
    """The person uses the session; True when the mark was written."""
    vue = _lire(request, VUE)
    if vue is not None and timedelta(0) <= maintenant - vue < PAS_DE_LA_VUE:
        return False
    request.session[VUE] = maintenant.timestamp()
    return True


def second_facteur_verifie(request: HttpRequest) -> bool:
    return bool(request.session.get(FACTEUR))


def preuve_recente(request: HttpRequest, *, maintenant: datetime) -> bool:
    """True when the person proved who he is less than REAUTHENTICATION_AGE seconds ago."""
    preuve = _lire(request, PREUVE)
    return preuve is not None and maintenant - preuve < timedelta(seconds=settings.REAUTHENTICATION_AGE)


def session_depassee(request: HttpRequest, *, maintenant: datetime) -> bool:
    """True when the session is past its idle or its absolute limit, or was not opened by our sign-in."""
    ouverte, vue = _lire(request, OUVERTE), _lire(request, VUE)
    if ouverte is None or vue is None:
        return True
    return maintenant - ouverte >= timedelta(seconds=settings.SESSION_ABSOLUTE_AGE) or maintenant - vue >= timedelta(
        seconds=settings.SESSION_IDLE_AGE
    )


def ouvrir(request: HttpRequest, *, utilisateur: Utilisateur, facteur: str, maintenant: datetime) -> None:
    """Sign the person in: new session key, marks, line in his list of sessions and in the audit trail."""
    login(request, utilisateur, backend="django.contrib.auth.backends.ModelBackend")
    marquer_ouverture(request, facteur=facteur, maintenant=maintenant)
    request.session.save()
    origine = origine_de(request)
    SessionOuverte.objects.create(
        utilisateur=utilisateur,
        cle=cast(str, request.session.session_key),
        ouverte_le=maintenant,
        vue_le=maintenant,
        adresse_ip=origine.adresse_ip,
        agent=origine.agent,
        facteur=facteur,
    )
    apres: dict[str, Any] = {"second_facteur": facteur} if facteur else {}
    journaliser_personne(utilisateur=utilisateur, acte="connexion", date=maintenant, origine=origine, apres=apres)


def noter_usage(request: HttpRequest, *, maintenant: datetime) -> None:
    """Keep the session open, and its line up to date."""
    if marquer_vue(request, maintenant=maintenant):
        SessionOuverte.objects.filter(cle=request.session.session_key or "").update(vue_le=maintenant)


def fermer(request: HttpRequest, *, maintenant: datetime, acte: str = "deconnexion") -> None:
    """Sign the person out of this session."""
    utilisateur = cast(Utilisateur, request.user)
    SessionOuverte.objects.filter(cle=request.session.session_key or "").delete()
    journaliser_personne(utilisateur=utilisateur, acte=acte, date=maintenant, origine=origine_de(request))
    logout(request)


def _magasin(cle: str) -> SessionBase:
    return cast(SessionBase, import_module(settings.SESSION_ENGINE).SessionStore(cle))


def sessions_de(utilisateur: Utilisateur, *, maintenant: datetime) -> list[SessionOuverte]:
    """The sessions of this person that are still good, the last used first."""
    return list(
        SessionOuverte.objects.filter(
            utilisateur=utilisateur,
            ouverte_le__gt=maintenant - timedelta(seconds=settings.SESSION_ABSOLUTE_AGE),
            vue_le__gt=maintenant - timedelta(seconds=settings.SESSION_IDLE_AGE) - PAS_DE_LA_VUE,
        ).order_by("-vue_le", "-pk")
    )


def fermer_les_autres(utilisateur: Utilisateur, *, sauf: str = "", seule: int | None = None) -> int:
    """End sessions of this person wherever they are: all but the one named `sauf`, or only the row `seule`."""
    lignes = SessionOuverte.objects.filter(utilisateur=utilisateur).exclude(cle=sauf)
    if seule is not None:
        lignes = lignes.filter(pk=seule)
    cles = list(lignes.values_list("cle", flat=True))
    for cle in cles:
        _magasin(cle).delete()
    lignes.delete()
    return len(cles)


def suivre_la_cle(request: HttpRequest, utilisateur: Utilisateur) -> None:
    """The session took a new key (password changed): its line in the list follows."""
    request.session.save()
    cle, maintenant = cast(str, request.session.session_key), _lire(request, VUE) or datetime.now(UTC)
    origine = origine_de(request)
    SessionOuverte.objects.update_or_create(
        cle=cle,
        defaults={
            "utilisateur": utilisateur,
            "ouverte_le": _lire(request, OUVERTE) or maintenant,
            "vue_le": maintenant,
            "adresse_ip": origine.adresse_ip,
            "agent": origine.agent,
            "facteur": request.session.get(FACTEUR, ""),
        },
    )


def purger(*, maintenant: datetime) -> int:
    """Erase the lines of sessions past their absolute limit, and Django's own expired sessions; returns the lines."""
    limite = maintenant - timedelta(seconds=settings.SESSION_ABSOLUTE_AGE)
    nombre, _ = SessionOuverte.objects.filter(ouverte_le__lte=limite).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return nombre
