"""Content that never changes: its encodings, its ETags, and what is computed only once."""

import asyncio
import gzip
from typing import Any

import pytest

from payments.entrypoints.http.static.content import MIN_GZIP_SIZE, StaticContent, accepts_gzip, is_known

LONG = b"var a = 1;\n" * 1_000


async def ask(content: StaticContent, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await content({"type": "http", "method": method, "headers": raw}, None, send)  # type: ignore[arg-type]
    found = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    assert len(dict(found)) == len(found)
    return sent[0]["status"], dict(found), b"".join(message["body"] for message in sent[1:])


def script() -> StaticContent:
    return StaticContent(LONG, "text/javascript", {"Cache-Control": "public, max-age=60"})


def test_a_browser_that_accepts_gzip_gets_fewer_bytes_of_the_same_file():
    status, headers, body = asyncio.run(ask(script(), accept_encoding="br, gzip"))
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert int(headers["content-length"]) == len(body) < len(LONG)
    assert gzip.decompress(body) == LONG


def test_a_client_that_accepts_no_gzip_gets_the_plain_file():
    for accepted in ({}, {"accept_encoding": "identity"}, {"accept_encoding": "gzip;q=0, *"}):
        status, headers, body = asyncio.run(ask(script(), **accepted))
        assert (status, body) == (200, LONG)
        assert "content-encoding" not in headers


def test_each_encoding_has_its_own_tag_and_a_cache_keeps_them_apart():
    async def both() -> None:
        content = script()
        _, plain, _ = await ask(content)
        _, packed, _ = await ask(content, accept_encoding="gzip")
        assert plain["etag"] != packed["etag"]
        assert not plain["etag"].startswith("W/")
        assert plain["vary"] == packed["vary"] == "Accept-Encoding"
        status, headers, body = await ask(content, accept_encoding="gzip", if_none_match=f'"x", W/{packed["etag"]}')
        assert (status, body) == (304, b"")
        assert headers["etag"] == packed["etag"]
        assert headers["vary"] == "Accept-Encoding"
        assert headers["cache-control"] == "public, max-age=60"
        assert "content-length" not in headers
        status, _, body = await ask(content, if_none_match=packed["etag"])  # the tag of the other form
        assert (status, body) == (200, LONG)

    asyncio.run(both())


def test_the_tag_follows_the_content_alone():
    tags = [asyncio.run(ask(StaticContent(body, "text/css", {})))[1]["etag"] for body in (LONG, LONG, LONG + b" ")]
    assert tags[0] == tags[1] != tags[2]


def test_head_tells_the_length_and_sends_no_body():
    for accepted in ({}, {"accept_encoding": "gzip"}):
        content = script()
        _, whole, body = asyncio.run(ask(content, **accepted))
        status, headers, nothing = asyncio.run(ask(content, "HEAD", **accepted))
        assert (status, headers, nothing) == (200, whole, b"")
        assert int(headers["content-length"]) == len(body)


def test_a_small_file_is_not_compressed():
    small = StaticContent(b"x" * (MIN_GZIP_SIZE - 1), "text/html", {})
    assert "content-encoding" not in asyncio.run(ask(small, accept_encoding="gzip"))[1]


def test_many_first_visitors_cost_one_compression(monkeypatch: pytest.MonkeyPatch):
    compressed = []

    def counting(data: bytes, *_: Any, **__: Any) -> bytes:
        compressed.append(data)
        return b"packed"

    async def visitors() -> None:
        content = script()
        answers = await asyncio.gather(*(ask(content, accept_encoding="gzip") for _ in range(6)))
        assert [body for _, _, body in answers] == [b"packed"] * 6

    monkeypatch.setattr(gzip, "compress", counting)
    asyncio.run(visitors())
    assert compressed == [LONG]


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("*", True),
        ("gzip ; q=0.0", False),
        ("br", False),
        ("", False),
        ("gzip;q=x", False),
        ("*;q=0", False),
    ],
)
def test_what_an_accept_encoding_header_allows(header: str, *, accepted: bool):
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize(
    ("header", "known"),
    [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("", False), ('"aa"', False)],
)
def test_which_tags_an_if_none_match_header_lists(header: str, *, known: bool):
    assert is_known(header, '"a"') is known
