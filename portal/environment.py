"""Every variable that the portal reads from its environment, typed. `docs/environnement.md` lists them."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlparse

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_SECRET_KEY = "django-insecure-demonstration-only-never-in-production"
# A Fernet key that protects nothing but the demonstration data.
DEFAULT_ENCRYPTION_KEY = "ZGVtb25zdHJhdGlvbi1vbmx5LWtleS0wMTIzNDU2Nzg="
DEMO_CLIENT_ID = "5b7a3f0e-3c1d-4c57-9d21-7f3f5a0c9b10"
DEMO_CLIENT_SECRET = "sandbox-client-secret"
DEMO_STAGING_TOKEN = "sandbox-staging-token"
DEMO_PARTNER_ID = "0d9d6a52-5e0b-4f6a-9a53-3a8f0c6f21b4"
DEMO_PARTNER_TOKEN = "sandbox-partner-token"
DEMO_ONBOARDING_WEBHOOK_SECRET = "sandbox-onboarding-webhook-secret"


class Environment(BaseSettings):
    # The values are secrets: a refused start must not print them.
    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True)

    production: bool = Field(False, alias="PRODUCTION")
    secret_key: SecretStr = Field(SecretStr(DEFAULT_SECRET_KEY), alias="SECRET_KEY")
    encryption_keys: SecretStr = Field(SecretStr(DEFAULT_ENCRYPTION_KEY), alias="ENCRYPTION_KEYS")
    allowed_hosts: str = Field("127.0.0.1,localhost,[::1]", alias="ALLOWED_HOSTS")
    trusted_proxies: int = Field(0, alias="TRUSTED_PROXIES", ge=0)
    portal_url: str = Field("", alias="PORTAL_URL")
    log_level: str = Field("INFO", alias="LOG_LEVEL")
    metrics_token: SecretStr = Field(SecretStr(""), alias="METRICS_TOKEN")

    session_idle_minutes: int = Field(60, alias="SESSION_IDLE_MINUTES", ge=1)
    session_absolute_hours: int = Field(12, alias="SESSION_ABSOLUTE_HOURS", ge=1)
    reauthentication_minutes: int = Field(10, alias="REAUTHENTICATION_MINUTES", ge=1)
    invitation_days: int = Field(7, alias="INVITATION_DAYS", ge=1)
    password_reset_minutes: int = Field(60, alias="PASSWORD_RESET_MINUTES", ge=5)

    data_dir: Path = Field(Path(".data"), alias="DATA_DIR")
    port: int = Field(8000, alias="PORT")
    qonto_port: int = Field(8010, alias="QONTO_PORT")
    database_url: str = Field("", alias="DATABASE_URL")
    redis_url: str = Field("", alias="REDIS_URL")

    email_url: str = Field("", alias="EMAIL_URL")
    email_from: str = Field("portail@localhost", alias="EMAIL_FROM")

    qonto_api_url: str = Field("", alias="QONTO_API_URL")
    qonto_oauth_url: str = Field("", alias="QONTO_OAUTH_URL")
    qonto_client_id: str = Field(DEMO_CLIENT_ID, alias="QONTO_CLIENT_ID")
    qonto_client_secret: SecretStr = Field(SecretStr(DEMO_CLIENT_SECRET), alias="QONTO_CLIENT_SECRET")
    qonto_staging_token: SecretStr = Field(SecretStr(""), alias="QONTO_STAGING_TOKEN")
    qonto_app_url: str = Field("", alias="QONTO_APP_URL")
    # Days during which the documents of an application are kept once it is over.
    justificatifs_jours: int = Field(30, alias="JUSTIFICATIFS_JOURS", ge=0)
    qonto_onboarding_url: str = Field("", alias="QONTO_ONBOARDING_URL")
    qonto_partner_id: str = Field(DEMO_PARTNER_ID, alias="QONTO_PARTNER_ID")
    qonto_partner_token: SecretStr = Field(SecretStr(DEMO_PARTNER_TOKEN), alias="QONTO_PARTNER_TOKEN")
    qonto_onboarding_webhook_secret: SecretStr = Field(
        SecretStr(DEMO_ONBOARDING_WEBHOOK_SECRET), alias="QONTO_ONBOARDING_WEBHOOK_SECRET"
    )

    @model_validator(mode="after")
    def refuse_demonstration_secrets(self) -> "Environment":
        if not self.production:
            return self
        if self.secret_key.get_secret_value() == DEFAULT_SECRET_KEY:
            raise ValueError("SECRET_KEY must be set in production")
        if self.encryption_keys.get_secret_value() == DEFAULT_ENCRYPTION_KEY:
            raise ValueError("ENCRYPTION_KEYS must be set in production")
        if self.qonto_client_secret.get_secret_value() == DEMO_CLIENT_SECRET:
            raise ValueError("QONTO_CLIENT_ID and QONTO_CLIENT_SECRET must be set in production")
        if self.qonto_onboarding_webhook_secret.get_secret_value() == DEMO_ONBOARDING_WEBHOOK_SECRET:
            raise ValueError("QONTO_ONBOARDING_WEBHOOK_SECRET must be set in production")
        if not (self.database_url and self.redis_url and self.qonto_api_url and self.qonto_oauth_url):
            raise ValueError("DATABASE_URL, REDIS_URL, QONTO_API_URL and QONTO_OAUTH_URL must be set in production")
        return self

    @property
    def local_qonto(self) -> bool:
        """True when nothing else was named: the portal then speaks with the local Qonto."""
        return not self.qonto_api_url

    @property
    def qonto_base_url(self) -> str:
        return self.qonto_api_url or f"http://127.0.0.1:{self.qonto_port}"

    @property
    def oauth_base_url(self) -> str:
        return self.qonto_oauth_url or self.qonto_base_url

    @property
    def onboarding_base_url(self) -> str:
        return self.qonto_onboarding_url or self.qonto_base_url

    @property
    def staging_token(self) -> str:
        token = self.qonto_staging_token.get_secret_value()
        return token or (DEMO_STAGING_TOKEN if self.local_qonto else "")


def database_from_url(url: str, data_dir: Path) -> dict[str, object]:
    """Django's DATABASES entry for `postgresql://user:password@host:port/name`, or SQLite in the data folder."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data_dir / "portail.sqlite3"),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def redis_from_url(url: str) -> tuple[str, str]:
    """The addresses of the broker and of the cache on this Redis. On a socket the cache has a database of its own."""
    parts = urlparse(url)
    if parts.scheme != "unix":
        return url, url
    database = int(parse_qs(parts.query).get("db", ["0"])[0])
    return f"redis+socket://{parts.path}?virtual_host={database}", f"unix://{parts.path}?db={database + 1}"


def smtp_from_url(url: str) -> tuple[str, int, str, str, bool]:
    """Host, port, user, password and whether TLS comes first, of `smtp://` (STARTTLS) or `smtps://`."""
    parts = urlparse(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ValueError("EMAIL_URL must begin with smtp:// or smtps://")
    tls_first = parts.scheme == "smtps"
    port = parts.port or (465 if tls_first else 587)
    return parts.hostname or "", port, unquote(parts.username or ""), unquote(parts.password or ""), tls_first
