"""Settings: one file. The environment is read by `environment.py`, which says no in a sentence."""

import os
import tempfile
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import certificates, environment
from config.environment import Environment, Misconfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
VAR.mkdir(exist_ok=True)

env = Environment(os.environ)

# Mode: `make run` says demo, pytest test, manage.py by itself local; all else is production

MODE = env.choice("COMPUERTA_MODE", ("production", "demo", "local", "test"), "production")
PRODUCTION, DEMO, TEST = (mode == MODE for mode in ("production", "demo", "test"))

DEBUG = env.flag("DEBUG")
if DEBUG and PRODUCTION:
    raise Misconfigured("DEBUG", "is on", "it is refused in production, for it shows secrets")

CLOCK_MOVABLE = not PRODUCTION
CLOCK_SHIFT = env.shift("CLOCK_SHIFT")
if CLOCK_SHIFT and PRODUCTION:
    raise Misconfigured("CLOCK_SHIFT", "is set", "in production the clock cannot be moved")

# Secrets. HISTORY_KEY seals the history, SLOT_KEY hides sealed bids; both lie outside the database

if PRODUCTION:
    demo_secret = demo_history_key = demo_slot_key = None
elif not TEST:
    demo_secret = lambda: environment.own_key(VAR / "secret.key")  # noqa: E731
    demo_history_key = lambda: environment.own_key(VAR / "history.key")  # noqa: E731
    demo_slot_key = lambda: environment.own_key(VAR / "slot.key")  # noqa: E731
else:
    demo_secret = lambda: "known to everybody, and good for tests only: sessions"  # noqa: E731
    demo_history_key = lambda: "known to everybody, and good for tests only: history"  # noqa: E731
    demo_slot_key = lambda: "known to everybody, and good for tests only: slots"  # noqa: E731
SECRET_KEY = environment.secret(env, "SECRET_KEY", environment.SECRET_LENGTH, demo_secret)
HISTORY_KEY = environment.secret(env, "HISTORY_KEY", environment.KEY_LENGTH, demo_history_key)
SLOT_KEY = environment.secret(env, "SLOT_KEY", environment.KEY_LENGTH, demo_slot_key)
if PRODUCTION and SECRET_KEY == HISTORY_KEY:
    raise Misconfigured("HISTORY_KEY", "is the same as SECRET_KEY", environment.MAKE_ONE)
if PRODUCTION and SLOT_KEY in (SECRET_KEY, HISTORY_KEY):
    raise Misconfigured("SLOT_KEY", "is the same as another secret", environment.MAKE_ONE)

# Address

PORT = env.integer("PORT", 8000, 1, 65535)
if PRODUCTION:
    env.required("BASE_URL", "accepted is an address such as https://compuerta.example.org")
BASE_URL = env.address("BASE_URL", f"http://localhost:{PORT}")
SECURE = BASE_URL.startswith("https://")
if PRODUCTION and not SECURE:
    raise Misconfigured("BASE_URL", "is not https", "production is served over https only")
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.hosts(
    "ALLOWED_HOSTS",
    [str(urlsplit(BASE_URL).hostname), *([] if PRODUCTION else [*LOCAL_HOSTS, "testserver"])],
)
CSRF_TRUSTED_ORIGINS = [BASE_URL] if SECURE else []

# Apps, from the top floor to the ground

OIDC = env.all_or_none("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")

INSTALLED_APPS = [
    "config",
    "oversight",
    "gating",
    "procurement",
    "vendors",
    "projects",
    "core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(["allauth.socialaccount.providers.openid_connect"] if OIDC else []),
    "axes",
    "csp",
    "django_filters",
    "django.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.language.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # public views say so themselves
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
            ],
        },
    }
]
FORM_RENDERER = "core.rendering.GovukRenderer"

# Database

DATABASES = {
    "default": environment.database(
        "DATABASE_URL", env.text("DATABASE_URL", f"sqlite:///{VAR / 'compuerta.sqlite3'}")
    )
}
if TEST and DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file of each run's own: threads wait for one another there as they do in earnest.
    # Only the waiting for the disk is left out.
    DATABASES["default"]["TEST"] = {
        "NAME": str(Path(tempfile.gettempdir()) / f"compuerta-test-{os.getpid()}.sqlite3")
    }
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"

# Jobs: the database is the queue of record, the broker carries only their numbers

default_broker = "memory://" if TEST else f"filesystem://{VAR / 'broker'}"
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker(
    "CELERY_BROKER_URL", env.text("CELERY_BROKER_URL", default_broker)
)

# Mail

if PRODUCTION:
    env.required("EMAIL_URL", environment.MAILS)
globals().update(environment.email("EMAIL_URL", env.text("EMAIL_URL", "file"), VAR / "mail"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Compuerta <no-reply@localhost>")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise Misconfigured(
        "DEFAULT_FROM_EMAIL", f"is “{DEFAULT_FROM_EMAIL}”", "accepted is NAME <A@B>"
    )

# Files

UPLOAD_MAX_MB = env.integer("UPLOAD_MAX_MB", 25, 1, 2000)
BID_FILES_MB = env.integer("BID_FILES_MB", 1 if TEST else 2 if DEMO else 8, 1, 200)  # of one bid
IMPORT_MB = env.integer("IMPORT_MB", 100, 1, 2000)  # a portfolio to import
IMPORT_UNPACKED_MB = env.integer("IMPORT_UNPACKED_MB", 500, 1, 20_000)  # a workbook, unpacked
SIGNING = certificates.signing(env)  # of PDF documents; None where there is no certificate
CLAMD = environment.scanner("CLAMD_URL", env.text("CLAMD_URL"))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a whole checklist is one form

STATIC_URL = "/static/"
STATIC_ROOT = None if TEST else VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = TEST
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": environment.media(env, "MEDIA", VAR / "media"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Languages and time

LANGUAGE_CODE = env.choice("LANGUAGE_CODE", ("es", "en"), "es")
LANGUAGES = [("es", "Español"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE", "America/Mexico_City")
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Sign-in

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    *(["django.contrib.auth.hashers.MD5PasswordHasher"] if TEST else []),
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "core.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "core.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator enters the address, nobody signs up
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_RATE_LIMITS = {"login_failed": None} if PRODUCTION else False  # axes counts failures
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator entered the address
MFA_TOTP_ISSUER = "Compuerta"
MFA_FORMS = {
    "add_webauthn": "core.people_forms.NewKeyForm",
    "edit_webauthn": "core.people_forms.KeyForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # localhost
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": _("your institution's account"),
                "client_id": OIDC["OIDC_CLIENT_ID"],
                "secret": OIDC["OIDC_CLIENT_SECRET"],
                "settings": {"server_url": OIDC["OIDC_SERVER_URL"]},
            }
        ]
        if OIDC
        else []
    }
}

AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "core/lockout.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 3600 * env.integer("SESSION_HOURS", 8, 1, 72)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# What browsers are told

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

OIDC_ORIGIN = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC["OIDC_SERVER_URL"]))] if OIDC else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *OIDC_ORIGIN],
    }
}

# What is written to stderr

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # strangers with wrong names
        "gunicorn.http.wsgi": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        "kombu.connection": {"level": "ERROR"},  # it misses a host where the broker is a folder
    },
}
