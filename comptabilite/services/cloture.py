"""Locks of months and of VAT periods, and the closing of an exercice (comptabilite.md §D.9)."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from comptabilite.enums import EtatEcriture
from comptabilite.errors import ExerciceRefuse
from comptabilite.models import Ecriture, Exercice, Parametres, SoldeMensuel
from comptabilite.services.a_nouveaux import detacher_lettrages_a_cheval, reprendre
from comptabilite.services.ecritures import origine_de_l_acte
from comptabilite.services.lettrage_automatique import lettrer_automatiquement
from comptabilite.services.plan import verrouiller_comptabilite
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from portal.lib.affichage import pluriel

RACINES_A_SOLDER = {"58": "Virements internes", "471": "Comptes d’attente"}


@dataclass(frozen=True)
class EtatDeCloture:
    """What stands in the way of closing an exercice, and what should be looked at before."""

    obstacles: list[str]
    avertissements: list[str]

    @property
    def possible(self) -> bool:
        return not self.obstacles


def solde_racine(exercice: Exercice, racine: str) -> int:
    """Balance of the accounts of that root over the exercice."""
    sommes = SoldeMensuel.objects.filter(
        dossier_id=exercice.dossier_id,
        compte__numero__startswith=racine,
        mois__range=(exercice.debut.replace(day=1), exercice.fin),
    ).aggregate(debit=Sum("debit_cents"), credit=Sum("credit_cents"))
    return (sommes["debit"] or 0) - (sommes["credit"] or 0)


def etat_de_cloture(exercice: Exercice) -> EtatDeCloture:
    """Drafts and an open former exercice forbid the closing; 58 and 471 that are not at zero are told."""
    obstacles, avertissements = [], []
    brouillards = Ecriture.objects.filter(
        dossier_id=exercice.dossier_id, exercice=exercice, etat=EtatEcriture.BROUILLARD
    ).count()
    if exercice.est_clos:
        obstacles.append("L’exercice est déjà clos.")
    if brouillards:
        obstacles.append(
            f"{brouillards} {pluriel(brouillards, 'écriture')} en brouillard : validez ou supprimez ce qui reste."
        )
    if Exercice.objects.filter(dossier_id=exercice.dossier_id, fin__lt=exercice.debut, cloture_le=None).exists():
        obstacles.append("Un exercice précédent est encore ouvert : clôturez-le d’abord.")
    for racine, nom in RACINES_A_SOLDER.items():
        solde = solde_racine(exercice, racine)
        if solde:
            montant = f"{abs(solde) // 100},{abs(solde) % 100:02d}"
            avertissements.append(f"{nom} ({racine}) : il reste {montant} € au {'débit' if solde > 0 else 'crédit'}.")
    return EtatDeCloture(obstacles, avertissements)


def cloturer_exercice(
    *,
    exercice: Exercice,
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> Ecriture | None:
    """Close for ever, then book and validate the final à-nouveaux of the next exercice, which are returned.

    Classes 6 and 7 go into 120 or 129 through the à-nouveaux alone: no entry of the exercice empties them (§A.2).
    Raises ExerciceRefuse.
    """
    with transaction.atomic():
        verrouiller_comptabilite(exercice.dossier)
        exercice = Exercice.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=exercice.pk)
        etat = etat_de_cloture(exercice)
        if not etat.possible:
            raise ExerciceRefuse(" ".join(etat.obstacles))
        acteur = origine_de_l_acte(auteur, origine)
        a_cheval = detacher_lettrages_a_cheval(exercice)
        exercice.cloture_le, exercice.cloture_par = maintenant, acteur.email
        exercice.save(update_fields=["cloture_le", "cloture_par"])
        ouverture = reprendre(exercice=exercice, auteur=auteur, origine=origine, maintenant=maintenant)
        for compte_id, tiers_id in {(ligne.compte_id, ligne.tiers_id) for ligne in a_cheval}:
            lettrer_automatiquement(
                dossier=exercice.dossier, compte_id=compte_id, tiers_id=tiers_id, auteur=auteur, maintenant=maintenant
            )
        journaliser(
            cabinet=exercice.dossier.cabinet,
            dossier=exercice.dossier,
            acte="exercice.cloturer",
            date=maintenant,
            origine=acteur,
            objet=str(exercice),
            apres={"numero": exercice.dernier_numero, "empreinte": exercice.derniere_empreinte},
        )
    return ouverture


def verrouiller(
    *,
    dossier: Dossier,
    jusqu_au: Date | None,
    tva: bool = False,
    motif: str = "",
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> Parametres:
    """Lock every date on or before `jusqu_au` (`tva`: VAT lines only); an earlier date, or None, unlocks.

    Raises ExerciceRefuse when drafts would be caught behind the lock.
    """
    champ = "date_verrou_tva" if tva else "date_verrou"
    with transaction.atomic():
        reglages = verrouiller_comptabilite(dossier)
        avant = getattr(reglages, champ)
        if jusqu_au is not None and not tva:
            restants = Ecriture.objects.filter(
                dossier=dossier, etat=EtatEcriture.BROUILLARD, date__lte=jusqu_au, exercice__cloture_le=None
            ).count()
            if restants:
                sujet = pluriel(restants, "écriture en brouillard est datée", "écritures en brouillard sont datées")
                raise ExerciceRefuse(
                    f"{restants} {sujet} du {jusqu_au:%d/%m/%Y} ou d’avant : validez ou supprimez d’abord."
                )
        setattr(reglages, champ, jusqu_au)
        reglages.save(update_fields=[champ])
        deverrouille = avant is not None and (jusqu_au is None or jusqu_au < avant)
        journaliser(
            cabinet=dossier.cabinet,
            dossier=dossier,
            acte="periode.deverrouiller" if deverrouille else "periode.verrouiller",
            date=maintenant,
            origine=origine_de_l_acte(auteur, origine),
            objet="TVA" if tva else "Écritures",
            avant={"jusqu_au": avant.isoformat() if avant else ""},
            apres={"jusqu_au": jusqu_au.isoformat() if jusqu_au else "", "motif": motif},
        )
    return reglages
