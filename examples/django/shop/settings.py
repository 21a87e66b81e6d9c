"""Settings of the example. What is about payments is at the end."""

import os
from pathlib import Path

BASE_DIR = Path(os.environ.get("SHOP_DATA", Path(__file__).resolve().parent.parent))
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only-for-this-example")
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
ROOT_URLCONF = "shop.urls"
LANGUAGE_CODE = "ko"
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
STATIC_URL = "static/"
LOGIN_URL = "/admin/login/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "payments.entrypoints.django",
    "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "shop.db"}}

SANDBOX = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8001")
PAYMENTS = {
    "database": {"url": os.environ.get("SHOP_PAYMENTS_URL", f"sqlite:///{BASE_DIR / 'payments.db'}")},
    "iamport": {
        "key": os.environ.get("IAMPORT_KEY", "imp_apikey"),
        "secret": os.environ.get("IAMPORT_SECRET", "imp_secret"),
        "user_code": os.environ.get("IAMPORT_USER_CODE", "imp00000000"),
        "api_url": SANDBOX,  # leave out both to use the real provider
        "script": f"{SANDBOX}/v1/iamport.js",
    },
    "offer": "shop.models.Order.offer_for",
}
