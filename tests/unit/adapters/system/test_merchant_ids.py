"""RandomIds: ids that nobody can guess, that fit everywhere, and that are made of randomness alone."""

import inspect
import math
import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.adapters.system.merchant_ids import ALPHABET, LENGTH, RANDOM_LENGTH, RandomIds
from payments.domain.errors import BadInput

PREFIXES = st.text(string.ascii_letters + string.digits + "_-", max_size=LENGTH - RANDOM_LENGTH)


@given(PREFIXES)
def test_an_id_is_what_a_merchant_id_may_be(prefix: str) -> None:
    merchant_id = RandomIds(prefix).merchant_id()
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", merchant_id)
    assert merchant_id.startswith(prefix)


@given(PREFIXES)
def test_an_id_holds_at_least_128_random_bits_whatever_its_prefix(prefix: str) -> None:
    asked: list[int] = []

    def counting(choices: str) -> str:
        assert len(set(choices)) == len(choices)
        asked.append(len(choices))
        return choices[0]

    RandomIds(prefix, counting).merchant_id()
    assert sum(map(math.log2, asked)) >= 128


def test_an_id_depends_on_nothing_but_its_randomness() -> None:
    """Fails if a buyer, an order, a clock or a counter gets in: the same randomness must give the same id."""
    ids = [RandomIds("shop-", random.Random(7).choice).merchant_id() for _ in range(2)]
    assert ids[0] == ids[1]
    assert list(inspect.signature(RandomIds.merchant_id).parameters) == ["self"]


def test_ids_do_not_repeat_and_use_the_whole_alphabet() -> None:
    ids = [RandomIds().merchant_id() for _ in range(2_000)]
    assert len(set(ids)) == 2_000
    assert set("".join(ids)) == set(ALPHABET)


@pytest.mark.parametrize("prefix", ["a" * (LENGTH - RANDOM_LENGTH + 1), "가게", "a b", "a/b", "a\n", "<a>", None, 7])
def test_a_prefix_that_leaves_too_little_room_or_cannot_travel_is_refused(prefix: object) -> None:
    with pytest.raises(BadInput):
        RandomIds(prefix)  # type: ignore[arg-type]


def test_a_refund_id_fits_at_the_head_of_a_reason() -> None:
    refund_id = RandomIds("shop-").refund_id()
    assert re.fullmatch(r"[A-Za-z0-9]{8,20}", refund_id)
    assert len({RandomIds().refund_id() for _ in range(2_000)}) == 2_000
