"""Lists of V2: filters, pages, and by cursor."""

import json

import attrs
import pytest

from payments.entrypoints.sandbox import Sandbox

T0 = "2023-11-14T22:13:20.000Z"


def at(seconds: int) -> str:
    """Return a moment so many seconds after the sandbox's start."""
    return f"2023-11-14T22:{13 + (20 + seconds) // 60:02d}:{(20 + seconds) % 60:02d}.000Z"


@pytest.fixture
def three(sandbox: Sandbox) -> list[str]:
    """The transaction ids of p1 (paid), p2 (failed) and p3 (open), ten seconds apart."""
    ids = []
    for number in (1, 2, 3):
        ids.append(sandbox.portone.open_window(f"p{number}", 1000 * number))
        sandbox.move_clock(10)
    sandbox.approve(ids[0])
    sandbox.decline(ids[1])
    return ids


@pytest.mark.fact("V2 §4.2", "documented", "A list is filtered by status, method, PG, currency, version and channel.")
def test_a_list_is_filtered(v2, sandbox: Sandbox, three: list[str]) -> None:
    assert sorted(v2.listed()) == ["p1", "p2", "p3"]
    assert v2.listed(status=["PAID", "FAILED"], sortOrder="ASC", sortBy="REQUESTED_AT") == ["p1", "p2"]
    assert v2.listed(methods=["EASY_PAY"]) == []
    assert len(v2.listed(methods=["CARD"], pgProvider=["TOSSPAYMENTS"], currency="KRW", version="V2")) == 3
    assert v2.listed(isTest=False) == []
    assert v2.listed(platformType="API") == v2.listed(isScheduled=True) == v2.listed(isEscrow=True) == []
    for wrong in ({"status": ["PAY_PENDING"]}, {"sortBy": "AMOUNT"}, {"from": "yesterday"}, {"status": "PAID"}):
        asked = {"requestBody": json.dumps({"filter": wrong})}
        assert v2.refused("GET", "/payments", params=asked) == (400, "INVALID_REQUEST")


@pytest.mark.fact("V2 §4.2", "guessed", "isTest lists test payments only, or also them: `test_filter`.")
def test_the_test_filter(v2, sandbox: Sandbox, three: list[str]) -> None:
    row = sandbox.payment(three[0])
    sandbox.book.store(attrs.evolve(row, sandbox=False))
    assert "p1" not in v2.listed(isTest=True)
    assert v2.listed(isTest=False) == ["p1"]
    sandbox.portone.settings.guesses.test_filter = "included"
    assert "p1" in v2.listed(isTest=True)


@pytest.mark.fact("V2 §4.2", "documented", "from and until are times of the last change, or of the request.")
@pytest.mark.fact("V2 §4.2", "guessed", "Until is outside of the span, or in it: `list_ends`.")
def test_a_span_is_of_changes_or_of_requests(v2, sandbox: Sandbox, three: list[str]) -> None:
    assert v2.listed(**{"from": at(0), "until": at(20)}, timestampType="CREATED_AT", sortOrder="ASC") == ["p1", "p2"]
    assert v2.listed(**{"from": at(20), "until": at(30)}) == ["p3"]
    assert len(v2.listed(**{"from": at(30)})) == 2, "p1 and p2 changed then"
    sandbox.portone.settings.guesses.list_ends = "both inclusive"
    assert len(v2.listed(**{"from": at(20), "until": at(30)})) == 3


@pytest.mark.fact("V2 §4.2", "documented", "Without from, a list goes back 90 days.")
def test_a_list_goes_back_ninety_days(v2, sandbox: Sandbox, three: list[str]) -> None:
    sandbox.move_clock(90 * 24 * 3600)
    assert v2.listed() == ["p2", "p1"], "p3 has not changed since it was opened"
    sandbox.move_clock(60)
    assert v2.listed() == []
    assert len(v2.listed(**{"from": T0})) == 3


@pytest.mark.fact("V2 §4.2", "guessed", "A list is sorted by its changes, or by its requests: `list_sort`.")
def test_the_default_sorting(v2, sandbox: Sandbox, three: list[str]) -> None:
    assert v2.listed() == ["p2", "p1", "p3"]
    sandbox.portone.settings.guesses.list_sort = "REQUESTED_AT"
    assert v2.listed() == ["p3", "p2", "p1"]


@pytest.mark.fact(
    "V2 §4.2", "documented", "Pages are numbered from 0, of 10 rows; totalCount is the number of matches."
)
@pytest.mark.fact("V2 §4.2", "documented", "A page past the end is empty; (number + 1) x size is 60,000 at most.")
@pytest.mark.fact("V2 §4.2", "guessed", "A size above 1000 is refused, or capped: `size_over_max`.")
def test_pages(v2, sandbox: Sandbox, three: list[str]) -> None:
    def page(**asked: int) -> dict:
        return v2.good("GET", "/payments", params={"requestBody": json.dumps({"page": asked})})

    assert page()["page"] == {"number": 0, "size": 10, "totalCount": 3}
    assert [item["id"] for item in page(number=1, size=2)["items"]] == ["p3"]
    assert page(number=3000)["items"] == []
    for wrong in ({"number": 60, "size": 1000}, {"size": 0}, {"number": -1}, {"size": 1001}):
        asked = {"requestBody": json.dumps({"page": wrong})}
        assert v2.refused("GET", "/payments", params=asked) == (400, "INVALID_REQUEST")
    sandbox.portone.settings.guesses.size_over_max = "capped"
    assert page(size=5000)["page"]["size"] == 1000


@pytest.mark.fact("V2 §4.2", "observed", "textSearch finds parts of texts, the transaction id's among them.")
def test_texts_are_searched_in_parts(v2, sandbox: Sandbox, three: list[str]) -> None:
    def found(field: str, value: str) -> list[str]:
        return v2.listed(textSearch=[{"field": field, "value": value}])

    assert found("TX_ID", three[1][:20]) == found("PAYMENT_ID", "2") == found("FAIL_REASON", "한도") == ["p2"]
    assert found("ALL", three[2]) == ["p3"]
    assert found("PG_RECEIPT_ID", "x") == []


@pytest.mark.fact("V2 §4.2", "documented", "Payments are listed, not attempts.")
def test_payments_are_listed_not_attempts(v2, sandbox: Sandbox, three: list[str]) -> None:
    again = sandbox.portone.open_window("p2", 2000)
    sandbox.approve(again)
    assert sorted(v2.listed()) == ["p1", "p2", "p3"]
    assert "p2" in v2.listed(status=["PAID"])
    assert v2.listed(status=["FAILED"]) == []


def test_a_list_may_be_filtered_by_its_webhooks(v2, sandbox: Sandbox, listener) -> None:
    sandbox.portone.settings.webhook_url = listener.url
    listener.answers.append((500, b""))
    sandbox.portone.open_window("p1", 1000)
    sandbox.portone.open_window("p2", 1000)
    assert sandbox.webhooks.wait()
    assert v2.listed(webhookStatus="FAILED_NOT_OK_RESPONSE") == ["p1"]
    assert v2.listed(webhookStatus="SUCCEEDED") == ["p2"]


@pytest.mark.fact("V2 §4.1", "documented", "By cursor every payment is had in the order of its request.")
def test_payments_by_cursor(v2, three: list[str]) -> None:
    def page(**asked: object) -> list[dict]:
        return v2.good("GET", "/payments-by-cursor", params={"requestBody": json.dumps(asked)})["items"]

    first = page(size=2)
    assert [item["payment"]["id"] for item in first] == ["p1", "p2"]
    assert [item["payment"]["id"] for item in page(size=2, cursor=first[-1]["cursor"])] == ["p3"]
    assert [item["payment"]["id"] for item in page(**{"from": at(10)})] == ["p2", "p3"]
    asked = {"requestBody": '{"cursor": "x"}'}
    assert v2.refused("GET", "/payments-by-cursor", params=asked) == (400, "INVALID_REQUEST")


@pytest.mark.fact("V2 §4.3", "documented", "Each movement of money is an event; a cancel's amount is negative.")
def test_events_are_the_movements_of_money(v2, sandbox: Sandbox, three: list[str]) -> None:
    v2.cancel(amount=300)
    v2.cancel()
    items = v2.good("GET", "/payment-events-by-cursor")["items"]
    events = [(each["paymentEvent"]["type"], each["paymentEvent"]["eventAmount"]) for each in items]
    assert events == [("PAID", 1000), ("PARTIAL_CANCELLED", -300), ("CANCELLED", -700)]
    assert all(each["paymentEvent"]["transactionId"] == three[0] for each in items)
