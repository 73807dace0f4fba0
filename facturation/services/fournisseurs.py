"""Suppliers, and the history of where they are paid."""

from datetime import datetime

from django.db import transaction

from comptabilite.services.plan import tiers as trouver_tiers
from facturation.enums import OrigineIban
from facturation.models import CoordonneeBancaire, Fournisseur
from gestion_acces.models import Dossier, Utilisateur
from gestion_acces.services.audit import SYSTEME, Origine, journaliser
from portal.lib.bancaire import bic_de, iban_normalise, masquer_iban


def coordonnee_courante(fournisseur: Fournisseur) -> CoordonneeBancaire | None:
    """Where the supplier is paid now, or None when his IBAN is not known."""
    return CoordonneeBancaire.objects.filter(fournisseur=fournisseur, remplacee_le__isnull=True).first()


def trouver_fournisseur(
    *, dossier: Dossier, nom: str, siren: str = "", numero_tva: str = "", iban: str = "", compte_charge: str = ""
) -> Fournisseur:
    """The supplier by VAT number, SIREN, IBAN, then exact name (§D.2), else a new one with its compte tiers.

    An IBAN on which several are paid tells nothing.
    """
    nom = nom.strip()
    connus = Fournisseur.objects.pour_dossier(dossier)
    for critere in ({"numero_tva": numero_tva}, {"siren": siren}):
        if all(critere.values()) and (trouve := connus.filter(**critere).first()):
            return trouve
    payes_la = list(connus.filter(coordonnees__iban=iban, coordonnees__remplacee_le=None)[:2]) if iban else []
    if len(payes_la) == 1 and (not siren or payes_la[0].siren in ("", siren)):
        return payes_la[0]
    if trouve := connus.filter(nom__iexact=nom).first():
        return trouve
    with transaction.atomic():
        return Fournisseur.objects.create(
            dossier=dossier,
            nom=nom,
            siren=siren,
            numero_tva=numero_tva,
            compte_charge=compte_charge or "607",
            tiers=trouver_tiers(dossier=dossier, type="F", nom=nom, siren=siren),
        )


def changer_iban(
    *,
    fournisseur: Fournisseur,
    iban: str,
    par: Utilisateur | None,
    maintenant: datetime,
    source: str = OrigineIban.SAISIE,
    origine: Origine = SYSTEME,
) -> CoordonneeBancaire:
    """Make `iban` the supplier's own from now on; the same again changes nothing. Raises ValueError when false."""
    propre = iban_normalise(iban)
    with transaction.atomic():
        Fournisseur.objects.select_for_update(of=("self",)).get(pk=fournisseur.pk)
        actuelle = coordonnee_courante(fournisseur)
        if actuelle and actuelle.iban == propre:
            return actuelle
        if actuelle:
            actuelle.remplacee_le = maintenant
            actuelle.save(update_fields=["remplacee_le"])
        nouvelle = CoordonneeBancaire.objects.create(
            dossier_id=fournisseur.dossier_id,
            fournisseur=fournisseur,
            iban=propre,
            bic=bic_de(propre),
            origine=source,
            depuis=maintenant,
            saisie_par=par,
        )
        journaliser(
            cabinet=fournisseur.dossier.cabinet,
            dossier=fournisseur.dossier,
            acte="fournisseur.iban",
            date=maintenant,
            origine=origine,
            objet=fournisseur.nom,
            avant={"iban": masquer_iban(actuelle.iban) if actuelle else ""},
            apres={"iban": masquer_iban(propre)},
        )
    return nouvelle


def modifier_fournisseur(
    *, fournisseur: Fournisseur, champs: dict[str, str], maintenant: datetime, origine: Origine = SYSTEME
) -> Fournisseur:
    """Write the card of a supplier, with what changed in the audit trail: the shield compares invoices with it."""
    avant = {nom: getattr(fournisseur, nom) for nom in champs}
    change = {nom: valeur for nom, valeur in champs.items() if valeur != avant[nom]}
    if not change:
        return fournisseur
    with transaction.atomic():
        Fournisseur.objects.filter(pk=fournisseur.pk).update(**change)
        for nom, valeur in change.items():
            setattr(fournisseur, nom, valeur)
        journaliser(
            cabinet=fournisseur.dossier.cabinet,
            dossier=fournisseur.dossier,
            acte="fournisseur.modifier",
            date=maintenant,
            origine=origine,
            objet=fournisseur.nom,
            avant={nom: avant[nom] for nom in change},
            apres=change,
        )
    return fournisseur
