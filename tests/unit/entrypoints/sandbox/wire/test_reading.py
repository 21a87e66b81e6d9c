"""What comes in: parameters of calls and of request_pay; what goes out: the original's JSON."""

import json
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.entrypoints.sandbox.errors import CallRefused, WindowRefused
from payments.entrypoints.sandbox.guesses import Guesses
from payments.entrypoints.sandbox.payments.opening import WindowRequest, due
from payments.entrypoints.sandbox.payments.prepared import Prepared, Registration
from payments.entrypoints.sandbox.web import results
from payments.entrypoints.sandbox.web.window_text import money, words
from payments.entrypoints.sandbox.wire.envelope import encode
from payments.entrypoints.sandbox.wire.params import Params, decode_form, decode_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text("abcdefg_", min_size=1, max_size=8)


@given(st.dictionaries(TEXTS, st.integers() | st.none() | TEXTS | st.booleans()))
def test_what_is_written_reads_back_and_is_ascii(value: dict[str, object]) -> None:
    written = encode(value)
    assert written.isascii()
    assert json.loads(written) == value


@pytest.mark.fact("§2", "observed", "JSON is escaped as PHP does it.")
def test_json_is_written_as_php_writes_it() -> None:
    assert encode({"b": "가/나", "a": Decimal("1000.0"), "c": Decimal("10.5")}) == (
        b'{"a":1000,"b":"\\uac00\\/\\ub098","c":10.5}'
    )


@given(st.dictionaries(NAMES, TEXTS))
def test_a_form_reads_back(values: dict[str, str]) -> None:
    assert decode_form(urlencode(values)) == values


@pytest.mark.fact("§2", "observed", "A form writes lists and objects as `a[]`, `a[0]` and `a[b]`.")
def test_a_form_nests_as_php_nests() -> None:
    assert decode_form("a[]=1&a[]=2&b[0]=3&c[d]=4&e=5") == {"a": ["1", "2"], "b": ["3"], "c": {"d": "4"}, "e": "5"}
    assert decode_form("a[0][b]=1&a[0][c]=2&a[1][b]=3") == {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}
    assert decode_form("a[b][c][]=1&a[b][c][]=2") == {"a": {"b": {"c": ["1", "2"]}}}
    assert decode_form("a=1&a[b]=2") == {"a": "1"}


def test_a_form_cannot_nest_without_end() -> None:
    assert decode_form("a" + "[b]" * 100_000 + "=1")


@pytest.mark.parametrize("body", [b"[]", b"1", b"nope", b'{"a":NaN}', b'{"a":Infinity}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode_json(body)


def params(**values: object) -> Params:
    return Params(values, "bad: {}")


@pytest.mark.parametrize("value", [1000, "1000", Decimal("1000.0"), " 1000 "])
def test_a_number_may_be_written_as_text(value: object) -> None:
    assert params(amount=value).number("amount") == 1000


@pytest.mark.parametrize("value", ["abc", True, [], {}, "NaN", "Infinity", "1e15", "1e999999"])
def test_what_is_no_number_is_refused_with_its_name(value: object) -> None:
    with pytest.raises(CallRefused, match="bad: amount"):
        params(amount=value).number("amount")


def test_a_required_text_is_there_and_not_too_long() -> None:
    assert params(uid="a" * 40).text("uid", required=True, longest=40) == "a" * 40
    for value in ("", None, "a" * 41):
        with pytest.raises(CallRefused):
            params(uid=value).text("uid", required=True, longest=40)


@pytest.mark.fact("§7.2", "documented", "The amount of a window must be a number, not a text.")
@pytest.mark.parametrize("bad", [{"amount": "1000"}, {"amount": True}, {"amount": None}, {"amount": -1}])
def test_a_window_needs_an_amount_that_is_a_number(bad: dict[str, object]) -> None:
    with pytest.raises(WindowRefused, match="F0001"):
        WindowRequest.of({"merchant_uid": "a", "amount": 1000} | bad, "F0001")


@pytest.mark.fact("§7.2", "documented", "A merchant_uid is a text of at most 40 characters.")
@pytest.mark.parametrize("uid", ["", "a" * 41, 5, None])
def test_a_window_needs_a_merchant_uid_of_1_to_40(uid: object) -> None:
    with pytest.raises(WindowRefused):
        WindowRequest.of({"merchant_uid": uid, "amount": 1000}, "F0001")
    WindowRequest.of({"merchant_uid": "a" * 40, "amount": 1000}, "F0001")


@pytest.mark.fact("§5", "documented", "`custom_data` is an object when sent and a JSON text when read.")
@pytest.mark.fact("§5", "documented", "The texts about a buyer and an order have lengths at most.")
def test_a_windows_long_texts_are_cut_and_custom_data_becomes_json() -> None:
    ask = WindowRequest.of(
        {"merchant_uid": "a", "amount": 1, "name": "가" * 50, "buyer_name": "나" * 20, "custom_data": {"k": [1]}}, "F"
    )
    assert (ask.name, ask.buyer["buyer_name"], ask.custom_data) == ("가" * 40, "나" * 16, '{"k": [1]}')


@pytest.mark.fact("§7.2", "documented", "`vbank_due` is written in any of four forms.")
@pytest.mark.fact("§7.2", "guessed", "Those forms are Korean time.")
def test_a_deadline_in_its_four_forms_is_korean_time() -> None:
    assert due("2026-01-02 03:04:05", "F") == due("20260102030405", "F") == 1767290645
    assert due("2026-01-02", "F") == due("20260102", "F") == 1767365999, "a day ends at its last second"
    assert due("", "F") == 0
    with pytest.raises(WindowRefused):
        due("tomorrow", "F")


@pytest.mark.fact("§7.4", "documented", "The address to go back to keeps its own query and gets the result added.")
@given(st.dictionaries(NAMES, TEXTS.filter(bool), max_size=3), st.booleans())
def test_a_redirect_keeps_the_shops_query_and_adds_the_result(query: dict[str, str], good: bool) -> None:
    result = {"imp_uid": "imp_1", "merchant_uid": "a/b", "success": good} | ({} if good else {"error_msg": "거절 & 끝"})
    address = results.redirect(f"https://shop.test/back?{urlencode(query)}", result)
    assert address is not None
    told = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    expected = query | {"imp_uid": "imp_1", "merchant_uid": "a/b", "imp_success": str(good).lower()}
    assert told == expected | ({} if good else {"error_msg": "거절 & 끝"})


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "javascript://x/%0aalert(1)", "data:text/html,x", "/back"]
)
def test_a_redirect_goes_to_addresses_only(address: str) -> None:
    assert results.redirect(address, {"imp_uid": "imp_1"}) is None
    assert results.redirect("myapp://back", {"imp_uid": "imp_1"}) == "myapp://back?imp_uid=imp_1"


def test_money_is_written_as_people_write_it() -> None:
    assert money(Decimal(12000), "KRW", "ko") == "12,000원"
    assert money(Decimal(12000), "KRW", "en") == "₩12,000"
    assert money(Decimal("10.5"), "USD", "en") == "$10.50"


def test_both_languages_say_the_same_things() -> None:
    assert words("ko").keys() == words("en-US").keys()
    assert len(words("ko")["reasons"]) == len(words("en")["reasons"])


@pytest.mark.fact("§3", "documented", "A registration without a currency checks none, one with a currency does.")
def test_a_registration_without_currency_checks_none() -> None:
    prepared = Prepared(Guesses())
    prepared.add(Registration("a", Decimal(1000)))
    prepared.check("a", Decimal("1000.0"), "USD")
    prepared.check("unknown", Decimal(1), "KRW")
    prepared.change(Registration("a", Decimal(1000), "KRW"))
    for amount, currency in ((1000, "USD"), (999, "KRW")):
        with pytest.raises(WindowRefused):
            prepared.check("a", Decimal(amount), currency)
