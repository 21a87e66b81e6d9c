"""A server takes as many descriptors as it may have, and ends connections before they run out."""

import asyncio
import errno
import logging
import subprocess
import sys

import pytest

from payments.entrypoints.http.edge.descriptors import (
    LEAST_CONNECTIONS,
    MOST_CONNECTIONS,
    OnceInAWhile,
    most_connections,
)

PREPARED = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 256))
from payments.entrypoints.http.edge.descriptors import prepare
print(prepare(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


def test_the_soft_limit_is_raised_to_the_hard_one():
    told = subprocess.run([sys.executable, "-c", PREPARED], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["256", "256"]


@pytest.mark.parametrize(
    ("limit", "calls", "most"),
    [(1_024, 380, 544), (65_536, 380, MOST_CONNECTIONS), (256, 380, LEAST_CONNECTIONS)],
)
def test_connections_leave_room_for_what_the_process_opens_itself(limit: int, calls: int, most: int):
    assert most_connections(limit, calls) == most


def test_connections_that_cannot_be_accepted_are_one_line_without_a_traceback(caplog: pytest.LogCaptureFixture):
    loop, handler = asyncio.new_event_loop(), OnceInAWhile()
    context = {"message": "socket.accept() out of system resource", "exception": OSError(errno.EMFILE, "Too many")}
    with caplog.at_level(logging.ERROR):
        for _ in range(100):
            handler(loop, context)
    loop.close()
    assert [record.exc_info for record in caplog.records] == [None]


def test_any_other_trouble_of_the_loop_is_told_as_ever(caplog: pytest.LogCaptureFixture):
    loop, handler = asyncio.new_event_loop(), OnceInAWhile()
    for _ in range(2):
        handler(loop, {"message": "a bug", "exception": ValueError("a bug")})
    loop.close()
    assert len([record for record in caplog.records if record.exc_info]) == 2
