"""Settings. One file: what differs between the demonstration, the tests and production comes from the environment."""

from hashlib import sha256
from logging import DEBUG as DEBUG_LEVEL
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from portal.environment import Environment, database_from_url, redis_from_url, smtp_from_url
from portal.lib.journal import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = Environment()

PRODUCTION = ENV.production
DEBUG = False
SECRET_KEY = ENV.secret_key.get_secret_value()
ENCRYPTION_KEYS = [key.strip() for key in ENV.encryption_keys.get_secret_value().split(",") if key.strip()]
ALLOWED_HOSTS = [host.strip() for host in ENV.allowed_hosts.split(",")]
PORTAL_NAME = "Portail Qonto – Cabinet"
PORT = ENV.port
PORTAL_URL = (ENV.portal_url or f"http://127.0.0.1:{PORT}").rstrip("/")
DATA_DIR = ENV.data_dir if ENV.data_dir.is_absolute() else BASE_DIR / ENV.data_dir
DATA_DIR.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "template_partials",
    "heroicons",
    "csp",
    "django_structlog",
    "portal.apps.PortalConfig",
    "gestion_acces.apps.GestionAccesConfig",
    "qonto_link.apps.QontoLinkConfig",
    "qonto_link.virements.apps.VirementsConfig",
    "qonto_link.adhesion.apps.AdhesionConfig",
    "comptabilite.apps.ComptabiliteConfig",
    "depot.apps.DepotConfig",
    "banque.apps.BanqueConfig",
    "facturation.apps.FacturationConfig",
    "portal.nuit.apps.NuitConfig",
    "qonto_sandbox.apps.QontoSandboxConfig",
]

MIDDLEWARE = [
    "qonto_link.adhesion.middleware.SonnetteMiddleware",
    "portal.middleware.JournalMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gestion_acces.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "portal.forms.PortalRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.csp_nonce",
                "portal.context.coquille",
            ],
            "builtins": ["portal.templatetags.portail", "heroicons.templatetags.heroicons"],
        },
    },
]

DATABASES = {"default": database_from_url(ENV.database_url, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The embedded Valkey listens on a private socket, the same for all who share the data folder. Its path must stay short
# (about 100 bytes), so it lies in /tmp, in a folder that `manage.py up` closes to others.
REDIS_SOCKET = Path(f"/tmp/portail-{sha256(str(DATA_DIR).encode()).hexdigest()[:12]}/valkey.sock")
REDIS_URL = ENV.redis_url or f"unix://{REDIS_SOCKET}"
BROKER_URL, CACHE_URL = redis_from_url(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portail",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

AUTH_USER_MODEL = "gestion_acces.Utilisateur"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "gestion_acces:connexion"
LOGIN_REDIRECT_URL = "accueil"
LOGOUT_REDIRECT_URL = LOGIN_URL
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Uploads are sealed on their way to the disk: neither memory nor a temporary folder ever holds them in clear.
FILE_UPLOAD_HANDLERS = ["portal.lib.televersement.TeleversementChiffre"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Cookies and headers. The demonstration speaks plain HTTP on the loopback, everything else is TLS.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_IDLE_AGE = ENV.session_idle_minutes * 60
SESSION_ABSOLUTE_AGE = ENV.session_absolute_hours * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_AGE
INVITATION_DAYS = ENV.invitation_days
PASSWORD_RESET_TIMEOUT = ENV.password_reset_minutes * 60
REAUTHENTICATION_AGE = ENV.reauthentication_minutes * 60
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.erreurs.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^metrics$"]
TRUSTED_PROXIES = ENV.trusted_proxies
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Chromium applies form-action to the redirection that follows a POST too.
        "form-action": [SELF, ENV.oauth_base_url],
        "frame-src": [SELF],
        "object-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

CELERY_BROKER_URL = BROKER_URL
CELERY_RESULT_BACKEND = CELERY_BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The visibility exceeds the longest task; the sweep for lost messages runs every few seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1200,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A worker on several queues empties them in the order of its -Q: a person's work passes before the night.
    "queue_order_strategy": "priority",
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = "interactif"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

if ENV.email_url:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_SSL = smtp_from_url(ENV.email_url)
    EMAIL_USE_TLS = not EMAIL_USE_SSL
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mails"
DEFAULT_FROM_EMAIL = ENV.email_from

QONTO_API_URL = ENV.qonto_base_url
QONTO_OAUTH_URL = ENV.oauth_base_url
QONTO_CLIENT_ID = ENV.qonto_client_id
QONTO_CLIENT_SECRET = ENV.qonto_client_secret.get_secret_value()
QONTO_STAGING_TOKEN = ENV.staging_token
QONTO_ONBOARDING_URL = ENV.onboarding_base_url
QONTO_PARTNER_ID = ENV.qonto_partner_id
QONTO_PARTNER_TOKEN = ENV.qonto_partner_token.get_secret_value()
QONTO_ONBOARDING_WEBHOOK_SECRET = ENV.qonto_onboarding_webhook_secret.get_secret_value()
JUSTIFICATIFS_JOURS = ENV.justificatifs_jours
QONTO_APP_URL = ENV.qonto_app_url or (
    f"{ENV.qonto_base_url}/_sandbox/" if ENV.local_qonto else "https://app.qonto.com"
)

METRICS_TOKEN = ENV.metrics_token.get_secret_value()
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = DEBUG_LEVEL
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = DEBUG_LEVEL
LOGGING = configuration(ENV.log_level)
