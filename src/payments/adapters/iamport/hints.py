"""IamportHints: the ids in Iamport's webhook or in the address of a returning phone, wherever they can be read.

Iamport sends a webhook once, and one that we refuse because of its form is lost. So its media type is ignored: the
content shows whether it is JSON, multipart or a form. It is only a hint, so nothing here needs to be exact.
"""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import attrs

from payments.domain.access import Hint
from payments.domain.errors import BadInput
from payments.domain.values import GatewayId, MerchantId, merchant_id

_IDS: Final = ("imp_uid", "merchant_uid")
_GATEWAY_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_MAX_FIELDS: Final = 1000
_NEAR_A_NAME: Final = re.compile(r"(imp_uid|merchant_uid)[\"']?\s*[:=]\s*[\"']?([\w.:-]{1,200})", re.ASCII)


class IamportHints:
    """Reads what Iamport says. It signs nothing, so every hint is as good as any other."""

    def webhook(self, body: bytes, _: Mapping[str, str], query: str, __: datetime) -> Hint:
        """Return the ids in *body*, or in the address's *query* what *body* does not name. Never raises."""
        return read_ids(body, query).hint()

    def returning(self, query: Sequence[tuple[str, str]]) -> Hint:
        """Return the ids in the address."""
        return read_ids(b"", urlencode(list(query))).hint()


@attrs.frozen
class Ids:
    """The ids as they were written; of any form, or None."""

    imp_uid: str | None = None
    merchant_uid: str | None = None

    def hint(self) -> Hint:
        """Return what could be a payment of ours and an attempt of the provider."""
        known = _GATEWAY_ID.fullmatch(self.imp_uid or "")
        try:
            ours: MerchantId | None = merchant_id(self.merchant_uid or "")
        except BadInput:
            ours = None
        return Hint(ours, GatewayId(known[0]) if known else None)


def read_ids(body: bytes, query: str = "") -> Ids:
    """Return the ids in *body*, or in the address's *query* what *body* does not name. Never raises."""
    found = _ids(_form(query)) | _ids(_fields(body))
    return Ids(imp_uid=found.get("imp_uid"), merchant_uid=found.get("merchant_uid"))


def _fields(body: bytes) -> Mapping[str, Any]:
    text = _text(body).strip()
    if text.startswith("--"):
        found = _multipart(text)
    elif text.startswith(("{", "[")):
        found = _json(text)
    else:
        found = _form(text)
    return found or dict(_NEAR_A_NAME.findall(text))


def _text(body: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    return body.decode("utf-8", "replace")


def _json(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), None)
    return value if isinstance(value, dict) else {}


def _form(text: str) -> Mapping[str, Any]:
    try:
        pairs = parse_qsl(text, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {}
    return {name.strip(): value for name, value in pairs}


def _multipart(text: str) -> Mapping[str, Any]:
    boundary = text.partition("\n")[0].strip()[2:]
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'
    whole = BytesParser().parsebytes((head + text).encode("utf-8", "replace"))
    parts = [part for part in whole.get_payload() if isinstance(part, Message)] if whole.is_multipart() else []
    named = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
    return {
        name: value.decode("utf-8", "replace")
        for name, value in named.items()
        if name in _IDS and isinstance(value, bytes)
    }


def _ids(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids among *fields*, numbers as their digits; what is too long or of another type is none."""
    found = {name: fields[name] for name in _IDS if isinstance(fields.get(name), str | int)}
    texts = {name: str(value).strip() for name, value in found.items() if not isinstance(value, bool)}
    return {name: text for name, text in texts.items() if 0 < len(text) <= (64 if name == "imp_uid" else 200)}
