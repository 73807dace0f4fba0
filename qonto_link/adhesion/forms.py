"""The steps of the application. Nothing is compulsory while it is a draft: what is missing is said at the end.

Each field carries a hidden copy of what the page showed, so that only what was changed in this tab is written: two
tabs that change different fields both keep their change.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from gestion_acces.enums import FormeJuridique
from portal.lib.identifiants import nettoyer, siren_valide
from portal.lib.montants import MontantIllisible, lire_montant, saisie
from qonto_link.adhesion.enums import Flux, TypeJustificatif
from qonto_link.adhesion.nomenclature import secteur_nace
from qonto_link.adhesion.pays import PAYS

TELEPHONE = re.compile(r"(?:\+|00)\d{6,15}|0\d{9}")
GENRES = (("", "Non précisé"), ("female", "Madame"), ("male", "Monsieur"))


def texte(label: str, taille: int = 160, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=taille, required=False, show_hidden_initial=True, **kwargs)


def choix_de_pays(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=PAYS, required=False, show_hidden_initial=True)


def jour(label: str, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, show_hidden_initial=True, widget=widget, **kwargs)


class EurosField(forms.DecimalField):
    """Euros as people write them in France; the draft keeps `5000.00`."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        try:
            return saisie(lire_montant(str(value))) if value else value
        except MontantIllisible:
            return value

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        try:
            return Decimal(lire_montant(str(value))) / 100 if value not in self.empty_values else None
        except MontantIllisible as refus:
            raise forms.ValidationError(str(refus)) from refus


def euros(label: str, **kwargs: Any) -> EurosField:
    return EurosField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_digits=13,
        decimal_places=2,
        show_hidden_initial=True,
        **kwargs,
    )


class FluxForm(forms.Form):
    flux = forms.ChoiceField(label="Votre société", choices=Flux.choices, widget=forms.RadioSelect)


class EtapeForm(forms.Form):
    """A step: `changes()` gives the fields changed in this tab, as texts ready for the draft."""

    def dire_origine(self, fiche: dict[str, str], saisi: dict[str, str]) -> None:
        """Say beside each field that it comes from the card, or what the card says otherwise."""
        for nom, valeur in fiche.items():
            if nom not in self.fields or not valeur:
                continue
            champ = self.fields[nom]
            if saisi.get(nom, "") == valeur:
                mention = mark_safe('<span class="champ-repris">Repris de votre dossier</span>')
            else:
                lisible = dict(getattr(champ, "choices", ())).get(valeur, champ.prepare_value(valeur))
                mention = format_html("Dans votre dossier : « {} ». Votre cabinet verra la différence.", lisible)
            champ.help_text = format_html("{} {}", champ.help_text, mention) if champ.help_text else mention

    def changes(self) -> dict[str, str]:
        return {nom: _ecrit(self.cleaned_data[nom]) for nom in self.changed_data if nom in self.cleaned_data}

    def affiches(self) -> dict[str, str]:
        """What the page had shown, by the hidden copies, in the draft's writing."""
        return {nom: _lu(champ, self.data.get(self.add_initial_prefix(nom), "")) for nom, champ in self.fields.items()}


def _lu(champ: forms.Field, texte: str) -> str:
    try:
        return _ecrit(champ.to_python(texte))
    except forms.ValidationError:
        return texte


def _ecrit(valeur: Any) -> str:
    if valeur is None:
        return ""
    return f"{valeur:.2f}" if isinstance(valeur, Decimal) else str(valeur)


class EntrepriseForm(EtapeForm):
    raison_sociale = texte("Raison sociale")
    forme_juridique = forms.ChoiceField(
        label="Forme juridique", choices=FormeJuridique.choices, required=False, show_hidden_initial=True
    )
    siren = texte("SIREN", 20, help_text="Neuf chiffres.")
    numero_tva = texte("Numéro de TVA", 20)
    code_naf = texte("Code NAF", 6, help_text="Par exemple 10.71C.")
    activite = texte("Activité", 200)
    capital = euros("Capital social (€)")
    date_creation = jour("Date d’immatriculation")
    adresse = texte("Adresse du siège", 200)
    complement = texte("Complément d’adresse", 200)
    code_postal = texte("Code postal", 10)
    ville = texte("Ville", 100)
    pays = choix_de_pays("Pays")

    def __init__(self, *args: Any, flux: str, siren_connu: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The link will compare it with the card: another company is another dossier.
        self.fields["siren"].disabled = siren_connu
        if flux == Flux.CREATION:
            for nom in ("siren", "numero_tva"):
                del self.fields[nom]
            self.fields["date_creation"].label = "Date d’immatriculation prévue"

    def clean_siren(self) -> str:
        siren = nettoyer(self.cleaned_data["siren"])
        if siren and not (len(siren) == 9 and siren_valide(siren)):
            raise forms.ValidationError("Ce SIREN est faux : neuf chiffres, clé de contrôle comprise.")
        return siren

    def clean_code_naf(self) -> str:
        code = str(self.cleaned_data["code_naf"]).replace(".", "").upper()
        if code and not secteur_nace(code):
            raise forms.ValidationError("Un code NAF s’écrit avec quatre chiffres et une lettre : 10.71C.")
        return code


class AssocieForm(EtapeForm):
    prenom = texte("Prénom", 80)
    nom = texte("Nom", 80)
    email = forms.EmailField(label="E-mail", required=False, show_hidden_initial=True)
    telephone = texte("Téléphone mobile", 20, help_text="06 12 34 56 78, ou +33 6 12 34 56 78.")
    genre = forms.ChoiceField(label="Civilité", choices=GENRES, required=False, show_hidden_initial=True)
    nationalite = choix_de_pays("Nationalité")
    date_naissance = jour("Date de naissance")
    naissance_code_postal = texte("Code postal de naissance", 10)
    naissance_ville = texte("Ville de naissance", 100)
    naissance_pays = choix_de_pays("Pays de naissance")
    adresse = texte("Adresse personnelle", 200)
    complement = texte("Complément d’adresse", 200)
    code_postal = texte("Code postal", 10)
    ville = texte("Ville", 100)
    pays = choix_de_pays("Pays")
    capital = euros("Part du capital (€)")

    def clean_telephone(self) -> str:
        numero = nettoyer(self.cleaned_data["telephone"])
        if numero and not TELEPHONE.fullmatch(numero):
            raise forms.ValidationError("Ce numéro n’est pas complet : 06 12 34 56 78, ou +33 6 12 34 56 78.")
        return numero

    def clean_date_naissance(self) -> Any:
        naissance = self.cleaned_data["date_naissance"]
        if naissance and naissance >= timezone.localdate():
            raise forms.ValidationError("Cette date n’est pas passée.")
        return naissance


class JustificatifForm(forms.Form):
    type = forms.ChoiceField(choices=TypeJustificatif.choices)
    associe = forms.CharField(max_length=36, required=False)
    fichier = forms.FileField(
        label="Fichier",
        max_length=200,
        allow_empty_file=True,
        error_messages={"required": "Choisissez un fichier.", "max_length": "Le nom du fichier est trop long."},
    )


class EnvoiForm(forms.Form):
    exactitude = forms.BooleanField(
        label="Je certifie que ces informations sont exactes et j’accepte qu’elles soient transmises à Qonto",
        error_messages={"required": "Cochez la case pour envoyer votre demande."},
    )
