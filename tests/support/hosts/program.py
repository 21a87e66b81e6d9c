"""The worker of a host program, in a process of its own that dies by SIGKILL in the middle of delivering.

Program     where it works: the payments' database, the shop's database, and the way its handlers are run
deliver     the life of the process: deliver what waits until nothing does, or until its end
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, Final

import attrs
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from payments.adapters.memory.gateway import MemoryGateway
from payments.adapters.sql.processed import InTransaction, host_session, processed_messages
from payments.domain.messages import Message
from payments.entrypoints.blocking import run
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.hosts.effects import Handlers, Happened, Once
from payments.entrypoints.settings import DatabaseSettings, Settings
from payments.testing import NOON, ManualClock

METADATA: Final = sa.MetaData()
ORDERS: Final = sa.Table(
    "shop_orders", METADATA, sa.Column("pk", sa.String(64), primary_key=True), sa.Column("paid", sa.Integer)
)
STEPS: Final = sa.Table(
    "shop_steps",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("pk", sa.String(64)),
    sa.Column("version", sa.Integer),
)
PROCESSED: Final = processed_messages(METADATA)
KINDS: Final = ("payment.begun", "payment.prepared", "payment.captured", "payment.refund_requested")
PAID: Final = "UPDATE shop_orders SET paid = paid + 1 WHERE pk = '{0.order}'"
STEP: Final = "INSERT INTO shop_steps (pk, version) VALUES ('{0.order}', {0.version})"


@attrs.frozen
class Program:
    """A host program. `kind` names how its handlers are run: a key of `SUBSCRIBERS`."""

    kind: str
    payments_url: str
    shop_url: str


@attrs.define
class Doom:
    """Kills this process at its n-th call or return from now on: the same moment on a fast machine and a slow one."""

    calls_left: int

    def __call__(self, *_: object) -> None:
        self.calls_left -= 1
        if self.calls_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def deliver(program: Program, hours: float, dies_after: int, parent: Connection) -> None:
    """Deliver until nothing waits, *hours* after NOON. Tells the parent when the first message has come.

    At the end it tells how many calls and seconds that took. It dies *dies_after* calls after its first message came;
    with 0, never by itself.
    """
    doom, began = Doom(dies_after), list[float]()

    def first_comes(_: Message) -> None:
        if not began:
            parent.send("delivering")
            began.append(time.monotonic())
            sys.setprofile(doom)

    clock = ManualClock(NOON + timedelta(hours=hours))
    subscribers = [first_comes, SUBSCRIBERS[program.kind](program)]
    settings = Settings(database=DatabaseSettings(url=program.payments_url))
    with opened(settings, subscribers=subscribers, gateway=MemoryGateway()) as service:
        assert service.courier
        courier = attrs.evolve(service.courier, clock=clock)
        while run(courier.deliver(3)):
            pass
        sys.setprofile(None)
    parent.send((dies_after - doom.calls_left, time.monotonic() - began[0] if began else 0.0))


def handlers_with(execute: Callable[[str], Any], handlers: Handlers) -> Handlers:
    """Add the shop's two handlers, which write by *execute*."""

    @handlers.on(*KINDS)
    def follow(happened: Happened) -> None:
        execute(STEP.format(happened))

    @handlers.on("payment.captured")
    def mark_paid(happened: Happened) -> None:
        execute(PAID.format(happened))

    return handlers


def _sessions(program: Program) -> Any:
    return sessionmaker(sa.create_engine(program.shop_url))


def _by_sqlalchemy(program: Program) -> Callable[[Message], None]:
    handlers = handlers_with(lambda sql: host_session().execute(sa.text(sql)), Handlers())
    return handlers.subscriber(InTransaction(_sessions(program), PROCESSED))


def _by_django(program: Program) -> Callable[[Message], None]:
    configure_django(program)
    from django.db import connection

    from payments.entrypoints.django.handlers import handlers, receive

    def execute(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    handlers_with(execute, handlers)
    return receive


def configure_django(program: Program) -> None:
    """Set up a project whose database is the shop's."""
    import django
    from django.conf import settings

    url = sa.make_url(program.shop_url)
    engine = "sqlite3" if url.get_backend_name() == "sqlite" else "postgresql"
    names = {"NAME": url.database, "USER": url.username, "PASSWORD": url.password}
    names |= {name.upper(): url.query.get(name, getattr(url, name)) for name in ("host", "port")}
    given = {name: value for name, value in names.items() if value is not None}
    settings.configure(
        DATABASES={"default": {"ENGINE": f"django.db.backends.{engine}", **given}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "payments.entrypoints.django"],
        USE_TZ=True,
    )
    django.setup()


def migrate_django(program: Program, _: Connection) -> None:
    """Create the project's tables: the life of one more process."""
    configure_django(program)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _notes_before(program: Program) -> Callable[[Message], None]:
    """Write the note in a transaction before the effect's, as hurried hands would."""

    def once(message_id: str, handler: str, effect: Callable[[], object]) -> None:
        done: list[bool] = []
        healthy(message_id, handler, lambda: done.append(True))
        if done:
            healthy(f"{message_id}/effect", handler, effect)

    healthy = InTransaction(_sessions(program), PROCESSED)
    return _with(once)


def _notes_after(program: Program) -> Callable[[Message], None]:
    """Write the note in a transaction after the effect's."""

    def once(message_id: str, handler: str, effect: Callable[[], object]) -> None:
        with sessions() as session:
            noted = sa.select(PROCESSED.c.at).filter_by(message_id=message_id, handler=handler)
            if session.execute(noted).first():
                return
        tries.append(message_id)
        healthy(f"{message_id}/{os.getpid()}/{len(tries)}", handler, effect)
        healthy(message_id, handler, lambda: None)

    sessions, tries = _sessions(program), list[str]()
    healthy = InTransaction(sessions, PROCESSED)
    return _with(once)


def _with(once: Once) -> Callable[[Message], None]:
    return handlers_with(lambda sql: host_session().execute(sa.text(sql)), Handlers()).subscriber(once)


SUBSCRIBERS: Final[Mapping[str, Callable[[Program], Callable[[Message], None]]]] = {
    "sqlalchemy": _by_sqlalchemy,
    "django": _by_django,
    "notes before": _notes_before,
    "notes after": _notes_after,
}
