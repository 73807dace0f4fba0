"""Bank accounts and lines of the tests: the smallest valid rows."""

import io
import itertools
import zlib
from datetime import UTC, datetime
from datetime import date as Date

import factory
from factory.django import DjangoModelFactory

from banque import models
from banque.enums import Source, StatutRecue
from banque.sources import OperationRecue
from comptabilite.services.journaux import creer_journal_tresorerie
from gestion_acces.models import Fichier
from gestion_acces.services.fichiers import deposer_fichier
from portal.lib.rib import iban_francais
from qonto_link.models import CompteQonto, Connexion
from tests.factories import DossierFactory, UtilisateurFactory

MAINTENANT = datetime(2026, 6, 10, 8, 0, tzinfo=UTC)
_numero = itertools.count(1)


def iban_libre() -> str:
    return iban_francais("16958", "00001", f"{next(_numero):011d}")


class ConnexionFactory(DjangoModelFactory[Connexion]):
    class Meta:
        model = Connexion

    dossier = factory.SubFactory(DossierFactory)
    organisation_id = factory.Sequence(lambda n: f"org-{n}")
    organisation_nom = "MAISON LENOIR"
    access_token = "acces"
    refresh_token = "renouvellement"
    consenti_le = MAINTENANT
    consenti_par = factory.SubFactory(UtilisateurFactory)


class CompteQontoFactory(DjangoModelFactory[CompteQonto]):
    class Meta:
        model = CompteQonto

    connexion = factory.SubFactory(ConnexionFactory)
    dossier = factory.SelfAttribute("connexion.dossier")
    external_id = factory.Sequence(lambda n: f"compte-{n}")
    nom = "Compte principal"
    iban = factory.LazyFunction(iban_libre)
    bic = "QNTOFRP1XXX"
    principal = True
    lie = True


class CompteBancaireFactory(DjangoModelFactory[models.CompteBancaire]):
    """A bank whose lines come from files. `CompteBancaireFactory(qonto=True, avec_journal=True)` for the other one."""

    class Meta:
        model = models.CompteBancaire

    class Params:
        qonto = factory.Trait(
            compte_qonto=factory.SubFactory(
                CompteQontoFactory,
                connexion__dossier=factory.SelfAttribute("...dossier"),
                iban=factory.SelfAttribute("..iban"),
            )
        )
        avec_journal = factory.Trait(
            journal=factory.LazyAttribute(
                lambda compte: creer_journal_tresorerie(dossier=compte.dossier, libelle=compte.libelle)
            )
        )

    dossier = factory.SubFactory(DossierFactory)
    libelle = "QONTO"
    iban = factory.LazyFunction(iban_libre)


def recue(montant_cents: int = -1000, jour: str = "2026-06-08T10:00:00+02:00", **champs: object) -> OperationRecue:
    """A settled line of Qonto, unless told otherwise."""
    valeurs: dict[str, object] = {
        "source": Source.QONTO.value,
        "external_id": f"tx-{next(_numero)}",
        "statut": StatutRecue.REGLEE.value,
        "montant_cents": montant_cents,
        "reglee_le": datetime.fromisoformat(jour),
        "modifiee_le": datetime.fromisoformat(jour),
        "libelle": "BOULANGERIE DUPONT",
        "contrepartie": "Boulangerie Dupont",
        "mode_reglement": "V",
        "code_operation": "06" if montant_cents < 0 else "05",
        "payload": b"{}",
    }
    return OperationRecue(**(valeurs | champs))  # type: ignore[arg-type]


def chaine(*montants: int, ouverture: int = 100_000, jour: str = "2026-06-08") -> list[OperationRecue]:
    """Lines of one day, a minute apart, whose balances follow."""
    solde, lignes = ouverture, []
    for minute, montant in enumerate(montants):
        solde += montant
        lignes.append(recue(montant, f"{jour}T10:{minute:02d}:00+02:00", solde_apres_cents=solde))
    return lignes


class LigneRecueFactory(DjangoModelFactory[models.LigneRecue]):
    class Meta:
        model = models.LigneRecue

    compte_bancaire = factory.SubFactory(CompteBancaireFactory)
    dossier = factory.SelfAttribute("compte_bancaire.dossier")
    source = Source.QONTO
    external_id = factory.Sequence(lambda n: f"ligne-{n}")
    statut = StatutRecue.REGLEE
    montant_cents = -1000
    reglee_le = datetime(2026, 6, 8, 8, 0, tzinfo=UTC)
    jour = factory.LazyAttribute(lambda ligne: ligne.reglee_le.date() if ligne.reglee_le else None)
    libelle = "BOULANGERIE DUPONT"
    payload = zlib.compress(b"{}")
    recue_le = MAINTENANT


class ReleveFactory(DjangoModelFactory[models.Releve]):
    class Meta:
        model = models.Releve

    compte_bancaire = factory.SubFactory(CompteBancaireFactory)
    dossier = factory.SelfAttribute("compte_bancaire.dossier")
    lot = factory.Faker("uuid4")
    source = Source.QONTO
    debut = datetime(2026, 6, 1, tzinfo=UTC)
    fin = datetime(2026, 6, 9, tzinfo=UTC)
    nb_lignes = 1
    total_depenses_cents = -1000
    total_recettes_cents = 0
    integre_le = MAINTENANT


class OperationFactory(DjangoModelFactory[models.Operation]):
    class Meta:
        model = models.Operation

    compte_bancaire = factory.SubFactory(CompteBancaireFactory)
    dossier = factory.SelfAttribute("compte_bancaire.dossier")
    releve = factory.SubFactory(ReleveFactory, compte_bancaire=factory.SelfAttribute("..compte_bancaire"))
    ligne = factory.SubFactory(
        LigneRecueFactory,
        compte_bancaire=factory.SelfAttribute("..compte_bancaire"),
        montant_cents=factory.SelfAttribute("..montant_cents"),
        integree=True,
    )
    jour = datetime(2026, 6, 8, tzinfo=UTC).date()
    rang = factory.Sequence(int)
    montant_cents = -1000
    libelle = "Boulangerie Dupont"
    contrepartie = "BOULANGERIE DUPONT"
    mode_reglement = "V"
    code_operation = "06"


def _document(arrete: factory.builder.Resolver) -> Fichier:
    fichier, _ = deposer_fichier(
        dossier=arrete.dossier,
        flux=io.BytesIO(b"%PDF-1.4 rapprochement"),
        nom="rapprochement.pdf",
        type_mime="application/pdf",
        maintenant=MAINTENANT,
    )
    return fichier


class RapprochementArreteFactory(DjangoModelFactory[models.RapprochementArrete]):
    class Meta:
        model = models.RapprochementArrete

    compte_bancaire = factory.SubFactory(CompteBancaireFactory)
    dossier = factory.SelfAttribute("compte_bancaire.dossier")
    date = Date(2026, 5, 31)
    solde_comptable_cents = 1000
    comptable_corrige_cents = 1000
    solde_releve_cents = 1000
    releve_corrige_cents = 1000
    non_comptabilisees = factory.LazyFunction(list)
    non_relevees = factory.LazyFunction(list)
    empreinte = "0" * 64
    fichier = factory.LazyAttribute(_document)
    arrete_le = MAINTENANT
    arrete_par = factory.SubFactory(UtilisateurFactory)
