"""What a server has loaded is left out of the garbage collector before it answers the first request."""

import gc
from collections.abc import Iterator

import attrs
import pytest
import uvicorn
from support.api import api_settings
from typed_settings import Secret

from payments.entrypoints.http.edge import heap
from payments.entrypoints.http.serving import serve
from payments.entrypoints.settings import IamportOptions


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """Give this process its collector back."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_was_loaded_is_never_walked_again():
    here: list[object] = []
    here.append(here)
    heap.settle()
    assert gc.get_freeze_count() > 10_000
    assert not any(kept is here for kept in gc.get_objects())


def test_what_comes_later_is_still_collected():
    heap.settle()
    later: list[object] = []
    later.append(later)
    assert any(kept is later for kept in gc.get_objects())
    assert gc.isenabled()
    del later
    assert gc.collect() > 0


def test_a_server_settles_before_it_serves(monkeypatch: pytest.MonkeyPatch):
    """Breaks where `payments serve` forgets it: then nothing is frozen when requests may come."""
    frozen: list[int] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: frozen.append(gc.get_freeze_count()))
    settings = attrs.evolve(
        api_settings(),
        iamport=IamportOptions(user_code="imp1", key=Secret("key"), secret=Secret("secret"), check_at_start=False),
    )
    serve(attrs.evolve(settings, http=attrs.evolve(settings.http, port=0)), lambda _: None)
    assert frozen[0] > 10_000
