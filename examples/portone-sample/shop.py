"""The shop of PortOne's sample (one item, one button), done right: `uvicorn shop:app`, with settings in payments.toml.

What the sample leaves open, and where it is closed here:

- its first look at a paid payment fails, because nothing knew of it: here a payment exists before its window opens
- it answers 200 to a forged webhook: here V2's are verified, V1's are hints at most, and the provider is asked
- it keeps its state in a dict of the module: here orders and payments are in a database, and outlive the process
- its price comes back from the browser's payment: here `offer_for` is the only one who says it
"""

import os
import secrets

import sqlalchemy as sa
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import sessionmaker
from starlette.middleware.sessions import SessionMiddleware

from payments import Money, Offer
from payments.adapters.sql.processed import InTransaction, host_session, processed_messages
from payments.domain.errors import OrderNotFound
from payments.entrypoints.hosts.asgi import payments_app
from payments.entrypoints.hosts.effects import Handlers
from payments.entrypoints.settings import load_settings

ITEMS = {"shoes": Offer("신발", Money(1_000, "KRW"))}

metadata = sa.MetaData()
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("visitor", sa.String(40)),
    sa.Column("item", sa.String(40)),
    sa.Column("paid", sa.Boolean),
)
processed = processed_messages(metadata)
engine = sa.create_engine(os.environ.get("SHOP_DATABASE", "sqlite:///shop.db"))
Session = sessionmaker(engine)
metadata.create_all(engine)
handlers = Handlers()


def offer_for(buyer: str, order: str) -> Offer:
    with Session() as db:
        item = db.scalar(sa.select(orders.c.item).where(orders.c.id == order, orders.c.visitor == buyer))
    if item is None:
        raise OrderNotFound(f"There is no order {order}.")
    return ITEMS[item]


@handlers.on("payment.captured")
def hand_over(happened):
    """Runs exactly once: with the note that it ran, in one transaction."""
    host_session().execute(sa.update(orders).where(orders.c.id == happened.order).values(paid=True))


pay = payments_app(
    load_settings(),
    offer=offer_for,
    buyer=lambda request: request.session.get("visitor"),
    subscribers=[handlers.subscriber(InTransaction(Session, processed))],
)
app = FastAPI(lifespan=pay.lifespan)
app.add_middleware(SessionMiddleware, secret_key=os.environ.get("SHOP_SECRET", "only-for-this-example"))
app.mount("/pay", pay)


@app.get("/api/item")
def item() -> dict:
    """What is sold, as the sample tells it."""
    return {"id": "shoes", "name": ITEMS["shoes"].name, "price": ITEMS["shoes"].price.minor, "currency": "KRW"}


@app.post("/api/orders")
def order(request: Request) -> dict:
    """Begin an order of this visitor."""
    visitor = request.session.setdefault("visitor", secrets.token_hex(8))
    made = secrets.token_hex(8)
    with Session.begin() as db:
        db.execute(sa.insert(orders), {"id": made, "visitor": visitor, "item": "shoes", "paid": False})
    return {"order": made}


@app.get("/api/orders/{order}")
def state(request: Request, order: str) -> dict:
    """Say whether this visitor's order is paid."""
    mine = sa.select(orders.c.paid).where(orders.c.id == order, orders.c.visitor == request.session.get("visitor"))
    with Session() as db:
        found = db.execute(mine).first()
    if found is None:
        raise HTTPException(404)
    return {"status": "PAID" if found.paid else "PENDING"}


@app.get("/")
def page() -> HTMLResponse:
    return HTMLResponse(PAGE)


PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>신발</title><h1>신발 · 1,000원</h1>
<button id="pay">결제하기</button><p id="state"></p>
<script src="/pay/payments.js"></script>
<script>
  const client = { api: "/pay", headers: {} };
  const show = (outcome) => { if (outcome) document.querySelector("#state").textContent = outcome.status; };
  document.querySelector("#pay").onclick = async () => {
    const { order } = await (await fetch("/api/orders", { method: "POST" })).json();
    Payments.pay({ ...client, order, method: "card", expectedAmount: 1000 }).then(show);
  };
  Payments.resume(client).then(show);
</script></html>"""
