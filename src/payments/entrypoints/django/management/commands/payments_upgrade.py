"""`manage.py payments_upgrade`: create or upgrade the tables of the payments, beside the project's own migrations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.domain.errors import PaymentsError
from payments.entrypoints.bootstrap import upgrade_database
from payments.entrypoints.django import conf


class Command(BaseCommand):
    """May run at the same time in several processes."""

    help = "Create or upgrade the tables of the payments. Run it after `migrate`."

    def handle(self, *_: Any, **__: Any) -> None:
        try:
            before, after = upgrade_database(conf.load())
        except PaymentsError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The tables of the payments are up to date ({before or 'new'} -> {after}).")
