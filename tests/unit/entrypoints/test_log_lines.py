"""Log lines from a thread: in order, whole at the end, and dropped rather than waited for."""

import contextlib
import io
import logging
import os
import threading
from collections.abc import Iterator

import pytest
from support.patience import EVENTUALLY

from payments.entrypoints import log_lines
from payments.entrypoints.log_lines import LineQueue, in_background


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    yield reader, writer
    for end in (reader, writer):
        with contextlib.suppress(OSError):  # the test has closed it
            os.close(end)


def logger_to(handler: logging.Handler) -> logging.Logger:
    logger = logging.Logger("test")
    logger.addHandler(handler)
    return logger


def rest_of(reader: int, writer: int) -> str:
    os.close(writer)
    return everything(reader)


def everything(reader: int) -> str:
    received = b""
    while more := os.read(reader, 65_536):
        received += more
    return received.decode()


def test_all_lines_are_written_in_order_before_the_process_ends(pipe):
    handler = LineQueue(pipe[1])
    logger = logger_to(handler)
    for number in range(1_200):
        logger.info("line %s", number)
    handler.close()
    assert rest_of(*pipe).splitlines() == [f"line {number}" for number in range(1_200)]


def test_a_log_that_is_not_read_blocks_no_caller_and_its_losses_are_told(pipe):
    """The pipe takes 64 KiB and the queue ten lines: most of these find no room, and none of them waits."""
    handler = LineQueue(pipe[1], capacity=10)
    logger = logger_to(handler)
    for number in range(1_000):
        logger.info("%s %s", number, "x" * 10_000)
    received = os.read(pipe[0], 65_536)
    while b"were dropped" not in received:
        received += os.read(pipe[0], 65_536)
    rest: list[str] = []
    reading = threading.Thread(target=lambda: rest.append(everything(pipe[0])))
    reading.start()
    handler.close()
    os.close(pipe[1])
    reading.join(EVENTUALLY)
    lines = (received.decode() + rest[0]).splitlines()
    told = [int(line.split()[0]) for line in lines if "were dropped" in line]
    assert sum(" xxx" in line for line in lines) + sum(told) == 1_000
    assert min(told) > 0


def test_a_log_without_a_reader_at_the_end_is_given_up(pipe, monkeypatch):
    monkeypatch.setattr(log_lines, "CLOSE_SECONDS", 0.1)
    handler = LineQueue(pipe[1], capacity=2)
    logger = logger_to(handler)
    for _ in range(100):
        logger.info("x" * 10_000)
    handler.close()  # returns, although nobody has read a byte
    assert os.read(pipe[0], 1) == b"x"
    os.close(pipe[0])  # the thread, which still waits for room, goes on to its end
    monkeypatch.setattr(log_lines, "CLOSE_SECONDS", EVENTUALLY)
    handler.close()


def test_a_line_that_cannot_be_formatted_fails_no_caller(pipe, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    handler = LineQueue(pipe[1])
    logger = logger_to(handler)
    logger.info("%d", "no number")
    logger.info("next \udce9")
    handler.close()
    assert rest_of(*pipe) == "next \\udce9\n"


def test_the_handler_of_the_process_is_replaced_for_a_while_with_its_format_and_filters(pipe, monkeypatch):
    direct = logging.StreamHandler(os.fdopen(os.dup(pipe[1]), "w"))
    direct.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    direct.addFilter(lambda record: "secret" not in record.getMessage())
    root = logging.RootLogger(logging.INFO)
    root.addHandler(direct)
    monkeypatch.setattr(logging, "getLogger", lambda *_: root)
    with in_background():
        assert root.handlers != [direct]
        root.info("one")
        root.info("secret")
    assert root.handlers == [direct]
    direct.stream.close()
    assert rest_of(*pipe) == "INFO one\n"


def test_the_handlers_of_a_host_program_are_left_alone(monkeypatch):
    class Own(logging.StreamHandler): ...

    root = logging.RootLogger(logging.INFO)
    monkeypatch.setattr(logging, "getLogger", lambda *_: root)
    for handlers in ([], [Own(io.StringIO())], [logging.NullHandler(), logging.NullHandler()]):
        root.handlers = list(handlers)
        with in_background():
            assert root.handlers == handlers
