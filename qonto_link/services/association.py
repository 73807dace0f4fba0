"""From the tile to a linked account: departure, return, comparison of the SIREN, choice of the accounts (product §5).

No HTTP call runs inside a transaction: the `state` is used up first, the tokens are written as soon as they are
received, and the link itself is one transaction.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import Origine, journaliser
from qonto_link.api.client import QontoClient
from qonto_link.api.errors import QontoError, Refused
from qonto_link.api.oauth import challenge_de, nouveau_state, nouveau_verifier
from qonto_link.api.schemas.comptes import BankAccount, Organization
from qonto_link.droits import scopes_manquants, scopes_requis
from qonto_link.enums import ClasseIncident, StatutConnexion
from qonto_link.errors import (
    AucunCompteChoisi,
    AutreOrganisation,
    AutreSociete,
    ChoixPerime,
    CompteDejaLie,
    ConsentementRefuse,
    DejaAssocie,
    QontoInjoignable,
    QontoRefuse,
    RetourInvalide,
)
from qonto_link.evenements import COMPTES_ASSOCIES, CONNEXION_RETABLIE, publier
from qonto_link.models import CompteQonto, Connexion, DemandeAssociation
from qonto_link.services import clients
from qonto_link.services.connexion import connexion_du
from qonto_link.services.incidents import resoudre, signaler
from qonto_link.traduction import RAISONS, expliquer

DUREE_STATE = timedelta(minutes=10)
DUREE_CHOIX = timedelta(minutes=30)


def adresse_de_retour() -> str:
    """The redirect URI registered at Qonto: one for the whole portal."""
    return f"{settings.PORTAL_URL}{reverse('qonto_link:retour')}"


def _empreinte(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def depart(
    *,
    dossier: Dossier,
    utilisateur: Utilisateur,
    maintenant: datetime,
    registration_id: str = "",
    organisation_attendue: str = "",
) -> str:
    """Prepare a departure; returns the address of Qonto's consent page. A registration preselects its organization.

    Raises DejaAssocie when a connection works already and lacks no right. A connection that waits for a new consent
    is renewed on its own organization.
    """
    connexion = connexion_du(dossier)
    if connexion and connexion.est_active and not scopes_manquants(dossier, connexion.scopes):
        raise DejaAssocie
    state, verifier, scopes = nouveau_state(), nouveau_verifier(), scopes_requis(dossier)
    DemandeAssociation.objects.create(
        dossier=dossier,
        utilisateur=utilisateur,
        empreinte_state=_empreinte(state),
        code_verifier=verifier,
        scopes=" ".join(scopes),
        registration_id=registration_id,
        # A renewal finds its own organization again, whatever the card says meanwhile.
        organisation_attendue=connexion.organisation_id if connexion else organisation_attendue,
        expire_le=maintenant + DUREE_STATE,
    )
    with clients.oauth_client() as oauth:
        return oauth.authorize_url(
            redirect_uri=adresse_de_retour(),
            scopes=scopes,
            state=state,
            code_challenge=challenge_de(verifier),
            organization_id=connexion.organisation_id if connexion else "",
            registration_id="" if connexion else registration_id,
        )


def retour(
    *, state: str, utilisateur: Utilisateur, code: str, erreur: str, origine: Origine, maintenant: datetime
) -> tuple[DemandeAssociation, Connexion | None]:
    """The return from Qonto. Gives the demand whose accounts are to be chosen, or the connection that was renewed.

    Raises RetourInvalide (forged, replayed, too old, another person's), ConsentementRefuse, AutreSociete,
    AutreOrganisation, QontoRefuse, QontoInjoignable. Nothing is linked when it raises.
    """
    demande = _consommer(state, utilisateur, maintenant)
    if erreur:
        raise ConsentementRefuse if erreur == "access_denied" else QontoRefuse(RAISONS.get(erreur, erreur[:60]))
    _echanger(demande, code, maintenant)
    organisation = _lire_organisation(demande)
    try:
        _verifier_societe(demande, organisation)
        connexion = connexion_du(demande.dossier)
        if connexion is None:
            demande.organisation = _resume(organisation)
            demande.save(update_fields=["organisation"])
            return demande, None
        if connexion.organisation_id != organisation.id:
            raise AutreOrganisation(organisation.legal_name or organisation.name, connexion.organisation_nom)
    except (AutreSociete, AutreOrganisation):
        abandonner(demande, maintenant)
        raise
    return demande, _retablir(demande, connexion, origine, maintenant)


def _consommer(state: str, utilisateur: Utilisateur, maintenant: datetime) -> DemandeAssociation:
    """Use up the state, once, for the person to whom it was given."""
    demandes = DemandeAssociation.objects.filter(
        empreinte_state=_empreinte(state),
        utilisateur=utilisateur,
        utilisee_le__isnull=True,
        expire_le__gt=maintenant,
    )
    if not demandes.update(utilisee_le=maintenant):
        raise RetourInvalide
    return DemandeAssociation.objects.select_related("dossier__cabinet").get(empreinte_state=_empreinte(state))


def _echanger(demande: DemandeAssociation, code: str, maintenant: datetime) -> None:
    try:
        with clients.oauth_client() as oauth:
            jetons = oauth.exchange(code=code, redirect_uri=adresse_de_retour(), code_verifier=demande.code_verifier)
    except Refused as refus:
        raise RetourInvalide if refus.code == "invalid_grant" else QontoRefuse(expliquer(refus).message) from None
    except QontoError:
        raise QontoInjoignable from None
    demande.access_token = jetons.access_token.get_secret_value()
    demande.refresh_token = jetons.refresh_token.get_secret_value()
    demande.access_expire_le = jetons.expire_le(maintenant)
    demande.scopes = jetons.scope or demande.scopes
    demande.save(update_fields=["access_token", "refresh_token", "access_expire_le", "scopes"])


def _lire_organisation(demande: DemandeAssociation) -> Organization:
    try:
        with QontoClient(
            base_url=settings.QONTO_API_URL,
            access_token=demande.access_token,
            staging_token=settings.QONTO_STAGING_TOKEN,
            reglages=clients.reglages(reprises=2),
        ) as client:
            return client.organization()
    except QontoError:
        raise QontoInjoignable from None


def _verifier_societe(demande: DemandeAssociation, organisation: Organization) -> None:
    """The SIREN of the organization must be the dossier's, unless our own registration opened this organization."""
    if demande.organisation_attendue and demande.organisation_attendue == organisation.id:
        return
    attendu, recu = demande.dossier.siren, organisation.siren
    if not attendu or attendu != recu:
        raise AutreSociete(organisation.legal_name or organisation.name, recu, attendu)


def _resume(organisation: Organization) -> dict[str, Any]:
    comptes = [compte for compte in organisation.bank_accounts if _associable(compte)]
    return {
        "id": organisation.id,
        "nom": organisation.legal_name or organisation.name,
        "slug": organisation.slug,
        "siren": organisation.siren,
        "comptes": [
            {
                "id": compte.id,
                "nom": compte.name,
                "iban": compte.iban,
                "bic": compte.bic,
                "principal": compte.main,
                "solde_cents": compte.balance_cents,
                "solde_autorise_cents": compte.authorized_balance_cents,
            }
            for compte in comptes
        ],
    }


def _associable(compte: BankAccount) -> bool:
    """Qonto's own open accounts; those that it only shows from other banks are not ours to read."""
    return compte.status == "active" and not compte.is_external_account


def _retablir(demande: DemandeAssociation, connexion: Connexion, origine: Origine, maintenant: datetime) -> Connexion:
    with transaction.atomic():
        connexion = Connexion.objects.select_for_update(of=("self",)).get(pk=connexion.pk)
        avant = connexion.statut
        connexion.access_token, connexion.refresh_token = demande.access_token, demande.refresh_token
        connexion.access_expire_le, connexion.scopes = demande.access_expire_le, demande.scopes
        connexion.statut, connexion.cause, connexion.derniere_erreur = StatutConnexion.ACTIVE, "", ""
        connexion.consenti_le, connexion.consenti_par = maintenant, demande.utilisateur
        connexion.rappel_envoye_le = None
        # A new subscription with a new secret: what the former consent signed is no longer believed.
        connexion.webhook_id = connexion.webhook_secret = connexion.webhook_portail = ""
        connexion.webhook_verifie_le = connexion.webhook_essai_le = None
        connexion.save()
        _conclure(demande, maintenant)
        for classe in (ClasseIncident.CONSENTEMENT, ClasseIncident.DROIT):
            resoudre(dossier=connexion.dossier, classe=classe, maintenant=maintenant)
        _journaliser("qonto.reconnecter", connexion, origine, maintenant, avant={"statut": avant})
        publier(CONNEXION_RETABLIE, connexion=connexion, date=maintenant)
    return connexion


def _conclure(demande: DemandeAssociation, maintenant: datetime) -> None:
    demande.access_token = demande.refresh_token = ""
    demande.conclue_le = maintenant
    demande.save(update_fields=["access_token", "refresh_token", "conclue_le"])


def abandonner(demande: DemandeAssociation, maintenant: datetime) -> None:
    """Give back at Qonto the tokens of a demand that links nothing. What fails there dies by itself in 90 days."""
    jeton = demande.refresh_token or demande.access_token
    _conclure(demande, maintenant)
    if not jeton:
        return
    try:
        with clients.oauth_client(lecture=5) as oauth:
            oauth.revoke(jeton)
    except QontoError:
        return


def balayer_demandes(*, maintenant: datetime) -> int:
    """Give up the demands whose accounts nobody chose; returns how many."""
    echues = DemandeAssociation.objects.filter(conclue_le__isnull=True, expire_le__lt=maintenant - DUREE_CHOIX)
    demandes = list(echues[:500])
    for demande in demandes:
        abandonner(demande, maintenant)
    return len(demandes)


def choisir_comptes(
    *, demande: DemandeAssociation, choisis: Sequence[str], origine: Origine, maintenant: datetime
) -> Connexion:
    """Link the chosen accounts. Raises AucunCompteChoisi, ChoixPerime, CompteDejaLie, DejaAssocie."""
    connus = {compte["id"]: compte for compte in demande.organisation.get("comptes", ())}
    retenus = [connus[identifiant] for identifiant in choisis if identifiant in connus]
    if not retenus:
        raise AucunCompteChoisi
    with transaction.atomic():
        demande = DemandeAssociation.objects.select_for_update(of=("self",)).get(pk=demande.pk)
        if demande.conclue_le or not demande.access_token or maintenant > demande.expire_le + DUREE_CHOIX:
            raise ChoixPerime
        connexion = _creer_connexion(demande, maintenant)
        _poser_comptes(connexion, list(connus.values()), set(choisis), maintenant)
        _conclure(demande, maintenant)
        _journaliser(
            "qonto.associer", connexion, origine, maintenant, apres={"comptes": [compte["nom"] for compte in retenus]}
        )
        _comparer_fiche(demande, maintenant)
        publier(COMPTES_ASSOCIES, connexion=connexion, date=maintenant)
    return connexion


def _comparer_fiche(demande: DemandeAssociation, maintenant: datetime) -> None:
    """A company that was created meanwhile has its definitive SIREN at Qonto: the cabinet is told."""
    recu, attendu = demande.organisation["siren"], demande.dossier.siren
    if recu and recu != attendu:
        signaler(
            dossier=demande.dossier,
            classe=ClasseIncident.INFORMATION,
            titre="Le SIREN de la fiche n’est pas celui de la société chez Qonto",
            detail=f"Fiche : {attendu or 'aucun'}. Qonto : {recu}.",
            remede="Complétez le SIRET dans l’onglet Identité du dossier.",
            cle="siren",
            maintenant=maintenant,
        )


def _creer_connexion(demande: DemandeAssociation, maintenant: datetime) -> Connexion:
    organisation = demande.organisation
    connexion = Connexion(
        dossier=demande.dossier,
        organisation_id=organisation["id"],
        organisation_nom=organisation["nom"],
        organisation_slug=organisation["slug"],
        access_token=demande.access_token,
        refresh_token=demande.refresh_token,
        access_expire_le=demande.access_expire_le,
        scopes=demande.scopes,
        consenti_le=maintenant,
        consenti_par=demande.utilisateur,
    )
    try:
        with transaction.atomic():
            connexion.save(force_insert=True)
    except IntegrityError:
        raise DejaAssocie from None
    return connexion


def _poser_comptes(
    connexion: Connexion, comptes: list[dict[str, Any]], choisis: set[str], maintenant: datetime
) -> None:
    """Every account of the organization, the chosen ones linked. An account linked before finds its row again."""
    try:
        with transaction.atomic():
            for compte in comptes:
                CompteQonto.objects.update_or_create(
                    dossier=connexion.dossier,
                    external_id=compte["id"],
                    defaults={
                        "connexion": connexion,
                        "nom": compte["nom"],
                        "iban": compte["iban"],
                        "bic": compte["bic"],
                        "principal": compte["principal"],
                        "lie": compte["id"] in choisis,
                        "solde_cents": compte["solde_cents"],
                        "solde_autorise_cents": compte["solde_autorise_cents"],
                        "solde_le": maintenant,
                    },
                )
    except IntegrityError:
        raise CompteDejaLie from None


def modifier_comptes(*, connexion: Connexion, choisis: Sequence[str], origine: Origine, maintenant: datetime) -> None:
    """Link or unlink accounts of a living connection. Raises AucunCompteChoisi, CompteDejaLie."""
    comptes = list(CompteQonto.objects.pour_dossier(connexion.dossier).filter(connexion=connexion))
    voulus = {compte.pk for compte in comptes if compte.external_id in choisis}
    if not voulus:
        raise AucunCompteChoisi
    changes = [compte for compte in comptes if compte.lie != (compte.pk in voulus)]
    if not changes:
        return
    with transaction.atomic():
        try:
            with transaction.atomic():
                for compte in changes:
                    compte.lie = compte.pk in voulus
                    compte.save(update_fields=["lie"])
        except IntegrityError:
            raise CompteDejaLie from None
        apres = {compte.nom: "associé" if compte.lie else "retiré" for compte in changes}
        _journaliser("qonto.comptes", connexion, origine, maintenant, apres=apres)
        publier(COMPTES_ASSOCIES, connexion=connexion, date=maintenant)


def _journaliser(
    acte: str,
    connexion: Connexion,
    origine: Origine,
    maintenant: datetime,
    avant: dict[str, Any] | None = None,
    apres: dict[str, Any] | None = None,
) -> None:
    journaliser(
        cabinet=connexion.dossier.cabinet,
        dossier=connexion.dossier,
        acte=acte,
        date=maintenant,
        origine=origine,
        objet=connexion.organisation_nom,
        avant=avant,
        apres=apres,
    )
