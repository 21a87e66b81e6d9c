"""The payment window: its text, and what the shop settled of the payment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.adapters.iamport.window import Buyer, request_pay
from payments.adapters.korean_pgs.window_text import window_text
from payments.domain.money import TaxParts
from payments.domain.values import Method, Terms
from payments.testing.builders import a_payment

FORBIDDEN = set("\"'`\\<>&%|$=+[]{},;\t\r\n-") | {"\u202e", "\u200b", "\u2028", "\ufeff"}


def params(terms: Terms | None = None, method: Method = Method.CARD, **settings: object) -> dict[str, object]:
    payment = a_payment(method=method, terms=terms or Terms())
    window = request_pay(payment, user_code="imp1", return_url="https://shop.test/r", **settings)  # type: ignore[arg-type]
    found: dict[str, object] = window["params"]
    return found


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('It\'s "good"', "Its good"),
        ("책\t한\r\n권", "책 한 권"),
        ("\u202e권 한\u200b 책\ufeff", "권 한 책"),
        ("‘따옴표’ “쌍”", "따옴표 쌍"),
        ("T-shirt (XL) & more 50%", "T shirt (XL) more 50"),
        ("한글".encode().decode(), "한글"),
        ("한글", "한글"),  # decomposed, as macOS writes it
        ("café 🎁 선물", "cafe 선물"),
        ("똠얌꿍 뷁", "똠얌꿍 뷁"),
    ],
)
def test_a_name_reaches_the_window_without_what_closes_it(name: str, shown: str) -> None:
    assert window_text(name, 40) == shown


def test_a_name_of_which_nothing_is_left_is_the_merchant_id() -> None:
    payment = a_payment(name="🎁'\"", merchant_id="m_-1")
    window = request_pay(payment, user_code="imp1", return_url="https://shop.test/r", buyer=Buyer(name="O'Neil\t김"))
    assert (window["params"]["name"], window["params"]["buyer_name"]) == ("m_1", "ONeil 김")
    assert payment.name == "🎁'\"", "the books keep the shop's own"


@given(name=st.text(max_size=120))
def test_no_name_has_anything_that_a_pg_chokes_on(name: str) -> None:
    shown = window_text(name, 40, "m_1".replace("_", ""))
    assert 0 < len(shown) <= 40
    assert not FORBIDDEN & set(shown)
    shown.encode("cp949")
    assert window_text(shown, 40) == shown


def test_the_window_carries_the_tax_parts() -> None:
    given_ = params(Terms(parts=TaxParts(tax_free=4_000, vat=727)))
    assert (given_["tax_free"], given_["vat_amount"]) == (4_000, 727)
    assert {"tax_free", "vat_amount"} & params().keys() == set()


def test_goods_on_the_phone_bill_are_digital_by_setting_and_by_payment() -> None:
    assert params(method=Method.MOBILE)["digital"] is False
    assert params(method=Method.MOBILE, digital=True)["digital"] is True
    assert params(Terms(digital=False), Method.MOBILE, digital=True)["digital"] is False
    assert "digital" not in params(digital=True)


def test_the_months_of_a_card_are_limited_by_setting_and_by_payment() -> None:
    assert params(max_instalments=3)["display"] == {"card_quota": [2, 3]}
    assert params(Terms(max_instalments=1), max_instalments=3)["display"] == {"card_quota": []}
    assert "display" not in params()
    assert "display" not in params(Terms(max_instalments=3), Method.KAKAOPAY)
