"""Payment objects as Iamport writes them: valid by default, a test names only what it is about."""

import json
from typing import Any

from hypothesis import strategies as st

from payments.adapters.http_wire.jsontext import decoded

CARD_PAID: dict[str, Any] = {
    "amount": 1000, "apply_num": "49573845", "bank_code": None, "bank_name": None, "buyer_name": None,
    "cancel_amount": 0, "cancel_history": [], "cancel_reason": None, "cancel_receipt_urls": [], "cancelled_at": 0,
    "card_code": "361", "card_name": "BC카드", "card_number": "*********", "card_quota": 0, "card_type": 0,
    "channel": "pc", "currency": "KRW", "custom_data": None, "customer_uid": None, "emb_pg_provider": "kakaopay",
    "escrow": False, "fail_reason": None, "failed_at": 0, "imp_uid": "imp_056607798398", "merchant_uid": "m_1",
    "name": "멤버십", "paid_at": 1639020656, "pay_method": "card", "pg_id": "INIpayTest", "pg_provider": "html5_inicis",
    "receipt_url": "https://receipts.example/1", "sandbox": True, "started_at": 1639020607, "status": "paid",
    "user_agent": "…", "vbank_date": 0, "vbank_holder": None, "vbank_issued_at": 0, "vbank_name": None,
    "vbank_num": None,
}  # fmt: skip
VBANK: dict[str, Any] = {
    "status": "ready", "pay_method": "vbank", "paid_at": 0, "receipt_url": "", "vbank_name": "국민은행",
    "vbank_num": "12345678901234", "vbank_holder": "상점", "vbank_date": 1639106999, "vbank_issued_at": 1639020656,
}  # fmt: skip


def a_row(**changes: Any) -> dict[str, Any]:
    """A card payment of ₩1,000, paid; *changes* are set on it, and a change to `...` takes the field away."""
    return {name: value for name, value in (CARD_PAID | changes).items() if value is not ...}


def as_read(value: object) -> object:
    """Return *value* as it looks after a trip over the wire: every number a Decimal."""
    return decoded(json.dumps(value).encode())


def any_json() -> st.SearchStrategy[Any]:
    """Whatever a JSON text can hold, with numbers that hurt."""
    hurting = st.sampled_from(
        [0, -1, 0.5, 1e308, 10**400, float("nan"), float("inf"), 2**53, "", "\x00", "\ud800", "paid"]
    )
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | hurting
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    )
