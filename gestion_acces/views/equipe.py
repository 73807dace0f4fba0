"""The administrator's pages: the team, the portfolios, the settings of the firm."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_cabinet
from gestion_acces.errors import DernierAdministrateur
from gestion_acces.forms_equipe import CabinetForm, CollaborateurForm, PortefeuilleForm, RoleCollaborateurForm
from gestion_acces.models import Invitation, MembreCabinet
from gestion_acces.queries_equipe import (
    dossiers_a_repartir,
    equipe_du_cabinet,
    invitations_du_cabinet,
    membres_actifs,
)
from gestion_acces.services.audit import journaliser, origine_de
from gestion_acces.services.equipe import confier_dossiers, modifier_cabinet, modifier_membre, retirer_dossiers
from gestion_acces.services.invitations import annuler, inviter_au_cabinet, renvoyer
from gestion_acces.session import fermer_les_autres
from gestion_acces.tasks import confier, envoyer_invitation, envoyer_secours
from portal.lib.pages import paginer


@vue_cabinet(administrateur=True)
def equipe(request: HttpRequest) -> HttpResponse:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    contexte = {
        "membres": equipe_du_cabinet(cabinet),
        "invitations": invitations_du_cabinet(cabinet),
        "maintenant": timezone.now(),
    }
    return render(request, "gestion_acces/equipe.html", contexte)


@vue_cabinet(methodes=FORMULAIRE, administrateur=True, reauthentification=True)
def collaborateur_inviter(request: HttpRequest) -> HttpResponse:
    membre = cast(RequeteCabinet, request).membre
    form = CollaborateurForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invitation = inviter_au_cabinet(
            cabinet=membre.cabinet,
            par=membre.utilisateur,
            origine=origine_de(request),
            maintenant=timezone.now(),
            **form.cleaned_data,
        )
        confier(envoyer_invitation, invitation_id=str(invitation.pk))
        messages.success(request, f"Une invitation est partie à {invitation.email}.")
        return redirect("gestion_acces:equipe")
    contexte = {"form": form}
    return render(request, "gestion_acces/collaborateur_inviter.html", contexte, status=422 if form.errors else 200)


def _membre(request: HttpRequest, membre_id: int) -> MembreCabinet:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    trouve = MembreCabinet.objects.filter(pk=membre_id, cabinet=cabinet).select_related("utilisateur", "cabinet")
    membre = trouve.first()
    if membre is None:
        raise Http404
    return membre


@vue_cabinet(methodes=FORMULAIRE, administrateur=True, reauthentification=True)
def collaborateur(request: HttpRequest, membre_id: int) -> HttpResponse:
    membre = _membre(request, membre_id)
    form = RoleCollaborateurForm(request.POST or None, initial={"role": membre.role, "actif": membre.actif})
    if request.method == "POST" and form.is_valid():
        try:
            modifier_membre(membre=membre, origine=origine_de(request), date=timezone.now(), **form.cleaned_data)
            if not form.cleaned_data["actif"]:
                fermer_les_autres(membre.utilisateur)
            messages.success(request, f"{membre.utilisateur.nom_complet} : c’est enregistré.")
            return redirect("gestion_acces:equipe")
        except DernierAdministrateur as refus:
            form.add_error(None, str(refus))
    contexte = {"form": form, "personne": membre, "portefeuille": membre.portefeuille.count()}
    return render(request, "gestion_acces/collaborateur.html", contexte, status=422 if form.errors else 200)


@vue_cabinet(methodes=ACTE, administrateur=True, reauthentification=True)
def collaborateur_secours(request: HttpRequest, membre_id: int) -> HttpResponse:
    """The person lost his second factor, and the administrator has checked that it is him who asks."""
    membre = _membre(request, membre_id)
    journaliser(
        cabinet=membre.cabinet,
        acte="facteur.secourir",
        date=timezone.now(),
        origine=origine_de(request),
        objet=membre.utilisateur.email,
    )
    confier(envoyer_secours, utilisateur_id=str(membre.utilisateur_id))
    messages.success(request, f"Un lien de secours est parti à {membre.utilisateur.email}.")
    return redirect("gestion_acces:collaborateur", membre.pk)


def _invitation(request: HttpRequest, invitation_id: str) -> Invitation:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    invitation = invitations_du_cabinet(cabinet).filter(pk=invitation_id).first()
    if invitation is None:
        raise Http404
    return invitation


@vue_cabinet(methodes=ACTE, administrateur=True, reauthentification=True)
def invitation_renvoyer(request: HttpRequest, invitation_id: str) -> HttpResponse:
    invitation = renvoyer(
        invitation=_invitation(request, invitation_id), origine=origine_de(request), maintenant=timezone.now()
    )
    confier(envoyer_invitation, invitation_id=str(invitation.pk))
    messages.success(request, f"Une nouvelle invitation est partie à {invitation.email}.")
    return redirect("gestion_acces:equipe")


@vue_cabinet(methodes=ACTE, administrateur=True, reauthentification=True)
def invitation_annuler(request: HttpRequest, invitation_id: str) -> HttpResponse:
    invitation = _invitation(request, invitation_id)
    annuler(invitation=invitation, origine=origine_de(request), maintenant=timezone.now())
    messages.success(request, f"L’invitation de {invitation.email} est annulée.")
    return redirect("gestion_acces:equipe")


@vue_cabinet(methodes=FORMULAIRE, administrateur=True, reauthentification=True)
def portefeuilles(request: HttpRequest) -> HttpResponse:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    dossiers = dossiers_a_repartir(cabinet, request.GET)
    membres = membres_actifs(cabinet)
    if request.method == "POST":
        form = PortefeuilleForm(request.POST, membres=membres, dossiers=request.POST.getlist("dossiers"))
        if form.is_valid():
            _repartir(request, form, list(dossiers.values_list("pk", flat=True)))
            return redirect(request.get_full_path())
        messages.error(
            request, " ".join(str(erreur) for erreur in form.non_field_errors()) or "Choisissez un collaborateur."
        )
    page = paginer(dossiers, cles=("raison_sociale", "id"), parametres=request.GET)
    contexte = {"page": page, "membres": membres, "nombre": dossiers.count(), "filtres": request.GET}
    return render(request, "gestion_acces/portefeuilles.html", contexte)


def _repartir(request: HttpRequest, form: PortefeuilleForm, filtres: list[UUID]) -> None:
    """Apply the act to the dossiers ticked, or to all those of the filter; only those of the firm count."""
    choix = form.cleaned_data
    coches = set(choix["dossiers"])
    cles = [cle for cle in filtres if choix["tous"] or str(cle) in coches]
    origine, date = origine_de(request), timezone.now()
    if choix["acte"] == "confier":
        par = cast(RequeteCabinet, request).user
        n = confier_dossiers(membre=choix["membre"], dossiers=cles, par=par, origine=origine, date=date)
        messages.success(request, f"{n} dossier(s) confié(s) à {choix['membre'].utilisateur.nom_complet}.")
    else:
        n = retirer_dossiers(membre=choix["membre"], dossiers=cles, origine=origine, date=date)
        messages.success(request, f"{n} dossier(s) retiré(s) à {choix['membre'].utilisateur.nom_complet}.")


@vue_cabinet(methodes=FORMULAIRE, administrateur=True, reauthentification=True)
def parametres(request: HttpRequest) -> HttpResponse:
    cabinet = cast(RequeteCabinet, request).membre.cabinet
    form = CabinetForm(request.POST or None, instance=cabinet)
    if request.method == "POST" and form.is_valid():
        modifier_cabinet(cabinet=cabinet, champs=form.cleaned_data, origine=origine_de(request), date=timezone.now())
        messages.success(request, "Les paramètres du cabinet sont enregistrés.")
        return redirect("gestion_acces:parametres")
    return render(request, "gestion_acces/parametres.html", {"form": form}, status=422 if form.errors else 200)
