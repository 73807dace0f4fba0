"""The account proposed for a line, with its reason (B10), from the strongest evidence to the weakest.

Payment link · « toujours » · rule · same counterparty before · counterparty = third party. « Jamais » removes an
account for a counterparty, whatever proposes it.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from banque.enums import Decision, Motif, SensRegle
from banque.formats import ascii_majuscule
from banque.models import Habitude, LigneRecue, Regle
from banque.texte import normaliser
from comptabilite.errors import ComptabiliteError
from comptabilite.models import Compte, Journal, Tiers
from comptabilite.services.plan import compte as compte_du_plan
from gestion_acces.models import Dossier


@dataclass(frozen=True)
class Proposition:
    """An account, its third party and VAT, and why. `sans_demander`: validated at once."""

    compte: Compte
    motif: Motif
    explication: str
    tiers: Tiers | None = None
    taux_tva: int | None = None
    regle: Regle | None = None
    libelle: str = ""
    sans_demander: bool = False


@dataclass(frozen=True)
class Sujet:
    """What is known of a line when an account is proposed."""

    contrepartie: str
    texte: str
    montant_cents: int
    mode_reglement: str = ""
    code_operation: str = ""
    iban: str = ""

    @property
    def depense(self) -> bool:
        return self.montant_cents < 0


def sujet_de(ligne: LigneRecue) -> Sujet:
    texte = " ".join((ligne.libelle, ligne.contrepartie, ligne.reference, ligne.note))
    return Sujet(
        normaliser(ligne.contrepartie or ligne.libelle),
        ascii_majuscule(texte),
        ligne.montant_cents,
        ligne.mode_reglement,
        ligne.code_operation,
        ligne.contrepartie_iban,
    )


def regle_convient(regle: Regle, sujet: Sujet) -> bool:
    """True when every condition of the rule holds for the line."""
    absolu = abs(sujet.montant_cents)
    conditions = (
        not regle.contient or ascii_majuscule(regle.contient) in sujet.texte,
        not regle.sens or (regle.sens == SensRegle.DEPENSE) == sujet.depense,
        not regle.mode_reglement or regle.mode_reglement == sujet.mode_reglement,
        not regle.code_operation or regle.code_operation == sujet.code_operation,
        not regle.iban or regle.iban == sujet.iban,
        regle.montant_min_cents is None or absolu >= regle.montant_min_cents,
        regle.montant_max_cents is None or absolu <= regle.montant_max_cents,
    )
    return all(conditions)


def raison_de_la_regle(regle: Regle) -> str:
    """The conditions of a rule in a sentence."""
    raisons = [
        f"le libellé contient « {regle.contient} »" if regle.contient else "",
        f"c’est une {'dépense' if regle.sens == SensRegle.DEPENSE else 'recette'}" if regle.sens else "",
        f"le mode est {regle.get_mode_reglement_display().lower()}" if regle.mode_reglement else "",
        f"le code opération est {regle.code_operation}" if regle.code_operation else "",
        f"l’IBAN du tiers finit par {regle.iban[-4:]}" if regle.iban else "",
    ]
    portee = "du cabinet" if regle.dossier_id is None else "du dossier"
    return f"Règle {portee} « {regle.nom} » : " + ", ".join(raison for raison in raisons if raison) + "."


class Propositeur:
    """Reads once what the proposals of a batch need, then answers line by line without a query."""

    def __init__(
        self, *, dossier: Dossier, journal: Journal | None, contreparties: Collection[str], maintenant: datetime
    ) -> None:
        self.dossier, self.journal, self.maintenant = dossier, journal, maintenant
        self.regles = list(regles_du_dossier(dossier))
        self.habitudes: dict[tuple[str, bool], list[Habitude]] = defaultdict(list)
        connues = Habitude.objects.filter(dossier=dossier, contrepartie__in=set(contreparties))
        for habitude in connues.select_related("compte", "tiers").order_by("-nombre", "-dernier_le"):
            self.habitudes[habitude.contrepartie, habitude.depense].append(habitude)
        self.tiers: dict[str, list[Tiers]] = defaultdict(list)
        for tiers in Tiers.objects.filter(dossier=dossier, actif=True).select_related("compte"):
            self.tiers[normaliser(tiers.nom)].append(tiers)
        self.tiers_par_code = {tiers.code: tiers for liste in self.tiers.values() for tiers in liste}
        self._comptes: dict[str, Compte | None] = {}

    def pour(self, sujet: Sujet) -> Proposition | None:
        """The best proposal for the line, or None."""
        habitudes = self.habitudes.get((sujet.contrepartie, sujet.depense), [])
        jamais = {habitude.compte_id for habitude in habitudes if habitude.decision == Decision.JAMAIS}
        candidats = (
            self._toujours(habitudes),
            self._regle(sujet, jamais),
            self._habitude(habitudes),
            self._tiers(sujet),
        )
        for candidat in candidats:
            if candidat is not None and candidat.compte.pk not in jamais and self._permis(candidat.compte):
                return candidat
        return None

    def _permis(self, compte: Compte) -> bool:
        if self.journal is None:
            return compte.actif
        racines = tuple(str(racine) for racine in self.journal.racines_interdites if racine)
        return (
            compte.actif
            and compte.pk != self.journal.compte_tresorerie_id
            and not (racines and compte.numero.startswith(racines))
        )

    def _compte(self, numero: str) -> Compte | None:
        if numero not in self._comptes:
            try:
                self._comptes[numero] = compte_du_plan(dossier=self.dossier, numero=numero)
            except ComptabiliteError:
                self._comptes[numero] = None
        return self._comptes[numero]

    def _toujours(self, habitudes: list[Habitude]) -> Proposition | None:
        for habitude in habitudes:
            if habitude.decision == Decision.TOUJOURS:
                return Proposition(
                    habitude.compte,
                    Motif.TOUJOURS,
                    f"Vous avez dit « toujours » pour {habitude.contrepartie}.",
                    habitude.tiers,
                    habitude.taux_tva,
                    sans_demander=True,
                )
        return None

    def _regle(self, sujet: Sujet, jamais: set[int]) -> Proposition | None:
        for regle in self.regles:
            if not regle_convient(regle, sujet):
                continue
            compte = self._compte(regle.numero_compte)
            tiers = self.tiers_par_code.get(regle.code_tiers) if regle.code_tiers else None
            if compte is None or compte.pk in jamais or (compte.collectif and tiers is None):
                continue
            return Proposition(
                compte,
                Motif.REGLE,
                raison_de_la_regle(regle),
                tiers,
                regle.taux_tva,
                regle,
                regle.libelle,
                regle.valide,
            )
        return None

    def _habitude(self, habitudes: list[Habitude]) -> Proposition | None:
        apprises = [h for h in habitudes if h.decision == Decision.APPRIS and h.nombre]
        if not apprises:
            return None
        # A correction teaches at once: the last account put wins over the one most often put before.
        derniere = max(apprises, key=lambda habitude: habitude.dernier_le)
        fois = "une fois" if derniere.nombre == 1 else f"{derniere.nombre} fois"
        return Proposition(
            derniere.compte,
            Motif.HABITUDE,
            f"Même contrepartie : {derniere.contrepartie} a été mis {fois} en {derniere.compte.numero}, "
            f"la dernière le {derniere.dernier_le:%d/%m/%Y}.",
            derniere.tiers,
            derniere.taux_tva,
        )

    def _tiers(self, sujet: Sujet) -> Proposition | None:
        homonymes = self.tiers.get(sujet.contrepartie, []) if sujet.contrepartie else []
        par_iban = [t for t in homonymes if t.iban and t.iban == sujet.iban]
        type_attendu = "F" if sujet.depense else "C"
        retenus = par_iban or [t for t in homonymes if t.type == type_attendu]
        if len(retenus) != 1:
            return None
        tiers = retenus[0]
        preuve = " et son IBAN est celui de la fiche" if par_iban else ""
        return Proposition(
            tiers.compte,
            Motif.TIERS,
            f"La contrepartie porte le nom du tiers {tiers.code} ({tiers.nom}){preuve}.",
            tiers,
        )


def regles_du_dossier(dossier: Dossier) -> list[Regle]:
    """The active rules in their order: those of the dossier before those of the firm."""
    portee = Q(dossier=dossier) | Q(dossier__isnull=True)
    regles = Regle.objects.filter(portee, cabinet_id=dossier.cabinet_id, active=True).order_by("ordre", "id")
    return sorted(regles, key=lambda regle: regle.dossier_id is None)
