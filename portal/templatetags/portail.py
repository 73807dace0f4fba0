"""Filters and tags that every template may use: they are builtins, nothing is loaded.

A missing value is shown as nothing. `portal.lib.affichage` holds the rules.
"""

from datetime import date, datetime
from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils import timezone

from portal import navigation
from portal.lib import affichage

register = template.Library()


@register.filter
def nombre(valeur: int | str | None) -> str:
    return "" if valeur is None or valeur == "" else affichage.nombre(int(valeur))


@register.filter
def euros(cents: int | str | None) -> str:
    return "" if cents is None or cents == "" else affichage.devise(int(cents))


@register.filter
def devise(cents: int | str | None, code: str = "EUR") -> str:
    return "" if cents is None or cents == "" else affichage.devise(int(cents), code)


@register.filter
def montant(cents: int | str | None) -> str:
    return "" if cents is None or cents == "" else affichage.montant(int(cents))


@register.filter
def montant_ou_vide(cents: int | None) -> str:
    """For Débit and Crédit: zero is blank."""
    return affichage.montant(int(cents)) if cents else ""


@register.filter
def date_fr(valeur: date | datetime | None) -> str:
    return affichage.date_courte(valeur) if valeur else ""


@register.filter
def date_longue(valeur: date | datetime | None) -> str:
    return affichage.date_longue(valeur) if valeur else ""


@register.filter
def heure(valeur: datetime | None) -> str:
    return affichage.heure(valeur) if valeur else ""


@register.filter
def horodatage(valeur: date | datetime | None) -> str:
    return affichage.horodatage(valeur) if valeur else ""


@register.filter
def depuis(valeur: datetime | None) -> str:
    return affichage.depuis(valeur, timezone.now()) if valeur else ""


@register.filter
def duree(secondes: float | str | None) -> str:
    return "" if secondes is None or secondes == "" else affichage.duree(float(secondes))


@register.filter
def siren(numero: str | None) -> str:
    return affichage.siren(numero or "")


@register.filter
def siret(numero: str | None) -> str:
    return affichage.siret(numero or "")


@register.filter
def iban(numero: str | None) -> str:
    return affichage.iban(numero or "")


@register.filter
def iban_masque(numero: str | None) -> str:
    return affichage.iban_masque(numero or "")


@register.filter
def taille(octets: int | str | None) -> str:
    return "" if octets is None or octets == "" else affichage.taille(int(octets))


@register.filter
def pluriel(n: int | None, formes: str) -> str:
    """`{{ n|pluriel:"ligne" }}` or `{{ n|pluriel:"avoir,avoirs" }}`: the word alone, in agreement with n."""
    singulier, _, forme_plurielle = formes.partition(",")
    return affichage.pluriel(int(n or 0), singulier, forme_plurielle)


@register.simple_tag(takes_context=True)
def lien_filtre(context: Context, **changements: Any) -> str:
    """The query string of this page with some parameters changed; an empty value takes the parameter away.

    `<a href="{% lien_filtre tri="-date" apres="" %}">` keeps the other filters.
    """
    request: HttpRequest | None = context.get("request")
    parametres = request.GET.copy() if request else QueryDict(mutable=True)
    for nom, valeur in changements.items():
        if valeur in (None, ""):
            parametres.pop(nom, None)
        else:
            parametres[nom] = str(valeur)
    return f"?{parametres.urlencode()}"


@register.simple_tag(takes_context=True)
def rail(context: Context) -> list[navigation.Section]:
    """The sections of the left rail, for this person on this page."""
    request: HttpRequest | None = context.get("request")
    return navigation.sections(request, context.get("dossier")) if request else []


@register.simple_tag(takes_context=True)
def mes_dossiers(context: Context) -> list[Any]:
    """The companies of this client, for the switcher."""
    request: HttpRequest | None = context.get("request")
    return navigation.dossiers_du_menu(request) if request else []


@register.simple_tag
def menu_personnel() -> list[navigation.Entree]:
    """The pages about oneself that exist: profile, sessions, security."""
    return navigation.menu_personnel()
