"""What people type into i-Facture. Amounts are typed in euros and leave as integer cents."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from facturation.enums import ModeReglement, NatureFacture
from facturation.models import CoordonneeBancaire, Echeance, Fournisseur
from facturation.services.factures import ANNEES, FactureSaisie, TvaSaisie, echeances_egales
from facturation.services.paiement import Saisie, regle_les_fournisseurs
from gestion_acces.models import Fichier
from portal.lib.affichage import iban as iban_affiche
from portal.lib.bancaire import iban_normalise
from portal.lib.champs import MontantField
from portal.lib.identifiants import nettoyer, siren_valide
from qonto_link.models import CompteQonto
from qonto_link.virements.enums import MethodeSca
from qonto_link.virements.models import VerificationBeneficiaire

TAUX = (
    (2000, "20 %"),
    (1000, "10 %"),
    (550, "5,5 %"),
    (210, "2,1 %"),
    (850, "8,5 % (outre-mer)"),
    (0, "0 % ou exonéré"),
)
JOUR = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ChampJour(forms.DateField):
    """A day of a plausible year: nothing that is computed from it leaves the calendar."""

    def __init__(self, **kwargs: Any) -> None:
        bornes = [
            MinValueValidator(date(ANNEES[0], 1, 1), message="Cette date est invraisemblable : vérifiez l’année."),
            MaxValueValidator(date(ANNEES[-1], 12, 31), message="Cette date est invraisemblable : vérifiez l’année."),
        ]
        super().__init__(widget=JOUR, validators=bornes, **kwargs)


class ChampIban(forms.CharField):
    """An IBAN, checked to its RIB key; cleans to the form without blanks."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=42,
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "champ-iban"}),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        texte = super().clean(value)
        try:
            return iban_normalise(texte) if texte else ""
        except ValueError as faute:
            raise forms.ValidationError(str(faute)) from None


class ChampCompte(forms.TypedChoiceField):
    """The debited account, among those that the view gives; cleans to the account itself."""

    def __init__(self, comptes: list[CompteQonto]) -> None:
        par_cle = {str(compte.pk): compte for compte in comptes}
        super().__init__(
            label="Compte débiteur",
            choices=[(cle, self._libelle(compte)) for cle, compte in par_cle.items()],
            coerce=par_cle.__getitem__,
        )

    @staticmethod
    def _libelle(compte: CompteQonto) -> str:
        reserve = "" if regle_les_fournisseurs(compte) else " – ne règle pas les fournisseurs"
        return f"{compte.nom} – {iban_affiche(compte.iban)}{reserve}"


class FactureForm(forms.Form):
    """A supplier invoice by hand: one VAT rate or the amounts as printed, one or several instalments."""

    fournisseur = forms.CharField(
        label="Fournisseur",
        max_length=140,
        widget=forms.TextInput(attrs={"list": "fournisseurs", "autocomplete": "off"}),
    )
    numero = forms.CharField(label="Numéro de facture", max_length=60)
    nature = forms.ChoiceField(label="Nature", choices=NatureFacture.choices, initial=NatureFacture.FACTURE)
    date_emission = ChampJour(label="Date de la facture")
    montant_ttc = MontantField(label="Montant TTC (€)", min_cents=1)
    montant_tva = MontantField(label="Dont TVA (€)", required=False, help_text="Laissez vide s’il n’y en a pas.")
    taux = forms.TypedChoiceField(label="Taux de TVA", choices=TAUX, coerce=int, initial=2000)
    premiere_echeance = ChampJour(label="Première échéance")
    nombre_echeances = forms.IntegerField(label="Nombre d’échéances", min_value=1, max_value=24, initial=1)
    iban = ChampIban(
        label="IBAN du fournisseur", required=False, help_text="Facultatif si le fournisseur est déjà connu."
    )
    fichier = forms.FileField(label="Facture (PDF ou photo)", required=False)

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        ttc, tva = donnees.get("montant_ttc"), donnees.get("montant_tva") or 0
        if ttc is not None and not 0 <= tva < ttc:
            self.add_error("montant_tva", "La TVA doit être inférieure au montant TTC.")
        emission, premiere = donnees.get("date_emission"), donnees.get("premiere_echeance")
        if emission and premiere and premiere < emission:
            self.add_error("premiere_echeance", "L’échéance précède la date de la facture.")
        return donnees

    def saisie(self, fichier: Fichier | None) -> FactureSaisie:
        """The invoice as typed, its instalments split evenly with the remainder on the last."""
        propre = self.cleaned_data
        ttc, tva = propre["montant_ttc"], propre["montant_tva"] or 0
        ligne = TvaSaisie(taux=propre["taux"] if tva else 0, base_cents=ttc - tva, tva_cents=tva)
        return FactureSaisie(
            numero=propre["numero"],
            date_emission=propre["date_emission"],
            montant_ht_cents=ttc - tva,
            montant_tva_cents=tva,
            tva=(ligne,),
            echeances=tuple(echeances_egales(ttc, propre["nombre_echeances"], propre["premiere_echeance"])),
            iban=propre["iban"],
            nature=propre["nature"],
            fichier=fichier,
        )


class EcheancesForm(forms.Form):
    """The instalments of an invoice, one line each: `JJ/MM/AAAA montant`."""

    def __init__(self, *args: Any, lignes: list[tuple[date, int]], nombre: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nombre = nombre
        for rang in range(nombre):
            jour, cents = lignes[rang] if rang < len(lignes) else (None, None)
            self.fields[f"date_{rang}"] = ChampJour(label=f"Échéance {rang + 1}", initial=jour)
            self.fields[f"montant_{rang}"] = MontantField(label=f"Montant {rang + 1} (€)", initial=cents, min_cents=1)

    def echeances(self) -> list[tuple[date, int]]:
        return [(self.cleaned_data[f"date_{r}"], self.cleaned_data[f"montant_{r}"]) for r in range(self.nombre)]


class ImportForm(forms.Form):
    fichier = forms.FileField(
        label="Fichier", help_text="Factures en CSV ou Excel, ou une facture Factur-X (PDF), 30 Mo au plus."
    )


class FournisseurForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Fournisseur
        fields = ("nom", "siren", "numero_tva", "email", "compte_charge")
        help_texts: ClassVar = {"compte_charge": "Compte de charge proposé pour ses factures."}

    def clean_nom(self) -> str:
        nom: str = self.cleaned_data["nom"]
        memes = Fournisseur.objects.pour_dossier(self.instance.dossier).filter(nom__iexact=nom)
        if memes.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Un autre fournisseur du dossier porte déjà ce nom.")
        return nom

    def clean_siren(self) -> str:
        siren = nettoyer(self.cleaned_data["siren"])
        if siren and not siren_valide(siren):
            raise forms.ValidationError("Ce SIREN est faux : neuf chiffres, clé de contrôle comprise.")
        return siren


class IbanForm(forms.Form):
    iban = ChampIban(label="Nouvel IBAN")


class PaiementForm(forms.Form):
    """« Transaction de paiement » (S13). The amount is not a field: it comes from the instalment."""

    reference = forms.CharField(label="Référence", max_length=140)
    note = forms.CharField(label="Note", max_length=140, required=False)
    date = ChampJour(label="Date d’exécution")
    compte = forms.ChoiceField(label="Compte débiteur")
    verification = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # Where the window said that the supplier is paid: what is ordered is that, or the window comes back.
    coordonnee = forms.IntegerField(required=False, widget=forms.HiddenInput)
    motif = forms.CharField(
        label="Pourquoi poursuivre ?",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Votre réponse est conservée avec le paiement.",
    )
    methode = forms.ChoiceField(label="Authentification", required=False)

    def __init__(self, *args: Any, comptes: list[CompteQonto], methodes: list[MethodeSca], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compte"] = ChampCompte(comptes)
        self.fields["methode"].choices = [(methode.value, methode.label) for methode in methodes]  # type: ignore[attr-defined]
        self.fields["methode"].initial = methodes[0].value

    def saisie(
        self,
        echeance: Echeance,
        verification: VerificationBeneficiaire | None,
        coordonnee: CoordonneeBancaire | None = None,
    ) -> Saisie:
        """What was chosen for this instalment, with the verification and the IBAN that were shown."""
        propre = self.cleaned_data
        return Saisie(
            echeance=echeance,
            reference=propre["reference"],
            note=propre["note"],
            date=propre["date"],
            verification=verification,
            motif_poursuite=propre["motif"],
            coordonnee=coordonnee,
        )


class LotForm(forms.Form):
    """« Régler la sélection »: one account, one date for those that are due, one reason for what needs one."""

    compte = forms.ChoiceField(label="Compte débiteur")
    date = ChampJour(label="Date d’exécution")
    motif = forms.CharField(
        label="Pourquoi poursuivre malgré les alertes ?",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    methode = forms.ChoiceField(label="Authentification", required=False)

    def __init__(self, *args: Any, comptes: list[CompteQonto], methodes: list[MethodeSca], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compte"] = ChampCompte(comptes)
        self.fields["methode"].choices = [(methode.value, methode.label) for methode in methodes]  # type: ignore[attr-defined]


class AutrementForm(forms.Form):
    mode = forms.ChoiceField(
        label="Mode", choices=[choix for choix in ModeReglement.choices if choix[0] != ModeReglement.QONTO]
    )
    jour = ChampJour(label="Réglée le")


class MotifForm(forms.Form):
    motif = forms.CharField(label="Motif", max_length=300, required=False)


class RetourForm(forms.Form):
    """« Marquer comme retourné »: why the supplier's bank sent the transfer back."""

    motif = forms.CharField(label="Motif du retour", max_length=300)


class DecisionForm(forms.Form):
    """What somebody says of a payment that only Qonto can tell: always with what she checked."""

    motif = forms.CharField(
        label="Ce que vous avez vérifié",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Votre réponse est conservée avec le paiement.",
    )


class RattacherForm(DecisionForm):
    """« C'était ce paiement »: which transfer of Qonto, and what the person checked."""

    def __init__(self, *args: Any, choix: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sosie"] = forms.ChoiceField(
            label="Quel virement est ce paiement ?",
            choices=choix,
            widget=forms.RadioSelect,
            initial=choix[0][0] if len(choix) == 1 else None,
            error_messages={"required": "Choisissez le virement.", "invalid_choice": "Choisissez le virement."},
        )
        self.order_fields(["sosie", "motif"])


class RienPartiForm(DecisionForm):
    verifie = forms.BooleanField(
        label="J’ai ouvert Qonto : aucun des virements ci-dessus n’est ce paiement.",
        error_messages={"required": "Vérifiez d’abord dans Qonto, puis cochez cette case."},
    )


class DetacherForm(DecisionForm):
    """« Ce n'était pas cet envoi »."""


class LignesPerduesForm(DecisionForm):
    verifie = forms.BooleanField(
        label="J’ai ouvert Qonto : aucun de ces virements n’y est, ni parti, ni en attente.",
        error_messages={"required": "Vérifiez d’abord dans Qonto, puis cochez cette case."},
    )


class JoindreForm(forms.Form):
    fichier = forms.FileField(label="Document (PDF ou photo)", help_text="10 Mo au plus.")
