"""A payment of which only a person can tell what became: lost behind a look-alike, or in a bulk that stays mute."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from facturation.doutes import LigneSosie, decrire
from facturation.forms import DecisionForm, DetacherForm, LignesPerduesForm, RattacherForm, RienPartiForm
from facturation.views.client_paiements import REFUS, vers_panneau
from facturation.views.commun import CLIENT, client_de, ordre_ou_404, rendre
from gestion_acces.acces import ACTE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from gestion_acces.services.audit import origine_de
from qonto_link.api.errors import QontoError
from qonto_link.virements.enums import StatutOrdre
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.doute import ECART_REGARDS
from qonto_link.virements.services.muets import (
    declarer_lignes_perdues,
    detacher_lot,
    ecouter,
    est_detachable,
    est_muet,
)
from qonto_link.virements.services.sosies import declarer_rien_parti, rattacher_sosie, sosies_de

MUET = "Qonto ne répond pas pour le moment : rien n’est décidé, l’échéance reste réservée. Réessayez."

FAITS = {
    "rattacher": "Le virement de Qonto est rattaché à ce paiement.",
    "rien": "C’est noté : l’échéance est à nouveau ouverte.",
    "detacher": "L’envoi est détaché. Les échéances restent réservées.",
    "perdus": "C’est noté : les échéances de ces virements sont à nouveau ouvertes.",
}


def _lire(ordre: Ordre) -> list[LigneSosie]:
    with client_de(ordre.compte) as client:
        return decrire(sosies_de(ordre=ordre, client=client, maintenant=timezone.now()), client)


def _choix(lignes: list[LigneSosie]) -> list[tuple[str, str]]:
    return [(ligne.id, f"{ligne.titre} – {ligne.detail}") for ligne in lignes]


def _page(request: RequeteClient, ordre: Ordre, **formulaires: Any) -> HttpResponse:
    """Asks Qonto; when there is nothing left to decide, the panel says where the payment stands."""
    if ordre.statut == StatutOrdre.ACCEPTE:
        return _page_muette(request, ordre, **formulaires)
    try:
        lignes = _lire(ordre)
    except (QontoError, *REFUS) as refus:
        messages.warning(request, str(refus) if isinstance(refus, REFUS) else MUET)
        return vers_panneau(request, ordre)
    contexte = {
        "dossier": request.dossier,
        "ordre": ordre,
        "virements": list(ordre.virements.order_by("rang")),
        "lignes": lignes,
        "rattacher": RattacherForm(formulaires.get("rattacher"), choix=_choix(lignes), prefix="r"),
        "rien": RienPartiForm(formulaires.get("rien"), prefix="n"),
        "erreur": formulaires.get("erreur", ""),
    }
    return rendre(request, "facturation/doute.html", CLIENT | contexte, status=422 if formulaires else 200)


def _page_muette(request: RequeteClient, ordre: Ordre, **formulaires: Any) -> HttpResponse:
    """The same for a bulk that Qonto has and does not show."""
    maintenant = timezone.now()
    try:
        with client_de(ordre.compte) as client:
            silence = ecouter(ordre=ordre, client=client, maintenant=maintenant)
            lignes = decrire(silence.sosies, client)
    except (QontoError, *REFUS) as refus:
        messages.warning(request, str(refus) if isinstance(refus, REFUS) else MUET)
        return vers_panneau(request, ordre)
    second = (ordre.regard_negatif or maintenant) + ECART_REGARDS
    contexte = {
        "dossier": request.dossier,
        "ordre": ordre,
        "virements": silence.virements,
        "lignes": lignes,
        "muet": est_muet(ordre, maintenant),
        "detachable": est_detachable(ordre),
        "second_regard_le": second if maintenant < second else None,
        "detacher": DetacherForm(formulaires.get("detacher"), prefix="d"),
        "perdus": LignesPerduesForm(formulaires.get("perdus"), prefix="p"),
        "erreur": formulaires.get("erreur", ""),
    }
    return rendre(request, "facturation/lot_muet.html", CLIENT | contexte, status=422 if formulaires else 200)


@vue_dossier_client(service=Service.QONTO, niveau=Niveau.PAYER)
def doute(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    return _page(request, ordre_ou_404(request.dossier, ordre_id))


def _decider(
    request: RequeteClient, ordre: Ordre, nom: str, form: DecisionForm, service: Callable[..., Any], **choix: Any
) -> HttpResponse:
    """One decision: what she checked goes to `service`; whatever it refuses is shown again in the form `nom`."""
    if not form.is_valid():
        return _page(request, ordre, **{nom: request.POST})
    quoi = {"motif": form.cleaned_data["motif"], "maintenant": timezone.now(), "origine": origine_de(request)}
    try:
        with client_de(ordre.compte) as client:
            service(ordre=ordre, client=client, **quoi, **choix)
        messages.success(request, FAITS[nom])
    except (QontoError, *REFUS) as refus:
        ordre.refresh_from_db()
        erreur = str(refus) if isinstance(refus, REFUS) else MUET
        return _page(request, ordre, erreur=erreur, **{nom: request.POST})
    return vers_panneau(request, ordre)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def rattacher(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« C'était ce paiement »."""
    ordre = ordre_ou_404(request.dossier, ordre_id)
    form = RattacherForm(request.POST, choix=[(vu, vu) for vu in request.POST.getlist("vu")], prefix="r")
    sosie = form.cleaned_data.get("sosie", "") if form.is_valid() else ""
    return _decider(request, ordre, "rattacher", form, rattacher_sosie, sosie_id=sosie)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def rien_parti(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« Rien n'est parti »: the instalment opens again."""
    ordre, form = ordre_ou_404(request.dossier, ordre_id), RienPartiForm(request.POST, prefix="n")
    return _decider(request, ordre, "rien", form, declarer_rien_parti, vus=request.POST.getlist("vu"))


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def detacher(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« Ce n'était pas cet envoi »: the bulk that somebody attached is nobody's again."""
    ordre, form = ordre_ou_404(request.dossier, ordre_id), DetacherForm(request.POST, prefix="d")
    return _decider(request, ordre, "detacher", form, detacher_lot)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def lignes_perdues(request: RequeteClient, ordre_id: UUID) -> HttpResponse:
    """« Ces virements ne sont pas partis »: their instalments open again."""
    ordre, form = ordre_ou_404(request.dossier, ordre_id), LignesPerduesForm(request.POST, prefix="p")
    return _decider(request, ordre, "perdus", form, declarer_lignes_perdues, vus=request.POST.getlist("vu"))
