"""Form fields that read what people type in France."""

from typing import Any

from django import forms

from portal.lib.montants import MontantIllisible, lire_montant, saisie


class MontantField(forms.CharField):
    """An amount; `cleaned_data` holds cents, None when empty. `initial` is in cents."""

    def __init__(self, *, min_cents: int | None = None, max_cents: int | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)
        self.min_cents, self.max_cents = min_cents, max_cents

    def prepare_value(self, value: Any) -> Any:
        return saisie(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        texte = super().to_python(value)
        if not texte:
            return None
        try:
            return lire_montant(texte)
        except MontantIllisible as refus:
            raise forms.ValidationError(str(refus)) from refus

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.min_cents is not None and value < self.min_cents:
            raise forms.ValidationError(f"Le montant minimum est {saisie(self.min_cents)} €.")
        if self.max_cents is not None and value > self.max_cents:
            raise forms.ValidationError(f"Le montant maximum est {saisie(self.max_cents)} €.")

    def run_validators(self, value: Any) -> None:
        """The validators of text do not apply to cents."""
