"""A bug on a page of the console: told to a person in their language, and to the log once."""

import logging
from typing import Any

import pytest
from support.console import Visitor

from payments.entrypoints.console.pages import payments as pages


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ko", "예상하지 못한 오류가 났습니다."), ("en", "An unexpected error occurred.")],
)
def test_a_bug_is_told_with_the_request_id_and_logged_once(
    kim: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, language: str, sentence: str
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("words of a bug")

    monkeypatch.setattr(pages, "found", broken)
    with caplog.at_level(logging.INFO):
        answer = kim.get("/payments", headers={"Accept-Language": language, "X-Request-Id": "bug-of-today"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["X-Request-Id"] == "bug-of-today"
    assert [said for said in (sentence, "bug-of-today", 'href="/console/payments"') if said not in answer.text] == []
    assert [kept for kept in ("words of a bug", "RuntimeError", "Traceback") if kept in answer.text] == []
    (line,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert line.name == "payments.console"
    assert line.exc_info


def test_what_is_refused_names_no_request(kim: Visitor) -> None:
    answer = kim.get("/no-such-page", headers={"X-Request-Id": "bug-of-today"})
    assert answer.status_code == 404
    assert "bug-of-today" not in answer.text
