"""One HTTP session to one host: timeouts, retries, no redirection, errors of one family."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from ssl import SSLContext
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3.exceptions import MaxRetryError
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import Retry
from urllib3.util.ssl_ import create_urllib3_context

from qonto_link.api.errors import (
    BadAnswer,
    Contexte,
    Forbidden,
    GateClosed,
    NotFound,
    QontoError,
    RateLimited,
    Refused,
    ScaExpired,
    ScaNotEnrolled,
    ScaRequired,
    Unauthorized,
    Unavailable,
    VopTokenError,
    items_de,
)

IDEMPOTENCY = "X-Qonto-Idempotency-Key"
STAGING = "X-Qonto-Staging-Token"
SCA_SESSION = "X-Qonto-Sca-Session-Token"
SCA_PREFERENCE = "X-Qonto-2fa-Preference"
AGENT = "portail-qonto/1"
# Kept open to one host; more threads than this open theirs and close them.
CONNEXIONS_MAX = 32

AvantRequete = Callable[[], None]


def sans_budget() -> None:
    """The hook of a client that shares no rate budget."""


@dataclass(frozen=True)
class Reglages:
    """How patient the client is. `attente_max`: a longer Retry-After is handed to the caller at once."""

    connexion: float = 5.0
    lecture: float = 30.0
    reprises: int = 3
    attente_max: float = 10.0
    avant_requete: AvantRequete = field(default=sans_budget)
    # Told of each 429, the retried ones included.
    ralenti: AvantRequete = field(default=sans_budget)


def secondes(retry_after: str | None) -> float | None:
    """The wait that a Retry-After header asks for; None when absent, unreadable, or a date (Qonto sends seconds)."""
    texte = (retry_after or "").strip()
    return float(texte) if texte.isascii() and texte.isdigit() else None


class _Reprise(Retry):
    """urllib3's Retry that spends the rate budget too, and gives up at once on a long Retry-After."""

    avant_requete: AvantRequete = staticmethod(sans_budget)
    ralenti: AvantRequete = staticmethod(sans_budget)

    def new(self, **kw: Any) -> Self:
        neuf = super().new(**kw)
        neuf.avant_requete, neuf.ralenti = self.avant_requete, self.ralenti
        return neuf

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        *a: Any,
        **kw: Any,
    ) -> Self:
        if response is not None and response.status == 429:
            self.ralenti()
        attente = secondes(response.headers.get("Retry-After")) if response is not None else None
        if attente is not None and attente > self.retry_after_max:
            # With raise_on_status off, urllib3 then hands the answer over.
            raise MaxRetryError(kw.get("_pool"), url)  # type: ignore[arg-type]
        return super().increment(method, url, response, *a, **kw)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        return secondes(response.headers.get("Retry-After"))

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        super().sleep(response)
        self.avant_requete()


@lru_cache(maxsize=4)
def _contexte_tls(autorites: str) -> SSLContext:
    """Reading the authorities costs more than a call: once for the process, not at each connection."""
    contexte = create_urllib3_context()
    if Path(autorites).is_dir():
        contexte.load_verify_locations(capath=autorites)
    else:
        contexte.load_verify_locations(cafile=autorites)
    return contexte


def _autorites() -> str:
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


class _AdaptateurTls(HTTPAdapter):
    """Every connection is verified against the authorities of the process."""

    def init_poolmanager(self, *args: Any, **kw: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_contexte_tls(_autorites()), **kw)

    def proxy_manager_for(self, proxy: str, **kw: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=_contexte_tls(_autorites()), **kw)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context has them already; requests would name them again for each connection to read."""
        conn.cert_reqs = "CERT_REQUIRED"


def _patient(reglages: Reglages) -> HTTPAdapter:
    reprise = _Reprise(
        total=reglages.reprises,
        backoff_factor=0.3,
        backoff_jitter=0.3,
        backoff_max=8,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,
        raise_on_status=False,
        respect_retry_after_header=True,
        retry_after_max=int(reglages.attente_max),
    )
    reprise.avant_requete, reprise.ralenti = reglages.avant_requete, reglages.ralenti
    return _AdaptateurTls(max_retries=reprise, pool_maxsize=CONNEXIONS_MAX)


# The connections of a process outlive its clients: a night opens a few, not two for each dossier.
_partage = lru_cache(maxsize=8)(_patient)
os.register_at_fork(after_in_child=_partage.cache_clear)
_proxies = lru_cache(maxsize=8)(get_environ_proxies)


class _Adaptateur(_AdaptateurTls):
    """Retries reads, and those writes that carry an idempotency key; never another write.

    Only what is retried goes out on a shared connection, which the other side may have closed meanwhile. It carries
    no credentials and no cookies: those are of the request, and of the session.
    """

    def __init__(self, reglages: Reglages) -> None:
        super().__init__(max_retries=0)
        self._a_soi = None if reglages.reprises else _patient(reglages)
        self._patient = self._a_soi or _partage(reglages)

    def send(self, request: requests.PreparedRequest, *args: Any, **kw: Any) -> requests.Response:
        if request.method == "GET" or IDEMPOTENCY in request.headers:
            return self._patient.send(request, *args, **kw)
        return super().send(request, *args, **kw)

    def close(self) -> None:
        if self._a_soi is not None:
            self._a_soi.close()
        super().close()


class Multipart:
    """A form with one file, sent piece by piece: the file never stands whole in memory."""

    def __init__(
        self, *, textes: Mapping[str, str], nom: str, type_mime: str, taille: int, morceaux: Iterable[bytes]
    ) -> None:
        frontiere = secrets.token_hex(16)
        self.type_mime = f"multipart/form-data; boundary={frontiere}"
        tete = "".join(
            f'--{frontiere}\r\nContent-Disposition: form-data; name="{cle}"\r\n\r\n{valeur}\r\n'
            for cle, valeur in textes.items()
        )
        # Quotes, line ends and controls would break out of the header.
        sur = "".join("_" if signe in '"\\' or ord(signe) < 32 else signe for signe in nom)
        tete += (
            f'--{frontiere}\r\nContent-Disposition: form-data; name="file"; filename="{sur}"\r\n'
            f"Content-Type: {type_mime}\r\n\r\n"
        )
        self._tete, self._pied = tete.encode(), f"\r\n--{frontiere}--\r\n".encode()
        self._taille, self._morceaux = taille, morceaux

    def __len__(self) -> int:
        return len(self._tete) + self._taille + len(self._pied)

    def __iter__(self) -> Iterator[bytes]:
        yield self._tete
        yield from self._morceaux
        yield self._pied


@dataclass(frozen=True, kw_only=True)
class Appel:
    """One call. `corps`: JSON; `formulaire` and `fichiers`: form fields; `nom`: the path to show in errors.

    `flux`: a body sent piece by piece, an iterable of bytes that has a length and a `type_mime`.
    """

    params: Mapping[str, Any] | None = None
    corps: Any = None
    flux: Multipart | None = None
    formulaire: Mapping[str, str] | None = None
    fichiers: Mapping[str, Any] | None = None
    entetes: Mapping[str, str] = field(default_factory=dict)
    lecture: float | None = None
    nom: str = ""


class Transport:
    """The session of one client. Not shared between threads."""

    def __init__(
        self,
        base_url: str,
        *,
        entetes: Mapping[str, str],
        staging_token: str,
        reglages: Reglages,
        renouveler: Callable[[], str] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._entetes = dict(entetes)
        self._staging = {STAGING: staging_token} if staging_token else {}
        self._reglages = reglages
        self._renouveler = renouveler
        self._session = requests.Session()
        # Otherwise requests would add credentials found in the machine's .netrc.
        self._session.auth = lambda request: request
        # What the environment says of proxies and authorities is looked up once, not at each call.
        self._session.trust_env = False
        self._session.proxies.update(_proxies(self.base_url))
        self._session.headers.update({"User-Agent": AGENT})
        adaptateur = _Adaptateur(reglages)
        self._session.mount("https://", adaptateur)
        self._session.mount("http://", adaptateur)

    def close(self) -> None:
        self._session.close()

    def appeler(self, methode: str, chemin: str, **options: Any) -> requests.Response:
        """Make one call (options: the fields of `Appel`); returns its 2xx answer, raises a QontoError otherwise."""
        appel = Appel(**options)
        try:
            return self._un_appel(methode, chemin, appel)
        except Unauthorized:
            if self._renouveler is None or appel.fichiers or appel.flux:
                raise
            # Refused before anything was done: the same call may be made once more with a new token.
            self._entetes["Authorization"] = self._renouveler()
            return self._un_appel(methode, chemin, appel)

    def _un_appel(self, methode: str, chemin: str, appel: Appel) -> requests.Response:
        contexte = Contexte(methode, appel.nom or chemin)
        entetes = {"Accept": "application/json", **self._entetes, **self._staging, **appel.entetes}
        data: Any = appel.formulaire
        if appel.corps is not None:
            # Sorted keys: the replay of a call under strong authentication must be identical byte for byte.
            data, entetes["Content-Type"] = orjson.dumps(appel.corps, option=orjson.OPT_SORT_KEYS), "application/json"
        if appel.flux is not None:
            data, entetes["Content-Type"] = appel.flux, appel.flux.type_mime
        self._reglages.avant_requete()
        reponse = self._envoyer(
            contexte,
            method=methode,
            url=f"{self.base_url}{chemin}",
            params=appel.params,
            data=data,
            files=appel.fichiers,
            headers=entetes,
            timeout=(self._reglages.connexion, appel.lecture or self._reglages.lecture),
            allow_redirects=False,
        )
        return self._juger(contexte, reponse)

    def _envoyer(self, contexte: Contexte, **appel: Any) -> requests.Response:
        # A body cut after its headers is beyond urllib3's retries: a read is simply made again.
        essais = 2 if contexte.methode == "GET" else 1
        for essai in range(1, essais + 1):
            try:
                return self._session.request(**appel)
            except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as coupure:
                if essai == essais:
                    raise Unavailable(contexte, type(coupure).__name__) from None
                self._reglages.avant_requete()
            except requests.exceptions.RequestException as panne:
                raise Unavailable(contexte, type(panne).__name__) from None
        raise AssertionError("unreachable")

    def _juger(self, contexte: Contexte, reponse: requests.Response) -> requests.Response:
        if reponse.ok and not 300 <= reponse.status_code < 400:
            if "text/html" in reponse.headers.get("Content-Type", ""):
                raise GateClosed(_decrit(contexte, reponse, None), "page HTML")
            return reponse
        raise erreur_de(contexte, reponse)

    def json(self, methode: str, chemin: str, **appel: Any) -> dict[str, Any]:
        """The object of a JSON answer."""
        reponse = self.appeler(methode, chemin, **appel)
        contexte = _decrit(Contexte(methode, appel.get("nom") or chemin), reponse, None)
        try:
            corps = orjson.loads(reponse.content)
        except orjson.JSONDecodeError:
            raise BadAnswer(contexte, "réponse illisible") from None
        if not isinstance(corps, dict):
            raise BadAnswer(contexte, "réponse inattendue")
        return corps

    @contextmanager
    def telechargement(self, url: str) -> Iterator[requests.Response]:
        """A file at a presigned address, streamed. No credentials are sent; the staging token to our own host only."""
        cible, base = urlsplit(url), urlsplit(self.base_url)
        contexte = Contexte("GET", "(fichier)")
        if cible.scheme not in {"https", base.scheme}:
            raise BadAnswer(contexte, "adresse de fichier refusée")
        meme_domaine = _domaine(cible.hostname) == _domaine(base.hostname)
        self._reglages.avant_requete()
        reponse = self._envoyer(
            contexte,
            method="GET",
            url=url,
            headers=self._staging if meme_domaine else {},
            timeout=(self._reglages.connexion, self._reglages.lecture),
            allow_redirects=False,
            stream=True,
        )
        try:
            self._juger(contexte, reponse)
            yield reponse
        except requests.exceptions.RequestException as panne:
            raise Unavailable(contexte, type(panne).__name__) from None
        finally:
            reponse.close()


def _domaine(hote: str | None) -> str:
    """The last three labels: the sandbox's API and file hosts share them (`….staging.qonto.co`)."""
    return ".".join((hote or "").split(".")[-3:])


def _decrit(contexte: Contexte, reponse: requests.Response, corps: Any) -> Contexte:
    trace = reponse.headers.get("X-Tyk-Trace-Id", "")
    if not trace and isinstance(corps, dict) and isinstance(corps.get("trace_id"), str):
        trace = corps["trace_id"]
    return Contexte(contexte.methode, contexte.chemin, reponse.status_code, items_de(corps), trace[:80])


def _corps_json(reponse: requests.Response) -> Any:
    try:
        return orjson.loads(reponse.content)
    except (orjson.JSONDecodeError, requests.exceptions.RequestException):
        return None


def erreur_de(contexte: Contexte, reponse: requests.Response) -> QontoError:
    """The error that an answer which is not 2xx means (reference §3)."""
    if 300 <= reponse.status_code < 400:
        return GateClosed(_decrit(contexte, reponse, None), "redirection")
    corps = _corps_json(reponse)
    contexte = _decrit(contexte, reponse, corps)
    code = contexte.items[0].code if contexte.items else ""
    if reponse.status_code == 428:
        return _erreur_sca(contexte, corps, code)
    if code.startswith("vop_proof_token"):
        return VopTokenError(contexte)
    if reponse.status_code == 429:
        return RateLimited(contexte, secondes(reponse.headers.get("Retry-After")))
    # 408, 409 and 425 say nothing of what became of the call: as uncertain as no answer.
    if reponse.status_code >= 500 or reponse.status_code in {408, 409, 425}:
        return Unavailable(contexte)
    par_status = {401: Unauthorized, 403: Forbidden, 404: NotFound, 412: ScaExpired}
    return par_status.get(reponse.status_code, Refused)(contexte)


def _erreur_sca(contexte: Contexte, corps: Any, code: str) -> QontoError:
    token = corps.get("sca_session_token") if isinstance(corps, dict) else None
    if code == "sca_not_enrolled":
        return ScaNotEnrolled(contexte)
    if not isinstance(token, str) or not token:
        return BadAnswer(contexte, "authentification forte sans session")
    return ScaRequired(contexte, token=token, action=str(corps.get("action_type") or ""))
