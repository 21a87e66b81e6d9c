"""Operators, sessions, messages and the audit list at the console."""

import pytest
from support.api import RunningApi
from support.console import Visitor, add_operator, signed_in

from payments.domain.access import Scope
from payments.entrypoints.blocking import run


@pytest.fixture
def boss(api: RunningApi) -> Visitor:
    """An operator who may do everything."""
    add_operator(api.service, "boss", Scope.ADMIN)
    return Visitor(api, signed_in(api.service, "boss"))


def test_a_revoked_operator_is_out_at_once(boss: Visitor, kim: Visitor) -> None:
    assert kim.get("/payments", allow_redirects=False).status_code == 200
    assert boss.post("/people/revoke", {"name": "kim"}).status_code == 303
    assert kim.get("/payments", allow_redirects=False).status_code == 303
    assert boss.post("/people/revoke", {"name": "boss"}).status_code == 404


def test_a_session_is_ended_by_another_operator(boss: Visitor, kim: Visitor) -> None:
    session = next(one for one in run(boss.api.service.people.operators.sessions()) if one.operator == "kim")
    assert session.digest in boss.get("/people").text
    assert boss.post("/people/end", {"session": session.digest}).status_code == 303
    assert kim.get("/payments", allow_redirects=False).status_code == 303
    assert boss.post("/people/end", {"session": session.digest}).status_code == 422


def test_the_audit_list_shows_who_did_what(boss: Visitor, kim: Visitor) -> None:
    boss.post("/people/revoke", {"name": "kim"})
    page = boss.get("/audit").text
    assert "담당자 (boss)" in page
    assert "담당자를 폐기" in page


def test_a_dead_message_is_sent_again_or_skipped(boss: Visitor) -> None:
    payment = boss.api.begun()["merchant_id"]
    first, second = sorted(one.id for one in run(boss.api.service.outbox.waiting(10)))
    for message in (first, second):
        run(boss.api.service.outbox.bury(message, "410 <b>gone</b>"))
    page = boss.get("/messages").text
    assert "410 &lt;b&gt;gone&lt;/b&gt;" in page
    assert "410 &lt;b&gt;gone" in boss.get(f"/payments/{payment}").text
    answer = boss.post("/messages/replay", {"message": first, "payment": payment})
    assert answer.headers["Location"] == f"/console/payments/{payment}"
    assert boss.post("/messages/skip", {"message": second}).status_code == 303
    assert boss.post("/messages/skip", {"message": second}).status_code == 422
    assert [one.id for one in run(boss.api.service.outbox.waiting(10))] == [first]
    assert payment in boss.get("/messages").text
    actions = [row.action for row in run(boss.api.service.people.audit.after(0, 10))]
    assert actions == ["replay_message", "skip_message", "skip_message"]
