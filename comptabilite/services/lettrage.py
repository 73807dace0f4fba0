"""Lettering: lines of one account that pay each other (comptabilite.md §D.6)."""

from collections.abc import Sequence
from datetime import date as Date
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from comptabilite.errors import LettrageRefuse
from comptabilite.models import Exercice, Lettrage, LigneEcriture
from comptabilite.services.plan import verrouiller_comptabilite
from gestion_acces.models import Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser


def code_suivant(code: str) -> str:
    """`""` → `A`, `A` → `B`, `Z` → `AA`, `AZ` → `BA`, `ZZ` → `AAA`."""
    lettres = list(code)
    for place in range(len(lettres) - 1, -1, -1):
        if lettres[place] != "Z":
            lettres[place] = chr(ord(lettres[place]) + 1)
            return "".join(lettres)
        lettres[place] = "A"
    return "A" * (len(lettres) + 1)


def code_libre(*, exercice: Exercice, compte_id: int, tiers_id: int | None) -> str:
    """The code that follows the highest one of this account (and third party) in the exercice, in capitals."""
    du_tiers = Q(tiers__isnull=True) if tiers_id is None else Q(tiers_id=tiers_id)
    codes = Lettrage.objects.filter(
        du_tiers, dossier_id=exercice.dossier_id, exercice=exercice, compte_id=compte_id
    ).values_list("code", flat=True)
    plus_haut = max((code.upper() for code in codes), key=lambda code: (len(code), code), default="")
    return code_suivant(plus_haut)


def _controler(lignes: Sequence[LigneEcriture], partiel: bool) -> None:
    if len(lignes) < 2:
        raise LettrageRefuse("Choisissez au moins deux lignes à lettrer.")
    if len({(ligne.dossier_id, ligne.compte_id, ligne.tiers_id) for ligne in lignes}) > 1:
        raise LettrageRefuse("Les lignes à lettrer sont du même compte et du même tiers.")
    if any(ligne.lettrage_id is not None for ligne in lignes):
        raise LettrageRefuse("Une de ces lignes est déjà lettrée : délettrez-la d’abord.")
    if not lignes[0].compte.lettrable:
        raise LettrageRefuse(f"Le compte {lignes[0].compte.numero} ne se lettre pas.")
    clos = next((ligne.ecriture.exercice for ligne in lignes if ligne.ecriture.exercice.est_clos), None)
    if clos is not None:
        raise LettrageRefuse(f"L’exercice du {clos.debut:%d/%m/%Y} au {clos.fin:%d/%m/%Y} est clos.")
    ecart = sum(ligne.solde_cents for ligne in lignes)
    if ecart and not partiel:
        montant = f"{abs(ecart) // 100},{abs(ecart) % 100:02d}"
        raise LettrageRefuse(
            f"Ces lignes ne se soldent pas : il reste {montant} € au {'débit' if ecart > 0 else 'crédit'}."
        )


def lettrer(
    *,
    lignes: Sequence[LigneEcriture],
    date: Date,
    auteur: Utilisateur | None = None,
    partiel: bool = False,
    motif: str = "",
) -> Lettrage:
    """Letter these lines together with the next free code of their account.

    Lines that do not sum to zero are refused, unless `partiel`: the code is then in small letters and is not exported
    as a lettering. Raises LettrageRefuse.
    """
    with transaction.atomic():
        if not lignes:
            raise LettrageRefuse("Choisissez au moins deux lignes à lettrer.")
        verrouiller_comptabilite(lignes[0].dossier)
        actuelles = list(
            LigneEcriture.objects.filter(pk__in=[ligne.pk for ligne in lignes], dossier_id=lignes[0].dossier_id)
            .select_related("compte", "tiers", "ecriture__exercice")
            .order_by("date", "id")
        )
        if len(actuelles) != len({ligne.pk for ligne in lignes}):
            raise LettrageRefuse("Une de ces lignes n’existe plus, ou n’est pas de ce dossier.")
        _controler(actuelles, partiel)
        exercices = [ligne.ecriture.exercice for ligne in actuelles]
        premiere, exercice = actuelles[0], max(exercices, key=lambda x: x.debut)
        total = sum(ligne.solde_cents for ligne in actuelles) == 0
        code = code_libre(exercice=exercice, compte_id=premiere.compte_id, tiers_id=premiere.tiers_id)
        lettrage = Lettrage.objects.create(
            dossier=premiere.dossier,
            exercice=exercice,
            compte=premiere.compte,
            tiers=premiere.tiers,
            code=code if total else code.lower(),
            date=date,
            total=total,
            a_cheval=len({x.pk for x in exercices}) > 1,
            motif=motif,
            auteur=auteur,
        )
        LigneEcriture.objects.filter(pk__in=[ligne.pk for ligne in actuelles]).update(lettrage=lettrage)
    return lettrage


def delettrer(
    *,
    lettrage: Lettrage,
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    motif: str = "",
    maintenant: datetime,
) -> None:
    """Undo a lettering while its exercices are open; the audit trail keeps it. Raises LettrageRefuse."""
    with transaction.atomic():
        verrouiller_comptabilite(lettrage.dossier)
        lignes = LigneEcriture.objects.filter(lettrage=lettrage).select_related("ecriture__exercice")
        clos = next((ligne.ecriture.exercice for ligne in lignes if ligne.ecriture.exercice.est_clos), None)
        if clos is not None:
            raise LettrageRefuse(f"L’exercice du {clos.debut:%d/%m/%Y} au {clos.fin:%d/%m/%Y} est clos.")
        numeros = [ligne.pk for ligne in lignes]
        lignes.update(lettrage=None)
        journaliser(
            cabinet=lettrage.dossier.cabinet,
            dossier=lettrage.dossier,
            acte="lettrage.defaire",
            date=maintenant,
            origine=origine or (Origine(email=auteur.email) if auteur else SYSTEME),
            objet=f"{lettrage.compte.numero} {lettrage.code}",
            avant={"code": lettrage.code, "lignes": numeros, "motif": motif},
        )
        lettrage.delete()
