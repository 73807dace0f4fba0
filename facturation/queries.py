"""Reads of i-Facture's pages. No list's number of queries grows with its rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce, RowNumber

from facturation.enums import NatureFacture, SituationFacture
from facturation.models import CoordonneeBancaire, Echeance, Facture, Fournisseur, Reglement
from gestion_acces.enums import Niveau, Service
from gestion_acces.models import AccesService, Dossier
from qonto_link.virements.enums import StatutOrdre, StatutVirement
from qonto_link.virements.models import Ordre, VerificationBeneficiaire, Virement
from qonto_link.virements.services.doute import VERIFIE
from qonto_link.virements.services.preparation import texte_sepa


def _vivants() -> QuerySet[Reglement]:
    return Reglement.objects.filter(echeance=OuterRef("pk"), vivant=True)


def _echeances_ouvertes() -> QuerySet[Echeance]:
    return Echeance.objects.filter(~Exists(_vivants()), facture=OuterRef("pk"), facture__nature=NatureFacture.FACTURE)


def _en_cours() -> QuerySet[Reglement]:
    return Reglement.objects.filter(echeance__facture=OuterRef("pk"), vivant=True, virement__isnull=False).exclude(
        virement__statut=StatutVirement.REGLE
    )


def factures(dossier: Dossier, *, recherche: str = "", situation: str = "", jour: date) -> QuerySet[Facture]:
    """The invoices of a dossier, latest first, each with what remains, its next due date and its situation."""
    lignes = (
        Facture.objects.pour_dossier(dossier)
        .select_related("fournisseur")
        .annotate(
            ouverte=Exists(_echeances_ouvertes()),
            en_retard=Exists(_echeances_ouvertes().filter(date__lt=jour)),
            en_cours=Exists(_en_cours()),
        )
        .order_by("-date_emission", "-id")
    )
    for mot in recherche.split()[:5]:
        lignes = lignes.filter(Q(numero__icontains=mot) | Q(fournisseur__nom__icontains=mot))
    filtres = {
        SituationFacture.A_PAYER: Q(ouverte=True),
        SituationFacture.EN_RETARD: Q(en_retard=True),
        SituationFacture.EN_COURS: Q(en_cours=True),
        SituationFacture.PAYEE: Q(ouverte=False, en_cours=False, nature=NatureFacture.FACTURE),
    }
    return lignes.filter(filtres[SituationFacture(situation)]) if situation in SituationFacture.values else lignes


def avec_echeances(lignes: QuerySet[Facture]) -> QuerySet[Facture]:
    """The invoices of a page with their instalments, each knowing whether something pays it (`reglee`)."""
    return lignes.prefetch_related(
        Prefetch("echeances", Echeance.objects.annotate(reglee=Exists(_vivants())).order_by("rang"))
    )


@dataclass(frozen=True)
class Totaux:
    """Counts and cents of what is due, over the whole dossier."""

    a_payer: int
    a_payer_cents: int
    en_retard: int
    en_retard_cents: int
    prochaine: date | None


def totaux(dossier: Dossier, jour: date) -> Totaux:
    """One query: what remains to be ordered, and how much of it is late."""
    vide = Coalesce(Sum("montant_cents"), 0)
    somme = (
        Echeance.objects.pour_dossier(dossier)
        .filter(~Exists(_vivants()), facture__nature="facture")
        .aggregate(
            a_payer=Count("pk"),
            a_payer_cents=vide,
            en_retard=Count("pk", filter=Q(date__lt=jour)),
            en_retard_cents=Coalesce(Sum("montant_cents", filter=Q(date__lt=jour)), 0),
            prochaine=Min("date", filter=Q(date__gte=jour)),
        )
    )
    return Totaux(**somme)


def echeancier(dossier: Dossier, debut: date, fin: date) -> list[Echeance]:
    """The open instalments due from `debut` to `fin` included, for the calendar."""
    return list(
        Echeance.objects.pour_dossier(dossier)
        .filter(~Exists(_vivants()), date__range=(debut, fin), facture__nature="facture")
        .select_related("facture__fournisseur")
        .order_by("date", "id")[:500]
    )


def echeances_de(facture: Facture) -> list[Echeance]:
    """The instalments with their living settlement (`vivants`, at most one) and the former ones (`anciens`)."""
    reglements = Reglement.objects.select_related("virement__ordre__compte", "cree_par").order_by("cree_le")
    return list(
        facture.echeances.order_by("rang").prefetch_related(
            Prefetch("reglements", reglements.filter(vivant=True), to_attr="vivants"),
            Prefetch("reglements", reglements.filter(vivant=False), to_attr="anciens"),
        )
    )


def coordonnees_courantes(echeances: Iterable[Echeance]) -> dict[str, CoordonneeBancaire]:
    """Where the supplier of each instalment is paid now, by the id of the instalment."""
    lignes = list(echeances)
    par_fournisseur = {
        coordonnee.fournisseur_id: coordonnee
        for coordonnee in CoordonneeBancaire.objects.filter(
            fournisseur__in={echeance.facture.fournisseur_id for echeance in lignes}, remplacee_le__isnull=True
        )
    }
    return {
        str(echeance.pk): par_fournisseur[echeance.facture.fournisseur_id]
        for echeance in lignes
        if echeance.facture.fournisseur_id in par_fournisseur
    }


def iban_des_fournisseurs(
    fournisseurs: Iterable[UUID],
) -> tuple[dict[UUID, CoordonneeBancaire], dict[UUID, set[str]]]:
    """Where each supplier is paid now, and where he was paid before."""
    courantes: dict[UUID, CoordonneeBancaire] = {}
    anciens: dict[UUID, set[str]] = {}
    for coordonnee in CoordonneeBancaire.objects.filter(fournisseur__in=fournisseurs):
        if coordonnee.remplacee_le is None:
            courantes[coordonnee.fournisseur_id] = coordonnee
        else:
            anciens.setdefault(coordonnee.fournisseur_id, set()).add(coordonnee.iban)
    return courantes, anciens


def ibans_partages(dossier_id: UUID, ibans: Iterable[str]) -> dict[str, set[UUID]]:
    """The suppliers of the dossier that are paid now on each of these IBANs."""
    partages: dict[str, set[UUID]] = {}
    lignes = CoordonneeBancaire.objects.filter(dossier_id=dossier_id, iban__in=ibans, remplacee_le__isnull=True)
    for iban, fournisseur_id in lignes.values_list("iban", "fournisseur_id"):
        partages.setdefault(iban, set()).add(fournisseur_id)
    return partages


def derniers_payes(
    dossier_id: UUID, fournisseurs: Iterable[UUID], combien: int = 10
) -> dict[UUID, list[tuple[str, int]]]:
    """IBAN and cents of the last settled payments of each supplier, the latest first."""
    qui = "reglement__echeance__facture__fournisseur_id"
    recence = Window(RowNumber(), partition_by=F(qui), order_by=[F("execute_le").desc(), F("pk").desc()])
    lignes = (
        Virement.objects.filter(dossier_id=dossier_id, statut=StatutVirement.REGLE, **{f"{qui}__in": fournisseurs})
        .annotate(recence=recence)
        .filter(recence__lte=combien)
        .order_by("recence")
    )
    payes: dict[UUID, list[tuple[str, int]]] = {}
    for fournisseur_id, iban, cents in lignes.values_list(qui, "iban", "montant_cents"):
        payes.setdefault(fournisseur_id, []).append((iban, cents))
    return payes


@dataclass(frozen=True)
class Vivant:
    """A living settlement, for who looks for the same payment made twice."""

    facture_id: UUID
    numero: str
    jour: date


def reglements_semblables(
    dossier_id: UUID, *, fournisseurs: Iterable[UUID], montants: Iterable[int], jours: tuple[date, date]
) -> dict[tuple[UUID, int], list[Vivant]]:
    """The living settlements of these suppliers and amounts, due between two days, by (supplier, cents)."""
    lignes = Reglement.objects.filter(
        dossier_id=dossier_id,
        vivant=True,
        echeance__facture__fournisseur__in=fournisseurs,
        echeance__montant_cents__in=montants,
        echeance__date__range=jours,
    ).order_by("cree_le", "pk")
    semblables: dict[tuple[UUID, int], list[Vivant]] = {}
    for fournisseur_id, cents, facture_id, numero, jour in lignes.values_list(
        "echeance__facture__fournisseur_id",
        "echeance__montant_cents",
        "echeance__facture_id",
        "echeance__facture__numero",
        "echeance__date",
    ):
        semblables.setdefault((fournisseur_id, cents), []).append(Vivant(facture_id, numero, jour))
    return semblables


def historique_des_ibans(fournisseur: Fournisseur) -> QuerySet[CoordonneeBancaire]:
    """Where the supplier was and is paid, latest first, with who said so."""
    lignes = CoordonneeBancaire.objects.filter(dossier_id=fournisseur.dossier_id, fournisseur=fournisseur)
    return lignes.select_related("saisie_par").order_by("-depuis")


def reglements_par_virement(facture: Facture) -> QuerySet[Reglement]:
    """The settlements of an invoice that the portal ordered, with what their entries need."""
    lignes = Reglement.objects.filter(dossier_id=facture.dossier_id, echeance__facture=facture, virement__isnull=False)
    return lignes.select_related("virement__ordre__compte", "echeance__facture__fournisseur__tiers")


def verification_montree(
    dossier: Dossier, identifiant: int, *, iban: str, nom: str
) -> VerificationBeneficiaire | None:
    """The verification of payee of that number, if it is of this dossier, this IBAN and this name."""
    lignes = VerificationBeneficiaire.objects.filter(dossier=dossier, iban=iban, nom_demande=texte_sepa(nom))
    return lignes.filter(pk=identifiant).first()


def verifications_montrees(dossier: Dossier, identifiants: Iterable[int]) -> dict[int, VerificationBeneficiaire]:
    """The verifications of payees of these numbers that are of this dossier."""
    return VerificationBeneficiaire.objects.filter(dossier=dossier).in_bulk(list(identifiants))


def fournisseurs(dossier: Dossier, recherche: str = "") -> QuerySet[Fournisseur]:
    """The suppliers by name, each with its current IBAN (`courantes`, at most one)."""
    lignes = Fournisseur.objects.pour_dossier(dossier).select_related("tiers").order_by("nom", "id")
    for mot in recherche.split()[:5]:
        lignes = lignes.filter(nom__icontains=mot)
    courantes = CoordonneeBancaire.objects.filter(remplacee_le__isnull=True)
    return lignes.prefetch_related(Prefetch("coordonnees", courantes, to_attr="courantes"))


def ordres(dossier: Dossier, *, statuts: tuple[str, ...] = ()) -> QuerySet[Ordre]:
    """The orders of the dossier, latest first, with the number and the sum of their payments."""
    lignes = (
        Ordre.objects.pour_dossier(dossier)
        .select_related("compte", "cree_par", "approuve_par")
        .annotate(nombre=Count("virements"), total_cents=Coalesce(Sum("virements__montant_cents"), 0))
        .order_by("-cree_le", "id")
    )
    return lignes.filter(statut__in=statuts) if statuts else lignes


def a_approuver(dossier: Dossier) -> int:
    """How many orders wait for somebody entitled."""
    return Ordre.objects.pour_dossier(dossier).filter(statut=StatutOrdre.A_APPROUVER).count()


def secondes_personnes(ordre: Ordre) -> list[str]:
    """Who, besides the one who prepared the order, may approve it, as the dossier names them."""
    acces = AccesService.objects.filter(
        service_dossier__dossier_id=ordre.dossier_id,
        service_dossier__service=Service.QONTO,
        service_dossier__actif=True,
        niveau=Niveau.PAYER,
        membre__actif=True,
    ).exclude(membre__utilisateur_id=ordre.cree_par_id)
    return sorted(ligne.membre.nom_affiche for ligne in acces.select_related("membre__utilisateur")[:20])


def echeances_deja_payees(echeances: Iterable[Echeance]) -> dict[UUID, Virement]:
    """The last transfer of each instalment that left, or may have: sent back since, or given up on a person's word."""
    douteux = Q(virement__statut=StatutVirement.RETOURNE) | Q(
        virement__statut=StatutVirement.REJETE, virement__motif__contains=VERIFIE
    )
    lignes = Reglement.objects.filter(douteux, echeance__in=list(echeances), vivant=False).select_related("virement")
    return {ligne.echeance_id: ligne.virement for ligne in lignes.order_by("cree_le") if ligne.virement}
