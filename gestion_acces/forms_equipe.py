"""What an administrator types about his firm, and whoever manages people about a dossier."""

from typing import Any

from django import forms

from gestion_acces.enums import NIVEAUX_PROPOSES, RoleCabinet, RoleClient, Service
from gestion_acces.forms import IdentiteForm
from gestion_acces.models import Cabinet, MembreCabinet
from portal.lib.identifiants import nettoyer, siret_valide

AUCUN = ("", "Aucun accès")


class PersonneForm(forms.Form):
    """Somebody to invite."""

    prenom = forms.CharField(label="Prénom", max_length=80)
    nom = forms.CharField(label="Nom", max_length=80)
    email = forms.EmailField(label="Adresse e-mail")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class CollaborateurForm(PersonneForm):
    role = forms.ChoiceField(label="Rôle", choices=RoleCabinet.choices, initial=RoleCabinet.COLLABORATEUR)


class RoleCollaborateurForm(forms.Form):
    role = forms.ChoiceField(label="Rôle", choices=RoleCabinet.choices)
    actif = forms.BooleanField(label="Peut se connecter au cabinet", required=False)


class NiveauxForm(forms.Form):
    """One row of levels per service that is switched on; field names are `niveau_<service>`."""

    def __init__(self, *args: Any, niveaux: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = list(niveaux)
        for service, niveau in niveaux.items():
            self.fields[f"niveau_{service}"] = forms.ChoiceField(
                label=Service(service).label,
                choices=[AUCUN, *NIVEAUX_PROPOSES[service].items()],
                required=False,
                initial=niveau,
                widget=forms.RadioSelect(),
            )

    def niveaux(self) -> dict[str, str]:
        return {service: self.cleaned_data[f"niveau_{service}"] for service in self.services}


class MembreForm(NiveauxForm):
    """Role, place and levels of a person of the client company. Only the firm changes roles."""

    def __init__(self, *args: Any, avec_role: bool, role: str, actif: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if avec_role:
            self.fields["role"] = forms.ChoiceField(label="Rôle", choices=RoleClient.choices, initial=role)
        self.fields["actif"] = forms.BooleanField(
            label="Peut se connecter à ce dossier", required=False, initial=actif
        )
        self.role = role

    def role_choisi(self) -> str:
        return str(self.cleaned_data.get("role", self.role))


class InvitationClientForm(PersonneForm, NiveauxForm):
    def __init__(self, *args: Any, avec_role: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if avec_role:
            self.fields["role"] = forms.ChoiceField(
                label="Rôle", choices=RoleClient.choices, initial=RoleClient.UTILISATEUR
            )

    def role_choisi(self) -> str:
        return str(self.cleaned_data.get("role", RoleClient.UTILISATEUR))


class PortefeuilleForm(forms.Form):
    """Dossiers ticked in the list, or all those of its filter, given to or taken from one person."""

    membre = forms.ModelChoiceField(label="Collaborateur", queryset=MembreCabinet.objects.none())
    acte = forms.ChoiceField(choices=[("confier", "Confier"), ("retirer", "Retirer")])
    dossiers = forms.MultipleChoiceField(required=False)
    tous = forms.BooleanField(required=False)

    def __init__(self, *args: Any, membres: Any, dossiers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membre"].queryset = membres  # type: ignore[attr-defined]
        self.fields["dossiers"].choices = [(cle, cle) for cle in dossiers]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if not (donnees.get("dossiers") or donnees.get("tous")):
            raise forms.ValidationError("Cochez au moins un dossier.")
        return donnees


class CabinetForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Cabinet
        fields = (
            "nom",
            "siret",
            "adresse",
            "code_postal",
            "ville",
            "email",
            "telephone",
            "collaborateurs_preparent",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The act is a service: the form must not touch the row that it was opened with.
        self.instance = Cabinet(
            **{champ.attname: getattr(self.instance, champ.attname) for champ in Cabinet._meta.fields}
        )
        self.fields["siret"].max_length = 20  # type: ignore[attr-defined]
        self.fields["siret"].validators = []

    def clean_siret(self) -> str:
        siret = nettoyer(self.cleaned_data["siret"])
        if siret and not siret_valide(siret):
            raise forms.ValidationError("Le SIRET compte 14 chiffres, dont une clé de contrôle qui ne correspond pas.")
        return siret


class DossierForm(IdentiteForm):
    """A new dossier: its card and its dirigeant, from the screen or from a line of a file."""

    class Meta(IdentiteForm.Meta):
        fields = (  # type: ignore[assignment]
            "code",
            *IdentiteForm.Meta.fields,
            "dirigeant_prenom",
            "dirigeant_nom",
            "dirigeant_email",
        )

    def __init__(self, *args: Any, codes_pris: set[str] | frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes_pris = codes_pris

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip().upper()
        if code in self.codes_pris:
            raise forms.ValidationError("Ce code est déjà celui d’un autre dossier du cabinet.")
        return code


class FichierDossiersForm(forms.Form):
    fichier = forms.FileField(label="Fichier CSV", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))

    def clean_fichier(self) -> bytes:
        fichier = self.cleaned_data["fichier"]
        if fichier.size > 1024 * 1024:
            raise forms.ValidationError("Le fichier dépasse 1 Mo : coupez-le en plusieurs.")
        contenu: bytes = fichier.read()
        return contenu
