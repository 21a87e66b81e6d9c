"""Log lines: for people and for programs, with what is known of the request and nothing else of it."""

import contextvars
import json
import logging

import pytest

from payments.entrypoints.logs import AboutRequest, JsonLines, begin_request, cut, hashed_with, note, set_up_logging


def in_a_request(work):
    """Return what *work* returns in a context of its own."""
    return contextvars.copy_context().run(work)


def record(message="told %s", *args, **extra) -> logging.LogRecord:
    made = logging.LogRecord("payments.test", logging.INFO, __file__, 1, message, args, None)
    made.__dict__ |= extra
    AboutRequest().filter(made)
    return made


def as_json(made: logging.LogRecord) -> dict[str, str]:
    line = JsonLines().format(made)
    assert "\n" not in line
    return json.loads(line)


def test_a_line_outside_of_a_request_says_nothing_of_one():
    note(caller="apiKey", payment="m1")
    assert record().about == "-"
    assert set(as_json(record("x"))) == {"time", "level", "logger", "message"}


def test_a_line_of_a_request_says_who_and_about_what():
    def work():
        begin_request("id-1234567", cut("203.0.113.77"))
        assert record().about == "id-1234567 203.0.113.0/24"
        note(caller="apiKey")
        note(payment="m1")
        return record("x")

    made = in_a_request(work)
    assert made.about == "id-1234567 apiKey 203.0.113.0/24 m1"
    shown = as_json(made)
    assert shown.pop("time").endswith("Z")
    assert shown == {
        "level": "INFO",
        "logger": "payments.test",
        "message": "x",
        "request_id": "id-1234567",
        "caller": "apiKey",
        "address": "203.0.113.0/24",
        "payment": "m1",
    }


def test_what_a_thread_of_the_request_learns_its_last_line_says_too():
    def work():
        begin_request("id-1234567", "")
        in_a_request(lambda: note(caller="buyerToken"))  # as a use case runs in a thread
        return record().about

    assert in_a_request(work) == "id-1234567 buyerToken"


def test_fields_that_are_not_on_the_list_are_left_out():
    assert "4242" not in JsonLines().format(record("x", card="4242", phone="010"))


def test_a_message_cannot_forge_a_line_or_a_field():
    message = 'x\n{"level": "CRITICAL"}", "payment": "m2\u2028\ud800'
    assert as_json(record("%s", message)) | {"time": ""} == {
        "time": "",
        "level": "INFO",
        "logger": "payments.test",
        "message": message,
    }


def test_a_traceback_is_one_field():
    made = record("failed")
    made.exc_info = (KeyError, KeyError("x"), None)
    assert as_json(made)["exception"].endswith("KeyError: 'x'")


@pytest.mark.parametrize(
    ("address", "shown"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", ""), ("evil\n", "")],
)
def test_an_address_is_cut_to_its_network(address, shown):
    assert cut(address) == shown


def test_a_hash_of_an_address_tells_callers_apart_and_names_nobody():
    hashed, otherwise = hashed_with("k" * 32), hashed_with("o" * 32)
    assert hashed("203.0.113.77") == hashed("203.0.113.77") != hashed("203.0.113.78")
    assert hashed("203.0.113.77") != otherwise("203.0.113.77")
    assert hashed("") == ""


@pytest.fixture
def root():
    logger = logging.getLogger()
    before, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = before
    logger.setLevel(level)


@pytest.mark.parametrize(("log_format", "is_json"), [("text", False), ("json", True)])
def test_the_setting_chooses_the_format(root, capsys, log_format, is_json):
    set_up_logging(log_format)
    logging.getLogger("payments.test").info("hello")
    line = capsys.readouterr().err
    assert line.startswith("{") is is_json
    assert ("INFO payments.test [-] hello" in line) is not is_json
