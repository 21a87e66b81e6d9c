"""How the API behaves as an HTTP server, whatever is asked."""

import logging
import logging.handlers
import queue
import socket
import threading
from functools import partial
from urllib.parse import urlsplit

import pytest
from support.api import RunningApi, running_api, slug
from support.patience import EVENTUALLY

from payments.entrypoints.http import app as application
from payments.entrypoints.http.shapes.bodies import read_body
from payments.entrypoints.http.static.files import FILES
from payments.entrypoints.service import NotReady, Web


@pytest.mark.parametrize("path", ["/", "/nope", "/payments/", "/payments/a/b/c", "/PAYMENTS", "/docs/../settings"])
def test_an_address_without_anything_is_a_problem(api: RunningApi, path):
    answer = api.get(path)
    assert (answer.status_code, slug(answer)) == (404, "no-such-page")


def test_a_wrong_method_is_told_all_the_right_ones(api: RunningApi):
    answer = api.session.delete(f"{api.url}/payments", timeout=EVENTUALLY)
    assert (answer.status_code, slug(answer)) == (405, "wrong-method")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    answer = api.session.options(f"{api.url}/payments/m/complete", timeout=EVENTUALLY)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_head_is_get_without_a_body(api: RunningApi):
    answer = api.session.head(f"{api.url}/healthz", timeout=EVENTUALLY)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_body_that_is_too_large_is_refused_before_it_is_read_to_its_end(api: RunningApi):
    """The rest is never sent: a server that wanted it all first would wait for ever."""
    parts = urlsplit(api.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=EVENTUALLY) as client:
        head = f"POST /payments HTTP/1.1\r\nHost: x\r\nAuthorization: {api.alice['Authorization']}\r\n"
        client.sendall((head + "Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n").encode())
        client.sendall(b"x" * 70_000)
        assert client.recv(12) == b"HTTP/1.1 413"


def test_a_body_of_another_kind_is_refused(api: RunningApi):
    answer = api.session.post(f"{api.url}/payments", data={"order": "gold"}, headers=api.alice, timeout=EVENTUALLY)
    assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")


def test_a_fault_of_ours_tells_its_id_and_nothing_else(caplog):
    async def broken():
        raise ZeroDivisionError("postgresql://payments:hunter2@10.0.0.7")

    with running_api(ready=broken) as api, caplog.at_level(logging.INFO):
        answer = api.get("/readyz", headers={"X-Request-Id": "proxy-4711"})
    assert (answer.status_code, slug(answer)) == (500, "unexpected")
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"] == "proxy-4711"
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert "proxy-4711" in caplog.text


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", 'quote"quote', "ключ-ключ"])
def test_a_request_id_that_could_spoil_a_log_is_replaced(api: RunningApi, given):
    answer = api.get("/healthz", headers={"X-Request-Id": given.encode()})
    assert answer.headers["X-Request-Id"] != given
    assert len(answer.headers["X-Request-Id"]) == 16


def test_every_request_leaves_a_line_without_its_query_or_credentials(api: RunningApi, caplog):
    lines: queue.Queue[logging.LogRecord] = queue.Queue()  # the line is written after the answer: it is waited for
    handler = logging.handlers.QueueHandler(lines)
    logging.getLogger("payments.access").addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, "payments.access"):
            answer = api.get("/payments?cursor=secret", headers=api.alice)
            line = lines.get(timeout=EVENTUALLY).getMessage()
    finally:
        logging.getLogger("payments.access").removeHandler(handler)
    assert lines.empty()
    assert line.startswith("GET '/payments' 400 ")
    assert answer.headers["X-Request-Id"] in line
    assert "secret" not in line
    assert "Bearer" not in caplog.text


def test_every_answer_says_what_browsers_must_not_do_with_it(api: RunningApi):
    for answer in (api.get("/payments", headers=api.alice), api.get("/nope"), api.get("/payments")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_pages_of_other_origins_may_call_only_where_they_are_named(api: RunningApi):
    def preflight(at: RunningApi, origin):
        asked = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        return at.session.options(f"{at.url}/payments", headers={"Origin": origin} | asked, timeout=EVENTUALLY)

    assert "Access-Control-Allow-Origin" not in preflight(api, "https://shop.test").headers
    assert "Access-Control-Allow-Origin" not in api.get("/healthz", headers={"Origin": "https://shop.test"}).headers
    with running_api(web=Web(allowed_origins=("https://shop.test",))) as open_api:
        good, bad = preflight(open_api, "https://shop.test"), preflight(open_api, "https://evil.test")
        assert (good.status_code, good.headers["Access-Control-Allow-Origin"]) == (200, "https://shop.test")
        assert bad.status_code == 400
        assert "Access-Control-Allow-Origin" not in bad.headers
        refused = open_api.get("/payments", headers={"Origin": "https://shop.test"})
        assert refused.headers["Access-Control-Allow-Origin"] == "https://shop.test"  # or the page could not read it
        assert "Access-Control-Allow-Credentials" not in refused.headers


@pytest.mark.parametrize(("path", "media_type"), [("/payments.js", "text/javascript"), ("/docs", "text/html")])
def test_files_have_their_type_and_are_not_sent_twice(api: RunningApi, path, media_type):
    first = api.get(path)
    assert first.headers["Content-Type"].startswith(media_type)
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in first.headers["Cache-Control"]
    again = api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_file_is_there(api: RunningApi):
    for path in [*FILES, "/openapi.json"]:
        assert api.get(path).status_code == 200, path


def test_payments_js_may_be_loaded_by_any_shop(api: RunningApi):
    headers = api.get("/payments.js").headers
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_readiness_tells_what_is_missing_and_liveness_does_not_care():
    async def away():
        raise NotReady("The database's schema is 0001, this program needs 0002. Run `payments db upgrade`.")

    with running_api(ready=away) as api:
        answer = api.get("/readyz")
        assert (answer.status_code, slug(answer)) == (503, "not-ready")
        assert "payments db upgrade" in answer.json()["detail"]
        assert api.get("/healthz").json() == {"status": "ok"}


def test_many_at_once_are_all_answered(api: RunningApi):
    answers, errors = [], []
    headers = [api.alice, api.bob]

    def buy(number):
        try:
            body = {"order": f"gold#{number % 5}"}
            answers.append(
                api.session.post(f"{api.url}/payments", json=body, headers=headers[number % 2], timeout=EVENTUALLY)
            )
        except OSError as error:
            errors.append(error)

    threads = [threading.Thread(target=buy, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(EVENTUALLY)
    assert errors == []
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["merchant_id"] for answer in answers}) == 10  # one live payment for each buyer and order


def test_a_body_that_comes_too_slowly_loses_its_connection(monkeypatch: pytest.MonkeyPatch):
    """Fails where the answer leaves it open: the rest of the body would hold it for as long again."""
    monkeypatch.setattr(application, "read_body", partial(read_body, seconds=0.2))
    with running_api() as api:
        address = ("127.0.0.1", urlsplit(api.url).port or 0)
        with socket.create_connection(address, EVENTUALLY) as caller:
            caller.sendall(b"POST /webhooks/iamport HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\na")
            received = b"".join(iter(lambda: caller.recv(65_536), b""))
    assert received.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in received.lower()
