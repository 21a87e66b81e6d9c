"""A shop in Flask: log in, open an order, pay. `flask --app shop run`, with settings in payments.toml."""

import atexit
import os
from contextlib import ExitStack

import sqlalchemy as sa
from flask import Flask, abort, redirect, session
from sqlalchemy.orm import sessionmaker

from payments import Money, Offer
from payments.adapters.sql.processed import InTransaction, host_session, processed_messages
from payments.domain.errors import OrderNotFound
from payments.entrypoints.hosts.effects import Handlers
from payments.entrypoints.hosts.flask import payments_blueprint
from payments.entrypoints.hosts.prices import HostPrices
from payments.entrypoints.hosts.renewing import opened_from
from payments.entrypoints.rotation.reloading import Source
from payments.entrypoints.worker import Worker, running_worker

metadata = sa.MetaData()
orders = sa.Table(
    "orders",
    metadata,
    *(sa.Column(name, sa.Integer, primary_key=name == "id") for name in ("id", "won", "paid")),
    *(sa.Column(name, sa.String(100)) for name in ("user", "title")),
)
engine = sa.create_engine(os.environ.get("SHOP_DATABASE", "sqlite:///shop.db"))
Session = sessionmaker(engine)
app = Flask(__name__)
app.secret_key = os.environ.get("SHOP_SECRET", "only-for-this-example")


def find(pk: str, user: str | None):
    with Session() as db:
        return db.execute(sa.select(orders).where(orders.c.id == pk, orders.c.user == user)).first()


# --- payments ---------------------------------------------------------------------------------------------------------
handlers = Handlers()
processed = processed_messages(metadata)
metadata.create_all(engine)


def offer_for(buyer: str, order: str) -> Offer:
    found = find(order, buyer)
    if found is None:
        raise OrderNotFound(f"There is no order {order}.")
    return Offer(found.title, Money(found.won, "KRW"))


@handlers.on("payment.captured")
def mark_paid(happened):
    host_session().execute(sa.update(orders).where(orders.c.id == happened.order).values(paid=1))


stack = ExitStack()
atexit.register(stack.close)
subscriber = handlers.subscriber(InTransaction(Session, processed))
service = stack.enter_context(opened_from(Source.of(), subscribers=[subscriber], prices=HostPrices(offer_for)))
stack.enter_context(running_worker(Worker.of(service)))  # or a process of its own: see the guide
app.register_blueprint(payments_blueprint(service, buyer=lambda: session.get("user")), url_prefix="/pay")


# --- the shop itself --------------------------------------------------------------------------------------------------
@app.get("/login/<user>")
def log_in(user: str):
    """Log in without a password, because this is an example. A first order waits."""
    session["user"] = user
    with Session.begin() as db:
        made = db.execute(sa.insert(orders).values(user=user, title="책", won=12_000, paid=0))
        return redirect(f"/orders/{made.inserted_primary_key[0]}", 303)


PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>{title}</title><h1>{title}</h1><p>{won:,}원 · <span id="state">{state}</span></p>
<button id="pay">결제하기</button><script src="/pay/payments.js"></script>
<script>
  const client = {{ api: "/pay", headers: {{}} }};
  const show = (outcome) => {{ if (outcome) document.querySelector("#state").textContent = outcome.status; }};
  document.querySelector("#pay").onclick = () =>
    Payments.pay({{ ...client, order: "{id}", method: "card", expectedAmount: {won} }}).then(show);
  Payments.resume(client).then(show);
</script></html>"""


@app.get("/orders/<pk>")
def order(pk: str):
    found = find(pk, session.get("user")) or abort(404)
    return PAGE.format(id=found.id, title=found.title, won=found.won, state="paid" if found.paid else "open")
