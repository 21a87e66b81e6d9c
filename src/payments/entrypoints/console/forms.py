"""Forms: what they contain, and that they come from a page of ours that this session was given."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from payments.domain.errors import BadInput
from payments.entrypoints.http.shapes.errors import Forged

MAX_FORM: Final = 16 * 1024  # bytes
MAX_FIELDS: Final = 60
_CSRF: Final = "csrf"


def fields_of(body: bytes) -> dict[str, str]:
    """Return the fields of a form, each of which may be there once. Raises BadInput."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError:
        raise BadInput("The form cannot be read. Nothing was done.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadInput("The form has a field twice. Nothing was done.")
    return fields


def seal(token: str, *parts: str) -> str:
    """Return what only the holder of *token* and we can make of these texts."""
    said = "\n".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(token.encode(), said.encode(), hashlib.sha256).hexdigest()


def csrf_of(token: str) -> str:
    """Return what each form of a session contains."""
    return seal(token, _CSRF)


def check_origin(headers: Mapping[str, str]) -> None:
    """Raises Forged where the browser says that a page of another site sent the form."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise Forged("This form was sent by another site. Nothing was done.")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise Forged("This form was sent by another site. Nothing was done.")


def check_csrf(token: str, fields: Mapping[str, str]) -> None:
    """Raises Forged where the form was not made for the holder of *token*."""
    if not token or not hmac.compare_digest(csrf_of(token), fields.get(_CSRF, "")):
        raise Forged("This form is too old, or was not made for this session. Nothing was done. Load the page again.")
