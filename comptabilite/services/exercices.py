"""The exercices of a dossier and the periods in which it may still write (comptabilite.md §D.9)."""

from datetime import date as Date
from datetime import timedelta

from django.db import transaction

from comptabilite.errors import ExerciceRefuse, PeriodeFermee
from comptabilite.models import Exercice, Parametres
from comptabilite.services.plan import parametres, verrouiller_comptabilite
from gestion_acces.models import Dossier

RACINES_TVA = ("4452", "4455", "4456", "4457", "4458")


def plus_un_an(jour: Date) -> Date:
    """The same day a year later; 1 March after a 29 February."""
    try:
        return jour.replace(year=jour.year + 1)
    except ValueError:
        return Date(jour.year + 1, 3, 1)


def moins_un_an(jour: Date) -> Date:
    """The same day a year before; 1 March for a 29 February."""
    try:
        return jour.replace(year=jour.year - 1)
    except ValueError:
        return Date(jour.year - 1, 3, 1)


def bornes_pour(*, dossier: Dossier, date: Date) -> tuple[Date, Date]:
    """First and last day of the exercice to open for `date`: it follows the neighbours, else the civil year."""
    precedent = Exercice.objects.filter(dossier=dossier, fin__lt=date).order_by("-fin").first()
    suivant = Exercice.objects.filter(dossier=dossier, debut__gt=date).order_by("debut").first()
    if precedent is not None:
        debut = precedent.fin + timedelta(days=1)
        while plus_un_an(debut) <= date:
            debut = plus_un_an(debut)
        fin = plus_un_an(debut) - timedelta(days=1)
        return debut, min(fin, suivant.debut - timedelta(days=1)) if suivant else fin
    if suivant is not None:
        debut, fin = moins_un_an(suivant.debut), suivant.debut - timedelta(days=1)
        while debut > date:
            debut, fin = moins_un_an(debut), debut - timedelta(days=1)
        return debut, fin
    return Date(date.year, 1, 1), Date(date.year, 12, 31)


def ouvrir_exercice(*, dossier: Dossier, debut: Date, fin: Date) -> Exercice:
    """Open an exercice; 12 months usually, 24 at most. Raises ExerciceRefuse."""
    if not debut < fin < plus_un_an(plus_un_an(debut)):
        raise ExerciceRefuse("Un exercice dure de deux jours à 24 mois.")
    if (fin + timedelta(days=1)).day != 1:
        raise ExerciceRefuse("Un exercice se termine le dernier jour d’un mois.")
    with transaction.atomic():
        verrouiller_comptabilite(dossier)
        autre = Exercice.objects.filter(dossier=dossier, debut__lte=fin, fin__gte=debut).first()
        if autre is not None:
            raise ExerciceRefuse(f"Ces dates chevauchent l’{str(autre)[0].lower()}{str(autre)[1:]}.")
        return Exercice.objects.create(dossier=dossier, debut=debut, fin=fin)


def premiere_date_ouverte(*, dossier: Dossier, a_partir_du: Date, reglages: Parametres | None = None) -> Date:
    """The first day, from `a_partir_du` on, that is neither locked nor in a closed exercice."""
    reglages = reglages or parametres(dossier)
    date = a_partir_du
    if reglages.date_verrou and date <= reglages.date_verrou:
        date = reglages.date_verrou + timedelta(days=1)
    clos = Exercice.objects.filter(dossier=dossier, cloture_le__isnull=False, fin__gte=date).order_by("debut")
    for exercice in clos:
        if exercice.couvre(date):
            date = exercice.fin + timedelta(days=1)
    return date


def controler_date(*, dossier: Dossier, date: Date, reglages: Parametres, numeros: list[str] | None = None) -> None:
    """Raise PeriodeFermee when the date is locked; `numeros`: VAT accounts are locked by the VAT date too."""
    if reglages.date_verrou and date <= reglages.date_verrou:
        raise PeriodeFermee(
            date,
            f"verrouillé jusqu’au {reglages.date_verrou:%d/%m/%Y}",
            premiere_date_ouverte(dossier=dossier, a_partir_du=date, reglages=reglages),
        )
    touche_tva = any(numero.startswith(RACINES_TVA) for numero in numeros or [])
    if touche_tva and reglages.date_verrou_tva and date <= reglages.date_verrou_tva:
        apres = reglages.date_verrou_tva + timedelta(days=1)
        raise PeriodeFermee(
            date,
            f"TVA déclarée jusqu’au {reglages.date_verrou_tva:%d/%m/%Y}",
            premiere_date_ouverte(dossier=dossier, a_partir_du=apres, reglages=reglages),
        )


def exercice_pour(*, dossier: Dossier, date: Date) -> Exercice:
    """The open exercice that covers the date; opened if there is none (bornes_pour).

    Raises PeriodeFermee, with the first open date, when the exercice is closed or the date locked.
    """
    with transaction.atomic():
        reglages = verrouiller_comptabilite(dossier)
        exercice = Exercice.objects.filter(dossier=dossier, debut__lte=date, fin__gte=date).first()
        if exercice is not None and exercice.est_clos:
            raise PeriodeFermee(
                date,
                f"exercice clos le {exercice.fin:%d/%m/%Y}",
                premiere_date_ouverte(dossier=dossier, a_partir_du=date, reglages=reglages),
            )
        controler_date(dossier=dossier, date=date, reglages=reglages)
        if exercice is None:
            debut, fin = bornes_pour(dossier=dossier, date=date)
            exercice = Exercice.objects.create(dossier=dossier, debut=debut, fin=fin)
        return exercice
