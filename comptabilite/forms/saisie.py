"""The entry typed by hand: a head and as many lines as wanted, in one plain form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.datastructures import MultiValueDict

from comptabilite.errors import ComptabiliteError
from comptabilite.models import Compte, Ecriture, Journal, LigneEcriture, Tiers
from comptabilite.services.ecritures import LigneSaisie
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.models import Dossier
from portal.lib.montants import MontantIllisible, lire_montant, saisie

LIGNES_PROPOSEES = 4
LIGNES_MAXIMUM = 500
TOUCHE_TRESORERIE = "0"


class EnTeteForm(forms.Form):
    journal = forms.ModelChoiceField(label="Journal", queryset=Journal.objects.none(), empty_label=None)
    date = forms.DateField(label="Date", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    piece = forms.CharField(label="Pièce", max_length=60)
    date_piece = forms.DateField(
        label="Date de la pièce",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Vide : la date de l’écriture.",
    )
    libelle = forms.CharField(label="Libellé", max_length=100)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        journaux = Journal.objects.filter(dossier=dossier, actif=True).select_related("compte_tresorerie")
        self.fields["journal"].queryset = journaux.order_by("code")  # type: ignore[attr-defined]


class LigneForm(forms.Form):
    compte = forms.CharField(
        label="Compte",
        max_length=13,
        required=False,
        widget=forms.TextInput(attrs={"list": "liste-comptes", "autocomplete": "off", "class": "code"}),
    )
    tiers = forms.CharField(
        label="Tiers",
        max_length=13,
        required=False,
        widget=forms.TextInput(attrs={"list": "liste-tiers", "autocomplete": "off", "class": "code"}),
    )
    libelle = forms.CharField(label="Libellé de la ligne", max_length=100, required=False)
    debit = forms.CharField(
        label="Débit", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    credit = forms.CharField(
        label="Crédit", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )

    def _cents(self, nom: str) -> int:
        texte = str(self.cleaned_data.get(nom) or "").strip()
        if not texte:
            return 0
        try:
            cents = lire_montant(texte)
        except MontantIllisible as erreur:
            raise forms.ValidationError(str(erreur)) from erreur
        if cents < 0:
            raise forms.ValidationError("Un montant négatif va de l’autre côté.")
        return cents

    def clean_debit(self) -> int:
        return self._cents("debit")

    def clean_credit(self) -> int:
        return self._cents("credit")

    @property
    def est_vide(self) -> bool:
        donnees = getattr(self, "cleaned_data", {})
        return not any(donnees.get(nom) for nom in ("compte", "tiers", "debit", "credit"))


LignesFormSet = formset_factory(
    LigneForm, extra=0, max_num=LIGNES_MAXIMUM, absolute_max=LIGNES_MAXIMUM, validate_max=True
)


def ligne_initiale(ligne: LigneEcriture) -> dict[str, str]:
    return {
        "compte": ligne.compte.numero,
        "tiers": ligne.tiers.code if ligne.tiers else "",
        "libelle": "" if ligne.libelle == ligne.ecriture.libelle else ligne.libelle,
        "debit": saisie(ligne.debit_cents) if ligne.debit_cents else "",
        "credit": saisie(ligne.credit_cents) if ligne.credit_cents else "",
    }


class Saisie:
    """The head and the lines together; `lignes()` are what the service takes once `is_valid()`."""

    def __init__(
        self,
        dossier: Dossier,
        donnees: MultiValueDict[str, Any] | None = None,
        ecriture: Ecriture | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.dossier = dossier
        self.entete = EnTeteForm(donnees, dossier=dossier, initial={**(initial or {}), **self._entete(ecriture)})
        lignes = [{} for _ in range(LIGNES_PROPOSEES)] if ecriture is None else self._lignes(ecriture)
        self.formset: BaseFormSet[LigneForm] = LignesFormSet(donnees, prefix="lignes", initial=lignes)
        if donnees is None:
            self.formset.extra = 0
        self.erreurs: list[str] = []

    @staticmethod
    def _entete(ecriture: Ecriture | None) -> dict[str, Any]:
        if ecriture is None:
            return {}
        champs = ("journal_id", "date", "piece", "date_piece", "libelle")
        valeurs = {nom: getattr(ecriture, nom) for nom in champs}
        return {**valeurs, "journal": ecriture.journal_id}

    @staticmethod
    def _lignes(ecriture: Ecriture) -> list[dict[str, str]]:
        lignes = LigneEcriture.objects.filter(ecriture=ecriture).select_related("compte", "tiers", "ecriture")
        return [ligne_initiale(ligne) for ligne in lignes.order_by("rang")]

    def is_valid(self) -> bool:
        """Parse everything; what the person typed stays in the form when something is wrong."""
        valides = [self.entete.is_valid(), self.formset.is_valid()]
        return all(valides)

    def lignes(self) -> list[LigneSaisie]:
        """The lines that are filled in. Raises ComptabiliteError for an account or a third party that is none."""
        journal: Journal = self.entete.cleaned_data["journal"]
        remplies = [form for form in self.formset if not form.est_vide]
        connus = {x.code: x for x in Tiers.objects.filter(dossier=self.dossier, code__in=self._codes(remplies))}
        return [self._ligne(form, journal, connus) for form in remplies]

    @staticmethod
    def _codes(forms_: list[LigneForm]) -> list[str]:
        return [form.cleaned_data["tiers"].upper() for form in forms_ if form.cleaned_data["tiers"]]

    def _ligne(self, form: LigneForm, journal: Journal, connus: dict[str, Tiers]) -> LigneSaisie:
        donnees = form.cleaned_data
        code = donnees["tiers"].upper()
        tiers = connus.get(code)
        if code and tiers is None:
            raise ComptabiliteError(f"Le tiers {code} n’existe pas : créez-le dans la liste des tiers.")
        numero = donnees["compte"] or (tiers.compte.numero if tiers else "")
        if not numero:
            raise ComptabiliteError("Une ligne a un montant mais pas de compte.")
        return LigneSaisie(
            self._compte(numero, journal), donnees["debit"], donnees["credit"], donnees["libelle"], tiers
        )

    def _compte(self, numero: str, journal: Journal) -> Compte:
        """0 is the treasury account of the journal, 1 to 9 its usual accounts (S20)."""
        if numero == TOUCHE_TRESORERIE and journal.compte_tresorerie:
            return journal.compte_tresorerie
        frequent = journal.comptes_frequents.get(numero) if len(numero) == 1 else None
        if len(numero) == 1 and not frequent:
            raise ComptabiliteError(f"Le journal {journal.code} n’a pas de compte fréquent {numero}.")
        return compte_du_plan(dossier=self.dossier, numero=frequent or numero)
