"""Ways in for those who have no password yet, or no longer: invitation, forgotten password."""

from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode

from gestion_acces.acces import FORMULAIRE, vue_publique
from gestion_acces.authentification import avertir, confirmer_mot_de_passe, reconnaitre_appareil
from gestion_acces.errors import AutreCabinet, InvitationPerimee, TropDEssais
from gestion_acces.forms import AdresseForm, ConfirmationForm
from gestion_acces.models import Utilisateur
from gestion_acces.services.audit import Origine, journaliser_personne, origine_de
from gestion_acces.services.essais import demande_permise
from gestion_acces.services.invitations import accepter, cabinet_de, compte_invite, lire_jeton
from gestion_acces.services.secours import personne_du_lien, retirer_tous_les_facteurs
from gestion_acces.session import fermer_les_autres
from gestion_acces.tasks import confier, envoyer_nouveau_mot_de_passe


@vue_publique(methodes=FORMULAIRE)
def invitation(request: HttpRequest, jeton: str) -> HttpResponse:
    maintenant = timezone.now()
    try:
        invitee = lire_jeton(jeton, maintenant=maintenant)
    except InvitationPerimee:
        return render(request, "gestion_acces/invitation_perimee.html", status=410)
    compte = compte_invite(invitee)
    nouveau = compte._state.adding or not compte.has_usable_password()
    form = SetPasswordForm(compte, request.POST or None) if nouveau else None
    erreur = ""
    if request.method == "POST" and (form is None or form.is_valid()):
        mot_de_passe = form.cleaned_data["new_password1"] if form else None
        try:
            accepter(invitation=invitee, mot_de_passe=mot_de_passe, origine=origine_de(request), maintenant=maintenant)
            messages.success(request, "C’est fait. Connectez-vous pour entrer.")
            return redirect("gestion_acces:connexion")
        except (InvitationPerimee, AutreCabinet) as refus:
            erreur = str(refus)
    contexte = {"form": form, "invitation": invitee, "cabinet": cabinet_de(invitee), "erreur": erreur}
    echec = bool(erreur or (form and form.errors))
    return render(request, "gestion_acces/invitation.html", contexte, status=422 if echec else 200)


@vue_publique(methodes=FORMULAIRE)
def mot_de_passe_oublie(request: HttpRequest) -> HttpResponse:
    form = AdresseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, origine = form.cleaned_data["email"].lower(), origine_de(request)
        if demande_permise(compte=email, adresse=origine.adresse_ip):
            confier(
                envoyer_nouveau_mot_de_passe,
                email=email,
                adresse_ip=origine.adresse_ip,
                agent=origine.agent,
                date=timezone.now().isoformat(),
            )
        # The same page for an account, for none, and past the limit.
        return render(request, "gestion_acces/mot_de_passe_envoye.html", {"email": email})
    statut = 422 if form.errors else 200
    return render(request, "gestion_acces/mot_de_passe_oublie.html", {"form": form}, status=statut)


def _personne_du_lien(identifiant: str, jeton: str) -> Utilisateur | None:
    try:
        personne = Utilisateur.objects.get(pk=force_str(urlsafe_base64_decode(identifiant)), is_active=True)
    except (ValueError, ValidationError, Utilisateur.DoesNotExist):
        return None
    return personne if default_token_generator.check_token(personne, jeton) else None


@vue_publique(methodes=FORMULAIRE)
def mot_de_passe_nouveau(request: HttpRequest, identifiant: str, jeton: str) -> HttpResponse:
    personne = _personne_du_lien(identifiant, jeton)
    if personne is None:
        return render(request, "gestion_acces/lien_perime.html", status=410)
    form = SetPasswordForm(personne, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        fermer_les_autres(personne)
        journaliser_personne(
            utilisateur=personne, acte="mot_de_passe.changer", date=timezone.now(), origine=origine_de(request)
        )
        avertir(request, personne, "Votre mot de passe a été changé")
        messages.success(request, "Votre mot de passe est changé, vos autres sessions sont fermées.")
        reponse = redirect("gestion_acces:connexion")
        # The mailbox proves the person: wrong sign-ins from elsewhere do not close this browser.
        reconnaitre_appareil(request, reponse, personne.email)
        return reponse
    contexte = {"form": form, "personne": personne}
    statut = 422 if form.errors else 200
    return render(request, "gestion_acces/mot_de_passe_nouveau.html", contexte, status=statut)


@vue_publique(methodes=FORMULAIRE)
def second_facteur_perdu(request: HttpRequest, identifiant: str, jeton: str) -> HttpResponse:
    """The link that an administrator had mailed: with his password, the person takes his lost factors away."""
    personne = personne_du_lien(identifiant, jeton)
    if personne is None:
        return render(request, "gestion_acces/lien_perime.html", {"sans_demande": True}, status=410)
    form, statut = ConfirmationForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            mot_de_passe = form.cleaned_data["mot_de_passe"]
            if confirmer_mot_de_passe(request, utilisateur=personne, mot_de_passe=mot_de_passe):
                return _reprendre_sans_facteur(request, personne)
            form.add_error("mot_de_passe", "Ce mot de passe n’est pas le bon.")
        except TropDEssais as refus:
            form.add_error(None, str(refus))
            statut = 429
    statut = 422 if form.errors and statut == 200 else statut
    contexte = {"form": form, "personne": personne}
    return render(request, "gestion_acces/second_facteur_perdu.html", contexte, status=statut)


def _reprendre_sans_facteur(request: HttpRequest, personne: Utilisateur) -> HttpResponse:
    origine = Origine(personne.email, origine_de(request).adresse_ip, origine_de(request).agent)
    retirer_tous_les_facteurs(utilisateur=personne, origine=origine, date=timezone.now())
    fermer_les_autres(personne)
    avertir(request, personne, "Vos seconds facteurs ont été retirés de votre compte")
    messages.success(request, "Vos anciens facteurs sont retirés. Connectez-vous : vous en choisirez un nouveau.")
    return redirect("gestion_acces:connexion")
