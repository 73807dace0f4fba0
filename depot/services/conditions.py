"""What « Import des factures Qonto » needs (S26), each thing said in words with where to get it."""

from dataclasses import dataclass

from gestion_acces.enums import Service
from gestion_acces.models import Dossier, ServiceDossier
from qonto_link.models import Connexion
from qonto_link.services.connexion import connexion_du

SCOPE = "client_invoices.read"


@dataclass(frozen=True)
class Condition:
    """`lien`: the name of the page where it is settled."""

    titre: str
    remplie: bool
    explication: str = ""
    lien: str = ""
    libelle_lien: str = ""


def conditions(dossier: Dossier, connexion: Connexion | None = None) -> list[Condition]:
    """The account is paired with the dossier, the client has i-Facture, and the consent covers the sales invoices.

    `connexion`: that of the dossier, when the caller has just read it.
    """
    connexion = connexion or connexion_du(dossier)
    active = connexion is not None and connexion.est_active
    a_facture = ServiceDossier.objects.filter(dossier=dossier, service=Service.I_FACTURE, actif=True).exists()
    liste = [
        Condition(
            "Un compte Qonto est associé au dossier",
            active,
            "L’accès à Qonto a expiré : le dirigeant doit se reconnecter depuis sa tuile Qonto."
            if connexion is not None
            else "Le client n’a pas encore associé de compte : il le fait depuis la tuile Qonto de ses applications.",
            "qonto_link:dossier",
            "Voir la liaison Qonto",
        ),
        Condition(
            "Le client dispose du module de facturation (i-Facture)",
            a_facture,
            "Cochez la tuile i-Facture dans l’onglet Divers de la fiche dossier, puis enregistrez.",
            "gestion_acces:dossier_fiche",
            "Ouvrir la fiche dossier",
        ),
    ]
    if connexion is not None and active and a_facture and SCOPE not in connexion.scopes.split():
        liste.append(
            Condition(
                "Le consentement couvre les factures de vente",
                False,
                "Le module a été ouvert après l’association : le dirigeant doit se reconnecter une fois à Qonto.",
                "qonto_link:dossier",
                "Voir la liaison Qonto",
            )
        )
    return liste


def manque(dossier: Dossier, connexion: Connexion | None = None) -> list[Condition]:
    """What is not there yet; empty when the import may run."""
    return [condition for condition in conditions(dossier, connexion) if not condition.remplie]
