"""Outgoing webhooks without a socket: signatures (judged by the specification's own library), addresses, waits."""

import base64
import json
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from builders import NOON
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from payments.adapters.webhooks import WebhookPublisher, WebhookSettings, new_secret
from payments.adapters.webhooks.addresses import is_public
from payments.adapters.webhooks.retry_after import wait_of
from payments.adapters.webhooks.signing import Signer, header_safe
from payments.domain.errors import BadInput
from payments.domain.use_cases.outbox import LONGEST_RETRY_AFTER

SECRET, OLD_SECRET = new_secret(), new_secret()
BODY = '{"type":"payment.captured","data":{"order":"멤버십"}}'

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
ids = texts.filter(bool)
bodies = st.dictionaries(texts, texts).map(lambda data: json.dumps(data, ensure_ascii=False))


def signed(message_id: str = "m_1_1", body: str = BODY, *secrets: str) -> dict[str, str]:
    return Signer.of(secrets or (SECRET,)).headers(message_id, int(time.time()), body.encode())


@given(message_id=ids, body=bodies)
def test_the_shop_can_verify_whatever_we_sign(message_id, body):
    Webhook(SECRET).verify(body.encode(), signed(message_id, body))


@given(data=st.data())
def test_nothing_that_was_tampered_with_verifies(data):
    headers, body = signed(), BODY
    what = data.draw(st.sampled_from(["webhook-id", "webhook-timestamp", "body", "secret"]))
    secret = new_secret() if what == "secret" else SECRET
    if what == "body":
        at = data.draw(st.integers(0, len(body)))
        body = body[:at] + " " + body[at:]
    elif what != "secret":
        headers[what] = "m_1_2" if what == "webhook-id" else str(int(headers[what]) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.encode(), headers, json_parse=False)


def test_while_a_secret_is_exchanged_the_old_and_the_new_one_verify():
    headers = signed("m_1_1", BODY, SECRET, OLD_SECRET)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, OLD_SECRET):
        Webhook(secret).verify(BODY.encode(), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY.encode(), headers)


@given(ids, ids)
def test_an_id_in_a_header_is_one_id_and_nothing_else(one, other):
    """An orphan's merchant id is anybody's text: a line end would be a header of its own, a full stop a delimiter."""
    assert re.fullmatch(r"[A-Za-z0-9_~%-]+", header_safe(one))
    assert (header_safe(one) == header_safe(other)) is (one == other)


def test_our_own_ids_are_sent_as_they_are():
    assert header_safe("m_Zk3-09_12") == "m_Zk3-09_12"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        base64.b64encode(b"k" * 32).decode(),
        "whsec_" + base64.b64encode(b"k" * 23).decode(),
        "whsec_" + base64.b64encode(b"k" * 65).decode(),
        "whsec_not base64 but long enough to be a key!!",
        "whsec_한글" + "A" * 40,
    ],
)
def test_a_weak_or_broken_secret_is_refused_and_not_repeated(secret):
    with pytest.raises(BadInput) as caught:
        WebhookSettings(url="https://shop.example/hook", secrets=(SECRET, secret))
    assert len(secret) < 8 or secret not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_no_secret_and_no_token_in_the_url_is_ever_shown():
    publisher = WebhookPublisher(WebhookSettings(url="https://shop.example/hook?token=T0KEN", secrets=(SECRET,)))
    key = Signer.of((SECRET,)).keys[0]
    shown = f"{publisher!r} {publisher.settings!r} {publisher.settings} {Signer.of((SECRET,))!r}"
    assert not [part for part in (SECRET, SECRET[6:], repr(key), "T0KEN") if part in shown]
    assert "shop.example" in shown  # or the operator could not tell two endpoints apart


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "https:///hook",
        "shop.example",
        "https://user:pw@shop.example/",
        "https://[::1/",
        "https://shop.example:99999/",
    ],
)
def test_an_endpoint_is_https_and_a_host(url):
    with pytest.raises(BadInput):
        WebhookSettings(url=url, secrets=(SECRET,))


def test_plain_http_is_permitted_with_private_addresses():
    assert WebhookSettings(url="http://127.0.0.1:8000/hook", secrets=(SECRET,), allow_private=True)


PRIVATE = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1
192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
""".split()
PUBLIC = (
    "1.1.1.1 8.8.8.8 13.124.0.1 223.255.255.254 2606:4700::1111 2400:cb00::1 ::ffff:8.8.8.8 64:ff9b::808:808".split()
)


@pytest.mark.parametrize("text", PRIVATE)
def test_an_address_that_strangers_cannot_reach_is_not_public(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_an_ordinary_address_is_public(text):
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_address_that_contains_another_is_judged_by_the_inner_one(inner: IPv4Address):
    mapped = IPv6Address(f"::ffff:{inner}")
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) + int(inner))
    assert is_public(mapped) is is_public(translated) is is_public(inner)


@given(st.integers(1, 10**6))
def test_a_wait_reads_the_same_in_seconds_and_as_a_date(seconds):
    wait = wait_of(str(seconds), NOON)
    assert wait == wait_of(format_datetime(NOON + timedelta(seconds=seconds), usegmt=True), NOON)
    assert wait == min(timedelta(seconds=seconds), LONGEST_RETRY_AFTER)


@pytest.mark.parametrize("text", ["9" * 30, "9" * 60_000, "Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 01 Jan 4000 00:00:00"])
def test_a_wait_is_never_longer_than_we_are_willing_to_wait(text):
    assert wait_of(text, NOON) == LONGEST_RETRY_AFTER


@given(
    st.one_of(st.none(), st.text(), st.sampled_from(["0", "-1", "1.5", "soon", "٣", "Mon, 02 Nov 1999 00:00:00 GMT"]))
)
def test_an_invalid_wait_is_none_and_never_an_error(text):
    wait = wait_of(text, datetime.now(UTC))
    assert wait is None or timedelta() < wait <= LONGEST_RETRY_AFTER
