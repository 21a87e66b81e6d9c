"""A shop in FastAPI: log in, open an order, pay. `uvicorn shop:app`, with settings in payments.toml."""

import os
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
from starlette.middleware.sessions import SessionMiddleware

from payments import Money, Offer
from payments.adapters.sql.processed import InTransaction, host_session, processed_messages
from payments.domain.errors import OrderNotFound
from payments.entrypoints.hosts.asgi import payments_app
from payments.entrypoints.hosts.effects import Handlers
from payments.entrypoints.rotation.reloading import Source


class Base(DeclarativeBase):
    pass


class Order(Base):
    """What a user buys. `won` is the price."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str]
    title: Mapped[str]
    won: Mapped[int]
    paid: Mapped[bool] = mapped_column(default=False)


engine = sa.create_engine(os.environ.get("SHOP_DATABASE", "sqlite:///shop.db"))
Session = sessionmaker(engine)

# --- payments ---------------------------------------------------------------------------------------------------------
handlers = Handlers()
processed = processed_messages(Base.metadata)


def offer_for(buyer: str, order: str) -> Offer:
    with Session() as session:
        found = session.scalar(sa.select(Order).where(Order.id == order, Order.user == buyer))
    if found is None:
        raise OrderNotFound(f"There is no order {order}.")
    return Offer(found.title, Money(found.won, "KRW"))


@handlers.on("payment.captured")
def mark_paid(happened):
    host_session().execute(sa.update(Order).where(Order.id == happened.order).values(paid=True))


pay = payments_app(
    Source.of(),
    offer=offer_for,
    buyer=lambda request: request.session.get("user"),
    subscribers=[handlers.subscriber(InTransaction(Session, processed))],
)
app = FastAPI(lifespan=pay.lifespan)
app.add_middleware(SessionMiddleware, secret_key=os.environ.get("SHOP_SECRET", "only-for-this-example"))
app.mount("/pay", pay)
# --- the shop itself --------------------------------------------------------------------------------------------------
Base.metadata.create_all(engine)


@app.get("/login/{user}")
def log_in(request: Request, user: str) -> RedirectResponse:
    """Log in without a password, because this is an example. A first order waits."""
    request.session["user"] = user
    with Session.begin() as session:
        order = Order(user=user, title="책", won=12_000)
        session.add(order)
        session.flush()
        return RedirectResponse(f"/orders/{order.id}", 303)


def logged_in(request: Request) -> str:
    if "user" not in request.session:
        raise HTTPException(401)
    return request.session["user"]


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


@app.get("/orders/{pk}")
def order(pk: int, user: Annotated[str, Depends(logged_in)]) -> HTMLResponse:
    with Session() as session:
        found = session.scalar(sa.select(Order).where(Order.id == pk, Order.user == user))
    if found is None:
        raise HTTPException(404)
    state = "paid" if found.paid else "open"
    return HTMLResponse(PAGE.format(id=found.id, title=found.title, won=found.won, state=state))
