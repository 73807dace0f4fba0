"""The draft of an application, step by step, in the client's space."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from gestion_acces.acces import ACTE, FORMULAIRE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Service
from gestion_acces.services.audit import origine_de
from qonto_link.adhesion.champs import dirigeant_de, entreprise_de, libelle, lisible, manques
from qonto_link.adhesion.enums import Flux
from qonto_link.adhesion.errors import AdhesionError, AssocieInconnu, DejaSoumise
from qonto_link.adhesion.forms import AssocieForm, EntrepriseForm, EnvoiForm, EtapeForm, FluxForm
from qonto_link.adhesion.models import Adhesion
from qonto_link.adhesion.queries import avancement
from qonto_link.adhesion.services import brouillon, soumission
from qonto_link.adhesion.services.justificatifs import attendus
from qonto_link.adhesion.tasks import envoyer_adhesion
from qonto_link.services.connexion import connexion_du

ETAPES = (
    ("entreprise", "Entreprise"),
    ("associes", "Dirigeant et associés"),
    ("justificatifs", "Justificatifs"),
    ("verification", "Vérification"),
)
Enregistrer = Callable[..., list[str]]


def cadre(request: RequeteClient, adhesion: Adhesion, courante: str) -> dict[str, Any]:
    """The context that every step shares."""
    faites = avancement(adhesion)
    etapes = [
        {
            "libelle": mots,
            "etat": "courante" if nom == courante else "faite" if faites[nom] else "avenir",
            "url": reverse(f"qonto_link:adhesion_{nom}", args=[request.dossier.pk]),
        }
        for nom, mots in ETAPES
    ]
    return {"dossier": request.dossier, "membre": request.membre, "adhesion": adhesion, "etapes": etapes}


def _a_modifier(request: RequeteClient) -> Adhesion | None:
    adhesion = brouillon.adhesion_du(request.dossier)
    return adhesion if adhesion and adhesion.est_modifiable else None


def _ailleurs(request: RequeteClient) -> HttpResponse:
    return redirect("qonto_link:adhesion", request.dossier.pk)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE)
def adhesion(request: RequeteClient) -> HttpResponse:
    """The door: the choice of the flow, or the page where the application stands."""
    en_cours = brouillon.adhesion_du(request.dossier)
    if connexion_du(request.dossier):
        return redirect("qonto_link:applications", request.dossier.pk)
    if en_cours:
        cible = "adhesion_suivi" if not en_cours.est_modifiable else f"adhesion_{_premiere_etape(en_cours)}"
        return redirect(f"qonto_link:{cible}", request.dossier.pk)
    initial = {"flux": Flux.EXISTANTE if request.dossier.date_creation else ""}
    form = FluxForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        brouillon.demarrer(
            dossier=request.dossier,
            flux=form.cleaned_data["flux"],
            par=request.user,
            origine=origine_de(request),
            maintenant=timezone.now(),
        )
        return redirect("qonto_link:adhesion_entreprise", request.dossier.pk)
    contexte = {"dossier": request.dossier, "form": form}
    return render(request, "adhesion/flux.html", contexte, status=422 if form.errors else 200)


def _premiere_etape(adhesion: Adhesion) -> str:
    faites = avancement(adhesion)
    return next((nom for nom, _ in ETAPES if not faites[nom]), "verification")


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def abandonner(request: RequeteClient) -> HttpResponse:
    en_cours = _a_modifier(request)
    if en_cours is None:
        return _ailleurs(request)
    brouillon.abandonner(adhesion=en_cours, origine=origine_de(request), maintenant=timezone.now())
    messages.success(request, "La demande est abandonnée. Vous pouvez en commencer une autre.")
    return redirect("qonto_link:applications", request.dossier.pk)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE)
def entreprise(request: RequeteClient) -> HttpResponse:
    en_cours = _a_modifier(request)
    if en_cours is None:
        return _ailleurs(request)
    fiche, saisi = entreprise_de(request.dossier), en_cours.contenu["entreprise"]
    form = EntrepriseForm(
        request.POST if request.method == "POST" else None,
        initial=saisi,
        flux=en_cours.flux,
        siren_connu=bool(request.dossier.siren),
    )
    form.dire_origine(fiche, saisi)

    def enregistrer(**quoi: Any) -> list[str]:
        return brouillon.enregistrer_entreprise(adhesion=en_cours, **quoi)

    contexte = {**cadre(request, en_cours, "entreprise"), "form": form, "titre": "Votre entreprise"}
    return _etape(request, form, enregistrer, "adhesion/entreprise.html", contexte, "adhesion_associes")


def _etape(
    request: RequeteClient,
    form: EtapeForm,
    enregistrer: Enregistrer,
    gabarit: str,
    contexte: dict[str, Any],
    suivante: str,
) -> HttpResponse:
    """Write what was changed and well typed; go on when all is. The draft of a script only writes."""
    if request.method != "POST":
        return _sans_cache(render(request, gabarit, contexte))
    valable = form.is_valid()
    try:
        croises = enregistrer(changes=form.changes(), affiches=form.affiches(), maintenant=timezone.now())
    except (DejaSoumise, AssocieInconnu) as refus:
        messages.error(request, str(refus))
        return _ailleurs(request)
    if request.headers.get("X-Portail-Brouillon"):
        return JsonResponse({"enregistres": list(form.changes()), "fautes": list(form.errors)})
    if croises:
        noms = ", ".join(f"« {libelle(nom, isinstance(form, AssocieForm))} »" for nom in croises)
        messages.warning(request, f"Un autre onglet avait changé {noms} entre-temps : votre saisie l’a remplacé.")
    if not valable:
        return _sans_cache(render(request, gabarit, contexte, status=422))
    return redirect(f"qonto_link:{suivante}", request.dossier.pk)


def _sans_cache(reponse: HttpResponse) -> HttpResponse:
    """The back button must show the draft as it is, not as it was."""
    reponse["Cache-Control"] = "no-store, private"
    return reponse


@vue_dossier_client(service=Service.QONTO, dirigeant=True)
def associes(request: RequeteClient) -> HttpResponse:
    en_cours = _a_modifier(request)
    if en_cours is None:
        return _ailleurs(request)
    absents = [mots for etape, mots in manques(en_cours.flux, en_cours.contenu) if etape == "associes"]
    contexte = {
        **cadre(request, en_cours, "associes"),
        "personnes": [
            {**personne, "part": lisible("capital", personne.get("capital", ""), True)}
            for personne in en_cours.contenu["associes"]
        ],
        "manques": absents,
        "maximum": brouillon.ASSOCIES_MAX,
    }
    return _sans_cache(render(request, "adhesion/associes.html", contexte))


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def associe_ajouter(request: RequeteClient) -> HttpResponse:
    en_cours = _a_modifier(request)
    if en_cours is None:
        return _ailleurs(request)
    cle = brouillon.ajouter_associe(adhesion=en_cours, maintenant=timezone.now())
    return redirect("qonto_link:adhesion_associe", request.dossier.pk, cle)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=ACTE)
def associe_retirer(request: RequeteClient, cle: str) -> HttpResponse:
    en_cours = _a_modifier(request)
    if en_cours is None:
        return _ailleurs(request)
    brouillon.retirer_associe(adhesion=en_cours, cle=cle, origine=origine_de(request), maintenant=timezone.now())
    return redirect("qonto_link:adhesion_associes", request.dossier.pk)


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE)
def associe(request: RequeteClient, cle: str) -> HttpResponse:
    en_cours = _a_modifier(request)
    personnes = en_cours.contenu["associes"] if en_cours else []
    rang = next((rang for rang, personne in enumerate(personnes) if personne["cle"] == cle), None)
    if en_cours is None or rang is None:
        return _ailleurs(request)
    form = AssocieForm(request.POST if request.method == "POST" else None, initial=personnes[rang])
    if rang == 0:
        form.dire_origine(dirigeant_de(request.dossier), personnes[0])

    def enregistrer(**quoi: Any) -> list[str]:
        return brouillon.enregistrer_associe(adhesion=en_cours, cle=cle, **quoi)

    titre = "Le dirigeant" if rang == 0 else f"Associé n° {rang + 1}"
    contexte = {**cadre(request, en_cours, "associes"), "form": form, "titre": titre}
    return _etape(request, form, enregistrer, "adhesion/associe.html", contexte, "adhesion_associes")


@vue_dossier_client(service=Service.QONTO, dirigeant=True, methodes=FORMULAIRE)
def verification(request: RequeteClient) -> HttpResponse:
    en_cours = _a_modifier(request)
    if en_cours is None:
        return _ailleurs(request)
    form = EnvoiForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            soumission.soumettre(adhesion=en_cours, origine=origine_de(request), maintenant=timezone.now())
        except AdhesionError as refus:
            form.add_error(None, str(refus))
        else:
            soumission.envoyer(adhesion=en_cours, maintenant=timezone.now())
            envoyer_adhesion.delay(adhesion_id=en_cours.pk)
            return redirect("qonto_link:adhesion_suivi", request.dossier.pk)
    contenu = en_cours.contenu
    contexte = {
        **cadre(request, en_cours, "verification"),
        "form": form,
        "manques": manques(en_cours.flux, contenu),
        "entreprise": _relu(contenu["entreprise"], list(EntrepriseForm(flux=en_cours.flux).fields)),
        "personnes": [(un, _relu(un, list(AssocieForm.base_fields), associe=True)) for un in contenu["associes"]],
        "attendus": attendus(en_cours),
    }
    return _sans_cache(render(request, "adhesion/verification.html", contexte, status=422 if form.errors else 200))


def _relu(saisi: dict[str, str], champs: list[str], associe: bool = False) -> list[tuple[str, str]]:
    """What was typed, with the words of the form, empty fields left out."""
    return [(libelle(nom, associe), lisible(nom, saisi[nom], associe)) for nom in champs if saisi.get(nom)]
