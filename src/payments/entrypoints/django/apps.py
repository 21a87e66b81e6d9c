"""The app: its label is `payments_kr`, so that a shop's own `payments` app stays possible."""

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules

from payments.entrypoints.django.words import lazily

LABEL = "payments_kr"


class PaymentsConfig(AppConfig):
    """Looks for handlers in a module `payment_handlers` of each app, and registers the checks."""

    name = "payments.entrypoints.django"
    label = LABEL
    verbose_name = lazily("payment")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from payments.entrypoints.django.checks import check_settings, check_transactions, check_worker

        for check in (check_settings, check_transactions, check_worker):
            checks.register(check)
        autodiscover_modules("payment_handlers")
