"""The people of a client company: by the cabinet on the dossier, by the dirigeant in his own space.

The two spaces differ by their door, their frame and one thing: only the cabinet changes roles.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import (
    ACTE,
    FORMULAIRE,
    RequeteCabinet,
    RequeteClient,
    vue_dossier_cabinet,
    vue_dossier_client,
)
from gestion_acces.errors import DernierDirigeant
from gestion_acces.forms_equipe import InvitationClientForm, MembreForm
from gestion_acces.models import Dossier, MembreDossier, ServiceDossier
from gestion_acces.queries_equipe import personnes_du_dossier
from gestion_acces.queries_registre import cabinet_qui_voit
from gestion_acces.services.audit import journaliser, origine_de
from gestion_acces.services.invitations import inviter_membre
from gestion_acces.services.personnes import definir_niveaux, modifier_personne, niveaux_par_service
from gestion_acces.services.tuiles import rattacher_membre
from gestion_acces.tasks import confier, envoyer_invitation, envoyer_secours

Requete = RequeteCabinet | RequeteClient


@dataclass(frozen=True)
class Cadre:
    """What differs between the two spaces."""

    gabarit: str
    suffixe: str
    avec_role: bool

    def url(self, nom: str) -> str:
        return f"gestion_acces:{nom}{self.suffixe}"


CABINET = Cadre("gestion_acces/dossier_base.html", "", avec_role=True)
CLIENT = Cadre("gestion_acces/personnes_base.html", "_client", avec_role=False)


def _page(
    request: Requete, cadre: Cadre, gabarit: str, contexte: dict[str, object], statut: int = 200
) -> HttpResponse:
    noms = ("personnes", "personne", "personne_inviter", "personne_relancer")
    contexte |= {
        "dossier": request.dossier,
        "cadre": cadre.gabarit,
        "onglet": "personnes",
        "urls": {nom: cadre.url(nom) for nom in noms},
    }
    return render(request, f"gestion_acces/{gabarit}.html", contexte, status=statut)


def _personne(dossier: Dossier, personne_id: int) -> MembreDossier:
    membre = MembreDossier.objects.filter(pk=personne_id, dossier=dossier).select_related(
        "utilisateur", "dossier__cabinet"
    )
    trouve = membre.first()
    if trouve is None:
        raise Http404
    return trouve


def _lister(request: Requete, cadre: Cadre) -> HttpResponse:
    contexte: dict[str, object] = {
        "personnes": personnes_du_dossier(request.dossier),
        "du_cabinet": cabinet_qui_voit(request.dossier),
        "maintenant": timezone.now(),
    }
    return _page(request, cadre, "personnes", contexte)


def _inviter(request: Requete, cadre: Cadre) -> HttpResponse:
    actifs = ServiceDossier.objects.filter(dossier=request.dossier, actif=True).values_list("service", flat=True)
    form = InvitationClientForm(request.POST or None, niveaux=dict.fromkeys(actifs, ""), avec_role=cadre.avec_role)
    if request.method == "POST" and form.is_valid():
        origine, date = origine_de(request), timezone.now()
        saisie = {nom: form.cleaned_data[nom] for nom in ("prenom", "nom", "email")}
        deja = MembreDossier.objects.filter(dossier=request.dossier, utilisateur__email=saisie["email"], actif=True)
        if deja.exists():
            form.add_error("email", "Cette personne est déjà dans le dossier.")
        else:
            membre, _ = rattacher_membre(
                dossier=request.dossier,
                role=form.role_choisi(),
                par=request.user,
                origine=origine,
                date=date,
                **saisie,
            )
            definir_niveaux(membre=membre, niveaux=form.niveaux(), par=request.user, origine=origine, date=date)
            _envoyer(request, membre)
            return redirect(cadre.url("personnes"), request.dossier.pk)
    return _page(request, cadre, "personne_inviter", {"form": form}, 422 if form.errors else 200)


def _envoyer(request: Requete, membre: MembreDossier) -> None:
    invitation = inviter_membre(
        membre=membre, par=request.user, origine=origine_de(request), maintenant=timezone.now()
    )
    confier(envoyer_invitation, invitation_id=str(invitation.pk))
    messages.success(request, f"Une invitation est partie à {invitation.email}.")


def _modifier(request: Requete, cadre: Cadre, personne_id: int) -> HttpResponse:
    membre = _personne(request.dossier, personne_id)
    form = MembreForm(
        request.POST or None,
        niveaux=niveaux_par_service(membre),
        avec_role=cadre.avec_role,
        role=membre.role,
        actif=membre.actif,
    )
    if request.method == "POST" and form.is_valid():
        origine, date = origine_de(request), timezone.now()
        try:
            modifier_personne(
                membre=membre,
                role=form.role_choisi(),
                actif=form.cleaned_data["actif"],
                origine=origine,
                date=date,
            )
            definir_niveaux(membre=membre, niveaux=form.niveaux(), par=request.user, origine=origine, date=date)
            messages.success(request, f"Les accès de {membre.nom_affiche} sont enregistrés.")
            return redirect(cadre.url("personnes"), request.dossier.pk)
        except DernierDirigeant as refus:
            form.add_error(None, str(refus))
    secours = cadre.avec_role and getattr(request.membre, "est_administrateur", False)
    contexte: dict[str, object] = {"form": form, "personne": membre, "secours": secours}
    return _page(request, cadre, "personne", contexte, 422 if form.errors else 200)


def _relancer(request: Requete, cadre: Cadre, personne_id: int) -> HttpResponse:
    membre = _personne(request.dossier, personne_id)
    if membre.actif:
        _envoyer(request, membre)
    return redirect(cadre.url("personnes"), request.dossier.pk)


@vue_dossier_cabinet()
def personnes(request: RequeteCabinet) -> HttpResponse:
    return _lister(request, CABINET)


@vue_dossier_cabinet(methodes=FORMULAIRE, reauthentification=True)
def personne_inviter(request: RequeteCabinet) -> HttpResponse:
    return _inviter(request, CABINET)


@vue_dossier_cabinet(methodes=FORMULAIRE, reauthentification=True)
def personne(request: RequeteCabinet, personne_id: int) -> HttpResponse:
    return _modifier(request, CABINET, personne_id)


@vue_dossier_cabinet(methodes=ACTE, reauthentification=True)
def personne_relancer(request: RequeteCabinet, personne_id: int) -> HttpResponse:
    return _relancer(request, CABINET, personne_id)


@vue_dossier_cabinet(methodes=ACTE, administrateur=True, reauthentification=True)
def personne_secours(request: RequeteCabinet, personne_id: int) -> HttpResponse:
    """The person lost his second factor, and the administrator has checked that it is him who asks."""
    membre = _personne(request.dossier, personne_id)
    journaliser(
        cabinet=request.dossier.cabinet,
        dossier=request.dossier,
        acte="facteur.secourir",
        date=timezone.now(),
        origine=origine_de(request),
        objet=membre.utilisateur.email,
    )
    confier(envoyer_secours, utilisateur_id=str(membre.utilisateur_id))
    messages.success(request, f"Un lien de secours est parti à {membre.utilisateur.email}.")
    return redirect("gestion_acces:personne", request.dossier.pk, membre.pk)


@vue_dossier_client(dirigeant=True)
def personnes_client(request: RequeteClient) -> HttpResponse:
    return _lister(request, CLIENT)


@vue_dossier_client(methodes=FORMULAIRE, dirigeant=True, reauthentification=True)
def personne_inviter_client(request: RequeteClient) -> HttpResponse:
    return _inviter(request, CLIENT)


@vue_dossier_client(methodes=FORMULAIRE, dirigeant=True, reauthentification=True)
def personne_client(request: RequeteClient, personne_id: int) -> HttpResponse:
    return _modifier(request, CLIENT, personne_id)


@vue_dossier_client(methodes=ACTE, dirigeant=True, reauthentification=True)
def personne_relancer_client(request: RequeteClient, personne_id: int) -> HttpResponse:
    return _relancer(request, CLIENT, personne_id)
