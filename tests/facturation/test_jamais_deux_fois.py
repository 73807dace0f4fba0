"""Never twice: random histories of payments, with lost calls, lost answers, dead workers, two people and two tabs.

After each history everything is left to the recovery job alone, and then: each instalment has at most one living
transfer at the bank, every transfer of the bank is known to the portal, the instalments say what the bank says, and
the books follow to the cent. `HISTOIRES=20000 pytest tests/facturation/test_jamais_deux_fois.py` plays more.
"""

import os
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from comptabilite.models import Ecriture
from facturation.errors import FacturationError
from facturation.models import Echeance, Reglement
from facturation.services.ecritures import ecriture_du_virement
from facturation.services.emission import emettre_ordre
from facturation.services.paiement import Saisie, preparer_paiement
from portal.lib.affichage import jour_de_paris
from qonto_link.api.errors import QontoError
from qonto_link.virements.enums import VIREMENTS_MORTS, StatutOrdre, StatutVirement
from qonto_link.virements.errors import VirementError
from qonto_link.virements.models import Ordre, Virement
from qonto_link.virements.services.doute import lever_doute
from qonto_link.virements.services.envoi import changer_methode, suivre_authentification
from qonto_link.virements.services.muets import declarer_lignes_perdues, detacher_lot, ecouter, veiller
from qonto_link.virements.services.preparation import abandonner_ordre
from qonto_link.virements.services.sosies import declarer_rien_parti, rattacher_sosie, sosies_de
from qonto_link.virements.services.suivi import annuler_virement, suivre_ordre
from qonto_link.virements.services.verification import verifier_beneficiaire, verifier_beneficiaires
from tests.facturation.factories import IBAN_AARO, payeur
from tests.facturation.reseau import FAUTES, OK, Horloge, Tue, client, verser, verser_lot

HISTOIRES = int(os.environ.get("HISTOIRES", "2000"))
LOTS = 4  # parts that several test processes may share
# Each history moves the clock on; the bank starts anew long before its access tokens are out of date.
MANDAT = timedelta(days=1000)
VIVANTS_CHEZ_QONTO = {"pending", "processing", "settled"}
# What a person, a worker or a network may run into; the history goes on.
ENNUIS = (FacturationError, VirementError, QontoError, Tue)


class Histoire(RuleBasedStateMachine):
    qonto: Any
    banque: Any  # a good line to the bank, kept open
    compte_id: str
    jeton: str

    muette = ""  # what the bank does with bulks: shows them, loses them, makes them and hides them

    def __init__(self) -> None:
        super().__init__()
        self._taire("")
        self.atomique = transaction.atomic()
        self.atomique.__enter__()
        self.horloge = Horloge(self.qonto)
        if self.horloge.ecart > MANDAT:
            self.qonto.reset()
            self.horloge = Horloge(self.qonto)
        # Steps follow each other within a second, which is the pace of polling an authentication.
        self.qonto.api("PATCH", "options", rate_limits=False)

    @initialize(montants=st.sampled_from([(10, 30, 60), (25, 25), (18999,)]))
    def commencer(self, montants: tuple[int, ...]) -> None:
        self.depart = self.horloge.lire()
        self.payeur = payeur(external_id=self.compte_id)
        self.numero = f"H{uuid4().hex[:12].upper()}"
        facture = self.payeur.facture(self.numero, *montants, jour=jour_de_paris(self.depart))
        self.echeances = list(facture.echeances.order_by("rang"))

    def _taire(self, comment: str) -> None:
        if Histoire.muette != comment:
            self.qonto.api("PATCH", "options", mute_bulks=comment)
            Histoire.muette = comment

    def client(self, faute: str = OK) -> Any:
        staging = self.qonto.identifiants["staging_token"]
        return client(self.qonto.url, self.jeton, staging, faute, self._webhook)

    def _webhook(self) -> None:
        """What a webhook, a second worker or the sweep does while the answer of a call is on its way, late."""
        plus_tard = self.horloge.lire() + timedelta(minutes=6)
        for ordre in self.ordres(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE):
            lever_doute(ordre=ordre, client=self.banque, maintenant=plus_tard, relancer=True)
        for ordre in self.ordres(StatutOrdre.ACCEPTE):
            suivre_ordre(ordre=ordre, client=self.banque, maintenant=plus_tard)

    def ordres(self, *statuts: str) -> list[Ordre]:
        return list(Ordre.objects.filter(dossier=self.payeur.dossier, statut__in=statuts).order_by("cree_le", "pk"))

    # --- What people do -----------------------------------------------------------------------------------------

    @rule(rang=st.integers(0, 2), faute=st.sampled_from(FAUTES), jours=st.sampled_from([0, 0, 0, 3]))
    def payer(self, rang: int, faute: str, jours: int) -> None:
        """Somebody validates the window of an instalment; a double click or a second tab does it again."""
        echeance = self.echeances[rang % len(self.echeances)]
        maintenant = self.horloge.lire()
        with suppress(*ENNUIS):
            verification = verifier_beneficiaire(
                dossier=self.payeur.dossier,
                iban=IBAN_AARO,
                nom="AARO",
                client=self.banque,
                par=self.payeur.dirigeant,
                maintenant=maintenant,
            )
            ordre = self._preparer([echeance], [verification], "", jours)
            with self.client(faute) as fautif:
                emettre_ordre(ordre=ordre, client=fautif, methode="mock", maintenant=maintenant)

    @rule(faute=st.sampled_from(FAUTES), tait=st.sampled_from(["", "lost", "hidden"]), valide=st.booleans())
    def payer_tout(self, faute: str, tait: str, valide: bool) -> None:
        """« Régler la sélection » on whatever looks open; the bank may show nothing of it, and make it or not."""
        maintenant = self.horloge.lire()
        self._taire(tait)
        with suppress(*ENNUIS):
            verifications, jeton = verifier_beneficiaires(
                dossier=self.payeur.dossier,
                payes=[(IBAN_AARO, "AARO")] * len(self.echeances),
                client=self.banque,
                par=self.payeur.dirigeant,
                maintenant=maintenant,
            )
            ordre = self._preparer(self.echeances, verifications, jeton, 0)
            with self.client(faute) as fautif:
                emettre_ordre(ordre=ordre, client=fautif, methode="mock", maintenant=maintenant)
            if valide:
                self.banque.decide_mocked_sca(ordre.jeton_sca, allow=True)
                suivre_authentification(ordre=ordre, client=self.banque, maintenant=maintenant)

    def _preparer(self, echeances: list[Echeance], verifications: list[Any], jeton: str, jours: int) -> Ordre:
        maintenant = self.horloge.lire()
        saisies = [
            Saisie(
                echeance=Echeance.objects.get(pk=echeance.pk),
                # Equal instalments also have equal references: nothing but the rules tells them apart.
                reference=self.numero if len(self.echeances) == 2 else f"{self.numero}-{echeance.rang}",
                note="",
                date=jour_de_paris(maintenant) + timedelta(days=jours),
                verification=verification,
                motif_poursuite="connu",
            )
            for echeance, verification in zip(echeances, verifications, strict=True)
        ]
        return preparer_paiement(
            dossier=self.payeur.dossier,
            compte=self.payeur.compte,
            saisies=saisies,
            alertes={},
            par=self.payeur.dirigeant,
            a_approuver=False,
            maintenant=maintenant,
            jeton_vop=jeton,
        )

    @rule(accepte=st.booleans(), faute=st.sampled_from(FAUTES), choix=st.integers(0, 5), double=st.booleans())
    def authentifier(self, accepte: bool, faute: str, choix: int, double: bool) -> None:
        """The payer decides on his telephone, and one or two panels hear of it."""
        en_attente = self.ordres(StatutOrdre.ATTENTE_SCA)
        if not en_attente:
            return
        ordre = en_attente[choix % len(en_attente)]
        with suppress(*ENNUIS):
            self.banque.decide_mocked_sca(ordre.jeton_sca, allow=accepte)
        copie = Ordre.objects.get(pk=ordre.pk)
        for vu in [ordre, copie] if double else [ordre]:
            with suppress(*ENNUIS), self.client(faute) as fautif:
                suivre_authentification(ordre=vu, client=fautif, maintenant=self.horloge.lire())

    @rule(choix=st.integers(0, 5), faute=st.sampled_from(FAUTES))
    def autre_methode(self, choix: int, faute: str) -> None:
        en_attente = self.ordres(StatutOrdre.ATTENTE_SCA)
        if en_attente:
            ordre = en_attente[choix % len(en_attente)]
            with suppress(*ENNUIS), self.client(faute) as fautif:
                changer_methode(ordre=ordre, client=fautif, methode="mock", maintenant=self.horloge.lire())

    @rule(choix=st.integers(0, 5))
    def abandonner(self, choix: int) -> None:
        ouverts = self.ordres(StatutOrdre.PRET, StatutOrdre.ATTENTE_SCA, StatutOrdre.SOUMISSION, StatutOrdre.DOUTE)
        if ouverts:
            with suppress(*ENNUIS):
                abandonner_ordre(ordre=ouverts[choix % len(ouverts)], motif="essai", maintenant=self.horloge.lire())

    @rule(choix=st.integers(0, 5), faute=st.sampled_from(FAUTES))
    def relancer(self, choix: int, faute: str) -> None:
        """« Vérifier maintenant » on an order whose answer is awaited."""
        en_suspens = self.ordres(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE)
        if en_suspens:
            ordre = en_suspens[choix % len(en_suspens)]
            with suppress(*ENNUIS), self.client(faute) as fautif:
                lever_doute(ordre=ordre, client=fautif, maintenant=self.horloge.lire(), relancer=True)

    @rule(choix=st.integers(0, 5), faute=st.sampled_from(FAUTES))
    def annuler(self, choix: int, faute: str) -> None:
        programmes = list(Virement.objects.filter(dossier=self.payeur.dossier, statut=StatutVirement.PROGRAMME))
        if programmes:
            with suppress(*ENNUIS), self.client(faute) as fautif:
                annuler_virement(
                    virement=programmes[choix % len(programmes)], client=fautif, maintenant=self.horloge.lire()
                )

    @rule(rang=st.integers(0, 2))
    def payer_dans_qonto(self, rang: int) -> None:
        """The client makes a transfer of the same amount in Qonto, for something else: it looks like the payment."""
        echeance = self.echeances[rang % len(self.echeances)]
        with suppress(QontoError):
            verser(self.banque, self.compte_id, IBAN_AARO, echeance.montant_cents, "Autre chose")

    @rule(choix=st.integers(0, 5), rattache=st.booleans(), double=st.booleans())
    def trancher(self, choix: int, rattache: bool, double: bool) -> None:
        """Somebody, or two people at once, say what became of a payment that only look-alikes hold."""
        if en_suspens := self.ordres(StatutOrdre.DOUTE):
            ordre = en_suspens[choix % len(en_suspens)]
            copie = Ordre.objects.get(pk=ordre.pk)
            for vu, oui in [(ordre, rattache), (copie, not rattache)] if double else [(ordre, rattache)]:
                self._decider(vu, oui)

    def _decider(self, ordre: Ordre, rattache: bool) -> None:
        """She may take another's bulk for hers; she never says that nothing left of what she sees with her number."""
        maintenant = self.horloge.lire()
        with suppress(*ENNUIS):
            sosies = sosies_de(ordre=ordre, client=self.banque, maintenant=maintenant)
            siens = [s.id for s in sosies if getattr(s, "reference", "").startswith(self.numero)]
            commun: dict[str, Any] = {"ordre": ordre, "client": self.banque, "maintenant": maintenant, "motif": "vu"}
            if rattache or siens:
                rattacher_sosie(sosie_id=(siens or [sosies[0].id])[0], **commun)
            else:
                declarer_rien_parti(vus=[sosie.id for sosie in sosies], **commun)

    @rule(detache=st.booleans(), double=st.booleans())
    def trancher_un_lot(self, detache: bool, double: bool) -> None:
        """Somebody, or two people at once, say what became of a bulk that stays mute."""
        for ordre in self.ordres(StatutOrdre.ACCEPTE)[:1]:
            copie = Ordre.objects.get(pk=ordre.pk)
            for vu, oui in [(ordre, detache), (copie, not detache)] if double else [(ordre, detache)]:
                self._decider_du_lot(vu, oui)

    def _decider_du_lot(self, ordre: Ordre, detache: bool) -> None:
        commun: dict[str, Any] = {"ordre": ordre, "client": self.banque, "maintenant": self.horloge.lire()}
        with suppress(*ENNUIS):
            silence = ecouter(**commun)
            if detache:
                detacher_lot(motif="vu", **commun)
            else:
                declarer_lignes_perdues(vus=[sosie.id for sosie in silence.sosies], motif="vu", **commun)

    @rule()
    def lot_dans_qonto(self) -> None:
        """The client makes a bulk of as many payments in Qonto, which shows nothing of it: the payroll."""
        avant = Histoire.muette
        self._taire("lost")
        with suppress(QontoError):
            verser_lot(self.banque, self.compte_id, IBAN_AARO, len(self.echeances))
        self._taire(avant)

    # --- What the bank and the time do --------------------------------------------------------------------------

    @rule(choix=st.integers(0, 5))
    def la_banque_refuse(self, choix: int) -> None:
        ouverts = [t for t in self.virements_chez_qonto() if t.status in {"pending", "processing"}]
        if ouverts:
            with suppress(Exception):
                self.qonto.api("POST", f"transfers/{ouverts[choix % len(ouverts)].id}/decline")

    @rule(minutes=st.sampled_from([1, 3, 16, 40, 60 * 24 * 4]))
    def attendre(self, minutes: int) -> None:
        self.horloge.avancer(timedelta(minutes=minutes))

    @rule()
    def le_balai_passe(self) -> None:
        """The recovery job, and the webhooks that it stands for."""
        self._balayer()

    def _balayer(self) -> None:
        for ordre in self.ordres(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE):
            lever_doute(ordre=ordre, client=self.banque, maintenant=self.horloge.lire())
        for ordre in self.ordres(StatutOrdre.ATTENTE_SCA):
            suivre_authentification(ordre=ordre, client=self.banque, maintenant=self.horloge.lire())
        for ordre in self.ordres(StatutOrdre.ACCEPTE):
            suivre_ordre(ordre=ordre, client=self.banque, maintenant=self.horloge.lire())
            veiller(ordre=ordre, client=self.banque, maintenant=self.horloge.lire())

    # --- What must hold -----------------------------------------------------------------------------------------

    def envoyes(self) -> Any:
        return Virement.objects.filter(dossier=self.payeur.dossier, statut=StatutVirement.ENVOYE)

    def virements_chez_qonto(self) -> list[Any]:
        tous = self.banque.transfers(updated_at_from=self.depart - timedelta(minutes=1))
        rattaches = set(Virement.objects.filter(dossier=self.payeur.dossier).values_list("transfer_id", flat=True))
        return [t for t in tous if t.reference.startswith(self.numero) or t.id in rattaches]

    @invariant()
    def jamais_deux_fois(self) -> None:
        if not hasattr(self, "echeances"):
            return
        vivants = [t for t in self.virements_chez_qonto() if t.status in VIVANTS_CHEZ_QONTO]
        # A transfer that a person attached pays as much as one that the portal ordered.
        for montant in {echeance.montant_cents for echeance in self.echeances}:
            dus = sum(echeance.montant_cents == montant for echeance in self.echeances)
            payes = [t for t in vivants if t.amount_cents == montant]
            assert len(payes) <= dus, "an instalment is paid twice"

    def teardown(self) -> None:
        try:
            if hasattr(self, "echeances"):
                self._verifier_la_fin()
        finally:
            transaction.set_rollback(True)
            self.atomique.__exit__(None, None, None)

    def _verifier_la_fin(self) -> None:
        for ordre in self.ordres(StatutOrdre.PRET, StatutOrdre.ATTENTE_SCA):
            with suppress(*ENNUIS):
                abandonner_ordre(ordre=ordre, motif="fin", maintenant=self.horloge.lire())
        for _ in range(3):
            self.horloge.avancer(timedelta(minutes=45))
            self._balayer()
        for ordre in self.ordres(StatutOrdre.DOUTE):
            # Nothing but a look-alike holds it: the person knows that her own transfer was for something else.
            self._decider(ordre, rattache=False)
        # Beyond the longest closing of the banks: a scheduled transfer has had its day.
        self.horloge.avancer(timedelta(days=12))
        self._balayer()
        self.horloge.avancer(timedelta(minutes=11))
        for ordre in self.ordres(StatutOrdre.ACCEPTE):
            self._decider_du_lot(ordre, detache=False)
        self._balayer()
        assert not self.envoyes().exists(), "the payments of a bulk are held for ever"
        assert not self.ordres(StatutOrdre.SOUMISSION, StatutOrdre.DOUTE), "an order is forgotten"
        self.jamais_deux_fois()
        chez_qonto = {transfert.id: transfert for transfert in self.virements_chez_qonto()}
        connus = {virement.transfer_id for virement in Virement.objects.filter(dossier=self.payeur.dossier)} - {""}
        assert set(chez_qonto) == connus, "a transfer of the bank is unknown to the portal"
        for virement in Virement.objects.filter(dossier=self.payeur.dossier):
            self._comparer(virement, chez_qonto.get(virement.transfer_id))

    def _comparer(self, virement: Virement, transfert: Any) -> None:
        reglement = Reglement.objects.get(virement=virement)
        ecriture = ecriture_du_virement(virement)
        if transfert is None or transfert.status not in VIVANTS_CHEZ_QONTO:
            assert virement.statut in VIREMENTS_MORTS
            assert not reglement.vivant
            assert ecriture is None or Ecriture.objects.filter(annule=ecriture).exists()
            return
        assert transfert.status == "settled"
        assert virement.statut == StatutVirement.REGLE
        assert reglement.vivant
        assert virement.transaction_id
        assert ecriture is not None
        assert not ecriture.est_brouillard
        assert ecriture.total_debit_cents == transfert.amount_cents == reglement.echeance.montant_cents
        assert ecriture.date == jour_de_paris(transfert.completed_at)


@pytest.mark.parametrize("lot", range(LOTS))
def test_no_history_pays_an_instalment_twice(qonto: Any, db: None, lot: int) -> None:
    qonto.reset()
    Histoire.qonto, Histoire.muette = qonto, qonto.api("GET", "options")["mute_bulks"]
    Histoire.jeton = qonto.identifiants["access_token"]
    Histoire.banque = client(qonto.url, Histoire.jeton, qonto.identifiants["staging_token"])
    Histoire.compte_id = next(compte.id for compte in Histoire.banque.organization().bank_accounts if compte.main)
    reglages = settings(
        max_examples=-(-HISTOIRES // LOTS),
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(Histoire, settings=reglages)
