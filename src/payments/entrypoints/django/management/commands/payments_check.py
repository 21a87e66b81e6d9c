"""`manage.py payments_check`: settings, database and handlers, in sentences and as an exit code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.domain.errors import PaymentsError
from payments.entrypoints.blocking import run
from payments.entrypoints.django import wiring
from payments.entrypoints.django.checks import check_settings, check_transactions, check_worker


class Command(BaseCommand):
    """Asks the database, too, which Django's own checks do not."""

    help = "Check the settings, the database and the handlers of the payments."

    def handle(self, *_: Any, **__: Any) -> None:
        for found in (*check_settings(), *check_transactions(), *check_worker()):
            self.stdout.write(str(found))
        try:
            run(wiring.service().ready())
        except PaymentsError as error:
            raise CommandError(str(error)) from None
        self.stdout.write("The database of the payments is ready.")
