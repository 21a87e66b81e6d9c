"""`manage.py payments_worker`: refresh due payments, reconcile with the provider, and run the project's handlers."""

import logging
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.domain.errors import PaymentsError
from payments.entrypoints.django import handlers, wiring
from payments.entrypoints.worker.running import Worker, serve


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT. Several may run at a time."""

    help = "Refresh due payments, reconcile with the provider, and run the handlers. Run at least one, always."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--heartbeat", type=Path, help="a file that is written every few seconds while all is well")

    def handle(self, *_: Any, **options: Any) -> None:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        handlers.forget_old()
        try:
            worker = Worker.of(wiring.service(), heartbeat=options["heartbeat"])
        except PaymentsError as error:
            raise CommandError(str(error)) from None
        if serve(worker):
            raise CommandError("A loop of the worker ended by itself. The log says why.")
