"""Probes: is the process alive, can it serve, and the figures that Prometheus reads."""

import hmac
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from banque.enums import EtatSynchronisation
from banque.models import Synchronisation
from gestion_acces.acces import vue_publique
from portal.celery import QUEUES
from portal.lib import battement, mesures, stockage
from portal.lib.contenu import DETECTEUR
from portal.lib.verrous import redis_client
from portal.nuit.queries import mesures as mesures_de_la_nuit
from qonto_link.adhesion.models import EvenementRecu

# Three beats missed.
AGE_MAX_BATTEMENT = 90
LOCALES = ("127.0.0.1", "::1")


def _base() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    with redis_client() as client:
        client.ping()
    return "ok"


def _taches() -> str:
    age = battement.age(timezone.now())
    if age is None:
        return "aucun battement"
    return "ok" if age <= AGE_MAX_BATTEMENT else f"dernier battement il y a {age:.0f} s"


def _stockage() -> str:
    stockage.sonder()
    return "ok"


CONTROLES: dict[str, Callable[[], str]] = {
    "base": _base,
    "redis": _redis,
    "taches": _taches,
    "stockage": _stockage,
}


def _controler(controle: Callable[[], str]) -> str:
    # Any failure of a probed service is its answer; its details stay in the logs.
    try:
        return controle()
    except (DatabaseError, RedisError, OSError, stockage.FichierAltere) as erreur:
        return f"en panne ({type(erreur).__name__})"


@never_cache
@vue_publique()
def vivant(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"etat": "vivant"})


@never_cache
@vue_publique()
def pret(request: HttpRequest) -> HttpResponse:
    etats = {nom: _controler(controle) for nom, controle in CONTROLES.items()}
    tout_va = all(etat == "ok" for etat in etats.values())
    contenu = {"etat": "pret" if tout_va else "pas_pret", **etats, "detecteur": DETECTEUR}
    return JsonResponse(contenu, status=200 if tout_va else 503)


@never_cache
@vue_publique()
def metriques(request: HttpRequest) -> HttpResponse:
    """For Prometheus: with METRICS_TOKEN as bearer, or from this machine when there is none."""
    attendu = f"Bearer {settings.METRICS_TOKEN}"
    if settings.METRICS_TOKEN:
        permis = hmac.compare_digest(request.headers.get("Authorization", "").encode(), attendu.encode())
    else:
        permis = request.META.get("REMOTE_ADDR") in LOCALES
    if not permis:
        return HttpResponseForbidden("Réservé à la supervision.", content_type="text/plain; charset=utf-8")
    return HttpResponse(_texte_prometheus(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _texte_prometheus() -> str:
    lignes = [f"# TYPE {nom} counter" for nom in dict.fromkeys(cle.split("{")[0] for cle in mesures.toutes())]
    lignes += [f"{cle} {valeur:.10g}" for cle, valeur in mesures.toutes().items()]
    for nom, valeurs in _jauges().items():
        lignes.append(f"# TYPE {nom} gauge")
        lignes += [f"{mesures.serie(nom, etiquettes)} {valeur:.10g}" for etiquettes, valeur in valeurs]
    return "\n".join(lignes) + "\n"


def _ages_des_files(maintenant: datetime, retard_de_la_nuit: float) -> list[tuple[dict[str, str], float]]:
    """How long the oldest work of each queue has waited. The base knows: what is in the queue may be lost and sent
    again, what waits is a row."""
    demandees = Synchronisation.objects.filter(etat=EtatSynchronisation.EN_ATTENTE).aggregate(
        depuis=Min("demandee_le")
    )
    recus = EvenementRecu.objects.filter(traite_le__isnull=True).aggregate(depuis=Min("recu_le"))
    attentes = {"interactif": demandees["depuis"], "evenements": recus["depuis"]}
    ages = {
        file: max(0.0, (maintenant - depuis).total_seconds()) if depuis else 0.0 for file, depuis in attentes.items()
    }
    return [({"file": file}, age) for file, age in (ages | {"nuit": retard_de_la_nuit}).items()]


def _jauges() -> dict[str, list[tuple[dict[str, str], float]]]:
    debut = time.perf_counter()
    _base()
    duree_base = time.perf_counter() - debut
    age, nuit = battement.age(timezone.now()), mesures_de_la_nuit(timezone.now())
    with redis_client() as client:
        files = [({"file": file}, float(client.llen(file))) for file in QUEUES]
    return {
        "portail_file_taches": files,
        "portail_file_age_secondes": _ages_des_files(timezone.now(), nuit.retard),
        "portail_base_duree_secondes": [({}, duree_base)],
        "portail_battement_age_secondes": [({}, age)] if age is not None else [],
        "portail_nuit_visites_en_attente": [({}, float(nuit.en_attente))],
        "portail_nuit_retard_secondes": [({}, nuit.retard)],
        "portail_nuit_echecs": [({}, float(nuit.echouees))],
        "portail_nuit_duree_secondes": [({}, nuit.duree)],
        "portail_nuit_age_secondes": [({}, nuit.age)],
        "portail_jetons_proches_de_la_fin": [({}, float(nuit.jetons_proches_de_la_fin))],
        "portail_disque_libre_octets": [({}, float(shutil.disk_usage(Path(settings.DATA_DIR)).free))],
    }
