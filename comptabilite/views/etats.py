"""First page, journal, grand livre, balance."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from comptabilite.models import Compte, Ecriture, Journal, LigneEcriture, Tiers
from comptabilite.queries import etats
from comptabilite.queries.periode import Periode, periode
from comptabilite.queries.tableau_de_bord import ce_qui_attend, etats_des_exercices
from gestion_acces.acces import RequeteCabinet, vue_dossier_cabinet
from portal.lib.affichage import jour_de_paris
from portal.lib.tableaux import CSV, DATE, ENTIER, MONTANT, XLSX, Colonne, exporter

FORMATS = (CSV, XLSX)
COLONNES_LIGNES = (
    Colonne("Date", "date", DATE),
    Colonne("Journal", "ecriture__journal__code"),
    Colonne("N°", lambda ligne: ligne["ecriture__numero"], ENTIER),
    Colonne("Pièce", "ecriture__piece"),
    Colonne("Date de pièce", "ecriture__date_piece", DATE),
    Colonne("Compte", "compte__numero"),
    Colonne("Intitulé", "compte__libelle"),
    Colonne("Tiers", "tiers__code"),
    Colonne("Libellé", "libelle"),
    Colonne("Débit", "debit_cents", MONTANT),
    Colonne("Crédit", "credit_cents", MONTANT),
    Colonne("Lettre", "lettrage__code"),
    Colonne("État", "ecriture__etat"),
)
COLONNES_BALANCE = (
    Colonne("Compte", "code"),
    Colonne("Intitulé", "libelle"),
    Colonne("Report", "ouverture_cents", MONTANT),
    Colonne("Débit", "debit_cents", MONTANT),
    Colonne("Crédit", "credit_cents", MONTANT),
    Colonne("Solde débiteur", "solde_debiteur_cents", MONTANT),
    Colonne("Solde créditeur", "solde_crediteur_cents", MONTANT),
)


def periode_demandee(request: RequeteCabinet) -> Periode:
    return periode(request.dossier, request.GET, jour_de_paris(timezone.now()))


def _nom(request: RequeteCabinet, quoi: str, affichee: Periode) -> str:
    return f"{quoi}-{request.dossier.code}-{affichee.du:%Y%m%d}-{affichee.au:%Y%m%d}"


@vue_dossier_cabinet()
def accueil(request: RequeteCabinet) -> HttpResponse:
    contexte = {
        "dossier": request.dossier,
        "onglet": "accueil",
        "exercices": etats_des_exercices(request.dossier),
        "attente": ce_qui_attend(request.dossier),
        "dernieres": Ecriture.objects.filter(dossier=request.dossier).select_related("journal").order_by("-id")[:8],
    }
    return render(request, "comptabilite/accueil.html", contexte)


@vue_dossier_cabinet()
def journal(request: RequeteCabinet) -> HttpResponseBase:
    affichee = periode_demandee(request)
    code, etat = request.GET.get("journal", "")[:6], request.GET.get("etat", "")
    recherche = request.GET.get("q", "").strip()[:80]
    ecritures = etats.ecritures_du_journal(request.dossier, affichee, journal=code, etat=etat, recherche=recherche)
    if request.GET.get("export") in FORMATS:
        lignes = LigneEcriture.objects.pour_dossier(request.dossier).filter(ecriture__in=ecritures)
        return exporter(
            format=request.GET["export"],
            nom=_nom(request, f"journal-{code or 'tous'}", affichee),
            colonnes=COLONNES_LIGNES,
            lignes=etats.lignes_a_exporter(lignes, "date", "ecriture_id", "rang"),
        )
    contexte = {
        "dossier": request.dossier,
        "onglet": "journal",
        "periode": affichee,
        "journaux": Journal.objects.filter(dossier=request.dossier).order_by("code"),
        "code": code,
        "etat": etat,
        "recherche": recherche,
        "page": etats.page_du_journal(ecritures, request.GET),
    }
    return render(request, "comptabilite/journal.html", contexte)


def _compte_demande(request: RequeteCabinet) -> Compte | None:
    """The account of that number, else the first one that follows it, else the first of all."""
    mouvementes = etats.comptes_mouvementes(request.dossier).order_by("numero")
    demande = request.GET.get("compte", "").strip()[:13]
    return mouvementes.filter(numero__gte=demande).first() or mouvementes.first()


@vue_dossier_cabinet()
def grand_livre(request: RequeteCabinet) -> HttpResponseBase:
    affichee, compte = periode_demandee(request), _compte_demande(request)
    code = request.GET.get("tiers", "").strip().upper()[:13]
    tiers = Tiers.objects.filter(dossier=request.dossier, code=code).first() if code else None
    contexte = {
        "dossier": request.dossier,
        "onglet": "grand-livre",
        "periode": affichee,
        "compte": compte,
        "tiers": tiers,
    }
    if compte is None:
        return render(request, "comptabilite/grand_livre.html", contexte)
    ouvertes = bool(request.GET.get("ouvertes"))
    if request.GET.get("export") in FORMATS:
        lignes = etats.lignes_du_compte(request.dossier, compte, affichee, tiers=tiers, ouvertes=ouvertes)
        return exporter(
            format=request.GET["export"],
            nom=_nom(request, f"grand-livre-{compte.numero}", affichee),
            colonnes=COLONNES_LIGNES,
            lignes=etats.lignes_a_exporter(lignes, "date", "id"),
        )
    avant, apres = etats.comptes_voisins(request.dossier, compte)
    livre = etats.grand_livre(request.dossier, compte, affichee, request.GET, tiers=tiers, ouvertes=ouvertes)
    contexte |= {"livre": livre, "page": livre.page, "avant": avant, "apres": apres, "ouvertes": ouvertes}
    return render(request, "comptabilite/grand_livre.html", contexte)


@vue_dossier_cabinet()
def balance(request: RequeteCabinet) -> HttpResponseBase:
    affichee = periode_demandee(request)
    type_tiers = request.GET.get("tiers", "")
    racine = request.GET.get("racine", "").strip()[:13]
    if type_tiers in ("F", "C"):
        lignes = etats.balance_auxiliaire(request.dossier, affichee, type_tiers=type_tiers)
    else:
        lignes = etats.balance(request.dossier, affichee, racine=racine)
    if request.GET.get("export") in FORMATS:
        return exporter(
            format=request.GET["export"],
            nom=_nom(request, "balance", affichee),
            colonnes=COLONNES_BALANCE,
            lignes=lignes,
        )
    contexte = {
        "dossier": request.dossier,
        "onglet": "balance",
        "periode": affichee,
        "type_tiers": type_tiers,
        "racine": racine,
        "lignes": lignes,
        "totaux": etats.totaux(lignes),
    }
    return render(request, "comptabilite/balance.html", contexte)
