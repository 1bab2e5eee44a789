"""Settings of Django, all from the environment (``site.environment``), read once."""

from __future__ import annotations

import logging
import os
import sys
from urllib.parse import unquote, urlsplit

import structlog

from echowall.site import catalogues, environment, postgres

ENV = environment.load()
BASE_DIR = ENV.project
IS_TEST = "pytest" in sys.modules

SECRET_KEY = ENV.secret_key
ECHOWALL_MASTER_KEY = ENV.master_key
DEBUG = ENV.debug
ALLOWED_HOSTS = list(ENV.hosts)
CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in ENV.hosts if h not in {"localhost", "127.0.0.1", "[::1]", "*"}]


_connection = postgres.connection(ENV)
ECHOWALL_APP_ROLE = unquote(urlsplit(_connection.app_url).username or "")
DATABASES = {"default": postgres.django_database(_connection.url(ENV.database_role))}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if ENV.database_role == "app" and not IS_TEST:
    # Who finds no connection is told so after a few seconds (site.shelter), not after the pool's own half minute; after
    # a long outage the pool tries again every few seconds instead of every few minutes.
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 24, "timeout": 4.0, "reconnect_timeout": 15.0}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    # Ours before allauth, so that its pages take our templates.
    "echowall.kernel",
    "echowall.places",
    "echowall.people",
    "echowall.teams",
    "echowall.playbooks",
    "echowall.notices",
    "echowall.documents",
    "echowall.retention",
    "echowall.voices",
    "echowall.matters",
    "echowall.wall",
    "echowall.command",
    "echowall.site",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "echowall.kernel.security_headers.SecurityHeadersMiddleware",
    "echowall.kernel.problems.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "echowall.kernel.clean_text.CleanTextMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "echowall.kernel.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "echowall.site.urls"
WSGI_APPLICATION = "echowall.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "echowall.site.frame.frame",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.Worker"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
# Argon2 as of RFC 9106's second recommendation; tests use a cheap hash, they sign in hundreds of times.
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if IS_TEST
    else ["django.contrib.auth.hashers.Argon2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "echowall.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False if IS_TEST else {"login": "60/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Echowall 回音壁"
USERSESSIONS_TRACK_ACTIVITY = False
AXES_ENABLED = True
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "echowall.people.adapter.locked_out"

SESSION_COOKIE_AGE = 12 * 3600  # a shift
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = ENV.language
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [str(catalogues.compiled(ENV.state))]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = str(ENV.state / "static")
STATICFILES_DIRS = [str(BASE_DIR / "src" / "echowall" / "site" / "static")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or IS_TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or IS_TEST
# Vite writes the hash into the names of everything below built/assets/; the rest is hashed by the storage.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(?:built/assets/.+-[\w-]{8}\.\w+|.+\.[0-9a-f]{12}\.\w+)$"
ECHOWALL_STATE = str(ENV.state)
MEDIA_ROOT = str(ENV.state / "files")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Jobs that do not stand in an app's own ``jobs``; without this the worker refuses every export.
PROCRASTINATE_IMPORT_PATHS = ["echowall.kernel.register.jobs"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
# A sign of life every 3 s, so that the jobs of a killed worker are soon taken up; what is done leaves the queue.
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": 3.0,
    "stalled_worker_timeout": 10.0,
    "delete_jobs": "successful",
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
# The office's own language model, asked for a second opinion on what a person looks at; off while the address is empty.
ECHOWALL_OPINION_URL = ENV.opinion_url
ECHOWALL_OPINION_MODEL = ENV.opinion_model
ECHOWALL_OPINION_KEY = ENV.opinion_key
ECHOWALL_OPINION_SECONDS = ENV.opinion_seconds
PLAYBOOKS_DIR = str(BASE_DIR / "playbooks")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"ids_only": {"()": "echowall.kernel.job_log.IdsOnly"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["ids_only"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
# One JSON line per event; tracebacks without the values of variables, which may be somebody's words.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(
        logging.INFO if IS_TEST else logging.getLevelName(os.environ.get("LOG_LEVEL", "WARNING"))
    ),
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
)
