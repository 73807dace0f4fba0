"""Invitations, team, portfolios, people of a dossier, import of dossiers, register, trail, rotation of keys."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gestion_acces.enums import Niveau, RoleCabinet, Service
from gestion_acces.errors import AutreCabinet, DernierAdministrateur, DernierDirigeant
from gestion_acces.models import (
    AccesService,
    Dossier,
    EvenementAudit,
    Facteur,
    Invitation,
    MembreCabinet,
    MembreDossier,
    Portefeuille,
    Utilisateur,
)
from gestion_acces.queries_registre import registre
from gestion_acces.services.audit import SYSTEME, journaliser
from gestion_acces.services.equipe import confier_dossiers, modifier_membre
from gestion_acces.services.invitations import accepter, inviter_au_cabinet, lire_jeton, sceller
from gestion_acces.services.personnes import modifier_personne
from portal.lib import chiffrement
from tests.connexion import enroler_totp, ouvrir_session
from tests.factories import (
    MOT_DE_PASSE,
    AccesServiceFactory,
    CabinetFactory,
    DossierFactory,
    MembreCabinetFactory,
    MembreDossierFactory,
    ServiceDossierFactory,
    UtilisateurFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("taches_immediates")]


@pytest.fixture
def helene() -> MembreCabinet:
    membre: MembreCabinet = MembreCabinetFactory(role=RoleCabinet.ADMINISTRATEUR)
    return membre


@pytest.fixture
def bureau(helene: MembreCabinet) -> Client:
    client = Client()
    ouvrir_session(client, helene.utilisateur)
    return client


def lien_du_dernier_mail() -> str:
    mot = next(mot for mot in str(mail.outbox[-1].body).split() if "/invitation/" in mot)
    return "/" + mot.split("/", 3)[3]


def inviter(bureau: Client, email: str) -> None:
    saisie = {"prenom": "Bruno", "nom": "Faure", "email": email, "role": "collaborateur"}
    assert bureau.post(reverse("gestion_acces:collaborateur_inviter"), saisie).status_code == 302


def test_collaborateur_joins_by_a_link_that_serves_once(bureau: Client, helene: MembreCabinet) -> None:
    inviter(bureau, "Bruno@cabinet.example")
    chemin, client = lien_du_dernier_mail(), Client()
    assert client.get(chemin).status_code == 200
    faible = {"new_password1": "court", "new_password2": "court"}
    assert client.post(chemin, faible).status_code == 422
    fort = {"new_password1": MOT_DE_PASSE, "new_password2": MOT_DE_PASSE}
    assert client.post(chemin, fort).status_code == 302
    assert client.get(chemin).status_code == 410
    membre = MembreCabinet.objects.get(utilisateur__email="bruno@cabinet.example")
    assert (membre.cabinet, membre.role, membre.ajoute_par) == (helene.cabinet, "collaborateur", helene.utilisateur)


@pytest.mark.parametrize("abime", ["expire", "annulee", "forge", "renvoyee"])
def test_dead_invitations_open_nothing(bureau: Client, abime: str) -> None:
    inviter(bureau, "bruno@cabinet.example")
    chemin, invitation = lien_du_dernier_mail(), Invitation.objects.get()
    if abime == "expire":
        Invitation.objects.update(expire_le=timezone.now() - timedelta(seconds=1))
    elif abime == "annulee":
        bureau.post(reverse("gestion_acces:invitation_annuler", args=[invitation.pk]))
    elif abime == "renvoyee":
        bureau.post(reverse("gestion_acces:invitation_renvoyer", args=[invitation.pk]))
        assert Client().get(lien_du_dernier_mail()).status_code == 200
    else:
        chemin = chemin[:-3] + "x/"
    assert Client().get(chemin).status_code == 410


def test_inviting_never_tells_who_has_an_account(bureau: Client) -> None:
    UtilisateurFactory(email="connu@example.test", prenom="Vrai", nom="Nom")
    dossier = DossierFactory(cabinet=MembreCabinet.objects.get().cabinet)
    pages = []
    for email in ("connu@example.test", "inconnu@example.test"):
        saisie = {"prenom": "Tapé", "nom": "Ici", "email": email, "role": "utilisateur"}
        reponse = bureau.post(reverse("gestion_acces:personne_inviter", args=[dossier.pk]), saisie, follow=True)
        pages.append(reponse.content.decode())
        assert mail.outbox[-1].to == [email]
    assert "Vrai" not in pages[0]
    assert "Tapé Ici" in pages[0]
    assert Utilisateur.objects.get(email="connu@example.test").prenom == "Vrai"


def test_account_with_a_password_keeps_it_when_invited() -> None:
    membre = MembreDossierFactory()
    invitation = Invitation.objects.create(
        membre=membre,
        email=membre.utilisateur.email,
        envoyee_le=timezone.now(),
        expire_le=timezone.now() + timedelta(days=1),
    )
    chemin, client = reverse("gestion_acces:invitation", args=[sceller(invitation)]), Client()
    assert "new_password1" not in client.get(chemin).content.decode()
    assert client.post(chemin).status_code == 302
    assert Utilisateur.objects.get(pk=membre.utilisateur_id).check_password(MOT_DE_PASSE)


def test_person_of_another_firm_is_told_alone(helene: MembreCabinet) -> None:
    ailleurs = MembreCabinetFactory()
    maintenant = timezone.now()
    invitation = inviter_au_cabinet(
        cabinet=helene.cabinet,
        email=ailleurs.utilisateur.email,
        prenom="A",
        nom="B",
        role="collaborateur",
        par=helene.utilisateur,
        origine=SYSTEME,
        maintenant=maintenant,
    )
    with pytest.raises(AutreCabinet):
        accepter(invitation=invitation, mot_de_passe=None, origine=SYSTEME, maintenant=maintenant)
    assert MembreCabinet.objects.get(pk=ailleurs.pk).cabinet_id == ailleurs.cabinet_id
    assert lire_jeton(sceller(invitation), maintenant=maintenant) == invitation


def test_firm_keeps_an_administrator_and_company_a_dirigeant(helene: MembreCabinet) -> None:
    maintenant = timezone.now()
    for role, actif in (("collaborateur", True), ("administrateur", False)):
        with pytest.raises(DernierAdministrateur):
            modifier_membre(membre=helene, role=role, actif=actif, origine=SYSTEME, date=maintenant)
    dirigeant = MembreDossierFactory()
    for role, actif in (("utilisateur", True), ("dirigeant", False)):
        with pytest.raises(DernierDirigeant):
            modifier_personne(membre=dirigeant, role=role, actif=actif, origine=SYSTEME, date=maintenant)


def test_portfolios_are_given_and_taken_in_bulk(bureau: Client, helene: MembreCabinet) -> None:
    bruno = MembreCabinetFactory(cabinet=helene.cabinet)
    dossiers = [DossierFactory(cabinet=helene.cabinet, raison_sociale=f"Société {n}") for n in range(3)]
    etranger = DossierFactory()
    adresse = reverse("gestion_acces:portefeuilles")
    saisie: dict[str, Any] = {"membre": bruno.pk, "acte": "confier", "dossiers": [dossiers[0].pk, etranger.pk]}
    assert bureau.post(adresse, saisie).status_code == 302
    assert set(Portefeuille.objects.values_list("dossier_id", flat=True)) == {dossiers[0].pk}
    bureau.post(f"{adresse}?q=Société", {"membre": bruno.pk, "acte": "confier", "tous": "on"})
    assert Portefeuille.objects.filter(membre=bruno).count() == 3
    bureau.post(f"{adresse}?de={bruno.pk}", {"membre": bruno.pk, "acte": "retirer", "tous": "on"})
    assert not Portefeuille.objects.exists()
    actes = EvenementAudit.objects.values_list("acte", flat=True)
    assert list(actes).count("portefeuille.confier") == list(actes).count("portefeuille.retirer") == 3


def test_number_of_queries_does_not_grow_with_the_portfolio(
    bureau: Client, helene: MembreCabinet, django_assert_max_num_queries: Any
) -> None:
    bruno = MembreCabinetFactory(cabinet=helene.cabinet)
    for _ in range(30):
        dossier = DossierFactory(cabinet=helene.cabinet)
        confier_dossiers(
            membre=bruno, dossiers=[dossier.pk], par=helene.utilisateur, origine=SYSTEME, date=timezone.now()
        )
        AccesServiceFactory(membre=MembreDossierFactory(dossier=dossier))
    for nom in ("portefeuilles", "equipe", "registre", "audit"):
        with django_assert_max_num_queries(12):
            assert bureau.get(reverse(f"gestion_acces:{nom}")).status_code == 200


CSV = """code;raison_sociale;siret;dirigeant_email
NEUF1;Première;73282932000074;a@example.test
neuf2;Deuxième;;
NEUF1;Doublon;;
PRIS;Déjà là;;
NEUF3;;;
NEUF4;Faux SIRET;73282932000075;
"""


def test_import_shows_the_faults_before_it_writes(bureau: Client, helene: MembreCabinet) -> None:
    DossierFactory(cabinet=helene.cabinet, code="PRIS")
    adresse = reverse("gestion_acces:dossier_importer")
    fichier = SimpleUploadedFile("dossiers.csv", CSV.encode("cp1252"), content_type="text/csv")
    page = bureau.post(adresse, {"fichier": fichier})
    assert page.status_code == 200
    assert "2 dossiers à créer, 4 lignes à corriger" in page.content.decode()
    assert Dossier.objects.count() == 1
    texte = page.context["texte"]
    assert bureau.post(adresse, {"texte": texte, "creer": "oui"}).status_code == 302
    crees = Dossier.objects.filter(cabinet=helene.cabinet).exclude(code="PRIS").order_by("code")
    assert [(dossier.code, dossier.raison_sociale) for dossier in crees] == [
        ("NEUF1", "Première"),
        ("NEUF2", "Deuxième"),
    ]
    assert bureau.post(adresse, {"texte": texte, "creer": "oui"}).status_code == 200
    assert Dossier.objects.count() == 3


@pytest.mark.parametrize("contenu", [b"", b"code;nom\nA;B\n", b"\x00\x01binaire", b"code;raison_sociale\n"])
def test_unreadable_files_are_refused_with_the_reason(bureau: Client, contenu: bytes) -> None:
    fichier = SimpleUploadedFile("dossiers.csv", contenu)
    assert bureau.post(reverse("gestion_acces:dossier_importer"), {"fichier": fichier}).status_code == 422


def test_collaborateur_finds_the_dossier_that_he_creates(helene: MembreCabinet) -> None:
    bruno, client = MembreCabinetFactory(cabinet=helene.cabinet), Client()
    ouvrir_session(client, bruno.utilisateur)
    saisie = {"code": "neuf", "raison_sociale": "Neuf", "forme_juridique": "SARL"}
    assert client.post(reverse("gestion_acces:dossier_creer"), saisie).status_code == 302
    assert Portefeuille.objects.get(membre=bruno).dossier.code == "NEUF"


def test_dirigeant_names_who_else_may_pay_and_nobody_else_does() -> None:
    dirigeant, karim = MembreDossierFactory(), None
    ServiceDossierFactory(dossier=dirigeant.dossier, service=Service.I_FACTURE)
    client = Client()
    ouvrir_session(client, dirigeant.utilisateur)
    saisie = {"prenom": "Karim", "nom": "Benali", "email": "karim@example.test", "niveau_i_facture": "payer"}
    adresse = reverse("gestion_acces:personne_inviter_client", args=[dirigeant.dossier_id])
    # He cannot make a dirigeant: the field is not his.
    assert client.post(adresse, saisie | {"role": "dirigeant"}).status_code == 302
    karim = MembreDossier.objects.get(utilisateur__email="karim@example.test")
    assert karim.role == "utilisateur"
    acces = AccesService.objects.get(membre=karim)
    assert (acces.niveau, acces.donne_par) == (Niveau.PAYER, dirigeant.utilisateur)
    assert [ligne.peut_payer for ligne in registre(Dossier.objects.all()) if ligne.email == "karim@example.test"] == [
        True
    ]
    autre = Client()
    ouvrir_session(autre, karim.utilisateur)
    assert autre.post(adresse, saisie).status_code == 403


def test_several_tiles_are_saved_at_once_and_the_confirmation_follows(bureau: Client, helene: MembreCabinet) -> None:
    dossier = DossierFactory(cabinet=helene.cabinet)
    adresse = reverse("gestion_acces:tuile_enregistrer", args=[dossier.pk])
    reponse = bureau.post(adresse, {"qonto": "on", "i_depot": "on"})
    assert reponse["Location"] == reverse("gestion_acces:tuile_confirmation", args=[dossier.pk, "qonto"])
    page = bureau.get(reponse["Location"]).content.decode()
    assert "Modifier les accès" in page
    assert "i-Dépôt attend aussi ses accès" in page
    formulaire = bureau.get(reverse("gestion_acces:tuile_acces", args=[dossier.pk, "qonto"])).context["form"]
    dirigeant = MembreDossier.objects.get()
    assert formulaire.fields[f"acces_{dirigeant.pk}"].initial == Niveau.PAYER
    assert bureau.get(reverse("gestion_acces:tuile_confirmation", args=[dossier.pk, "autre"])).status_code == 404
    bureau.post(adresse, {"i_depot": "on"})
    assert set(dossier.services.filter(actif=True).values_list("service", flat=True)) == {"i_depot"}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_trail_and_register_are_exported_and_the_export_is_written(
    bureau: Client, helene: MembreCabinet, format: str
) -> None:
    AccesServiceFactory(membre=MembreDossierFactory(dossier=DossierFactory(cabinet=helene.cabinet)))
    journaliser(cabinet=CabinetFactory(), acte="secret.autre", date=timezone.now())
    for nom in ("audit", "registre"):
        reponse = bureau.get(reverse(f"gestion_acces:{nom}_exporter", args=[format]))
        contenu = b"".join(reponse.streaming_content)  # type: ignore[attr-defined]
        assert len(contenu) > 50
        assert b"secret.autre" not in contenu
        assert EvenementAudit.objects.filter(acte=f"{nom}.exporter", cabinet=helene.cabinet).count() == 1
    assert bureau.get(reverse("gestion_acces:audit_exporter", args=["pdf"])).status_code == 404


def test_trail_is_searched_by_person_act_dossier_and_day(bureau: Client, helene: MembreCabinet) -> None:
    dossier = DossierFactory(cabinet=helene.cabinet, code="LENOIR")
    hier = timezone.now() - timedelta(days=1)
    journaliser(
        cabinet=helene.cabinet,
        acte="dossier.modifier",
        date=hier,
        dossier=dossier,
        avant={"ville": "Paris"},
        apres={"ville": "Lyon"},
    )
    journaliser(cabinet=helene.cabinet, acte="connexion", date=timezone.now(), objet="autre chose")
    adresse = reverse("gestion_acces:audit")
    jour = timezone.localtime(hier).date().isoformat()
    for question in ("acte=dossier.modifier", "dossier=lenoir", f"du={jour}&au={jour}"):
        lignes = bureau.get(f"{adresse}?{question}").context["lignes"]
        assert [ligne.libelle for ligne in lignes] == ["Fiche modifiée"], question
    changement = bureau.get(f"{adresse}?dossier=lenoir").context["lignes"][0].changements[0]
    assert (changement.champ, changement.avant, changement.apres) == ("ville", "Paris", "Lyon")
    assert [ligne.libelle for ligne in bureau.get(f"{adresse}?q=chose").context["lignes"]] == ["Connexion"]


def test_verification_by_command_and_by_button_sees_a_change(bureau: Client, helene: MembreCabinet) -> None:
    for acte in ("un", "deux", "trois"):
        journaliser(cabinet=helene.cabinet, acte=acte, date=timezone.now())
    sortie = StringIO()
    call_command("verifier_audit", stdout=sortie)
    assert "intact, 3 ligne(s)" in sortie.getvalue()
    assert "intact" in bureau.post(reverse("gestion_acces:audit_verifier"), follow=True).content.decode()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        else:
            cursor.execute("DROP TRIGGER audit_jamais_efface")
        cursor.execute("DELETE FROM gestion_acces_evenementaudit WHERE rang = 2")
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = DEFAULT")
    with pytest.raises(CommandError):
        call_command("verifier_audit", stdout=sortie, stderr=sortie)
    assert "ALTÉRÉ à la ligne n° 3" in sortie.getvalue()
    page = bureau.post(reverse("gestion_acces:audit_verifier"), follow=True).content.decode()
    assert "a été altéré" in page


def test_keys_are_renewed_and_the_old_one_can_go(settings: Any) -> None:
    ancienne, nouvelle = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [ancienne]
    cle = enroler_totp(UtilisateurFactory())
    settings.ENCRYPTION_KEYS = [nouvelle, ancienne]
    sortie = StringIO()
    call_command("renouveler_cles", stdout=sortie)
    assert "gestion_acces.Facteur.secret : 1" in sortie.getvalue()
    settings.ENCRYPTION_KEYS = [nouvelle]
    assert Facteur.objects.get().secret == cle
    sortie = StringIO()
    call_command("renouveler_cles", stdout=sortie)
    assert "gestion_acces.Facteur.secret : 0" in sortie.getvalue()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="absente de ENCRYPTION_KEYS"):
        call_command("renouveler_cles", stdout=sortie)
    with pytest.raises(chiffrement.CleInconnue):
        Facteur.objects.get()
