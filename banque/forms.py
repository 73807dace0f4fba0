"""What people type into the screens of the bank room."""

from datetime import date as Date
from typing import Any, ClassVar

from django import forms

from banque.enums import EtatOperation, FormatReleve, ModeReglement, SensRegle
from banque.models import CompteBancaire
from comptabilite.models import Journal
from gestion_acces.models import Dossier
from portal.lib.bancaire import iban_normalise
from portal.lib.champs import MontantField

TAUX = [("", "Sans TVA"), ("2000", "20 %"), ("1000", "10 %"), ("550", "5,5 %"), ("210", "2,1 %"), ("850", "8,5 %")]
PARTS = 6


def _jour() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RenseignementForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CompteBancaire
        fields = ("libelle", "bic", "titulaire", "code_emetteur", "actif")


class AdresseForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CompteBancaire
        fields = ("agence", "adresse", "code_postal", "ville", "pays", "contact", "telephone", "email")


class ReglementForm(forms.ModelForm):  # type: ignore[type-arg]
    plafond_cents = MontantField(label="Plafond par règlement (€)", required=False, min_cents=1)

    class Meta:
        model = CompteBancaire
        fields = ("regle_fournisseurs", "mode_fournisseurs", "motif_fournisseurs", "plafond_cents")


class EdiForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CompteBancaire
        fields = ("edi_teleregle", "edi_destinataire", "edi_rum")


ONGLETS: dict[str, tuple[str, type[forms.ModelForm]]] = {  # type: ignore[type-arg]
    "renseignement": ("Renseignement", RenseignementForm),
    "adresse": ("Adresse", AdresseForm),
    "reglement": ("Règlement fournisseurs", ReglementForm),
    "edi": ("Destinataire EDI", EdiForm),
}


class BanqueForm(forms.ModelForm):  # type: ignore[type-arg]
    """A bank other than Qonto, created by hand."""

    class Meta:
        model = CompteBancaire
        fields = ("libelle", "iban", "bic", "titulaire", "code_emetteur")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["iban"].widget.attrs["maxlength"] = 42
        self.fields["iban"].max_length = 42  # type: ignore[attr-defined]
        self.fields["iban"].validators = []

    def clean_iban(self) -> str:
        try:
            return iban_normalise(self.cleaned_data["iban"])
        except ValueError as faute:
            raise forms.ValidationError(str(faute)) from None


class JournalForm(forms.Form):
    """Tie a bank to an existing treasury journal, or create one with a chosen code and account."""

    journal = forms.ModelChoiceField(queryset=Journal.objects.none(), label="Journal existant", required=False)
    code = forms.CharField(label="Code journal de trésorerie", max_length=6, required=False)
    numero_compte = forms.CharField(label="Compte de trésorerie", max_length=13, required=False)

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        libres = Journal.objects.pour_dossier(dossier).filter(
            compte_tresorerie__isnull=False, compte_bancaire__isnull=True, actif=True
        )
        champ = self.fields["journal"]
        assert isinstance(champ, forms.ModelChoiceField)
        champ.queryset = libres.order_by("code")
        champ.empty_label = "Créer un journal"


class PeriodeForm(forms.Form):
    """How far to integrate: the last whole day, yesterday at most."""

    jusqu_au = forms.DateField(label="Intégrer jusqu’au", required=False, widget=_jour())

    def __init__(self, *args: Any, hier: Date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hier = hier
        self.fields["jusqu_au"].widget.attrs["max"] = f"{hier:%Y-%m-%d}"

    def clean_jusqu_au(self) -> Date | None:
        jour: Date | None = self.cleaned_data["jusqu_au"]
        if jour and jour > self.hier:
            raise forms.ValidationError("Une intégration s’arrête au plus tard la veille.")
        return jour


class ExportForm(forms.Form):
    format = forms.ChoiceField(label="Format", choices=FormatReleve)
    du = forms.DateField(label="Du", widget=_jour())
    au = forms.DateField(label="Au", widget=_jour())


class DateForm(forms.Form):
    date = forms.DateField(label="À la date du", widget=_jour())


class FichierForm(forms.Form):
    fichier = forms.FileField(
        label="Fichier de relevé",
        help_text="CFONB 120 ou camt.053, tel que la banque le donne. Le compte est reconnu par son IBAN.",
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.cfonb,.cfo,.dat,.xml,.c53,text/plain,text/xml"}),
    )


class ImputationForm(forms.Form):
    """One row of the grid."""

    compte = forms.CharField(max_length=20, required=False)
    libelle = forms.CharField(max_length=100, required=False)
    piece = forms.CharField(max_length=60, required=False)
    taux_tva = forms.TypedChoiceField(
        label="TVA", choices=TAUX, required=False, coerce=int, empty_value=None, widget=forms.Select
    )


class PartForm(forms.Form):
    compte = forms.CharField(label="Compte (F6)", max_length=20, required=False)
    montant = MontantField(label="Montant TTC", required=False)
    taux_tva = forms.TypedChoiceField(label="TVA", choices=TAUX, required=False, coerce=int, empty_value=None)
    libelle = forms.CharField(label="Libellé", max_length=100, required=False)

    def est_vide(self) -> bool:
        donnees = getattr(self, "cleaned_data", {})
        return not donnees.get("compte") and donnees.get("montant") is None

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if bool(donnees.get("compte")) != (donnees.get("montant") is not None) and not self.errors:
            raise forms.ValidationError("Une part a un compte et un montant.")
        return donnees


VentilationFormSet = forms.formset_factory(PartForm, extra=PARTS, max_num=30)


class RegleForm(forms.Form):
    nom = forms.CharField(label="Nom de la règle", max_length=80)
    contient = forms.CharField(label="Le libellé contient", max_length=100, required=False)
    sens = forms.ChoiceField(label="Sens", choices=SensRegle, required=False)
    mode_reglement = forms.ChoiceField(
        label="Mode de règlement",
        required=False,
        choices=[("", "Tous"), *((m.value, m.label) for m in ModeReglement if m)],
    )
    code_operation = forms.CharField(label="Code opération", max_length=4, required=False)
    iban = forms.CharField(label="IBAN du tiers", max_length=42, required=False)
    montant_min_cents = MontantField(label="Montant minimum (€)", required=False, min_cents=0)
    montant_max_cents = MontantField(label="Montant maximum (€)", required=False, min_cents=0)
    compte = forms.CharField(label="Compte ou tiers (F6)", max_length=20)
    taux_tva = forms.TypedChoiceField(label="TVA", choices=TAUX, required=False, coerce=int, empty_value=None)
    libelle = forms.CharField(label="Libellé de l’écriture", max_length=50, required=False)
    valide = forms.BooleanField(label="Valider sans demander", required=False)
    du_cabinet = forms.BooleanField(label="Pour tous les dossiers du cabinet", required=False)
    active = forms.BooleanField(label="Active", required=False, initial=True)

    conditions: ClassVar[tuple[str, ...]] = ("contient", "mode_reglement", "code_operation", "iban")

    def clean_iban(self) -> str:
        return "".join(str(self.cleaned_data["iban"]).split()).upper()

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if not any(donnees.get(condition) for condition in self.conditions):
            raise forms.ValidationError("Donnez au moins un mot du libellé, un mode, un code opération ou un IBAN.")
        mini, maxi = donnees.get("montant_min_cents"), donnees.get("montant_max_cents")
        if mini is not None and maxi is not None and maxi < mini:
            self.add_error("montant_max_cents", "Le maximum est plus petit que le minimum.")
        return donnees


class FiltresForm(forms.Form):
    q = forms.CharField(label="Rechercher", required=False)
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *EtatOperation.choices])
    sens = forms.ChoiceField(label="Sens", required=False, choices=SensRegle)
    du = forms.DateField(label="Du", required=False, widget=_jour())
    au = forms.DateField(label="Au", required=False, widget=_jour())
