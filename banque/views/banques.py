"""Fiche dossier → Banques (S17): the list, the window « Modification de la Banque » with its tabs, the journal."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from banque.errors import BanqueError
from banque.forms import ONGLETS, BanqueForm, JournalForm
from banque.models import CompteBancaire
from banque.queries import banques_du
from banque.services.banques import affecter_journal, creer_banque, creer_journal, modifier_banque
from banque.views.communs import banque_ou_404
from comptabilite.errors import ComptabiliteError
from comptabilite.services.journaux import code_banque_libre, compte_banque_libre
from gestion_acces.acces import ACTE, FORMULAIRE, RequeteCabinet, vue_dossier_cabinet
from gestion_acces.services.audit import origine_de


@vue_dossier_cabinet()
def banques(request: RequeteCabinet) -> HttpResponse:
    contexte = {"dossier": request.dossier, "onglet": "banques", "banques": banques_du(request.dossier)}
    return render(request, "banque/banques.html", contexte)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def banque_nouvelle(request: RequeteCabinet) -> HttpResponse:
    form = BanqueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            banque = creer_banque(
                dossier=request.dossier,
                champs={nom: form.cleaned_data[nom] for nom in BanqueForm.base_fields},
                date=timezone.now(),
                origine=origine_de(request),
            )
            messages.success(request, "La banque est créée. Donnez-lui maintenant son journal.")
            return redirect("banque:banque", request.dossier.pk, banque.pk)
        except BanqueError as refus:
            form.add_error("iban", str(refus))
    contexte = {"dossier": request.dossier, "onglet": "banques", "form": form}
    return render(request, "banque/banque_nouvelle.html", contexte, status=422 if form.errors else 200)


@vue_dossier_cabinet(methodes=FORMULAIRE)
def banque(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    actuelle = banque_ou_404(request, banque_id)
    volet = request.GET.get("volet", "")
    volet = volet if volet in ONGLETS else "renseignement"
    classe = ONGLETS[volet][1]
    form = classe(request.POST or None, instance=_copie(actuelle))
    if request.method == "POST" and form.is_valid():
        champs = {nom: form.cleaned_data[nom] for nom in classe._meta.fields or ()}
        modifier_banque(banque=actuelle, champs=champs, date=timezone.now(), origine=origine_de(request))
        messages.success(request, "La banque est enregistrée.")
        return redirect(f"{request.path}?volet={volet}")
    contexte = {
        "dossier": request.dossier,
        "onglet": "banques",
        "banque": actuelle,
        "form": form,
        "volets": [{"libelle": t, "url": f"?volet={c}", "courant": c == volet} for c, (t, _) in ONGLETS.items()],
        "volet": volet,
        **_proposition(request, actuelle, volet),
    }
    return render(request, "banque/banque.html", contexte, status=422 if form.errors else 200)


def _copie(banque: CompteBancaire) -> CompteBancaire:
    """The act is a service: the form must not touch the row that it was opened with."""
    return CompteBancaire(**{champ.attname: getattr(banque, champ.attname) for champ in banque._meta.fields})


def _proposition(request: RequeteCabinet, banque: CompteBancaire, volet: str) -> dict[str, object]:
    """The next free BQn and 512 account, to be created in one click."""
    if banque.journal_id or volet != "renseignement":
        return {}
    try:
        code, numero = code_banque_libre(dossier=request.dossier), compte_banque_libre(dossier=request.dossier)
    except ComptabiliteError:
        code, numero = "", ""
    initial = {"code": code, "numero_compte": numero}
    return {
        "code_libre": code,
        "compte_libre": numero,
        "form_journal": JournalForm(dossier=request.dossier, initial=initial),
    }


@vue_dossier_cabinet(methodes=ACTE)
def banque_journal(request: RequeteCabinet, banque_id: int) -> HttpResponse:
    actuelle = banque_ou_404(request, banque_id)
    form = JournalForm(request.POST, dossier=request.dossier)
    try:
        if not form.is_valid():
            raise BanqueError("Ce journal n’existe pas ou sert déjà à une autre banque.")
        choisi, date, origine = form.cleaned_data["journal"], timezone.now(), origine_de(request)
        if choisi is not None:
            actuelle = affecter_journal(banque=actuelle, journal=choisi, date=date, origine=origine)
        else:
            code, numero = form.cleaned_data["code"], form.cleaned_data["numero_compte"]
            actuelle = creer_journal(banque=actuelle, code=code, numero_compte=numero, date=date, origine=origine)
        messages.success(request, f"La banque est liée au journal {actuelle.journal}.")
    except (BanqueError, ComptabiliteError) as refus:
        messages.error(request, str(refus))
    return redirect("banque:banque", request.dossier.pk, actuelle.pk)
