"""What people type into the pages of the link."""

from typing import Any

from django import forms


class ChoixComptesForm(forms.Form):
    """The accounts to link; `choix` are (id at Qonto, label)."""

    comptes = forms.MultipleChoiceField(
        label="Comptes à associer",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un compte à associer."},
    )

    def __init__(self, *args: Any, choix: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comptes"].choices = choix  # type: ignore[attr-defined]


class DissociationForm(forms.Form):
    """The confirmation: the box must be ticked."""

    confirmation = forms.BooleanField(
        label="Je confirme la dissociation du compte Qonto",
        error_messages={"required": "Cochez la case pour confirmer la dissociation."},
    )
