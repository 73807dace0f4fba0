"""What people type into i-Dépôt."""

from typing import Any

from django import forms

from depot.enums import EtatDocument, OrigineDocument, Panier, StatutFacture, TypeDocument
from depot.models import Classeur
from depot.queries import CORBEILLE, LIBELLES_ALERTES, TRIS, Filtres
from portal.lib.champs import MontantField


def _jour() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class FiltresForm(forms.Form):
    """The filters in the address. What is absurd there is left out, never an error page."""

    q = forms.CharField(label="Rechercher", required=False, max_length=120, widget=forms.SearchInput())
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *EtatDocument.choices])
    type = forms.ChoiceField(label="Type", required=False, choices=[("", "Tous"), *TypeDocument.choices])
    statut = forms.ChoiceField(label="Statut Qonto", required=False, choices=[("", "Tous"), *StatutFacture.choices])
    origine = forms.ChoiceField(label="Origine", required=False, choices=[("", "Toutes"), *OrigineDocument.choices])
    alerte = forms.ChoiceField(label="À voir", required=False, choices=[("", "Tout"), *LIBELLES_ALERTES.items()])
    du = forms.DateField(label="Du", required=False, widget=_jour())
    au = forms.DateField(label="Au", required=False, widget=_jour())
    panier = forms.ChoiceField(required=False, choices=[("", ""), (CORBEILLE, ""), *Panier.choices])
    classeur = forms.IntegerField(required=False, min_value=1, max_value=2**62)
    tri = forms.ChoiceField(required=False, choices=[(tri, tri) for tri in TRIS])

    def filtres(self) -> Filtres:
        self.is_valid()
        valeurs = {nom: valeur for nom, valeur in self.cleaned_data.items() if valeur}
        return Filtres(**valeurs)


class DepotForm(forms.Form):
    """Where the files go; the files themselves come beside, one or several."""

    panier = forms.ChoiceField(label="Panier", choices=Panier.choices)
    classeur = forms.ModelChoiceField(
        label="Classeur", queryset=Classeur.objects.none(), required=False, empty_label="Sans classeur"
    )

    def __init__(self, *args: Any, classeurs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classeur"].queryset = classeurs  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        classeur = donnees.get("classeur")
        if classeur is not None and classeur.panier != donnees.get("panier"):
            # The folder belongs to the basket chosen before: the basket is what the person sees.
            donnees["classeur"] = None
        return donnees


class DescriptionForm(DepotForm):
    """What a person says of a document."""

    type = forms.ChoiceField(label="Type", choices=TypeDocument.choices)
    numero = forms.CharField(label="Numéro", required=False, max_length=60)
    date = forms.DateField(label="Date", widget=_jour())
    tiers = forms.CharField(label="Tiers", required=False, max_length=160)
    montant_cents = MontantField(label="Montant TTC (€)", required=False, min_cents=0, max_cents=10**13)
    field_order = ("type", "numero", "date", "tiers", "montant_cents", "panier", "classeur")

    def __init__(self, *args: Any, figee: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if figee:
            for nom in ("type", "numero", "date", "tiers", "montant_cents"):
                self.fields[nom].disabled = True


class ClasseurForm(forms.Form):
    panier = forms.ChoiceField(label="Panier", choices=Panier.choices)
    nom = forms.CharField(label="Nom du classeur", max_length=60)


class NomForm(forms.Form):
    nom = forms.CharField(label="Nom du classeur", max_length=60)
