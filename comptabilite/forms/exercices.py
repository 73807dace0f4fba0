"""Acts on periods and on validated entries."""

from django import forms

JOUR = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ExerciceForm(forms.Form):
    debut = forms.DateField(label="Premier jour", widget=JOUR)
    fin = forms.DateField(label="Dernier jour", widget=JOUR)


class VerrouForm(forms.Form):
    jusqu_au = forms.DateField(
        label="Jusqu’au", required=False, widget=JOUR, help_text="Vide ou plus tôt : déverrouille, avec un motif."
    )
    motif = forms.CharField(label="Motif", max_length=200, required=False)


class ValidationForm(forms.Form):
    jusqu_au = forms.DateField(label="Valider jusqu’au", widget=JOUR)


class ContrePassationForm(forms.Form):
    date = forms.DateField(label="Date de la contre-passation", widget=JOUR)
    motif = forms.CharField(label="Motif", max_length=200)


class SuppressionForm(forms.Form):
    motif = forms.CharField(label="Motif", max_length=200)
