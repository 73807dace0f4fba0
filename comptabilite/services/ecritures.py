"""Drafts: pass, change, delete. The only way by which the other rooms write in the books."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import ProtectedError

from comptabilite.enums import EtatEcriture, OrigineEcriture
from comptabilite.errors import ComptabiliteError, EcritureFigee, EcritureRefusee, JournalRefuse
from comptabilite.fec.format import nettoyer_texte
from comptabilite.models import (
    Compte,
    Ecriture,
    Exercice,
    Journal,
    Lettrage,
    LigneEcriture,
    Parametres,
    PieceEcriture,
    Tiers,
)
from comptabilite.services.copie import LigneCopiee, copier
from comptabilite.services.exercices import controler_date, exercice_pour
from comptabilite.services.journaux import controler_racines
from comptabilite.services.plan import controler_compte_utilisable, verrouiller_comptabilite
from gestion_acces.models import Dossier, Fichier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser

LONGUEUR_LIBELLE = 100
LONGUEUR_PIECE = 60
LOT = 5000
# From so many entries on, PostgreSQL takes them by COPY.
SEUIL_COPIE = 500


@dataclass(frozen=True)
class LigneSaisie:
    """One line to book: exactly one of the two amounts is positive."""

    compte: Compte
    debit_cents: int = 0
    credit_cents: int = 0
    libelle: str = ""
    tiers: Tiers | None = None


@dataclass(frozen=True)
class EcritureSaisie:
    """One entry to book."""

    journal: Journal
    date: Date
    piece: str
    libelle: str
    lignes: Sequence[LigneSaisie]
    origine: str = OrigineEcriture.MANUEL
    cle: str = ""
    date_piece: Date | None = None
    annule: Ecriture | None = None
    fichiers: Sequence[Fichier] = ()


@dataclass
class _Controle:
    """What was read once for a batch: the settings, and the open exercices that its dates fell in."""

    dossier: Dossier
    reglages: Parametres
    exercices: list[Exercice] = field(default_factory=list)

    def exercice(self, date: Date) -> Exercice:
        if not self.connait(date):
            self.exercices.append(exercice_pour(dossier=self.dossier, date=date))
        return next(connu for connu in self.exercices if connu.couvre(date))

    def connait(self, date: Date) -> bool:
        return any(connu.couvre(date) for connu in self.exercices)


def texte_propre(texte: str, longueur: int) -> str:
    """Trimmed and cut, without NUL, which PostgreSQL does not store; empty when the FEC would show nothing of it."""
    propre = texte.replace("\x00", "").strip()[:longueur]
    return propre if nettoyer_texte(propre) else ""


def origine_de_l_acte(auteur: Utilisateur | None, origine: Origine | None) -> Origine:
    """Who the audit trail names: the origin given, else the author, else the system."""
    return origine or (Origine(email=auteur.email) if auteur else SYSTEME)


def controler_lignes(*, dossier: Dossier, lignes: Sequence[LigneSaisie]) -> None:
    """Raise EcritureRefusee unless the lines make an entry: two at least, one positive side each, balanced."""
    if len(lignes) < 2:
        raise EcritureRefusee("Une écriture a au moins deux lignes.")
    cle = dossier.pk
    for rang, ligne in enumerate(lignes, start=1):
        debit, credit = ligne.debit_cents, ligne.credit_cents
        if not ((debit > 0 and credit == 0) or (credit > 0 and debit == 0)):
            raise EcritureRefusee(f"Ligne {rang} : un montant positif, au débit ou au crédit, et un seul.")
        if ligne.compte.dossier_id != cle or (ligne.tiers and ligne.tiers.dossier_id != cle):
            raise EcritureRefusee(f"Ligne {rang} : ce compte n’est pas de ce dossier.")
        if ligne.compte.collectif and ligne.tiers is None:
            raise EcritureRefusee(
                f"Ligne {rang} : le compte {ligne.compte.numero} est collectif, choisissez un tiers."
            )
    ecart = sum(ligne.debit_cents - ligne.credit_cents for ligne in lignes)
    if ecart:
        sens = "débit" if ecart > 0 else "crédit"
        montant = f"{abs(ecart) // 100},{abs(ecart) % 100:02d}"
        raise EcritureRefusee(f"L’écriture n’est pas équilibrée : {montant} € de trop au {sens}.")


def _controler(saisie: EcritureSaisie, controle: _Controle) -> Exercice:
    """The exercice that the entry goes to. Raises the refusal of the first rule broken."""
    if not texte_propre(saisie.piece, LONGUEUR_PIECE) or not texte_propre(saisie.libelle, LONGUEUR_LIBELLE):
        raise EcritureRefusee("Une écriture a un numéro de pièce et un libellé.")
    if saisie.journal.dossier_id != controle.dossier.pk:
        raise EcritureRefusee("Ce journal n’est pas de ce dossier.")
    if not saisie.journal.actif:
        raise JournalRefuse(f"Le journal {saisie.journal.code} est fermé.")
    controler_lignes(dossier=controle.dossier, lignes=saisie.lignes)
    _controler_documents(controle.dossier.pk, saisie.fichiers)
    numeros = [ligne.compte.numero for ligne in saisie.lignes]
    exercice = controle.exercice(saisie.date)
    controler_date(dossier=controle.dossier, date=saisie.date, reglages=controle.reglages, numeros=numeros)
    controler_racines(journal=saisie.journal, numeros=numeros)
    for ligne in saisie.lignes:
        controler_compte_utilisable(compte=ligne.compte, debut_exercice=exercice.debut)
    return exercice


def _lignes(ecriture: Ecriture, saisies: Sequence[LigneSaisie]) -> list[LigneEcriture]:
    return [
        LigneEcriture(
            dossier_id=ecriture.dossier_id,
            ecriture_id=ecriture.pk,
            rang=rang,
            date=ecriture.date,
            compte_id=saisie.compte.pk,
            tiers_id=saisie.tiers.pk if saisie.tiers else None,
            libelle=texte_propre(saisie.libelle, LONGUEUR_LIBELLE) or ecriture.libelle,
            debit_cents=saisie.debit_cents,
            credit_cents=saisie.credit_cents,
        )
        for rang, saisie in enumerate(saisies, start=1)
    ]


class _Lot:
    """Entries booked together: checked one by one, written in a few statements whatever their number."""

    def __init__(
        self, dossier: Dossier, saisies: Sequence[EcritureSaisie], auteur: Utilisateur | None, maintenant: datetime
    ) -> None:
        self.controle = _Controle(dossier, verrouiller_comptabilite(dossier))
        self.auteur, self.maintenant = auteur, maintenant
        self.nouvelles: list[tuple[Ecriture, EcritureSaisie]] = []
        self.connues: dict[str, Ecriture] = {}
        cles = [saisie.cle for saisie in saisies if saisie.cle]
        for debut in range(0, len(cles), LOT):
            lot = Ecriture.objects.filter(dossier=dossier, cle__in=cles[debut : debut + LOT])
            self.connues.update({ecriture.cle: ecriture for ecriture in lot})

    def ajouter(self, saisie: EcritureSaisie) -> Ecriture:
        """The entry that will be written, or the one that has the key already. Raises the first rule broken."""
        connue = self.connues.get(saisie.cle) if saisie.cle else None
        if connue is not None:
            return connue
        ecriture = _ecriture(saisie, self.controle, self.auteur, self.maintenant)
        self.nouvelles.append((ecriture, saisie))
        if saisie.cle:
            self.connues[saisie.cle] = ecriture
        return ecriture

    def essayer(self, saisie: EcritureSaisie) -> Ecriture | ComptabiliteError:
        """The same, where the refusal of one entry leaves no trace and stops no other."""
        connus = len(self.controle.exercices)
        try:
            # Nothing is written but an exercice that the date opens: no savepoint for each entry of a month.
            with nullcontext() if self.controle.connait(saisie.date) else transaction.atomic():
                return self.ajouter(saisie)
        except ComptabiliteError as refus:
            del self.controle.exercices[connus:]
            return refus

    def ecrire(self) -> None:
        if len(self.nouvelles) >= SEUIL_COPIE and connection.vendor == "postgresql":
            copier([(ecriture, _valeurs(ecriture, saisie.lignes)) for ecriture, saisie in self.nouvelles])
        else:
            Ecriture.objects.bulk_create([ecriture for ecriture, _ in self.nouvelles], batch_size=LOT)
            lignes = [ligne for ecriture, saisie in self.nouvelles for ligne in _lignes(ecriture, saisie.lignes)]
            LigneEcriture.objects.bulk_create(lignes, batch_size=LOT)
        for ecriture, saisie in self.nouvelles:
            _reporter_totaux(ecriture, saisie.lignes)
        PieceEcriture.objects.bulk_create(
            (
                _piece(ecriture, fichier, self.auteur, self.maintenant)
                for ecriture, saisie in self.nouvelles
                for fichier in dict.fromkeys(saisie.fichiers)
            ),
            batch_size=LOT,
        )


def passer_ecritures(
    *, dossier: Dossier, saisies: Sequence[EcritureSaisie], auteur: Utilisateur | None = None, maintenant: datetime
) -> list[Ecriture]:
    """Book many entries as drafts, all or none, in the order given; same rules as `passer_ecriture`.

    An entry whose key is already booked (in the books or earlier in the batch) is returned as it stands.
    """
    with transaction.atomic():
        lot = _Lot(dossier, saisies, auteur, maintenant)
        resultat = [lot.ajouter(saisie) for saisie in saisies]
        lot.ecrire()
    return resultat


def passer_les_admises(
    *, dossier: Dossier, saisies: Sequence[EcritureSaisie], auteur: Utilisateur | None = None, maintenant: datetime
) -> list[Ecriture | ComptabiliteError]:
    """The same, where an entry that is refused stops no other: in its place stands the reason."""
    with transaction.atomic():
        lot = _Lot(dossier, saisies, auteur, maintenant)
        resultat = [lot.essayer(saisie) for saisie in saisies]
        lot.ecrire()
    return resultat


def _valeurs(ecriture: Ecriture, saisies: Sequence[LigneSaisie]) -> list[LigneCopiee]:
    """The lines of an entry as `copier` writes them: same content as `_lignes`, without a model for each."""
    return [
        (
            rang,
            saisie.compte.pk,
            saisie.tiers.pk if saisie.tiers else None,
            texte_propre(saisie.libelle, LONGUEUR_LIBELLE) or ecriture.libelle,
            saisie.debit_cents,
            saisie.credit_cents,
        )
        for rang, saisie in enumerate(saisies, start=1)
    ]


def _ecriture(
    saisie: EcritureSaisie, controle: _Controle, auteur: Utilisateur | None, maintenant: datetime
) -> Ecriture:
    exercice = _controler(saisie, controle)
    # Keys, then the rows in hand put in the cache: a model built from related rows takes three times as long.
    ecriture = Ecriture(
        dossier_id=controle.dossier.pk,
        exercice_id=exercice.pk,
        journal_id=saisie.journal.pk,
        date=saisie.date,
        piece=texte_propre(saisie.piece, LONGUEUR_PIECE),
        date_piece=saisie.date_piece or saisie.date,
        libelle=texte_propre(saisie.libelle, LONGUEUR_LIBELLE),
        origine=saisie.origine,
        cle=saisie.cle,
        annule_id=saisie.annule.pk if saisie.annule else None,
        auteur_id=auteur.pk if auteur else None,
        created_at=maintenant,
    )
    connus = {"dossier": controle.dossier, "exercice": exercice, "journal": saisie.journal}
    ecriture._state.fields_cache.update(connus)
    return ecriture


def joindre_documents(
    *, ecriture: Ecriture, fichiers: Sequence[Fichier], auteur: Utilisateur | None = None, maintenant: datetime
) -> None:
    """Attach documents of the dossier to an entry, before or after its validation; one already there stays once.

    Raises EcritureRefusee for a document of another dossier or an entry of a closed exercice.
    """
    if not fichiers:
        return
    _controler_documents(ecriture.dossier_id, fichiers)
    if ecriture.exercice.est_clos:
        raise EcritureRefusee("L’exercice est clos : plus aucun document ne s’ajoute à ses écritures.")
    deja = set(PieceEcriture.objects.filter(ecriture=ecriture).values_list("fichier_id", flat=True))
    PieceEcriture.objects.bulk_create(
        _piece(ecriture, fichier, auteur, maintenant) for fichier in dict.fromkeys(fichiers) if fichier.pk not in deja
    )


def _controler_documents(dossier_id: UUID, fichiers: Sequence[Fichier]) -> None:
    if any(fichier.dossier_id != dossier_id for fichier in fichiers):
        raise EcritureRefusee("Ce document n’est pas de ce dossier.")


def _piece(ecriture: Ecriture, fichier: Fichier, auteur: Utilisateur | None, maintenant: datetime) -> PieceEcriture:
    return PieceEcriture(
        dossier_id=ecriture.dossier_id,
        ecriture=ecriture,
        fichier=fichier,
        ajoutee_le=maintenant,
        ajoutee_par=auteur.email if auteur else "",
    )


def _reporter_totaux(ecriture: Ecriture, lignes: Sequence[LigneSaisie]) -> None:
    """Give the row in memory the sums that the triggers wrote."""
    ecriture.total_debit_cents = sum(ligne.debit_cents for ligne in lignes)
    ecriture.total_credit_cents = ecriture.total_debit_cents
    ecriture.nb_lignes, ecriture.desequilibre_id = len(lignes), None


def passer_ecriture(
    *,
    dossier: Dossier,
    journal: Journal,
    date: Date,
    piece: str,
    libelle: str,
    lignes: Sequence[LigneSaisie],
    origine: str = OrigineEcriture.MANUEL,
    cle: str = "",
    date_piece: Date | None = None,
    fichiers: Sequence[Fichier] = (),
    auteur: Utilisateur | None = None,
    maintenant: datetime,
) -> Ecriture:
    """Book one entry as a draft (brouillard).

    A second call with the same non-empty `cle` in the dossier returns the first entry unchanged. Raises
    EcritureRefusee, CompteRefuse, JournalRefuse or PeriodeFermee; nothing is written then.
    """
    saisie = EcritureSaisie(journal, date, piece, libelle, lignes, origine, cle, date_piece, fichiers=fichiers)
    return passer_ecritures(dossier=dossier, saisies=[saisie], auteur=auteur, maintenant=maintenant)[0]


def brouillard_verrouille(ecriture: Ecriture) -> Ecriture:
    """The draft as it is now, locked until the end of the transaction. Raises EcritureFigee once validated."""
    verrouiller_comptabilite(ecriture.dossier)
    actuelle = Ecriture.objects.select_for_update(of=("self",)).select_related("dossier", "exercice", "journal")
    trouvee = actuelle.filter(pk=ecriture.pk).first()
    if trouvee is None:
        raise EcritureRefusee("Ce brouillard a été supprimé entre-temps.")
    if trouvee.etat != EtatEcriture.BROUILLARD:
        raise EcritureFigee(trouvee.numero)
    return trouvee


def lignes_saisies(ecriture: Ecriture) -> list[LigneSaisie]:
    """The lines of an entry, as they would be typed again."""
    lignes = LigneEcriture.objects.filter(ecriture=ecriture).select_related("compte", "tiers").order_by("rang")
    return [LigneSaisie(x.compte, x.debit_cents, x.credit_cents, x.libelle, x.tiers) for x in lignes]


def resume(ecriture: Ecriture) -> dict[str, str | int]:
    """What the audit trail keeps of an entry."""
    return {
        "journal": ecriture.journal.code,
        "date": ecriture.date.isoformat(),
        "piece": ecriture.piece,
        "libelle": ecriture.libelle,
        "total_cents": ecriture.total_debit_cents,
    }


def modifier_brouillard(
    *,
    ecriture: Ecriture,
    journal: Journal | None = None,
    date: Date | None = None,
    piece: str | None = None,
    libelle: str | None = None,
    date_piece: Date | None = None,
    lignes: Sequence[LigneSaisie] | None = None,
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> Ecriture:
    """Change what is given of a draft; new lines replace the old ones, which lose their lettering.

    Raises EcritureFigee once validated, and the refusals of `passer_ecriture`.
    """
    with transaction.atomic():
        actuelle = brouillard_verrouille(ecriture)
        avant = resume(actuelle)
        controle = _Controle(actuelle.dossier, verrouiller_comptabilite(actuelle.dossier))
        controler_date(dossier=actuelle.dossier, date=actuelle.date, reglages=controle.reglages)
        saisie = EcritureSaisie(
            journal or actuelle.journal,
            date or actuelle.date,
            actuelle.piece if piece is None else piece,
            actuelle.libelle if libelle is None else libelle,
            lignes_saisies(actuelle) if lignes is None else lignes,
            date_piece=date_piece or actuelle.date_piece,
        )
        actuelle.exercice = _controler(saisie, controle)
        actuelle.journal, actuelle.date = saisie.journal, saisie.date
        actuelle.piece = texte_propre(saisie.piece, LONGUEUR_PIECE)
        actuelle.libelle = texte_propre(saisie.libelle, LONGUEUR_LIBELLE)
        actuelle.date_piece = saisie.date_piece or saisie.date
        actuelle.save(update_fields=["exercice", "journal", "date", "piece", "libelle", "date_piece"])
        if lignes is not None:
            _remplacer_lignes(actuelle, lignes)
        journaliser(
            cabinet=actuelle.dossier.cabinet,
            dossier=actuelle.dossier,
            acte="ecriture.modifier",
            date=maintenant,
            origine=origine_de_l_acte(auteur, origine),
            objet=actuelle.reference,
            avant=avant,
            apres=resume(actuelle),
        )
    return actuelle


def _remplacer_lignes(ecriture: Ecriture, lignes: Sequence[LigneSaisie]) -> None:
    defaire_lettrages_de(ecriture)
    LigneEcriture.objects.filter(ecriture=ecriture).delete()
    LigneEcriture.objects.bulk_create(_lignes(ecriture, lignes))
    _reporter_totaux(ecriture, lignes)


def defaire_lettrages_de(ecriture: Ecriture) -> None:
    """Undo the letterings in which the lines of this entry take part."""
    lettrages = set(
        LigneEcriture.objects.filter(ecriture=ecriture, lettrage__isnull=False).values_list("lettrage_id", flat=True)
    )
    LigneEcriture.objects.filter(lettrage_id__in=lettrages).update(lettrage=None)
    Lettrage.objects.filter(pk__in=lettrages).delete()


def supprimer_brouillard(
    *,
    ecriture: Ecriture,
    motif: str,
    auteur: Utilisateur | None = None,
    origine: Origine | None = None,
    maintenant: datetime,
) -> None:
    """Delete a draft, with its lettering, and say so in the audit trail.

    Raises EcritureFigee, PeriodeFermee, and EcritureRefusee when a bank line stands on it.
    """
    with transaction.atomic():
        actuelle = brouillard_verrouille(ecriture)
        reglages = verrouiller_comptabilite(actuelle.dossier)
        controler_date(dossier=actuelle.dossier, date=actuelle.date, reglages=reglages)
        defaire_lettrages_de(actuelle)
        journaliser(
            cabinet=actuelle.dossier.cabinet,
            dossier=actuelle.dossier,
            acte="ecriture.supprimer",
            date=maintenant,
            origine=origine_de_l_acte(auteur, origine),
            objet=actuelle.reference,
            avant={**resume(actuelle), "motif": motif},
        )
        PieceEcriture.objects.filter(ecriture=actuelle).delete()
        LigneEcriture.objects.filter(ecriture=actuelle).delete()
        try:
            actuelle.delete()
        except ProtectedError:
            raise EcritureRefusee(
                "Cette écriture vient d’une ligne de banque ou d’un paiement : annulez-la depuis sa ligne, "
                "dans ACD Banque."
            ) from None
