"""What a person does in the payment window: pure rules from a row to the next row."""

from typing import Any, Final

import attrs

from payments.entrypoints.sandbox.errors import NotPossible
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.channels import BANKS, CARDS, EASY_PAYS, RESPONSE_METHODS
from payments.entrypoints.sandbox.payments.ids import Ids
from payments.entrypoints.sandbox.payments.row import PaymentRow

FAIL_ON_LEAVING: Final = frozenset({"html5_inicis", "inicis_unified"})
DAY: Final = 24 * 3600
VBANK_DAYS: Final = 30


@attrs.frozen(kw_only=True)
class PaymentDetails:
    """How the buyer pays: `method` is a word of request_pay (card, trans, phone or an easy-pay brand)."""

    method: str = "card"
    card_code: str = "361"
    bank_code: str = "088"
    quota: int = 0


def paid(row: PaymentRow, how: PaymentDetails, now: int, ids: Ids, guesses: Guesses) -> PaymentRow:
    """Return *row* as approved by the PG."""
    return row.with_status(
        "paid",
        now,
        paid_at=now,
        failed_at=0,
        fail_reason=None,
        pg_tid=row.pg_tid or f"StdpayCARD{row.pg_id}{now}{ids.digits(6)}",
        customer_uid_usage=row.customer_uid_usage or ("issue" if row.customer_uid else None),
        **_method(row, how, guesses),
        **(_card(row, how, ids) if how.method not in ("trans", "phone") else {}),
        **({"bank_code": how.bank_code, "bank_name": BANKS.get(how.bank_code)} if how.method == "trans" else {}),
    )


def _method(row: PaymentRow, how: PaymentDetails, guesses: Guesses) -> dict[str, Any]:
    if how.method not in EASY_PAYS:
        return {"pay_method": how.method}
    if row.pg_provider == how.method:
        return {"pay_method": "card"}
    brand = RESPONSE_METHODS.get(how.method, how.method)
    method = brand if guesses.easy_pay_method == "brand" else guesses.easy_pay_method
    return {"pay_method": method, "emb_pg_provider": how.method}


def _card(row: PaymentRow, how: PaymentDetails, ids: Ids) -> dict[str, Any]:
    name = CARDS.get(how.card_code)
    known: dict[str, Any] = {
        "card_code": how.card_code,
        "card_name": name,
        "card_number": f"{ids.digits(6)}******{ids.digits(4)}",
        "card_quota": _offered(row, how.quota),
        "card_type": 0,
        "apply_num": ids.digits(8),
    }
    issuer = {"card_issuer_code": how.card_code, "card_issuer_name": name}
    publisher = {"card_publisher_code": how.card_code, "card_publisher_name": name}
    return known | issuer | publisher if row.tells_issuer else known


def _offered(row: PaymentRow, months: int) -> int:
    """Return *months*. Raises NotPossible if the window was opened with a list of instalments without them."""
    offered = row.hidden.months
    if months > 1 and offered is not None and months not in offered:
        raise NotPossible(f"the window of {row.imp_uid} does not offer {months} months; it offers: {[0, *offered]}")
    return months


def account_issued(row: PaymentRow, bank_code: str, vbank_due: int, holder: str, now: int, ids: Ids) -> PaymentRow:
    """Return *row* waiting for a deposit into a new account of *bank_code* until *vbank_due* (0: 30 days)."""
    return row.with_status(
        "ready",
        now,
        pay_method="vbank",
        pg_tid=f"StdpayVBNK{row.pg_id}{now}{ids.digits(6)}",
        vbank_code=bank_code,
        vbank_name=BANKS.get(bank_code, bank_code),
        vbank_num=ids.digits(14),
        vbank_holder=None if row.pg_provider == "tosspayments" else holder,
        vbank_date=vbank_due or now + VBANK_DAYS * DAY,
        vbank_issued_at=now,
    )


def failed(row: PaymentRow, reason: str, now: int) -> PaymentRow:
    """Return *row* as refused."""
    return row.with_status("failed", now, failed_at=now, fail_reason=reason)


def left(row: PaymentRow, reason: str, now: int, guesses: Guesses) -> PaymentRow:
    """Return *row* after the buyer cancelled in the window: failed in V2 and at inicis, else as it was (Guesses)."""
    fails = row.is_v2 or (
        row.pg_provider in FAIL_ON_LEAVING
        if guesses.row_after_leaving == "by pg"
        else (guesses.row_after_leaving == "failed")
    )
    return failed(row, reason, now) if fails else row
