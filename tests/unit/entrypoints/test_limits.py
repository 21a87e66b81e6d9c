"""Budgets and shares: what fits, what does not, when it fits again, and that neither grows without bound."""

import pytest

from payments.entrypoints.limits import Budget, Limits, Policy, Shares, TooManyRequests, network_of


class Seconds:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def test_a_quota_fits_at_once_and_no_more(seconds):
    budget = Budget(Policy("p", 5, 60), seconds)
    assert [budget.take("a").remaining for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(TooManyRequests) as refused:
        budget.take("a")
    assert refused.value.headers == {
        "RateLimit-Policy": '"p";q=5;w=60',
        "RateLimit": '"p";r=0;t=12',
        "Retry-After": "12",
    }
    assert budget.take("b").remaining == 4


def test_after_the_wait_that_was_told_one_more_fits_and_no_second(seconds):
    budget = Budget(Policy("p", 5, 60), seconds)
    for _ in range(5):
        budget.take("a")
    seconds.now += 11.9
    with pytest.raises(TooManyRequests):
        budget.take("a")
    seconds.now += 0.1
    assert budget.take("a").remaining == 0
    with pytest.raises(TooManyRequests):
        budget.take("a")
    seconds.now += 3_600
    assert budget.take("a").remaining == 4


def test_who_is_refused_does_not_wait_longer_for_having_asked(seconds):
    budget = Budget(Policy("p", 1, 60), seconds)
    budget.take("a")
    for _ in range(100):
        with pytest.raises(TooManyRequests):
            budget.take("a")
    seconds.now += 60
    assert budget.take("a")


def test_a_flood_of_keys_is_forgotten_from_its_oldest_on(seconds):
    budget = Budget(Policy("p", 1, 60), seconds, most_keys=100)
    for number in range(1_000):
        budget.take(str(number))
    assert len(budget._full_at) == 100
    with pytest.raises(TooManyRequests):
        budget.take("999")


def test_a_quota_of_0_is_no_limit():
    limits = Limits()
    assert [limits.buyer.take("a") for _ in range(1_000)] == [None] * 1_000


def test_a_share_is_given_back():
    shares = Shares(2)
    with shares.of("a"), shares.of("a"):
        with pytest.raises(TooManyRequests), shares.of("a"):
            raise AssertionError("it got in")
        with shares.of("b"):
            pass
    with shares.of("a"):
        pass
    assert not shares._at_work


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"), ("x", "x")],
)
def test_an_ipv6_caller_is_its_network(address, network):
    assert network_of(address) == network
