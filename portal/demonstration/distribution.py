"""The cast of the demonstration: firms, people and companies. The local Qonto knows the same companies."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date

from gestion_acces.enums import FormeJuridique, RoleClient

MOT_DE_PASSE = "demonstration-2026"
CABINET = "Cabinet Morel & Associés"
AUTRE_CABINET = "Expertise Vallier"
ADMINISTRATRICE = "helene.morel@cabinet-morel.example"
BRUNO = "bruno.faure@cabinet-morel.example"
INES = "ines.caron@cabinet-morel.example"
VALLIER = "marc.vallier@expertise-vallier.example"


@dataclass(frozen=True)
class Personne:
    email: str
    prenom: str
    nom: str


@dataclass(frozen=True)
class FicheDemo:
    """A dossier of the demonstration: its card, its people, who follows it."""

    code: str
    raison_sociale: str
    forme: FormeJuridique
    siret: str
    tva: str
    activite: str
    code_naf: str
    capital_cents: int
    creation: date | None
    adresse: str
    code_postal: str
    ville: str
    dirigeant: Personne
    suivi_par: tuple[str, ...] = ()
    autres: tuple[tuple[Personne, RoleClient], ...] = field(default=())
    tuile_qonto: bool = True
    cabinet: str = CABINET


def cle_totp(email: str) -> str:
    """The TOTP key of a demonstration account: always the same one, so that it can be printed at each start."""
    return base64.b32encode(hashlib.sha256(f"demonstration:{email}".encode()).digest()[:20]).decode()


COLLABORATEURS = (
    Personne(ADMINISTRATRICE, "Hélène", "Morel"),
    Personne(BRUNO, "Bruno", "Faure"),
    Personne(INES, "Inès", "Caron"),
    Personne(VALLIER, "Marc", "Vallier"),
)

PAUL = Personne("paul@atelier-bertin.example", "Paul", "Bertin")

FICHES = (
    FicheDemo(
        "LENOIR",
        "Maison Lenoir",
        FormeJuridique.SARL,
        "81234567600017",
        "FR19812345676",
        "Boulangerie et pâtisserie artisanales",
        "1071C",
        1_000_000,
        date(2015, 9, 1),
        "14 rue des Martyrs",
        "75009",
        "Paris",
        Personne("alice@maison-lenoir.example", "Alice", "Lenoir"),
        suivi_par=(BRUNO,),
        autres=((Personne("karim@maison-lenoir.example", "Karim", "Benali"), RoleClient.UTILISATEUR),),
    ),
    FicheDemo(
        "BERTIN",
        "Atelier Bertin",
        FormeJuridique.SAS,
        "82345678500018",
        "FR72823456785",
        "Menuiserie bois et agencement",
        "4332A",
        2_500_000,
        date(2016, 12, 5),
        "3 impasse du Rabot",
        "44000",
        "Nantes",
        PAUL,
        suivi_par=(BRUNO, INES),
    ),
    FicheDemo(
        "PIXEL",
        "Studio Pixel",
        FormeJuridique.SASU,
        "83456789300013",
        "FR25834567893",
        "Design d’interfaces et identité visuelle",
        "7410Z",
        100_000,
        date(2018, 1, 15),
        "27 rue de la Folie-Méricourt",
        "75011",
        "Paris",
        Personne("jade@studio-pixel.example", "Jade", "Nguyen"),
        suivi_par=(INES,),
    ),
    FicheDemo(
        "TILLEULS",
        "Garage des Tilleuls",
        FormeJuridique.EURL,
        "84567891100015",
        "FR96845678911",
        "Entretien et réparation automobile",
        "4520A",
        800_000,
        date(2019, 3, 4),
        "102 avenue des Tilleuls",
        "69007",
        "Lyon",
        Personne("luc@garage-tilleuls.example", "Luc", "Girard"),
        suivi_par=(INES,),
        tuile_qonto=False,
    ),
    FicheDemo(
        "NOUVEAU",
        "Fournil des Halles",
        FormeJuridique.SAS,
        "86789123600012",
        "",
        "Boulangerie (société en création)",
        "1071C",
        500_000,
        None,
        "8 place des Halles",
        "35000",
        "Rennes",
        Personne("sofia@fournil-halles.example", "Sofia", "Marchand"),
        suivi_par=(BRUNO,),
    ),
    FicheDemo(
        "INCOMPLET",
        "Les Jardins de Valérie",
        FormeJuridique.EI,
        "",
        "",
        "Paysagiste",
        "8130Z",
        0,
        None,
        "5 chemin Vert",
        "37000",
        "Tours",
        Personne("valerie@jardins-valerie.example", "Valérie", "Petit"),
        suivi_par=(BRUNO,),
        tuile_qonto=False,
    ),
    FicheDemo(
        "SCIBERTIN",
        "SCI du Rabot",
        FormeJuridique.SCI,
        "",
        "",
        "Location de locaux professionnels",
        "6820B",
        150_000,
        date(2020, 6, 30),
        "3 impasse du Rabot",
        "44000",
        "Nantes",
        PAUL,
        tuile_qonto=False,
        cabinet=AUTRE_CABINET,
    ),
)
