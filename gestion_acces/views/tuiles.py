"""The tab Divers: « Autres accès ACD », its tiles, and who gets what (S1–S4)."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.enums import Service
from gestion_acces.errors import FicheIncomplete
from gestion_acces.forms import AccesForm
from gestion_acces.models import ServiceDossier
from gestion_acces.queries import acces_du_service
from gestion_acces.services.audit import origine_de
from gestion_acces.services.dossiers import Manque, manques_pour_qonto
from gestion_acces.services.invitations import inviter_membre
from gestion_acces.services.tuiles import (
    activer_service,
    definir_acces,
    desactiver_service,
    rattacher_dirigeant,
    service_actif,
    services_actifs,
)
from gestion_acces.tasks import confier, envoyer_invitation


@dataclass(frozen=True)
class Tuile:
    """A tile of the section, as the tab shows it."""

    service: Service
    icone: str
    texte: str
    actif: ServiceDossier | None
    manques: list[Manque]


TEXTES = {
    Service.QONTO: ("building-library", "Banque professionnelle : compte, paiements, relevés."),
    Service.I_FACTURE: ("banknotes", "Factures fournisseurs et leurs règlements."),
    Service.I_DEPOT: ("inbox-stack", "Documents déposés par le client, factures de vente."),
}


def _tuiles(request: RequeteCabinet) -> list[Tuile]:
    actifs = services_actifs(request.dossier)
    return [
        Tuile(
            service,
            *TEXTES[service],
            actifs.get(service),
            manques_pour_qonto(request.dossier) if service == Service.QONTO and service not in actifs else [],
        )
        for service in Service
    ]


@vue_dossier_cabinet()
def dossier_divers(request: RequeteCabinet) -> HttpResponse:
    contexte = {"dossier": request.dossier, "onglet": "divers", "tuiles": _tuiles(request)}
    return render(request, "gestion_acces/dossier_divers.html", contexte)


@vue_dossier_cabinet(methodes=ACTE, reauthentification=True)
def tuile_enregistrer(request: RequeteCabinet) -> HttpResponse:
    """Switch on what is ticked, off what is not; what is newly on goes to its confirmation screen (S3)."""
    dossier, origine, date = request.dossier, origine_de(request), timezone.now()
    actifs, nouveaux = services_actifs(dossier), []
    for service in Service:
        voulu = request.POST.get(service.value) == "on"
        if voulu and service not in actifs:
            try:
                activer_service(dossier=dossier, service=service, par=request.user, origine=origine, date=date)
                nouveaux.append(service)
            except FicheIncomplete as refus:
                messages.error(request, str(refus))
        elif not voulu and service in actifs:
            desactiver_service(dossier=dossier, service=service, origine=origine, date=date)
            messages.success(request, f"{service.label} est désactivé : votre client n’y a plus accès.")
    if not nouveaux:
        return redirect("gestion_acces:dossier_divers", dossier.pk)
    if dossier.dirigeant_email:
        _rattacher_et_inviter(request)
    return redirect("gestion_acces:tuile_confirmation", dossier.pk, nouveaux[0].value)


def _rattacher_et_inviter(request: RequeteCabinet) -> None:
    origine, maintenant = origine_de(request), timezone.now()
    membre, nouveau = rattacher_dirigeant(dossier=request.dossier, origine=origine, date=maintenant, par=request.user)
    if nouveau:
        invitation = inviter_membre(membre=membre, par=request.user, origine=origine, maintenant=maintenant)
        confier(envoyer_invitation, invitation_id=str(invitation.pk))
        messages.info(request, f"Une invitation est partie à {invitation.email}.")


def _service(request: RequeteCabinet, service: str) -> ServiceDossier | None:
    """The tile, if it is on. Raises Http404 for a service that does not exist."""
    if service not in Service.values:
        raise Http404
    return service_actif(request.dossier, service)


@vue_dossier_cabinet()
def tuile_confirmation(request: RequeteCabinet, service: str) -> HttpResponse:
    actif = _service(request, service)
    if actif is None:
        return redirect("gestion_acces:dossier_divers", request.dossier.pk)
    autres = [autre for autre in services_actifs(request.dossier).values() if not autre.acces.exists()]
    contexte = {
        "dossier": request.dossier,
        "onglet": "divers",
        "actif": actif,
        "lignes": acces_du_service(actif),
        "autres": [autre for autre in autres if autre.pk != actif.pk],
    }
    return render(request, "gestion_acces/tuile_confirmation.html", contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE, reauthentification=True)
def tuile_acces(request: RequeteCabinet, service: str) -> HttpResponse:
    actif = _service(request, service)
    if actif is None:
        return redirect("gestion_acces:dossier_divers", request.dossier.pk)
    form = AccesForm(request.POST or None, lignes=acces_du_service(actif), service=service)
    if request.method == "POST" and form.is_valid():
        definir_acces(
            service_dossier=actif,
            niveaux=form.niveaux(),
            origine=origine_de(request),
            date=timezone.now(),
            par=request.user,
        )
        messages.success(request, f"Les accès au service {actif.get_service_display()} sont enregistrés.")
        return redirect("gestion_acces:dossier_divers", request.dossier.pk)
    contexte = {"dossier": request.dossier, "onglet": "divers", "form": form, "actif": actif}
    return render(request, "gestion_acces/tuile_acces.html", contexte, status=422 if form.errors else 200)
