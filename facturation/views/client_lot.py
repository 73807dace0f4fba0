"""« Régler la sélection »: up to 400 instalments, one list of verifications, one strong authentication."""

from contextlib import suppress
from uuid import UUID

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from facturation.errors import CoordonneesChangees, FacturationError
from facturation.forms import LotForm
from facturation.models import Echeance
from facturation.queries import verifications_montrees
from facturation.services.bouclier import Alerte, exige_second_regard, gravite_de
from facturation.services.paiement import comptes_debiteurs, manques_de_la_selection
from facturation.tunnel import Panier, preparer_panier, verifier_panier
from facturation.views.client_paiements import REFUS, auteur_de, emettre_ou_attendre, vers_panneau
from facturation.views.commun import CLIENT, aujourdhui, client_de, methodes_sca, rendre
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteClient, vue_dossier_client
from gestion_acces.enums import Niveau, Service
from qonto_link.api.errors import QontoError
from qonto_link.models import CompteQonto
from qonto_link.virements.models import Ordre
from qonto_link.virements.services.preparation import TAILLE_LOT

AGE_VERIFICATION = 30 * 60  # seconds between what was shown and what is ordered
SEL = "facturation.lot"
SANS_COMPTE = "Aucun compte Qonto n’est associé au dossier."


def _echeances(request: RequeteClient) -> list[Echeance]:
    """The open instalments of this dossier named by `e`, or the late ones (`retard`), in order of their due dates."""
    source = request.POST if request.method == "POST" else request.GET
    lignes = Echeance.objects.pour_dossier(request.dossier).ouvertes().filter(facture__nature="facture")
    liens = ("facture__fournisseur__tiers", "facture__fichier", "dossier__cabinet")
    lignes = lignes.select_related(*liens).order_by("date", "id")
    if "retard" in source:
        return list(lignes.filter(date__lt=aujourdhui())[:TAILLE_LOT])
    return list(lignes.filter(pk__in=_identifiants(source.getlist("e")[: TAILLE_LOT + 1])))


def _identifiants(textes: list[str]) -> list[UUID]:
    ids = []
    for texte in textes:
        with suppress(ValueError):
            ids.append(UUID(texte))
    return ids


def _lignes(
    panier: Panier, alertes: dict[str, list[Alerte]], manques: dict[str, list[str]]
) -> list[dict[str, object]]:
    return [
        {
            "echeance": echeance,
            "coordonnee": panier.coordonnees.get(str(echeance.pk)),
            "verification": panier.verifications.get(str(echeance.pk)),
            "alertes": alertes[str(echeance.pk)],
            "manques": manques[str(echeance.pk)],
            "gravite": gravite_de(alertes[str(echeance.pk)]),
        }
        for echeance in panier.echeances
    ]


def _page(
    request: RequeteClient,
    panier: Panier,
    form: LotForm,
    compte: CompteQonto | None,
    erreur: str = "",
    *,
    a_verifier: bool = False,
) -> HttpResponse:
    alertes = panier.alertes(compte, timezone.now())
    disponible = compte.solde_autorise_cents if compte else None
    du_compte, par_ligne = manques_de_la_selection(echeances=panier.echeances, compte=compte, jour=aujourdhui())
    contexte = {
        "dossier": request.dossier,
        "lignes": _lignes(panier, alertes, par_ligne),
        "manques": du_compte,
        "possible": not du_compte and not any(par_ligne.values()),
        "form": form,
        "compte": compte,
        "total_cents": panier.total_cents,
        "solde_apres_cents": None if disponible is None else disponible - panier.total_cents,
        "verifie": bool(panier.verifications),
        "a_verifier": a_verifier,
        "motif_exige": any(exige_second_regard(ligne) for ligne in alertes.values())
        or any(not verification.favorable for verification in panier.verifications.values()),
        "rouge": any(exige_second_regard(ligne) for ligne in alertes.values()),
        "sceau": _sceller(panier),
        "peut_valider": request.niveau == Niveau.PAYER,
        "erreur": erreur,
    }
    statut = 422 if erreur or form.errors else 200
    gabarit = "facturation/selection.html"
    if request.headers.get("HX-Request"):
        gabarit += "#selection"
    return rendre(request, gabarit, CLIENT | contexte, status=statut)


def _sceller(panier: Panier) -> str:
    """What was verified and shown, signed: what is ordered afterwards is exactly that."""
    if not panier.jeton:
        return ""
    return signing.dumps(
        {
            "v": {cle: verification.pk for cle, verification in panier.verifications.items()},
            "c": {cle: coordonnee.pk for cle, coordonnee in panier.coordonnees.items()},
            "j": panier.jeton,
        },
        salt=SEL,
    )


def _desceller(panier: Panier, request: RequeteClient) -> str:
    """Put back what the page showed, if it is about the same instalments and young enough; else why it is not."""
    refaites = "Les vérifications ont été refaites : relisez-les."
    try:
        lu = signing.loads(request.POST.get("sceau", ""), salt=SEL, max_age=AGE_VERIFICATION)
    except signing.BadSignature:
        return refaites
    if set(lu["v"]) != {str(echeance.pk) for echeance in panier.echeances}:
        return refaites
    if lu["c"] != {cle: coordonnee.pk for cle, coordonnee in panier.coordonnees.items()}:
        return str(CoordonneesChangees())
    trouvees = verifications_montrees(request.dossier, lu["v"].values())
    if len(trouvees) != len(set(lu["v"].values())):
        return refaites
    panier.jeton = lu["j"]
    panier.verifications = {cle: trouvees[pk] for cle, pk in lu["v"].items()}
    return ""


@vue_dossier_client(methodes=FORMULAIRE, service=Service.QONTO, niveau=Niveau.PREPARER)
def selection(request: RequeteClient) -> HttpResponse:
    """The chosen instalments with the balance after; the page then asks for the verification of each payee.

    Posted by the list: 400 ids are longer than an address may be. Writes nothing.
    """
    panier, comptes = Panier(_echeances(request)), comptes_debiteurs(request.dossier)
    if not panier.echeances:
        return redirect("facturation:accueil_client", request.dossier.pk)
    form = LotForm(initial={"date": aujourdhui()}, comptes=comptes, methodes=methodes_sca())
    compte = comptes[0] if comptes else None
    return _page(request, panier, form, compte, "" if compte else SANS_COMPTE, a_verifier=compte is not None)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PREPARER)
def selection_verifier(request: RequeteClient) -> HttpResponse:
    """Runs when the page opens, or by « Vérifier les bénéficiaires »."""
    panier, comptes = Panier(_echeances(request)), comptes_debiteurs(request.dossier)
    if not panier.echeances:
        return redirect("facturation:accueil_client", request.dossier.pk)
    form = LotForm(request.POST, comptes=comptes, methodes=methodes_sca())
    choisi = form.cleaned_data.get("compte") if form.is_valid() else None
    compte = choisi or (comptes[0] if comptes else None)
    erreur = _verifier(request, panier, compte) if compte else SANS_COMPTE
    return _page(request, panier, form, compte, erreur)


def _verifier(request: RequeteClient, panier: Panier, compte: CompteQonto) -> str:
    """Verify the payees; returns why it could not be done, or an empty string."""
    try:
        with client_de(compte) as client:
            verifier_panier(panier, request.dossier, client, auteur_de(request))
    except REFUS as refus:
        return str(refus)
    except QontoError:
        return "Qonto ne répond pas pour le moment : les bénéficiaires ne sont pas vérifiés. Réessayez."
    return ""


def _preparer(request: RequeteClient, *, a_approuver: bool) -> Ordre | HttpResponse:
    panier, comptes = Panier(_echeances(request)), comptes_debiteurs(request.dossier)
    form = LotForm(request.POST, comptes=comptes, methodes=methodes_sca())
    if not panier.echeances:
        return redirect("facturation:accueil_client", request.dossier.pk)
    compte = form.cleaned_data["compte"] if form.is_valid() else None
    if compte is None:
        return _page(request, panier, form, comptes[0] if comptes else None)
    if ecart := _desceller(panier, request):
        erreur = _verifier(request, panier, compte)
        return _page(request, panier, form, compte, erreur or ecart)
    motif = form.cleaned_data["motif"]
    try:
        if not motif.strip() and any(not v.favorable for v in panier.verifications.values()):
            raise FacturationError("Indiquez pourquoi vous poursuivez malgré les vérifications défavorables.")
        return preparer_panier(
            panier,
            dossier=request.dossier,
            compte=compte,
            jour=form.cleaned_data["date"],
            motif=motif,
            auteur=auteur_de(request),
            a_approuver=a_approuver,
        )
    except REFUS as refus:
        return _page(request, panier, form, compte, str(refus))


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PREPARER)
def selection_preparer(request: RequeteClient) -> HttpResponse:
    ordre = _preparer(request, a_approuver=True)
    return ordre if isinstance(ordre, HttpResponse) else vers_panneau(request, ordre)


@vue_dossier_client(methodes=ACTE, service=Service.QONTO, niveau=Niveau.PAYER, reauthentification=True)
def selection_valider(request: RequeteClient) -> HttpResponse:
    ordre = _preparer(request, a_approuver=False)
    return ordre if isinstance(ordre, HttpResponse) else emettre_ou_attendre(request, ordre)
