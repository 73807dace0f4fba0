"""A supplier invoice is recorded, with its instalments and its purchase entry."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from comptabilite.models import Ecriture
from comptabilite.services.ecritures import joindre_documents
from facturation.enums import NatureFacture, OrigineFacture, OrigineIban
from facturation.errors import (
    DateInvraisemblable,
    EcheancesFausses,
    FacturationError,
    FactureEnDouble,
    FactureEngagee,
)
from facturation.models import Echeance, Facture, Fournisseur, LigneTva, Reglement
from facturation.services.fournisseurs import changer_iban, coordonnee_courante
from gestion_acces.models import Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.affichage import devise
from portal.lib.montants import repartir

_ORIGINES: dict[str, str] = {OrigineFacture.SAISIE: OrigineIban.SAISIE, OrigineFacture.IMPORT: OrigineIban.IMPORT}
ANNEES = range(1990, 2100)
DELAI_LEGAL = timedelta(days=30)  # C. com. L441-10, when nothing else was agreed


@dataclass(frozen=True)
class TvaSaisie:
    """One rate of an invoice; `taux` in hundredths of a percent, amounts in cents."""

    taux: int
    base_cents: int
    tva_cents: int


@dataclass(frozen=True)
class FactureSaisie:
    """What was typed, imported or read of an invoice; amounts in cents of euro.

    `echeances`: (due date, cents); empty means one, thirty days after the invoice.
    """

    numero: str
    date_emission: date
    montant_ht_cents: int
    montant_tva_cents: int
    echeances: tuple[tuple[date, int], ...] = ()
    tva: tuple[TvaSaisie, ...] = ()
    iban: str = ""
    siren: str = ""
    nature: str = NatureFacture.FACTURE
    origine: str = OrigineFacture.SAISIE
    fichier: Fichier | None = field(default=None, compare=False)

    @property
    def montant_ttc_cents(self) -> int:
        return self.montant_ht_cents + self.montant_tva_cents


def enregistrer_facture(
    *,
    fournisseur: Fournisseur,
    saisie: FactureSaisie,
    par: Utilisateur | None,
    maintenant: datetime,
    origine: Origine = SYSTEME,
) -> Facture:
    """Record an invoice. Raises EcheancesFausses when the instalments do not add up, FactureEnDouble when it is known,
    DateInvraisemblable for a year that no invoice has.

    An IBAN that the supplier had not yet becomes his; another one than his is kept on the invoice and shown by the
    shield before paying, never taken over by itself.
    """
    if any(jour.year not in ANNEES for jour in (saisie.date_emission, *(jour for jour, _ in saisie.echeances))):
        raise DateInvraisemblable
    echeances = saisie.echeances or ((saisie.date_emission + DELAI_LEGAL, saisie.montant_ttc_cents),)
    ecart = sum(montant for _, montant in echeances) - saisie.montant_ttc_cents
    if ecart:
        raise EcheancesFausses(devise(ecart))
    try:
        with transaction.atomic():
            facture = _creer(fournisseur, saisie, par, echeances)
            if saisie.iban and coordonnee_courante(fournisseur) is None:
                source = _ORIGINES.get(saisie.origine, OrigineIban.FACTUR_X)
                changer_iban(
                    fournisseur=fournisseur,
                    iban=saisie.iban,
                    par=par,
                    maintenant=maintenant,
                    source=source,
                    origine=origine,
                )
            journaliser(
                cabinet=fournisseur.dossier.cabinet,
                dossier=fournisseur.dossier,
                acte="facture.enregistrer",
                date=maintenant,
                origine=origine,
                objet=f"{fournisseur.nom} {facture.numero}"[:200],
                apres={"ttc_cents": facture.montant_ttc_cents, "origine": facture.origine},
            )
    except IntegrityError:
        if Facture.objects.filter(fournisseur=fournisseur, numero=saisie.numero.strip()).exists():
            raise FactureEnDouble(saisie.numero, fournisseur.nom) from None
        raise
    return facture


def _creer(
    fournisseur: Fournisseur,
    saisie: FactureSaisie,
    par: Utilisateur | None,
    echeances: Sequence[tuple[date, int]],
) -> Facture:
    facture = Facture.objects.create(
        dossier_id=fournisseur.dossier_id,
        fournisseur=fournisseur,
        nature=saisie.nature,
        numero=saisie.numero.strip(),
        date_emission=saisie.date_emission,
        montant_ht_cents=saisie.montant_ht_cents,
        montant_tva_cents=saisie.montant_tva_cents,
        montant_ttc_cents=saisie.montant_ttc_cents,
        iban_facture=saisie.iban,
        siren_facture=saisie.siren[:9],
        fichier=saisie.fichier,
        origine=saisie.origine,
        saisie_par=par,
    )
    LigneTva.objects.bulk_create(
        [
            LigneTva(facture=facture, taux=ligne.taux, base_cents=ligne.base_cents, tva_cents=ligne.tva_cents)
            for ligne in saisie.tva
        ]
    )
    Echeance.objects.bulk_create(_echeances(facture, echeances))
    return facture


def _echeances(facture: Facture, echeances: Sequence[tuple[date, int]]) -> list[Echeance]:
    return [
        Echeance(dossier_id=facture.dossier_id, facture=facture, rang=rang, date=jour, montant_cents=montant)
        for rang, (jour, montant) in enumerate(echeances, start=1)
    ]


def echeances_egales(montant_cents: int, nombre: int, premiere: date, pas_jours: int = 30) -> list[tuple[date, int]]:
    """`nombre` instalments; the remainder of the division goes to the last one (comptabilite.md §D.5)."""
    return [
        (premiere + timedelta(days=pas_jours * rang), part)
        for rang, part in enumerate(repartir(montant_cents, nombre))
    ]


def joindre_document(
    *, facture: Facture, fichier: Fichier, maintenant: datetime, origine: Origine = SYSTEME
) -> Facture:
    """Give an invoice its document, or another one while nothing was ordered on it. Raises FacturationError."""
    with transaction.atomic():
        actuelle = Facture.objects.select_for_update(of=("self",)).select_related("fichier").get(pk=facture.pk)
        present = actuelle.fichier is not None and not actuelle.fichier.est_efface
        if present and est_engagee(facture):
            raise FacturationError("Un règlement existe sur cette facture : son document ne se remplace plus.")
        Facture.objects.filter(pk=facture.pk).update(fichier=fichier)
        facture.fichier = fichier
        achat = Ecriture.objects.filter(dossier_id=facture.dossier_id, cle=f"achat:{facture.pk}").first()
        if achat is not None and not achat.exercice.est_clos:
            joindre_documents(ecriture=achat, fichiers=(fichier,), maintenant=maintenant)
        journaliser(
            cabinet=facture.dossier.cabinet,
            dossier=facture.dossier,
            acte="facture.joindre",
            date=maintenant,
            origine=origine,
            objet=str(facture)[:200],
            apres={"nom": fichier.nom[:200], "sha256": fichier.sha256},
        )
    return facture


def est_engagee(facture: Facture) -> bool:
    """True once a payment was ever ordered on it."""
    return Reglement.objects.filter(echeance__facture=facture).exists()


def changer_echeances(
    *, facture: Facture, echeances: Sequence[tuple[date, int]], maintenant: datetime, origine: Origine = SYSTEME
) -> None:
    """Replace the instalments of an invoice that nothing pays yet.

    Raises FactureEngagee when a payment was ordered, EcheancesFausses when the new ones do not add up.
    """
    ecart = sum(montant for _, montant in echeances) - facture.montant_ttc_cents
    if ecart or not echeances:
        raise EcheancesFausses(devise(ecart))
    with transaction.atomic():
        Facture.objects.select_for_update(of=("self",)).get(pk=facture.pk)
        if est_engagee(facture):
            raise FactureEngagee
        avant = [[str(e.date), e.montant_cents] for e in facture.echeances.order_by("rang")]
        facture.echeances.all().delete()
        Echeance.objects.bulk_create(_echeances(facture, echeances))
        journaliser(
            cabinet=facture.dossier.cabinet,
            dossier=facture.dossier,
            acte="facture.echeances",
            date=maintenant,
            origine=origine,
            objet=str(facture)[:200],
            avant={"echeances": avant},
            apres={"echeances": [[str(jour), montant] for jour, montant in echeances]},
        )
