"""What is personal is stored encrypted, and a key can be replaced."""

import base64
import os

import pytest

from payments.adapters.memory.access import MemoryIdempotencyKeys
from payments.adapters.sealing import FernetVault, SealedAnswers, derived_key
from payments.domain.access import AnswerUnreadable, KeptAnswer
from payments.domain.errors import BadInput, NotSent
from payments.domain.refund import BankAccount
from payments.domain.values import RefundId
from payments.entrypoints.blocking import run
from payments.testing import NOON

ACCOUNT = BankAccount(bank="088", number="110-123-456789", holder="홍길동", phone="010-1234-5678")
R1, R2 = RefundId("r-1"), RefundId("r-2")
ANSWER = KeptAnswer(status=201, body=b'{"client_token":"ct_hunter2"}')


def a_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_an_account_is_read_again_and_stands_nowhere_in_clear():
    vault = FernetVault.of([a_key()])
    sealed = vault.seal(ACCOUNT, R1)
    assert vault.open(sealed, R1) == ACCOUNT
    for part in ("110-123", "홍길동", "010-1234"):
        assert part not in sealed.token + repr(sealed) + repr(ACCOUNT)


def test_while_a_key_is_replaced_both_are_read_and_the_new_one_encrypts():
    old, new = a_key(), a_key()
    before = FernetVault.of([old]).seal(ACCOUNT, R1)
    both = FernetVault.of([new, old])
    assert both.open(before, R1) == ACCOUNT
    assert FernetVault.of([new]).open(both.seal(ACCOUNT, R1), R1) == ACCOUNT
    with pytest.raises(NotSent):
        FernetVault.of([new]).open(before, R1)


def test_the_account_of_one_refund_is_of_no_use_in_another():
    vault = FernetVault.of([a_key()])
    with pytest.raises(NotSent):
        vault.open(vault.seal(ACCOUNT, R1), R2)


@pytest.mark.parametrize("key", ["", "hunter2", "=" * 44, "é" * 32])
def test_what_is_no_key_is_refused_without_being_repeated(key: str):
    with pytest.raises(BadInput) as refusal:
        FernetVault.of([key])
    assert not key or key not in str(refusal.value)


def test_an_answer_is_stored_encrypted_and_replayed_as_it_was():
    stored = MemoryIdempotencyKeys()
    keys = SealedAnswers.over(stored, [derived_key("secret", "answers")])
    assert run(keys.claim_key("shop", "k", "f", NOON, NOON)) is None
    run(keys.keep_answer("shop", "k", ANSWER))
    assert run(keys.claim_key("shop", "k", "f", NOON, NOON)) == ANSWER
    assert b"hunter2" not in run(stored.claim_key("shop", "k", "f", NOON, NOON)).body


def test_an_answer_under_a_lost_secret_is_never_replaced_by_doing_it_again():
    stored = MemoryIdempotencyKeys()
    old, new = derived_key("old", "answers"), derived_key("new", "answers")
    run(SealedAnswers.over(stored, [old]).claim_key("shop", "k", "f", NOON, NOON))
    run(SealedAnswers.over(stored, [old]).keep_answer("shop", "k", ANSWER))
    with pytest.raises(AnswerUnreadable):
        run(SealedAnswers.over(stored, [new]).claim_key("shop", "k", "f", NOON, NOON))
    assert run(SealedAnswers.over(stored, [new, old]).claim_key("shop", "k", "f", NOON, NOON)) == ANSWER
