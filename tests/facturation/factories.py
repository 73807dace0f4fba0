"""Factories of i-Facture, and the smallest dossier that can pay and book what it pays."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from banque.models import CompteBancaire
from comptabilite.services.journaux import creer_journal_tresorerie, journal
from facturation import models
from facturation.enums import ModeReglement
from facturation.services.ecritures import comptabiliser_achat
from facturation.services.factures import FactureSaisie, enregistrer_facture
from facturation.services.fournisseurs import changer_iban, trouver_fournisseur
from gestion_acces.enums import Niveau, Service
from gestion_acces.models import Dossier, MembreDossier, Utilisateur
from qonto_link.models import CompteQonto
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from tests.factories import AccesServiceFactory, DossierFactory, MembreDossierFactory, ServiceDossierFactory
from tests.qonto_link.factories import CompteQontoFactory, ConnexionFactory

MAINTENANT = datetime(2026, 6, 9, 8, 30, tzinfo=UTC)
IBAN_AARO = "FR7610011000201234567890188"


class FournisseurFactory(DjangoModelFactory[models.Fournisseur]):
    class Meta:
        model = models.Fournisseur

    dossier = factory.SubFactory(DossierFactory)
    nom = factory.Sequence(lambda n: f"Fournisseur {n}")


class CoordonneeFactory(DjangoModelFactory[models.CoordonneeBancaire]):
    class Meta:
        model = models.CoordonneeBancaire

    fournisseur = factory.SubFactory(FournisseurFactory)
    dossier = factory.SelfAttribute("fournisseur.dossier")
    iban = IBAN_AARO
    depuis = MAINTENANT


class FactureFactory(DjangoModelFactory[models.Facture]):
    class Meta:
        model = models.Facture

    fournisseur = factory.SubFactory(FournisseurFactory)
    dossier = factory.SelfAttribute("fournisseur.dossier")
    numero = factory.Sequence(lambda n: f"FS{n:07d}")
    date_emission = date(2026, 5, 20)
    montant_ht_cents = 15833
    montant_tva_cents = 3166
    montant_ttc_cents = factory.LazyAttribute(lambda o: o.montant_ht_cents + o.montant_tva_cents)


class EcheanceFactory(DjangoModelFactory[models.Echeance]):
    class Meta:
        model = models.Echeance

    facture = factory.SubFactory(FactureFactory)
    dossier = factory.SelfAttribute("facture.dossier")
    rang = 1
    date = date(2026, 6, 20)
    montant_cents = factory.SelfAttribute("facture.montant_ttc_cents")


class OrdreFactory(DjangoModelFactory[Ordre]):
    class Meta:
        model = Ordre

    compte = factory.SubFactory(CompteQontoFactory)
    dossier = factory.SelfAttribute("compte.dossier")
    statut = StatutOrdre.PRET
    cree_par = factory.LazyAttribute(lambda o: o.compte.connexion.consenti_par)
    cree_le = MAINTENANT
    modifie_le = MAINTENANT


class VirementFactory(DjangoModelFactory[Virement]):
    class Meta:
        model = Virement

    ordre = factory.SubFactory(OrdreFactory)
    dossier = factory.SelfAttribute("ordre.dossier")
    statut = StatutVirement.EN_PREPARATION
    montant_cents = 18999
    beneficiaire = "AARO"
    iban = IBAN_AARO
    reference = "FS9289482"
    date_demandee = date(2026, 6, 9)
    date_prevue = date(2026, 6, 9)


class ReglementFactory(DjangoModelFactory[models.Reglement]):
    class Meta:
        model = models.Reglement

    echeance = factory.SubFactory(EcheanceFactory)
    dossier = factory.SelfAttribute("echeance.dossier")
    mode = ModeReglement.CHEQUE
    cree_le = MAINTENANT


@dataclass
class Payeur:
    """A dossier ready to pay: linked account, bank and journals, supplier AARO, one who pays and one who prepares."""

    dossier: Dossier
    compte: CompteQonto
    dirigeant: Utilisateur
    membre: MembreDossier
    preparateur: Utilisateur
    fournisseur: models.Fournisseur

    def facture(self, numero: str, *montants: int, jour: date = date(2026, 6, 20)) -> models.Facture:
        """An invoice of AARO with one instalment per amount (cents), its purchase booked."""
        total = sum(montants)
        tva = total // 6
        saisie = FactureSaisie(
            numero=numero,
            date_emission=date(2026, 5, 20),
            montant_ht_cents=total - tva,
            montant_tva_cents=tva,
            echeances=tuple((jour, montant) for montant in montants),
        )
        facture = enregistrer_facture(
            fournisseur=self.fournisseur, saisie=saisie, par=self.dirigeant, maintenant=MAINTENANT
        )
        comptabiliser_achat(facture=facture, maintenant=MAINTENANT)
        return facture


def verification_favorable(dossier: Dossier, *, iban: str = IBAN_AARO, nom: str = "AARO") -> VerificationBeneficiaire:
    return VerificationBeneficiaire.objects.create(
        dossier=dossier, iban=iban, nom_demande=nom, resultat="match", jeton="jeton", demandee_le=MAINTENANT
    )


def payeur(
    *, external_id: str = "compte", iban: str = "FR7616958000016886912594701", jeton: str = "ory_at_jeton"
) -> Payeur:
    """`external_id` and `jeton`: the account at the local Qonto and the token that opens it."""
    dossier = DossierFactory(raison_sociale="MAISON LENOIR", siret="81234567600017")
    membre = MembreDossierFactory(dossier=dossier)
    prepare = MembreDossierFactory(dossier=dossier, role="utilisateur")
    for service in (Service.QONTO, Service.I_FACTURE):
        actif = ServiceDossierFactory(dossier=dossier, service=service)
        AccesServiceFactory(membre=membre, service_dossier=actif, niveau=Niveau.PAYER)
        AccesServiceFactory(membre=prepare, service_dossier=actif, niveau=Niveau.PREPARER)
    compte = CompteQontoFactory(
        dossier=dossier,
        connexion=ConnexionFactory(dossier=dossier, access_token=jeton),
        external_id=external_id,
        iban=iban,
        solde_cents=100_000_00,
        solde_autorise_cents=100_000_00,
    )
    journal(dossier=dossier, code="ACH")
    CompteBancaire.objects.create(
        dossier=dossier,
        libelle="QONTO",
        iban=iban,
        bic="QNTOFRP1XXX",
        regle_fournisseurs=True,
        compte_qonto=compte,
        journal=creer_journal_tresorerie(dossier=dossier, libelle="Qonto"),
    )
    fournisseur = trouver_fournisseur(dossier=dossier, nom="AARO")
    changer_iban(fournisseur=fournisseur, iban=IBAN_AARO, par=membre.utilisateur, maintenant=MAINTENANT)
    return Payeur(dossier, compte, membre.utilisateur, membre, prepare.utilisateur, fournisseur)
