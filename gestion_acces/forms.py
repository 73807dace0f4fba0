"""What people type into the screens of sign-in and of the dossier."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from gestion_acces.enums import NIVEAUX_PROPOSES
from gestion_acces.models import Dossier
from gestion_acces.queries import LigneAcces
from portal.lib.identifiants import nettoyer, siret_valide


class ConnexionForm(forms.Form):
    email = forms.EmailField(
        label="Adresse e-mail", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    mot_de_passe = forms.CharField(
        label="Mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AdresseForm(forms.Form):
    email = forms.EmailField(label="Adresse e-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class CodeForm(forms.Form):
    """A code of the authenticator app, a recovery code, or a passkey's answer put there by the page's script."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )
    cle = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not self.data.get("cle")


class CleForm(forms.Form):
    """A new passkey: the browser's answer, and the name by which the person will know it."""

    nom = forms.CharField(
        label="Nom de cette clé", max_length=60, help_text="Par exemple « Téléphone » ou « Ordinateur du bureau »."
    )
    cle = forms.CharField(max_length=20_000, widget=forms.HiddenInput(), required=False)


class IdentiteForm(forms.ModelForm):  # type: ignore[type-arg]
    capital = forms.DecimalField(
        label="Capital social (€)", required=False, min_value=Decimal(0), max_digits=14, decimal_places=2
    )

    class Meta:
        model = Dossier
        fields = (
            "raison_sociale",
            "nom_commercial",
            "forme_juridique",
            "siret",
            "numero_tva",
            "code_naf",
            "activite",
            "date_creation",
            "adresse",
            "code_postal",
            "ville",
            "telephone",
        )
        widgets: ClassVar = {"date_creation": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The act is a service: the form must not touch the row that it was opened with.
        self.instance = Dossier(
            **{champ.attname: getattr(self.instance, champ.attname) for champ in Dossier._meta.fields}
        )
        self.fields["siret"].widget.attrs.update({"inputmode": "numeric", "maxlength": 20})
        self.fields["siret"].max_length = 20  # type: ignore[attr-defined]
        self.fields["siret"].validators = []
        if self.instance.capital_cents is not None:
            self.initial["capital"] = Decimal(self.instance.capital_cents) / 100

    def clean_siret(self) -> str:
        siret = nettoyer(self.cleaned_data["siret"])
        if siret and not (siret.isdigit() and len(siret) == 14):
            raise forms.ValidationError("Le SIRET compte 14 chiffres.")
        if siret and not siret_valide(siret):
            raise forms.ValidationError("Ce SIRET est faux : sa clé de contrôle ne correspond pas.")
        return siret

    def champs(self) -> dict[str, Any]:
        """The checked fields of the dossier, the capital in cents."""
        champs = {nom: self.cleaned_data[nom] for nom in self._meta.fields or ()}
        capital = self.cleaned_data["capital"]
        return champs | {"capital_cents": None if capital is None else int(capital * 100)}


class DirigeantForm(forms.Form):
    dirigeant_prenom = forms.CharField(label="Prénom", max_length=80, required=False)
    dirigeant_nom = forms.CharField(label="Nom", max_length=80, required=False)
    dirigeant_email = forms.EmailField(label="E-mail", required=False)


class AccesForm(forms.Form):
    """One row of levels per person of the client company; field names are `acces_<id of the membership>`."""

    def __init__(self, *args: Any, lignes: list[LigneAcces], service: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lignes = lignes
        for ligne in lignes:
            self.fields[f"acces_{ligne.membre.pk}"] = forms.ChoiceField(
                label=f"{ligne.membre.nom_affiche} – {ligne.membre.get_role_display()}",
                choices=[("", "Aucun accès"), *NIVEAUX_PROPOSES[service].items()],
                required=False,
                initial=ligne.niveau,
                widget=forms.RadioSelect(),
            )

    def niveaux(self) -> dict[int, str]:
        """Membership id → level, "" for none."""
        return {ligne.membre.pk: self.cleaned_data[f"acces_{ligne.membre.pk}"] for ligne in self.lignes}


class ConfirmationForm(forms.Form):
    """The password of the person who is already signed in, once more, or his passkey."""

    mot_de_passe = forms.CharField(
        label="Votre mot de passe",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    cle = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mot_de_passe"].required = not self.data.get("cle")


class ProfilForm(forms.Form):
    prenom = forms.CharField(label="Prénom", max_length=80)
    nom = forms.CharField(label="Nom", max_length=80)
