"""Acquisitions – Relevés bancaires (S18, S19, S23): the plan shown before anything is written, then the same executed.

What waits is every settled line that no operation stands for yet, from the first integration on: a line that the bank
shows late, dated in a period already integrated, is not lost. An integration is one transaction for all accounts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet

from banque.continuite import controler, ordonner, solde_avant
from banque.enums import EtatOperation, Motif, Source, StatutRecue
from banque.errors import AnnulationRefusee, PeriodeRefusee, PlanPerime
from banque.models import CompteBancaire, LigneRecue, Operation, Releve
from banque.services.mention import situation
from banque.services.propositions import Propositeur, sujet_de
from banque.services.rapprochement_virements import liens
from banque.texte import complement_de, normaliser
from comptabilite.models import Ecriture
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.calendrier import PARIS, fenetre_d_integration, jour_de_paris, minuit

LOT = 500


@dataclass(frozen=True)
class PlanCompte:
    """What the integration of one account would do, line by line."""

    compte: CompteBancaire
    source: str
    debut: datetime
    fin: datetime
    lignes: list[LigneRecue]
    doublons: dict[int, Operation]  # line of another source → the operation that it already is
    mentions: dict[int, tuple[str, Ecriture | None, str]]
    solde_ouverture_cents: int | None
    solde_cloture_cents: int | None
    solde_banque_cents: int | None
    rupture: str
    ligne_rupture: LigneRecue | None = None

    @property
    def nouvelles(self) -> list[LigneRecue]:
        return [ligne for ligne in self.lignes if ligne.pk not in self.doublons]

    @property
    def nb_nouvelles(self) -> int:
        return len(self.nouvelles) - len(self.mentions)

    @property
    def nb_comptabilisees(self) -> int:
        return sum(etat == EtatOperation.COMPTABILISEE for etat, _, _ in self.mentions.values())

    @property
    def nb_a_verifier(self) -> int:
        return len(self.mentions) - self.nb_comptabilisees

    @property
    def total_depenses_cents(self) -> int:
        return sum(ligne.montant_cents for ligne in self.nouvelles if ligne.montant_cents < 0)

    @property
    def total_recettes_cents(self) -> int:
        return sum(ligne.montant_cents for ligne in self.nouvelles if ligne.montant_cents >= 0)

    @property
    def total_cents(self) -> int:
        return self.total_depenses_cents + self.total_recettes_cents

    @property
    def solde_concorde(self) -> bool:
        """True when the balance after import is the bank's own."""
        return self.solde_cloture_cents is not None and self.solde_cloture_cents == self.solde_banque_cents


@dataclass(frozen=True)
class Plan:
    """The whole import à blanc (B6). `empreinte` names exactly what was shown."""

    dossier: Dossier
    comptes: list[PlanCompte] = field(default_factory=list)

    @property
    def nb_lignes(self) -> int:
        return sum(len(plan.nouvelles) for plan in self.comptes)

    @property
    def total_cents(self) -> int:
        return sum(plan.total_cents for plan in self.comptes)

    @property
    def est_qonto(self) -> bool:
        """True when some of what waits comes from Qonto itself."""
        return any(plan.source == Source.QONTO for plan in self.comptes)

    @property
    def empreinte(self) -> str:
        contenu = [
            f"{plan.compte.pk}:{plan.fin.isoformat()}:{ligne.pk}:{ligne.montant_cents}:{ligne.reglee_le}"
            f":{ligne.pk in plan.doublons}:{plan.mentions.get(ligne.pk, ('',))[0]}"
            for plan in self.comptes
            for ligne in plan.lignes
        ]
        return hashlib.sha256("\n".join(contenu).encode()).hexdigest()


def borne_basse(compte: CompteBancaire, maintenant: datetime) -> datetime:
    """The first instant that may be integrated: that of the first integration, two months back at most before it."""
    if compte.integre_depuis is not None:
        return compte.integre_depuis
    if compte.compte_qonto_id is None:
        # A statement file is integrated whole: somebody chose it.
        return datetime(2000, 1, 1, tzinfo=PARIS)
    return fenetre_d_integration(maintenant=maintenant)[0]


def en_attente(compte: CompteBancaire, fin: datetime, maintenant: datetime) -> list[LigneRecue]:
    """Settled lines that no operation stands for, before `fin`."""
    return list(
        LigneRecue.objects.filter(
            dossier_id=compte.dossier_id,
            compte_bancaire=compte,
            statut=StatutRecue.REGLEE,
            integree=False,
            reglee_le__gte=borne_basse(compte, maintenant),
            reglee_le__lt=fin,
        )
        .defer("payload")
        .order_by("reglee_le", "id")
    )


def preparer(
    *, dossier: Dossier, comptes: Sequence[CompteBancaire], maintenant: datetime, fin: datetime | None = None
) -> Plan:
    """The plan of an integration up to `fin` (exclusive; yesterday 23:59:59 Paris when it is not given)."""
    haute = fenetre_d_integration(maintenant=maintenant)[1]
    if fin is not None and fin > haute:
        raise PeriodeRefusee("Une intégration s’arrête au plus tard la veille à 23 h 59.")
    plans = [_preparer_compte(dossier, compte, fin or haute, maintenant) for compte in comptes]
    return Plan(dossier, [plan for plan in plans if plan is not None])


def _preparer_compte(
    dossier: Dossier, compte: CompteBancaire, fin: datetime, maintenant: datetime
) -> PlanCompte | None:
    brutes = en_attente(compte, fin, maintenant)
    if not brutes:
        return None
    debut = min(brutes[0].reglee_le or fin, compte.integre_jusqu_au or fin)
    chaine, ouverture = _chaine(compte, brutes)
    attendues = {ligne.pk for ligne in brutes}
    lignes = [ligne for ligne in chaine if ligne.pk in attendues]
    ouverture = ouverture if ouverture is not None else solde_avant(chaine)
    rupture = controler(chaine, ouverture)
    fautive = chaine[rupture.rang] if rupture else None
    cloture = None if ouverture is None else ouverture + sum(ligne.montant_cents for ligne in lignes)
    if len(chaine) > len(lignes):
        cloture = chaine[-1].solde_apres_cents
    trouves = liens(dossier=dossier, external_ids=[ligne.external_id for ligne in lignes])
    doublons = _doublons(compte, lignes)
    mentions = {
        ligne.pk: trouvee
        for ligne in lignes
        if ligne.pk not in doublons
        and (trouvee := situation(ligne=ligne, lien=trouves.get(ligne.external_id))) is not None
    }
    return PlanCompte(
        compte=compte,
        source=lignes[-1].source,
        debut=debut,
        fin=fin,
        lignes=lignes,
        doublons=doublons,
        mentions=mentions,
        solde_ouverture_cents=ouverture,
        solde_cloture_cents=cloture,
        solde_banque_cents=solde_de_la_banque(compte, fin),
        rupture=f"Le {fautive.jour:%d/%m/%Y}, « {fautive.libelle} » : {rupture.raison}" if rupture and fautive else "",
        ligne_rupture=fautive,
    )


def _chaine(compte: CompteBancaire, brutes: list[LigneRecue]) -> tuple[list[LigneRecue], int | None]:
    """The lines on which the proof bears, and the balance known before them.

    When some come late into a period already integrated, the proof takes the integrated ones from that day on.
    """
    premiere = brutes[0].reglee_le or compte.created_at
    if compte.integre_jusqu_au is None or premiere >= compte.integre_jusqu_au:
        ouverture = solde_connu_avant(compte, premiere)
        return ordonner(brutes, ouverture), ouverture
    aube = minuit(jour_de_paris(premiere))
    anciennes = _integrees(compte).filter(reglee_le__gte=aube, source=brutes[0].source).defer("payload")
    ouverture = solde_connu_avant(compte, aube)
    return ordonner([*anciennes.order_by("id"), *brutes], ouverture), ouverture


def _integrees(compte: CompteBancaire) -> QuerySet[LigneRecue]:
    return LigneRecue.objects.filter(
        dossier_id=compte.dossier_id, compte_bancaire=compte, statut=StatutRecue.REGLEE, integree=True
    )


def solde_connu_avant(compte: CompteBancaire, instant: datetime) -> int | None:
    """The bank's balance after the last integrated line before an instant; None when nothing is known.

    A line that was only read does not count: one changed lately at Qonto may be older than all that may be integrated,
    and what lies between was never read.
    """
    avant = _integrees(compte).filter(reglee_le__lt=instant, solde_apres_cents__isnull=False)
    precedente = avant.order_by("-reglee_le", "-id").values_list("reglee_le", flat=True).first()
    if precedente is None:
        return None
    # The last by its time need not be the last of its day: the balances tell.
    aube = minuit(jour_de_paris(precedente))
    du_jour = avant.filter(reglee_le__gte=aube).defer("payload")
    return ordonner(du_jour.order_by("id"))[-1].solde_apres_cents


def solde_de_la_banque(compte: CompteBancaire, fin: datetime) -> int | None:
    """The balance that the bank itself gives at `fin`: today's, less the lines settled since."""
    qonto = compte.compte_qonto
    solde = qonto.solde_cents if qonto is not None else compte.solde_cents
    if solde is None:
        return None
    depuis = LigneRecue.objects.filter(
        dossier_id=compte.dossier_id, compte_bancaire=compte, statut=StatutRecue.REGLEE, reglee_le__gte=fin
    )
    return solde - sum(depuis.values_list("montant_cents", flat=True))


def _doublons(compte: CompteBancaire, lignes: Sequence[LigneRecue]) -> dict[int, Operation]:
    """Lines that another source brought before: same day, amount and counterparty (comptabilite.md §B.9)."""
    jours = {ligne.jour_regle for ligne in lignes}
    source = lignes[0].source
    existantes = Operation.objects.filter(
        dossier_id=compte.dossier_id, compte_bancaire=compte, jour__gte=min(jours), jour__lte=max(jours)
    ).exclude(ligne__source=source)
    libres: dict[tuple[object, int, str], list[Operation]] = {}
    for operation in existantes.order_by("id"):
        cle = (operation.jour, operation.montant_cents, operation.contrepartie)
        libres.setdefault(cle, []).append(operation)
    trouves = {}
    for ligne in lignes:
        jumelles = libres.get((ligne.jour, ligne.montant_cents, normaliser(ligne.contrepartie or ligne.libelle)))
        if jumelles:
            trouves[ligne.pk] = jumelles.pop(0)
    return trouves


def integrer(
    *,
    dossier: Dossier,
    comptes: Sequence[CompteBancaire],
    maintenant: datetime,
    fin: datetime | None = None,
    empreinte: str = "",
    auteur: Utilisateur | None = None,
    origine: Origine = SYSTEME,
) -> list[Releve]:
    """Execute the plan, all accounts or none. With `empreinte`, only the very plan that was shown.

    Raises PlanPerime when what waits has changed since, PeriodeRefusee for a bound beyond yesterday. Called twice, the
    second call finds nothing to do.
    """
    with transaction.atomic():
        verrouilles = list(
            CompteBancaire.objects.select_for_update(of=("self",))
            .filter(dossier=dossier, pk__in=[compte.pk for compte in comptes])
            .select_related("journal", "compte_qonto")
            .order_by("pk")
        )
        plan = preparer(dossier=dossier, comptes=verrouilles, maintenant=maintenant, fin=fin)
        if empreinte and plan.empreinte != empreinte:
            raise PlanPerime
        lot = uuid4()
        releves = [_executer(dossier, plan_compte, lot, maintenant, auteur) for plan_compte in plan.comptes]
        for releve in releves:
            _journaliser(releve, "banque.integrer", maintenant, origine)
    return releves


def _journaliser(releve: Releve, acte: str, maintenant: datetime, origine: Origine) -> None:
    journaliser(
        cabinet=releve.dossier.cabinet,
        acte=acte,
        date=maintenant,
        origine=origine,
        dossier=releve.dossier,
        objet=f"{releve.compte_bancaire.libelle} – relevé {releve.pk}",
        apres={
            "lignes": releve.nb_lignes,
            "depenses_cents": releve.total_depenses_cents,
            "recettes_cents": releve.total_recettes_cents,
            "jusqu_au": releve.fin.isoformat(),
        },
    )


def _executer(
    dossier: Dossier, plan: PlanCompte, lot: UUID, maintenant: datetime, auteur: Utilisateur | None
) -> Releve:
    compte = plan.compte
    releve = Releve.objects.create(
        dossier=dossier,
        compte_bancaire=compte,
        lot=lot,
        source=plan.source,
        debut=min(plan.debut, plan.lignes[0].reglee_le or plan.debut),
        fin=plan.fin,
        solde_ouverture_cents=plan.solde_ouverture_cents,
        solde_cloture_cents=plan.solde_cloture_cents,
        nb_lignes=len(plan.nouvelles),
        total_depenses_cents=plan.total_depenses_cents,
        total_recettes_cents=plan.total_recettes_cents,
        rupture=plan.rupture[:400],
        integre_avant=compte.integre_jusqu_au,
        integre_le=maintenant,
        integre_par=auteur,
    )
    for ligne in plan.lignes:
        if ligne.pk in plan.doublons:
            _absorber(plan.doublons[ligne.pk], ligne)
    operations = _operations(dossier, plan, releve, maintenant)
    Operation.objects.bulk_create(operations, batch_size=LOT)
    ids = [ligne.pk for ligne in plan.lignes]
    for debut in range(0, len(ids), LOT):
        LigneRecue.objects.filter(pk__in=ids[debut : debut + LOT]).update(integree=True)
    compte.integre_depuis = compte.integre_depuis or releve.debut
    compte.integre_jusqu_au = max(plan.fin, compte.integre_jusqu_au or plan.fin)
    compte.save(update_fields=["integre_depuis", "integre_jusqu_au"])
    return releve


def _absorber(operation: Operation, ligne: LigneRecue) -> None:
    """A line known by a file and now by the bank itself keeps its operation, and takes the bank's own id."""
    if ligne.source == Source.QONTO:
        operation.ligne = ligne
        operation.save(update_fields=["ligne"])


def _operations(dossier: Dossier, plan: PlanCompte, releve: Releve, maintenant: datetime) -> list[Operation]:
    nouvelles = plan.nouvelles
    sujets = [sujet_de(ligne) for ligne in nouvelles]
    propositeur = Propositeur(
        dossier=dossier,
        journal=plan.compte.journal,
        contreparties=[sujet.contrepartie for sujet in sujets],
        maintenant=maintenant,
    )
    rangs = _rangs(plan.compte, nouvelles)
    operations = []
    for ligne, sujet, rang in zip(nouvelles, sujets, rangs, strict=True):
        operation = Operation(
            dossier=dossier,
            compte_bancaire=plan.compte,
            releve=releve,
            ligne=ligne,
            jour=ligne.jour_regle,
            rang=rang,
            montant_cents=ligne.montant_cents,
            piece=ligne.reference[:60],
            libelle=(ligne.contrepartie or ligne.libelle)[:100],
            mode_reglement=ligne.mode_reglement,
            code_operation=ligne.code_operation,
            complement=complement_de(ligne.reference, ligne.note, mention=ligne.pk in plan.mentions),
            contrepartie=sujet.contrepartie,
            nb_pieces=ligne.nb_pieces,
        )
        if ligne.pk in plan.mentions:
            operation.mention = True
            operation.etat, operation.ecriture, operation.explication = plan.mentions[ligne.pk]
            operation.motif = Motif.LIEN if operation.ecriture else Motif.AUCUN
        else:
            poser_proposition(operation, propositeur, sujet, maintenant)
        operations.append(operation)
    return operations


def poser_proposition(operation: Operation, propositeur: Propositeur, sujet: object, maintenant: datetime) -> None:
    """Put the proposal of a line on its operation, which the caller saves."""
    proposition = propositeur.pour(sujet)  # type: ignore[arg-type]
    if proposition is None:
        return
    operation.compte, operation.tiers = proposition.compte, proposition.tiers
    operation.taux_tva, operation.regle = proposition.taux_tva, proposition.regle
    operation.motif, operation.explication = proposition.motif, proposition.explication[:300]
    operation.etat = EtatOperation.PROPOSEE
    if proposition.libelle:
        operation.libelle = proposition.libelle
    if proposition.sans_demander:
        operation.etat, operation.validee_le = EtatOperation.VALIDEE, maintenant
        operation.validee_par = "règle" if proposition.regle else "habitude"


def _rangs(compte: CompteBancaire, lignes: Sequence[LigneRecue]) -> list[int]:
    """The order of the lines in their day: microsecond of settlement, then the next free number."""
    jours = {ligne.jour_regle for ligne in lignes}
    pris: dict[Date, set[int]] = {jour: set() for jour in jours}
    deja = Operation.objects.filter(dossier_id=compte.dossier_id, compte_bancaire=compte, jour__in=jours)
    for jour, rang in deja.values_list("jour", "rang"):
        pris[jour].add(rang)
    rangs: list[int] = []
    dernier: dict[Date, int] = {}
    for ligne in lignes:
        local = (ligne.reglee_le or compte.created_at).astimezone(PARIS)
        base = ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond
        rang = max(base, dernier.get(ligne.jour_regle, -1) + 1)
        while rang in pris[ligne.jour_regle]:
            rang += 1
        pris[ligne.jour_regle].add(rang)
        dernier[ligne.jour_regle] = rang
        rangs.append(rang)
    return rangs


def annuler_integration(
    *, releve: Releve, maintenant: datetime, auteur: Utilisateur | None = None, origine: Origine = SYSTEME
) -> int:
    """Undo an integration: its lines wait again, as if it had never been. Returns how many.

    Raises AnnulationRefusee when a line of it is in the books by a transfer, or when a later integration stands.
    """
    with transaction.atomic():
        compte = CompteBancaire.objects.select_for_update(of=("self",)).get(pk=releve.compte_bancaire_id)
        actuel = Releve.objects.select_for_update(of=("self",)).select_related("dossier__cabinet").get(pk=releve.pk)
        if actuel.annule_le is not None:
            raise AnnulationRefusee("Cette intégration est déjà annulée.")
        suivante = Releve.objects.filter(compte_bancaire=compte, pk__gt=actuel.pk, annule_le__isnull=True).exists()
        if suivante:
            raise AnnulationRefusee("Une intégration plus récente existe : annulez-la d’abord.")
        operations = Operation.objects.filter(releve=actuel)
        transferees = operations.filter(etat=EtatOperation.TRANSFEREE).count()
        if transferees:
            raise AnnulationRefusee(
                f"{transferees} ligne{'s' if transferees > 1 else ''} de cette intégration "
                f"{'sont' if transferees > 1 else 'est'} déjà en comptabilité."
            )
        lignes = list(operations.values_list("ligne_id", flat=True))
        operations.delete()
        for debut in range(0, len(lignes), LOT):
            LigneRecue.objects.filter(pk__in=lignes[debut : debut + LOT]).update(integree=False)
        actuel.annule_le, actuel.annule_par = maintenant, auteur.email if auteur else "système"
        actuel.save(update_fields=["annule_le", "annule_par"])
        compte.integre_jusqu_au = actuel.integre_avant
        if actuel.integre_avant is None:
            compte.integre_depuis = None
        compte.save(update_fields=["integre_jusqu_au", "integre_depuis"])
        _journaliser(actuel, "banque.annuler_integration", maintenant, origine)
    return len(lignes)
