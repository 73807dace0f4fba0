"""The page of the components: every part of the design, with the variables that it takes, on invented data."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from gestion_acces.acces import FORMULAIRE, vue_cabinet
from portal.lib import graphiques
from portal.lib.champs import MontantField
from portal.lib.pages import Page

FIN = date(2026, 6, 9)
TRANSMIS = datetime(2026, 6, 2, 9, 12, tzinfo=UTC)
COULEURS = (
    *("papier", "surface", "surface-basse", "trait", "trait-fort", "encre", "encre-douce", "accent", "accent-doux"),
    *("succes", "attention", "danger", "info"),
)
ERREURS = {"err-montant": "1.234", "err-journal": "BQ2", "err-droit": "payer"}
CHAMPS = ("date", "libelle", "code", "cents", "etat", "ton")
OPERATIONS: tuple[tuple[int, str, str, int, str], ...] = (
    (8, "VIR AARO FS9289482", "401AARO", -18999, "transférée"),
    (7, "CB MOULINS BOURGEOIS", "", -42150, "à traiter"),
    (6, "VIR RECU HÔTEL DU PARC", "411HOTEL", 324000, "validée"),
    (5, "PRLV URSSAF", "431000", -128700, "proposée"),
)
ETATS = {"transférée": "succes", "validée": "info", "proposée": "attention", "à traiter": "neutre"}


class ExempleForm(forms.Form):
    libelle = forms.CharField(label="Libellé", help_text="Comme sur le relevé.", max_length=80)
    montant = MontantField(label="Montant", min_cents=1)
    date = forms.DateField(label="Date d’exécution", widget=forms.DateInput(attrs={"type": "date"}))
    journal = forms.ChoiceField(label="Journal", choices=[("BQ1", "BQ1 – Banque"), ("BQ2", "BQ2 – Qonto")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    droit = forms.ChoiceField(
        label="Droit",
        choices=[("consulter", "Consulter"), ("preparer", "Préparer"), ("payer", "Payer")],
        widget=forms.RadioSelect,
        initial="consulter",
    )
    accord = forms.BooleanField(label="J’ai vérifié l’IBAN", required=False)


def _frise() -> list[dict[str, Any]]:
    return [
        {
            "titre": "Dossier transmis",
            "etat": "faite",
            "quand": datetime(2026, 6, 2, 9, 12, tzinfo=UTC),
            "qui": "Vous",
        },
        {
            "titre": "Identité vérifiée",
            "etat": "faite",
            "quand": datetime(2026, 6, 4, 15, 40, tzinfo=UTC),
            "qui": "Qonto",
        },
        {
            "titre": "Dépôt du capital",
            "etat": "courante",
            "quand": "depuis 3 jours",
            "qui": "Notaire",
            "detail": "Le certificat du dépositaire est attendu.",
        },
        {"titre": "Compte ouvert", "etat": "avenir"},
    ]


def _solde() -> list[tuple[date, int]]:
    solde, points = 1_250_000, []
    for rang in range(90):
        solde += 310_000 if rang % 11 == 4 else -(23_700 + rang * 311 % 9_700)
        points.append((FIN - timedelta(days=89 - rang), solde))
    return points


def _lignes(tri: str) -> list[dict[str, Any]]:
    cle = tri.lstrip("-") if tri.lstrip("-") in {"date", "libelle", "cents"} else "date"
    lignes: list[dict[str, Any]] = [
        {
            "date": date(2026, 6, jour),
            "libelle": libelle,
            "code": code,
            "cents": cents,
            "etat": etat,
            "ton": ETATS[etat],
        }
        for jour, libelle, code, cents, etat in OPERATIONS
    ]
    return sorted(lignes, key=lambda ligne: ligne[cle], reverse=tri.startswith("-"))


def _contexte(request: HttpRequest) -> dict[str, Any]:
    tri = request.GET.get("tri", "-date")
    return {
        "couleurs": COULEURS,
        "tons": ("neutre", "info", "succes", "attention", "danger"),
        "niveaux": (("info", "Une information."), ("succes", "Le virement est exécuté."),
                    ("attention", "Le solde ne suffit pas."), ("erreur", "Qonto ne répond pas.")),
        "etapes": [
            {"libelle": "Entreprise", "etat": "faite", "url": "#etapes"},
            {"libelle": "Dirigeant et associés", "etat": "faite", "url": "#etapes"},
            {"libelle": "Justificatifs", "etat": "courante"},
            {"libelle": "Vérification", "etat": "avenir"},
        ],
        "frise": _frise(),
        "courbe": graphiques.courbe(_solde()),
        "barres": graphiques.barres(
            [("janv.", 1_830_000, 1_420_000), ("févr.", 1_510_000, 1_650_000), ("mars", 2_240_000, 1_380_000),
             ("avr.", 1_980_000, 1_720_000), ("mai", 2_410_000, 1_910_000), ("juin", 940_000, 610_000)]
        ),
        "etincelle": graphiques.etincelle([solde for _, solde in _solde()[::6]]),
        "onglets": [
            {"libelle": "À traiter", "url": "#tableaux", "courant": True, "compte": 36},
            {"libelle": "Validées", "url": "#tableaux", "compte": 0},
            {"libelle": "Toutes", "url": "#tableaux"},
        ],
        "ariane": [{"libelle": "Dossiers", "url": "#tableaux"}, {"libelle": "LENOIR", "url": "#tableaux"},
                   {"libelle": "ACD Banque"}],
        "tri": tri,
        "page": Page(_lignes(tri), suivante="exemple"),
        "form": ExempleForm(),
        "form_errone": ExempleForm(ERREURS, prefix="err"),
        "consequences": ("La synchronisation s’arrête.", "2 virements programmés restent chez Qonto.",
                         "Tout ce qui est déjà intégré est conservé."),
        "synchro": datetime(2026, 6, 9, 4, 12, tzinfo=UTC),
    }  # fmt: skip


@vue_cabinet(methodes=FORMULAIRE, administrateur=True)
def composants(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        messages.success(request, "Bien reçu. Cette page ne change rien : elle montre les composants.")
        return redirect("composants")
    return render(request, "portal/composants.html", _contexte(request))
