"""The account that a deposit is refunded to: encrypted while the refund is open, in clear for the provider alone."""

import attrs
import pytest

from payments.domain.errors import NotSent, RefundRefused
from payments.domain.ports import AlarmKind
from payments.domain.refund import BankAccount, RefundStatus, SealedAccount
from payments.domain.refunding import RefundOrder
from payments.domain.use_cases.accounts import Accounts
from payments.domain.use_cases.refunds import Refunds
from payments.domain.values import Caller, MerchantId, Method, Mode, Money, Offer, RefundId
from payments.testing import Shop, shop

ACCOUNT = BankAccount(bank="088", number="110123", holder="홍길동")
ORDER = RefundOrder(reason="x", account=ACCOUNT)
R1 = RefundId("r-one")
SHOP = Caller.shop("server")


class Drawer:
    """A vault that a test can lock."""

    def __init__(self) -> None:
        self.accounts: dict[str, BankAccount] = {}
        self.locked = False

    def seal(self, account: BankAccount, refund_id: RefundId) -> SealedAccount:
        self.accounts[refund_id] = account
        return SealedAccount(f"token of {refund_id}")

    def open(self, sealed: SealedAccount, refund_id: RefundId) -> BankAccount:
        if self.locked:
            raise NotSent("no key fits")
        assert sealed.token == f"token of {refund_id}"
        return self.accounts[refund_id]


def a_deposit(counter: Shop) -> MerchantId:
    """Return a payment whose deposit has arrived."""
    offer = Offer("Gold", Money(12_000))
    payment = counter.run(counter.checkout.begin("kim", "1", offer, Method.VIRTUAL_ACCOUNT, SHOP))
    attempt = counter.gateway.open(payment.merchant_id, payment.price)
    counter.gateway.issue_deposit(attempt)
    counter.gateway.deposit(attempt)
    counter.run(counter.refresher.refresh_attempt(attempt, "webhook"))
    return payment.merchant_id


def with_vault(counter: Shop, drawer: Drawer | None, mode: Mode = Mode.TEST) -> Refunds:
    return attrs.evolve(counter.refunds, accounts=Accounts(drawer, mode, counter.alarms))


def test_the_account_is_sealed_while_it_waits_and_the_provider_gets_it_in_clear() -> None:
    counter, drawer = shop(), Drawer()
    refunds, merchant_id = with_vault(counter, drawer), a_deposit(counter)
    waiting = counter.run(refunds.request(SHOP, merchant_id, ORDER, R1))
    assert waiting.refund(R1).account == SealedAccount(f"token of {R1}")
    given = []
    refund = counter.gateway.refund
    counter.gateway.refund = lambda one, *rest: given.append(one.account) or refund(one, *rest)  # type: ignore[method-assign]
    done = counter.run(refunds.send(merchant_id, R1)).payment
    assert given == [ACCOUNT]
    assert (done.refund(R1).status, done.refund(R1).account) == (RefundStatus.DONE, None)


def test_a_refused_refund_keeps_no_account() -> None:
    counter, drawer = shop(), Drawer()
    refunds, merchant_id = with_vault(counter, drawer), a_deposit(counter)
    counter.run(refunds.request(SHOP, merchant_id, ORDER, R1))
    counter.gateway.refuse_refunds(1, "this account is closed")
    refused = counter.run(refunds.send(merchant_id, R1)).payment.refund(R1)
    assert (refused.status, refused.account) == (RefundStatus.REFUSED, None)


def test_who_repeats_a_refund_that_is_stored_is_not_told_that_it_is_refused() -> None:
    """An order whose account cannot be stored is refused only while nothing is stored under its id."""
    counter = shop()
    merchant_id = a_deposit(counter)
    live = with_vault(counter, None, Mode.LIVE)
    stored = counter.run(live.request(SHOP, merchant_id, attrs.evolve(ORDER, account=None), R1))
    assert counter.run(live.request(SHOP, merchant_id, ORDER, R1)) == stored


def test_live_mode_without_a_key_takes_no_refund_that_needs_an_account() -> None:
    counter = shop()
    merchant_id = a_deposit(counter)
    live = with_vault(counter, None, Mode.LIVE)
    with pytest.raises(RefundRefused, match=r"no key to encrypt bank accounts.*database\.encryption_keys"):
        counter.run(live.request(SHOP, merchant_id, ORDER, R1))
    assert not counter.run(counter.store.payments.get(merchant_id)).refunds


def test_an_account_that_no_key_opens_waits_and_is_told_to_a_person() -> None:
    """Nothing is sent without the account, and nothing is lost: with the key, the same refund goes on."""
    counter, drawer = shop(), Drawer()
    refunds, merchant_id = with_vault(counter, drawer), a_deposit(counter)
    counter.run(refunds.request(SHOP, merchant_id, ORDER, R1))
    drawer.locked = True
    assert not counter.run(refunds.send(merchant_id, R1)).confirmed
    assert counter.alarms.raised[-1].kind is AlarmKind.REFUND_NEEDS_A_PERSON
    assert counter.run(counter.store.payments.get(merchant_id)).refund(R1).sends == 0
    drawer.locked = False
    assert counter.run(refunds.send(merchant_id, R1)).confirmed
