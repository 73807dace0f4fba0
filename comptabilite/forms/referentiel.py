"""Journals (five tabs), accounts and third parties."""

import re
from typing import Any, ClassVar

from django import forms

from comptabilite.enums import NatureJournal, TypeTiers
from comptabilite.errors import ComptabiliteError
from comptabilite.models import Compte, Journal, Tiers
from comptabilite.services.journaux import controler_compte_tresorerie
from comptabilite.services.plan import compte as compte_du_plan
from comptabilite.services.plan import normaliser_numero, parametres
from gestion_acces.models import Dossier
from portal.lib.identifiants import nettoyer, siren_valide, siret_valide

CHIFFRES = "123456789"


class JournalCreerForm(forms.Form):
    code = forms.RegexField(
        r"^[A-Za-z0-9]{1,6}$", label="Code", max_length=6, help_text="Lettres et chiffres, six au plus."
    )
    libelle = forms.CharField(label="Libellé", max_length=80)
    nature = forms.ChoiceField(label="Nature", choices=NatureJournal)
    numero_compte = forms.CharField(
        label="Compte de trésorerie",
        max_length=13,
        required=False,
        help_text="Trésorerie seulement ; vide : le prochain 512 libre.",
    )

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dossier = dossier

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).upper()
        if Journal.objects.filter(dossier=self.dossier, code=code).exists():
            raise forms.ValidationError(f"Le journal {code} existe déjà.")
        return code


class GeneralForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Journal
        fields = ("libelle", "actif")


class ComptesForm(forms.Form):
    """Treasury account (0), usual accounts (1 to 9), forbidden roots."""

    def __init__(self, *args: Any, journal: Journal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.journal = journal
        if journal.est_tresorerie:
            tresorerie = journal.compte_tresorerie
            self.fields["tresorerie"] = forms.CharField(
                label="Compte de trésorerie (0)", max_length=13, initial=tresorerie.numero if tresorerie else ""
            )
        for chiffre in CHIFFRES:
            self.fields[f"frequent_{chiffre}"] = forms.CharField(
                label=f"Compte fréquent {chiffre}",
                max_length=13,
                required=False,
                initial=journal.comptes_frequents.get(chiffre, ""),
                widget=forms.TextInput(attrs={"list": "liste-comptes", "autocomplete": "off"}),
            )
        self.fields["racines"] = forms.CharField(
            label="Racines de comptes interdites",
            max_length=200,
            required=False,
            initial=" ".join(journal.racines_interdites),
            help_text="Séparées par des espaces : 512 7. Le compte de trésorerie du journal reste permis.",
        )
        self.fields["racines"].widget.attrs["class"] = "champ-large"

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or {}
        largeur = parametres(self.journal.dossier).largeur_comptes
        for nom, valeur in list(donnees.items()):
            if nom.startswith("frequent_") and valeur:
                try:
                    donnees[nom] = normaliser_numero(valeur, largeur)
                except ComptabiliteError as refus:
                    self.add_error(nom, str(refus))
        racines = re.split(r"[\s,;]+", str(donnees.get("racines") or "").strip())
        donnees["racines"] = [racine for racine in racines if racine]
        if any(not racine.isdecimal() for racine in donnees["racines"]):
            self.add_error("racines", "Une racine est faite de chiffres.")
        self._tresorerie(donnees)
        return donnees

    def _tresorerie(self, donnees: dict[str, Any]) -> None:
        if not donnees.get("tresorerie"):
            return
        try:
            voulu = compte_du_plan(
                dossier=self.journal.dossier, numero=donnees["tresorerie"], libelle=self.journal.libelle
            )
            controler_compte_tresorerie(compte=voulu, sauf=self.journal)
        except ComptabiliteError as refus:
            self.add_error("tresorerie", str(refus))
        else:
            donnees["compte_tresorerie"] = voulu

    def champs(self) -> dict[str, Any]:
        """The fields of the journal to write."""
        donnees = self.cleaned_data
        valeurs: dict[str, Any] = {
            "comptes_frequents": {c: donnees[f"frequent_{c}"] for c in CHIFFRES if donnees.get(f"frequent_{c}")},
            "racines_interdites": donnees["racines"],
        }
        if "compte_tresorerie" in donnees:
            valeurs["compte_tresorerie"] = donnees["compte_tresorerie"]
        return valeurs


class SaisieForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Journal
        fields = ("gestion_numero_facture", "piece_automatique", "reporter_libelle", "libelle_par_defaut")


class AcdForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Journal
        fields = ("code_acd", "transfert_acd")
        help_texts: ClassVar[dict[str, str]] = {"code_acd": "Vide : le même code que dans ce dossier."}


class GedForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Journal
        fields = ("gestion_document", "panier_ged")


class CompteForm(forms.Form):
    numero = forms.CharField(label="Numéro", max_length=13, help_text="Complété de zéros à droite.")
    libelle = forms.CharField(
        label="Libellé", max_length=160, required=False, help_text="Vide : celui du plan comptable."
    )


class CompteModifierForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Compte
        fields = ("libelle", "lettrable", "actif")


class TiersForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Tiers
        fields = ("nom", "siren", "siret", "numero_tva", "iban", "email", "actif")

    def clean_siren(self) -> str:
        siren = nettoyer(self.cleaned_data["siren"])
        if siren and not siren_valide(siren):
            raise forms.ValidationError("Ce SIREN n’est pas valide (9 chiffres, clé de contrôle).")
        return siren

    def clean_siret(self) -> str:
        siret = nettoyer(self.cleaned_data["siret"])
        if siret and not siret_valide(siret):
            raise forms.ValidationError("Ce SIRET n’est pas valide (14 chiffres, clé de contrôle).")
        return siret

    def clean_iban(self) -> str:
        return nettoyer(self.cleaned_data["iban"]).upper()


class TiersCreerForm(forms.Form):
    type = forms.ChoiceField(label="Type", choices=TypeTiers)
    nom = forms.CharField(label="Nom", max_length=160)
    siren = forms.CharField(label="SIREN", max_length=11, required=False)

    def clean_siren(self) -> str:
        siren = nettoyer(self.cleaned_data["siren"])
        if siren and not siren_valide(siren):
            raise forms.ValidationError("Ce SIREN n’est pas valide (9 chiffres, clé de contrôle).")
        return siren
