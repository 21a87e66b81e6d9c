"""Where the money of a virtual account may go: one rule, whoever asks."""

import pytest

from payments import testing
from payments.domain.errors import BadInput
from payments.domain.money import Money
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.banks import BANKS, refund_account
from payments.domain.values import Caller, Method, Offer, RefundId

SHOP = Caller.shop("s")


def account(bank: str = "088", number: str = "110-123-456789", holder: str = "홍길동", phone: str = "") -> BankAccount:
    return BankAccount(bank=bank, number=number, holder=holder, phone=phone)


@pytest.mark.parametrize(
    "number", ["110-123-456789", "１１０１２３４５６７８９", " 110 123 456789 ", "110－123－456789"]
)
def test_blanks_hyphens_and_full_width_digits_are_understood(number: str) -> None:
    assert refund_account(account(number=number)).number == "110123456789"


NAMES = """
    002 산업은행/KDB; 003 기업은행/IBK; 004 국민은행/KB Kookmin; 007 수협은행/Suhyup;
    011 농협은행/NH NongHyup; 012 지역농축협/Local NongHyup; 020 우리은행/Woori; 023 SC제일은행/SC First;
    027 한국씨티은행/Citi; 031 iM뱅크(대구은행)/iM Bank (Daegu); 032 부산은행/Busan; 034 광주은행/Gwangju;
    035 제주은행/Jeju; 037 전북은행/Jeonbuk; 039 경남은행/Kyongnam; 045 새마을금고/KFCC;
    048 신협/Shinhyup; 050 저축은행/Savings banks; 064 산림조합/Forestry cooperative; 071 우체국/Korea Post;
    081 하나은행/Hana; 088 신한은행/Shinhan; 089 케이뱅크/K Bank; 090 카카오뱅크/KakaoBank;
    092 토스뱅크/Toss Bank;
"""


def test_every_bank_has_its_names_under_its_code_in_both_languages() -> None:
    named = dict(each.strip().split(" ", 1) for each in NAMES.split(";") if each.strip())
    assert {code: "/".join(names) for code, names in BANKS.items()} == named


def test_a_phone_is_kept_without_blanks_and_hyphens() -> None:
    assert refund_account(account(phone=" 010-1234-5678 ")).phone == "01012345678"


@pytest.mark.parametrize("bank", ["088", "88", "BK88", "bk88", "０８８", " 088 ", "10"])
def test_a_code_may_be_spelt_as_its_pg_spells_it(bank: str) -> None:
    assert refund_account(account(bank=bank)).bank in {"088", "88", "BK88", "10"}


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        (account(number="110-가나다-1"), "account number"),
        (account(number="---"), "account number"),
        (account(number="12345"), "account number"),
        (account(number="1" * 21), "account number"),
        (account(number="000-000-000000"), "account number"),
        (account(number="110-123-45678x"), "account number"),
        (account(bank="999"), "not a code of a bank"),
        (account(bank="신한"), "a name; its code is 088"),
        (account(bank="KakaoBank"), "a name; its code is 090"),
        (account(bank=" "), "not a code of a bank"),
        (account(holder="   "), "account holder"),
        (account(holder="123"), "account holder"),
        (account(holder="홍\u202e길동"), "account holder"),
        (account(phone="전화 없음"), "phone"),
    ],
)
def test_an_account_that_cannot_exist_is_refused_and_the_sentence_says_which_part(
    wrong: BankAccount, part: str
) -> None:
    with pytest.raises(BadInput, match=part) as refused:
        refund_account(wrong)
    assert "Nothing was sent." in str(refused.value)


def test_what_is_stored_is_what_was_understood_and_nothing_else_is_stored() -> None:
    shop = testing.shop()
    payment = shop.run(shop.checkout.begin("kim", "o", Offer("책", Money(9_000)), Method.VIRTUAL_ACCOUNT, SHOP))
    shop.pay(payment)
    shop.run(shop.refresher.refresh(payment, "test"))
    with pytest.raises(BadInput):
        shop.run(shop.refunds.refund(SHOP, payment.merchant_id, RefundOrder(reason="", account=account(bank="999"))))
    assert "refund" not in shop.gateway.calls
    order = RefundOrder(reason="", account=account(number="１１０-123-456789", holder=" 홍  길동 "))
    refunded = shop.run(shop.refunds.request(SHOP, payment.merchant_id, order, RefundId("r")))
    assert [refund.account for refund in refunded.refunds] == [account(number="110123456789", holder="홍 길동")]


def test_the_codes_are_three_digits_and_have_names_in_both_languages() -> None:
    assert all(len(code) == 3 and code.isdigit() for code in BANKS)
    assert all(korean and english.isascii() for korean, english in BANKS.values())
