"""What the views of the room share: rows of the dossier or 404, messages of refusals."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from banque.models import CompteBancaire, Operation
from banque.queries import banques_du, operation_du
from gestion_acces.acces import RequeteCabinet

M = TypeVar("M", bound=Model)


def banque_ou_404(request: RequeteCabinet, banque_id: int) -> CompteBancaire:
    return un_ou_404(banques_du(request.dossier).filter(pk=banque_id))


def operation_ou_404(request: RequeteCabinet, operation_id: int) -> Operation:
    operation = operation_du(request.dossier, operation_id)
    if operation is None:
        raise Http404
    operation.dossier = request.dossier
    return operation


def un_ou_404(lignes: QuerySet[M]) -> M:
    ligne = lignes.first()
    if ligne is None:
        raise Http404
    return ligne


def est_htmx(request: RequeteCabinet) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
