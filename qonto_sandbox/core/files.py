"""Presigned addresses of files, as S3 gives them: signed, 30 minutes, no other credential accepted."""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import quote

from werkzeug.wrappers import Response

from qonto_sandbox.core.formats import moment
from qonto_sandbox.core.routing import Call, endpoint

LIFE = timedelta(minutes=30)
SECRET = b"local-qonto-files"


def file_url(call: Call, blob_id: str, *, content_type: str, file_name: str) -> str:
    """An address from which the blob can be downloaded until half an hour from now."""
    stamp = call.world.now().strftime("%Y%m%dT%H%M%SZ")
    path = f"/files/{blob_id}"
    signature = _sign(path, stamp, content_type, file_name)
    return call.url(
        f"{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={stamp}&X-Amz-Expires={int(LIFE.total_seconds())}"
        f"&response-content-type={quote(content_type, safe='')}&file_name={quote(file_name, safe='')}"
        f"&X-Amz-Signature={signature}"
    )


def _sign(*parts: str) -> str:
    return hmac.new(SECRET, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


@endpoint("GET", "/files/{id}", auth=("none",), media_type="application/octet-stream", errors=(400, 403, 404))
def download(call: Call) -> Response:
    """Télécharger un fichier par son adresse signée."""
    if "Authorization" in call.request.headers:
        return _refuse(400, "InvalidArgument", "Only one auth mechanism allowed")
    args = call.request.args
    stamp, content_type = args.get("X-Amz-Date", ""), args.get("response-content-type", "")
    file_name = args.get("file_name", "")
    expected = _sign(f"/files/{call.path['id']}", stamp, content_type, file_name)
    if not hmac.compare_digest(expected, args.get("X-Amz-Signature", "")):
        return _refuse(403, "SignatureDoesNotMatch", "The request signature does not match")
    if call.world.now() >= moment(stamp) + LIFE:
        return _refuse(403, "AccessDenied", "Request has expired")
    content = call.world.blob(call.path["id"])
    if content is None:
        return _refuse(404, "NoSuchKey", "The specified key does not exist.")
    response = Response(content, 200, content_type=content_type)
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(file_name)}"
    return response


def _refuse(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(body, status, content_type="application/xml")
