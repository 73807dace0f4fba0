"""Wrong sign-ins are counted and slowed: per account and address, per address, per account.

The counters live in the cache shared by all processes and are raised *before* the password is looked at, so that a
burst cannot outrun them. They are keyed by what was typed, whether such an account exists or not: the answer tells
nothing. Past its limit an attempt is refused without a look at the password, so that it costs nothing either.

An account under attack from many addresses is closed to devices that never signed in, and stays open to those that
did (`appareil_connu`): nobody can lock a person out from his own computer by typing wrong passwords elsewhere.
"""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache

from portal.lib.reseau import reseau_de

FENETRE = 15 * 60
FENETRE_COMPTE = 60 * 60
MAX_COUPLE = 5
MAX_ADRESSE = 50
MAX_COMPTE = 100


@dataclass(frozen=True)
class Essai:
    """One attempt, already counted. `permis`: the proof may be looked at. `dernier`: a failure of it locks."""

    compte: str
    adresse: str
    permis: bool
    dernier: bool


def _cle(*parts: str) -> str:
    return "essais:" + hashlib.sha256("|".join(parts).encode()).hexdigest()


def _cles(compte: str, adresse: str) -> tuple[str, str, str]:
    reseau = reseau_de(adresse)
    return _cle("couple", compte, reseau), _cle("adresse", reseau), _cle("compte", compte)


def _compter(cle: str, fenetre: int) -> int:
    cache.add(cle, 0, fenetre)
    try:
        return cache.incr(cle)
    except ValueError:  # it expired between the two
        cache.add(cle, 1, fenetre)
        return 1


def commencer(*, compte: str, adresse: str, appareil_connu: bool = False) -> Essai:
    """Count one attempt on `compte` (what was typed) from `adresse`."""
    couple, par_adresse, par_compte = _cles(compte.lower(), adresse)
    du_couple = _compter(couple, FENETRE)
    permis = du_couple <= MAX_COUPLE and cache.get(par_adresse, 0) < MAX_ADRESSE
    permis = permis and (appareil_connu or cache.get(par_compte, 0) < MAX_COMPTE)
    if permis:
        # Those refused unseen are no news about the account: they would close it for everybody.
        permis = _compter(par_adresse, FENETRE) <= MAX_ADRESSE
        total = _compter(par_compte, FENETRE_COMPTE)
        permis = permis and (appareil_connu or total <= MAX_COMPTE)
    return Essai(compte.lower(), adresse, permis, permis and du_couple == MAX_COUPLE)


def reussir(essai: Essai) -> None:
    """The attempt was good: it and the failures before it no longer count against the person from this address."""
    couple, par_adresse, par_compte = _cles(essai.compte, essai.adresse)
    cache.delete(couple)
    for cle in (par_adresse, par_compte):
        if cache.get(cle, 0) > 0:
            cache.decr(cle)


def premier_avis(compte: str) -> bool:
    """True once an hour per account: the person is told of a lockout, not flooded with it."""
    return bool(cache.add(_cle("avis", compte.lower()), 1, FENETRE_COMPTE))


def demande_permise(*, compte: str, adresse: str) -> bool:
    """True while mails asked for this account (3 an hour) and from this address (20 an hour) stay few."""
    du_compte = _compter(_cle("demande", compte.lower()), FENETRE_COMPTE)
    return du_compte <= 3 and _compter(_cle("demandes", reseau_de(adresse)), FENETRE_COMPTE) <= 20
