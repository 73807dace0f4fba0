"""État de rapprochement of a bank: its integrated lines beside the 512 account; the calculation is comptabilite's.

At a month end it is frozen: figures, lines and PDF, by whom and when, for good.
"""

import hashlib
import io
import json
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from banque.enums import StatutRecue
from banque.errors import ArreteRefuse, BanqueError
from banque.models import CompteBancaire, Operation, RapprochementArrete
from banque.services.releves import solde_ouverture
from comptabilite.services.rapprochement import EtatRapprochement, LigneBancaire, Suspens, etat_de_rapprochement
from comptabilite.services.rapprochement_pdf import pdf_de_rapprochement
from gestion_acces.models import Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from gestion_acces.services.fichiers import deposer_fichier
from portal.lib.calendrier import jour_de_paris


def _lignes(banque: CompteBancaire, date: Date) -> Iterator[LigneBancaire]:
    # A line that the bank has taken back is no longer on the statement: its entry, if any, stands alone.
    operations = Operation.objects.filter(
        dossier_id=banque.dossier_id, compte_bancaire=banque, jour__lte=date, ligne__statut=StatutRecue.REGLEE
    ).order_by("jour", "rang")
    for operation in operations.iterator(chunk_size=2000):
        yield LigneBancaire(
            jour=operation.jour,
            libelle=operation.libelle,
            reference=operation.piece,
            montant_cents=operation.montant_cents,
            ecriture_id=operation.ecriture_id,
        )


def rapprocher(*, banque: CompteBancaire, date: Date) -> EtatRapprochement:
    """The state at the end of a day. Raises BanqueError without journal or without integrated statement."""
    if banque.journal is None:
        raise BanqueError("Cette banque n’a pas de journal : créez-le dans la fiche du dossier, onglet Banques.")
    if banque.integre_depuis is None:
        raise BanqueError("Aucun relevé de cette banque n’est intégré.")
    depuis = jour_de_paris(banque.integre_depuis)
    if date < depuis:
        raise BanqueError(f"Les relevés intégrés commencent le {depuis:%d/%m/%Y}.")
    return etat_de_rapprochement(
        journal=banque.journal,
        date=date,
        solde_releve_cents=solde_ouverture(banque, date + timedelta(days=1)),
        lignes=_lignes(banque, date),
        depuis=depuis,
    )


def ouverture_du_releve(banque: CompteBancaire) -> tuple[Date, int] | None:
    """The first day integrated and the balance before it, which the books must hold as an à-nouveau of the 512."""
    if banque.integre_depuis is None:
        return None
    depuis = jour_de_paris(banque.integre_depuis)
    return depuis, solde_ouverture(banque, depuis)


def est_fin_de_mois(date: Date) -> bool:
    return date.day == monthrange(date.year, date.month)[1]


def _figer(suspens: Sequence[Suspens]) -> list[dict[str, Any]]:
    return [
        {
            "jour": ligne.jour.isoformat(),
            "libelle": ligne.libelle,
            "reference": ligne.reference,
            "montant_cents": ligne.montant_cents,
            "ecriture": ligne.ecriture_id,
        }
        for ligne in suspens
    ]


def _contenu(etat: EtatRapprochement) -> dict[str, Any]:
    """What is frozen of the état, in the names of the model."""
    return {
        "solde_comptable_cents": etat.solde_comptable_cents,
        "comptable_corrige_cents": etat.comptable_corrige_cents,
        "solde_releve_cents": etat.solde_releve_cents,
        "releve_corrige_cents": etat.releve_corrige_cents,
        "non_comptabilisees": _figer(etat.non_comptabilisees),
        "non_relevees": _figer(etat.non_relevees),
    }


def empreinte(etat: EtatRapprochement) -> str:
    return hashlib.sha256(json.dumps(_contenu(etat), sort_keys=True).encode()).hexdigest()


def dernier_arrete(banque: CompteBancaire, date: Date) -> RapprochementArrete | None:
    """The état that stands for this day: the last one frozen."""
    arretes = RapprochementArrete.objects.filter(dossier_id=banque.dossier_id, compte_bancaire=banque, date=date)
    return arretes.select_related("arrete_par").order_by("-id").first()


def arreter(
    *, banque: CompteBancaire, date: Date, auteur: Utilisateur, origine: Origine, maintenant: datetime
) -> RapprochementArrete:
    """Freeze the état of a month end; the same état twice is once. Raises ArreteRefuse and what `rapprocher` does."""
    if not est_fin_de_mois(date):
        raise ArreteRefuse("Un état de rapprochement s’arrête au dernier jour d’un mois.")
    if banque.dernier_jour_integre is None or date > banque.dernier_jour_integre:
        raise ArreteRefuse("Intégrez d’abord le relevé jusqu’à la fin du mois.")
    with transaction.atomic():
        CompteBancaire.objects.select_for_update(of=("self",)).get(pk=banque.pk)
        etat = rapprocher(banque=banque, date=date)
        if not etat.est_rapproche:
            raise ArreteRefuse(
                "Les deux soldes corrigés ne sont pas égaux : expliquez l’écart avant d’arrêter l’état."
            )
        existant = dernier_arrete(banque, date)
        if existant is not None and existant.empreinte == empreinte(etat):
            return existant
        return _ecrire(banque, etat, auteur, origine, maintenant)


def _ecrire(
    banque: CompteBancaire, etat: EtatRapprochement, auteur: Utilisateur, origine: Origine, maintenant: datetime
) -> RapprochementArrete:
    document = pdf_de_rapprochement(etat, banque=banque.libelle, auteur=auteur.nom_complet, maintenant=maintenant)
    fichier, _ = deposer_fichier(
        dossier=banque.dossier,
        flux=io.BytesIO(document),
        nom=nom_du_pdf(banque, etat.date),
        type_mime="application/pdf",
        par=auteur,
        maintenant=maintenant,
    )
    arrete = RapprochementArrete.objects.create(
        dossier=banque.dossier,
        compte_bancaire=banque,
        date=etat.date,
        empreinte=empreinte(etat),
        fichier=fichier,
        arrete_le=maintenant,
        arrete_par=auteur,
        **_contenu(etat),
    )
    journaliser(
        cabinet=banque.dossier.cabinet,
        dossier=banque.dossier,
        acte="banque.arreter_rapprochement",
        date=maintenant,
        origine=origine,
        objet=f"{banque.libelle} au {etat.date:%d/%m/%Y}",
        apres={"solde_releve_cents": etat.solde_releve_cents, "sha256": fichier.sha256},
    )
    return arrete


def nom_du_pdf(banque: CompteBancaire, date: Date) -> str:
    return f"rapprochement-{banque.dossier.code}-{banque.iban[-6:]}-{date:%Y%m%d}.pdf".lower()
