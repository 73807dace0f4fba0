"""Answers of an endpoint."""

from typing import Any

import orjson
from werkzeug.wrappers import Response

JSON = "application/json; charset=utf-8"


def answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type=JSON)


def empty(status: int) -> Response:
    """No body at all: 204, or the 200 of uploads and deletions."""
    response = Response(b"", status)
    response.headers.pop("Content-Type", None)
    return response


def pdf(content: bytes, file_name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Response(content, 200, headers, content_type="application/pdf")
