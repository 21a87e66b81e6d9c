"""What the worker's tests share: settings, payments paid without a webhook, and what the database has of them."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from standardwebhooks import Webhook
from support.endpoint import Endpoint
from typed_settings import Secret

from payments.adapters.webhooks import new_secret
from payments.domain.errors import PaymentNotFound
from payments.domain.money import Money
from payments.domain.orphan import Orphan
from payments.domain.payment import Payment
from payments.domain.values import Caller, Method, Mode, Offer
from payments.entrypoints.blocking import run
from payments.entrypoints.sandbox import KEY, SECRET, USER_CODE, Sandbox
from payments.entrypoints.service import Service
from payments.entrypoints.settings import DatabaseSettings, HttpSettings, IamportOptions, Settings, WebhookOptions
from payments.entrypoints.worker import Pace

WEBHOOK_SECRET = new_secret()

HURRIED = Pace(idle=0.02, reconcile_every=0.1)


def settings_for(url: str, sandbox: Sandbox, told: str = "") -> Settings:
    keys = {"key": Secret(KEY), "secret": Secret(SECRET), "user_code": USER_CODE}
    return Settings(
        mode=Mode.TEST,
        database=DatabaseSettings(url=url),
        iamport=IamportOptions(api_url=sandbox.url, **keys),
        http=HttpSettings(threads=8),
        webhooks=WebhookOptions(url=told, secrets=(WEBHOOK_SECRET,), allow_private=True) if told else WebhookOptions(),
    )


def begun(service: Service, order: str) -> Payment:
    caller = Caller.buyer("buyer-1")
    return run(service.checkout.begin("buyer-1", order, Offer("책", Money(12_000)), Method.CARD, caller))


def paid_in_silence(sandbox: Sandbox, payment: Payment) -> None:
    sandbox.approve(sandbox.open_window(payment.merchant_id, 12_000))


def known(service: Service, merchant_id: str) -> Payment | None:
    try:
        return run(service.checkout.payments.get(merchant_id))
    except PaymentNotFound:
        return None


def orphans(service: Service) -> Sequence[Orphan]:
    return run(service.refunds.orphans_page(Caller.system("test")))


def deleted_by_hand(url: str, merchant_id: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table in ("outbox", "events", "refunds", "attempts", "payments"):
            connection.execute(sa.text(f"DELETE FROM pkr_{table} WHERE merchant_id = :id"), {"id": merchant_id})  # noqa: S608
    engine.dispose()


def waiting(url: str) -> int:
    """How many messages wait, dead letters included."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        count: int = connection.execute(sa.text("SELECT count(*) FROM pkr_outbox")).scalar_one()
    engine.dispose()
    return count


def heard(endpoint: Endpoint) -> Counter[str]:
    """How often each message came, all of them verified."""
    counted: Counter[str] = Counter()
    while not endpoint.received.empty():
        received = endpoint.received.get()
        Webhook(WEBHOOK_SECRET).verify(received.body, received.headers)
        counted[received.headers["webhook-id"]] += 1
    return counted
