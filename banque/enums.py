from django.db import models


class Source(models.TextChoices):
    """Where a bank line comes from; part of its identity."""

    QONTO = "qonto", "Qonto"
    CFONB120 = "cfonb120", "Fichier CFONB 120"
    CAMT053 = "camt053", "Fichier camt.053"


class StatutRecue(models.TextChoices):
    """What the bank says of a line. Only a settled one has moved the balance."""

    EN_COURS = "en_cours", "En cours"
    REGLEE = "reglee", "Réglée"
    REFUSEE = "refusee", "Refusée"
    ANNULEE = "annulee", "Annulée"


class ModeReglement(models.TextChoices):
    """Column R of the grid."""

    VIREMENT = "V", "Virement"
    CHEQUE = "C", "Chèque"
    PRELEVEMENT = "P", "Prélèvement"
    CARTE = "B", "Carte bancaire"
    ESPECES = "E", "Espèces"
    AUTRE = "", "Autre"


class EtatOperation(models.TextChoices):
    A_TRAITER = "a_traiter", "À traiter"
    PROPOSEE = "proposee", "Proposée"
    VALIDEE = "validee", "Validée"
    TRANSFEREE = "transferee", "Transférée"
    COMPTABILISEE = "comptabilisee", "Comptabilisée"
    A_VERIFIER = "a_verifier", "À vérifier"
    IGNOREE = "ignoree", "Ignorée"


# The allowed moves of a line of the grid. A transferred one comes back only when its draft entry is dropped.
MOUVEMENTS_OPERATION: dict[str, frozenset[str]] = {
    EtatOperation.A_TRAITER: frozenset(
        {
            EtatOperation.PROPOSEE,
            EtatOperation.VALIDEE,
            EtatOperation.COMPTABILISEE,
            EtatOperation.A_VERIFIER,
            EtatOperation.IGNOREE,
        }
    ),
    EtatOperation.PROPOSEE: frozenset(
        {
            EtatOperation.A_TRAITER,
            EtatOperation.VALIDEE,
            EtatOperation.COMPTABILISEE,
            EtatOperation.A_VERIFIER,
            EtatOperation.IGNOREE,
        }
    ),
    EtatOperation.VALIDEE: frozenset(
        {
            EtatOperation.A_TRAITER,
            EtatOperation.TRANSFEREE,
            EtatOperation.COMPTABILISEE,
            EtatOperation.A_VERIFIER,
            EtatOperation.IGNOREE,
        }
    ),
    EtatOperation.TRANSFEREE: frozenset({EtatOperation.VALIDEE}),
    EtatOperation.COMPTABILISEE: frozenset({EtatOperation.A_VERIFIER}),
    EtatOperation.A_VERIFIER: frozenset({EtatOperation.A_TRAITER, EtatOperation.COMPTABILISEE, EtatOperation.IGNOREE}),
    EtatOperation.IGNOREE: frozenset({EtatOperation.A_TRAITER}),
}
MODIFIABLES = (EtatOperation.A_TRAITER, EtatOperation.PROPOSEE, EtatOperation.VALIDEE)


class Motif(models.TextChoices):
    """Why an account is proposed (B10), from the strongest to the weakest."""

    AUCUN = "", "Sans proposition"
    SAISIE = "saisie", "Saisie"
    LIEN = "lien", "Lien de paiement"
    TOUJOURS = "toujours", "Toujours"
    REGLE = "regle", "Règle"
    HABITUDE = "habitude", "Même contrepartie"
    TIERS = "tiers", "Nom du tiers"


class Decision(models.TextChoices):
    """What a person said once and for all of a counterparty and an account."""

    APPRIS = "appris", "Appris"
    TOUJOURS = "toujours", "Toujours"
    JAMAIS = "jamais", "Jamais"


class SensRegle(models.TextChoices):
    TOUS = "", "Dépenses et recettes"
    DEPENSE = "depense", "Dépenses"
    RECETTE = "recette", "Recettes"


class EtatSynchronisation(models.TextChoices):
    EN_ATTENTE = "en_attente", "En attente"
    EN_COURS = "en_cours", "En cours"
    TERMINEE = "terminee", "Terminée"
    ECHOUEE = "echouee", "Échouée"


class FormatReleve(models.TextChoices):
    CFONB120 = "cfonb120", "CFONB 120"
    OFX = "ofx", "OFX"
    CAMT053 = "camt053", "camt.053"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel"


MENTION = "#Comptabilise"
