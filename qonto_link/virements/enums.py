"""States of what is sent to Qonto, with the allowed moves.

An `Ordre` is one call to Qonto (one transfer, or a bulk of up to 400). A `Virement` is one payment inside it.
"""

from django.db import models


class Genre(models.TextChoices):
    SIMPLE = "simple", "Virement"
    LOT = "lot", "Virements groupés"


class StatutOrdre(models.TextChoices):
    A_APPROUVER = "a_approuver", "À approuver"
    PRET = "pret", "Prêt"
    SOUMISSION = "soumission", "Envoi à Qonto"
    ATTENTE_SCA = "attente_sca", "En attente d’authentification"
    DOUTE = "doute", "Réponse de Qonto attendue"
    ACCEPTE = "accepte", "Accepté"
    REFUSE = "refuse", "Refusé"
    ABANDONNE = "abandonne", "Abandonné"


# SOUMISSION is written before the call: a worker that dies during it leaves a row that the sweeper asks about.
# From SOUMISSION or DOUTE an order never goes back to PRET.
MOUVEMENTS_ORDRE: dict[str, frozenset[str]] = {
    StatutOrdre.A_APPROUVER: frozenset({StatutOrdre.PRET, StatutOrdre.ABANDONNE}),
    # Back to A_APPROUVER when a red alert appeared before it left: a second person must see it.
    StatutOrdre.PRET: frozenset({StatutOrdre.SOUMISSION, StatutOrdre.ABANDONNE, StatutOrdre.A_APPROUVER}),
    StatutOrdre.SOUMISSION: frozenset(
        {StatutOrdre.ATTENTE_SCA, StatutOrdre.ACCEPTE, StatutOrdre.REFUSE, StatutOrdre.DOUTE}
    ),
    # To DOUTE when an earlier call of the same order may have been done.
    StatutOrdre.ATTENTE_SCA: frozenset(
        {StatutOrdre.SOUMISSION, StatutOrdre.DOUTE, StatutOrdre.REFUSE, StatutOrdre.ABANDONNE}
    ),
    # To ACCEPTE or REFUSE on Qonto's word, or on a person's when only a look-alike is there (`sosies`).
    StatutOrdre.DOUTE: frozenset({StatutOrdre.SOUMISSION, StatutOrdre.ACCEPTE, StatutOrdre.REFUSE}),
    # Back to DOUTE only when the bulk that a person attached is another's: Qonto shows it, or she says so (`muets`).
    StatutOrdre.ACCEPTE: frozenset({StatutOrdre.DOUTE}),
    StatutOrdre.REFUSE: frozenset(),
    StatutOrdre.ABANDONNE: frozenset(),
}


class StatutVirement(models.TextChoices):
    """States of comptabilite.md §D.5, seen from the payment. « Aucun » is the absence of a row."""

    EN_PREPARATION = "en_preparation", "En préparation"
    A_APPROUVER = "a_approuver", "À approuver"
    ATTENTE_SCA = "attente_sca", "En attente d’authentification"
    ENVOYE = "envoye", "Envoyé, réponse attendue"
    PROGRAMME = "programme", "Programmé"
    EN_COURS = "en_cours", "En cours"
    REGLE = "regle", "Réglé"
    REJETE = "rejete", "Rejeté"
    ANNULE = "annule", "Annulé"
    RETOURNE = "retourne", "Retourné"


# A dead payment opens its instalment again; death is final, and so is a settlement but for a returned transfer.
VIREMENTS_MORTS: frozenset[str] = frozenset({StatutVirement.REJETE, StatutVirement.ANNULE, StatutVirement.RETOURNE})

_FIN = frozenset({StatutVirement.REJETE, StatutVirement.ANNULE})
MOUVEMENTS_VIREMENT: dict[str, frozenset[str]] = {
    StatutVirement.EN_PREPARATION: frozenset(
        {StatutVirement.ENVOYE, StatutVirement.ANNULE, StatutVirement.A_APPROUVER}
    ),
    StatutVirement.A_APPROUVER: frozenset({StatutVirement.EN_PREPARATION, StatutVirement.ANNULE}),
    StatutVirement.ATTENTE_SCA: frozenset({StatutVirement.ENVOYE}) | _FIN,
    # To REJETE also on a person's word, when Qonto never shows this payment of a bulk (`muets`).
    StatutVirement.ENVOYE: frozenset(
        {StatutVirement.ATTENTE_SCA, StatutVirement.PROGRAMME, StatutVirement.EN_COURS, StatutVirement.REGLE}
    )
    | _FIN,
    StatutVirement.PROGRAMME: frozenset({StatutVirement.EN_COURS, StatutVirement.REGLE}) | _FIN,
    StatutVirement.EN_COURS: frozenset({StatutVirement.REGLE}) | _FIN,
    StatutVirement.REGLE: frozenset({StatutVirement.RETOURNE}),
    StatutVirement.REJETE: frozenset(),
    StatutVirement.ANNULE: frozenset(),
    StatutVirement.RETOURNE: frozenset(),
}


class MethodeSca(models.TextChoices):
    """Value of X-Qonto-2fa-Preference (business reference §9.4)."""

    APPAREIL = "paired-device", "Notification sur votre téléphone"
    PASSKEY = "passkey", "Clé d’accès (passkey)"
    MOCK = "mock", "Simulation (bac à sable)"


class ResultatVop(models.TextChoices):
    """Answer of the verification of payee (§7.2); « impossible » also stands for an unavailable bank."""

    CONCORDE = "match", "Le nom correspond"
    PROCHE = "close_match", "Le nom est proche"
    DIFFERENT = "no_match", "Le nom ne correspond pas"
    IMPOSSIBLE = "not_possible", "Vérification impossible"
