"""The words of an application, and the order of its steps at Qonto (partner reference §1.6, §1.8)."""

from dataclasses import dataclass

from django.db import models

from qonto_link.enums import Intervenant


class Flux(models.TextChoices):
    EXISTANTE = "existing_company", "Société déjà immatriculée"
    CREATION = "company_creation", "Société en cours de création"


class Statut(models.TextChoices):
    """Where the application stands in the portal; the step at Qonto is apart."""

    BROUILLON = "brouillon", "À compléter"
    A_SOUMETTRE = "a_soumettre", "Envoi à Qonto en cours"
    REFUSEE = "refusee", "Refusée par Qonto, à corriger"
    EN_COURS = "en_cours", "En cours chez Qonto"
    OUVERTE = "ouverte", "Compte ouvert"
    ABANDONNEE = "abandonnee", "Abandonnée"


MOUVEMENTS: dict[str, frozenset[str]] = {
    Statut.BROUILLON: frozenset({Statut.A_SOUMETTRE, Statut.ABANDONNEE}),
    Statut.A_SOUMETTRE: frozenset({Statut.EN_COURS, Statut.OUVERTE, Statut.REFUSEE}),
    Statut.REFUSEE: frozenset({Statut.A_SOUMETTRE, Statut.ABANDONNEE}),
    Statut.EN_COURS: frozenset({Statut.OUVERTE, Statut.ABANDONNEE}),
    Statut.OUVERTE: frozenset({Statut.ABANDONNEE}),
    Statut.ABANDONNEE: frozenset(),
}
MODIFIABLES = (Statut.BROUILLON, Statut.REFUSEE)
VIVANTS = (Statut.BROUILLON, Statut.A_SOUMETTRE, Statut.REFUSEE, Statut.EN_COURS, Statut.OUVERTE)


@dataclass(frozen=True)
class Etape:
    """One step at Qonto: its rank never goes down; `suite` says what is waited for, by whom."""

    code: str
    rang: int
    libelle: str
    suite: str
    intervenant: Intervenant


ETAPES: tuple[Etape, ...] = (
    Etape(
        "pending",
        1,
        "Dossier transmis à Qonto",
        "Ouvrez votre espace Qonto et créez votre accès",
        Intervenant.DIRIGEANT,
    ),
    Etape("user_started", 2, "Espace Qonto créé", "Choisissez une offre et signez le contrat", Intervenant.DIRIGEANT),
    Etape("contract_signed", 3, "Contrat signé", "Qonto vérifie votre identité et votre société", Intervenant.QONTO),
    Etape("submitted", 4, "Demande complète", "Lancez le dépôt du capital dans Qonto", Intervenant.DIRIGEANT),
    Etape(
        "capital_deposit_activated",
        5,
        "Dépôt du capital ouvert",
        "Chaque associé verse sa part",
        Intervenant.ASSOCIES,
    ),
    Etape(
        "capital_deposit_request_signed",
        6,
        "Fonds reçus",
        "Le notaire signe le certificat de dépôt",
        Intervenant.NOTAIRE,
    ),
    Etape(
        "capital_deposit_certificate_signed",
        7,
        "Certificat de dépôt signé",
        "Immatriculez la société, puis déposez le Kbis",
        Intervenant.DIRIGEANT,
    ),
    Etape(
        "capital_deposit_statement_ready",
        7,
        "Attestation de dépôt disponible",
        "Immatriculez la société, puis déposez l’extrait du registre",
        Intervenant.DIRIGEANT,
    ),
    Etape("completed", 8, "Compte ouvert", "Associez le compte à votre dossier", Intervenant.DIRIGEANT),
    Etape("deleted", 9, "Demande remise à zéro par Qonto", "Recommencez l’adhésion", Intervenant.DIRIGEANT),
)
ETAPE_PAR_CODE: dict[str, Etape] = {etape.code: etape for etape in ETAPES}

PARCOURS: dict[str, tuple[str, ...]] = {
    Flux.EXISTANTE: ("pending", "user_started", "contract_signed", "completed"),
    Flux.CREATION: (
        "pending",
        "user_started",
        "contract_signed",
        "submitted",
        "capital_deposit_activated",
        "capital_deposit_request_signed",
        "capital_deposit_certificate_signed",
        "completed",
    ),
}


class TypeJustificatif(models.TextChoices):
    IDENTITE = "identite", "Pièce d’identité"
    SEJOUR = "sejour", "Titre de séjour"
    DOMICILE = "domicile", "Justificatif de domicile de la société"
    REVENUS = "revenus", "Justificatif de revenus"
    STATUTS = "statuts", "Projet de statuts"
    DEPOT_CAPITAL = "depot_capital", "Attestation de dépôt de capital"
    KBIS = "kbis", "Extrait Kbis"


# Types that Qonto's files API takes, and only for a company being created; the others stay in the portal.
TYPES_QONTO: dict[str, str] = {
    TypeJustificatif.IDENTITE: "stakeholder-proof-of-identity",
    TypeJustificatif.SEJOUR: "stakeholder-residence-permit",
    TypeJustificatif.DOMICILE: "organization-proof-of-address",
    TypeJustificatif.STATUTS: "organization-by-laws",
    TypeJustificatif.KBIS: "organization-kbis",
}
PAR_ASSOCIE = frozenset({TypeJustificatif.IDENTITE, TypeJustificatif.SEJOUR, TypeJustificatif.REVENUS})
AIDES: dict[str, str] = {
    TypeJustificatif.IDENTITE: "Carte d’identité recto verso ou passeport, en couleurs, en cours de validité.",
    TypeJustificatif.SEJOUR: "Si la personne n’est pas ressortissante de l’Union européenne.",
    TypeJustificatif.DOMICILE: "Facture d’énergie ou d’internet de moins de trois mois, ou contrat de domiciliation.",
    TypeJustificatif.REVENUS: "Dernier avis d’imposition ou trois derniers bulletins de paie.",
    TypeJustificatif.STATUTS: "Projet de statuts, sans date, sans le mot « banque » pour désigner Qonto.",
    TypeJustificatif.DEPOT_CAPITAL: "Si le capital a déjà été déposé ailleurs.",
    TypeJustificatif.KBIS: "Après l’immatriculation : l’extrait de moins de trois mois.",
}


class EtatJustificatif(models.TextChoices):
    CONSERVE = "conserve", "conservé par le portail"
    A_TRANSMETTRE = "a_transmettre", "sera transmis à Qonto"
    TRANSMIS = "transmis", "transmis à Qonto"
    A_DEPOSER = "a_deposer", "à déposer chez Qonto"
    REFUSE = "refuse", "refusé par Qonto"


class EtatCorrection(models.TextChoices):
    PROPOSEE = "proposee", "À examiner"
    ACCEPTEE = "acceptee", "Reprise dans la fiche"
    REFUSEE = "refusee", "Écartée"
