"""Uploads: forms with one file, which is kept on disk and never in memory, and is gone when it is closed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import BinaryIO, Final

import attrs
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from payments.domain.errors import BadInput
from payments.entrypoints.console.forms import MAX_FORM
from payments.entrypoints.http.edge.threads import Places
from payments.entrypoints.http.shapes.bodies import check_size
from payments.entrypoints.http.shapes.errors import Busy, Malformed, TooSlow

MAX_FILE: Final = 32 * 1024 * 1024
"""Bytes: a payout file of some 200,000 rows."""
UPLOAD_SECONDS: Final = 60.0
UPLOADS_AT_ONCE: Final = 2
_MAX_FIELDS: Final = 10
_MAX_VALUE: Final = 1024


@attrs.frozen
class Upload:
    """A file with the name that it has on the operator's machine. It is closed when its page is made."""

    name: str
    file: BinaryIO


@attrs.frozen
class SentForm:
    """A form as it was sent: its body, or what was read of it already, and its file."""

    body: bytes = b""
    fields: Mapping[str, str] | None = None
    upload: Upload | None = None

    def close(self) -> None:
        """Delete the file."""
        if self.upload:
            self.upload.file.close()


@attrs.frozen
class Uploads:
    """Reads some forms at a time, each within a bounded time."""

    places: Places = attrs.field(factory=lambda: Places(UPLOADS_AT_ONCE))
    seconds: float = UPLOAD_SECONDS

    async def read(self, request: Request) -> SentForm:
        """Return the form. Raises Busy, BodyTooLarge, TooSlow, Malformed or BadInput."""
        check_size(request.headers.get("content-length", "0"), MAX_FILE + MAX_FORM)
        if not self.places.take():
            raise Busy("Other files are being sent. This one was not read. Try again.")
        try:
            async with asyncio.timeout(self.seconds):
                return await _form(request)
        except TimeoutError:
            raise TooSlow(f"The file did not arrive within {self.seconds:g} seconds.") from None
        finally:
            self.places.give_back()


def is_multipart(request: Request) -> bool:
    """Return whether a form may have a file."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


async def _form(request: Request) -> SentForm:
    stream = _bounded(request)
    parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_VALUE)
    try:
        pairs = (await parser.parse()).multi_items()
    except (MultiPartException, UnicodeDecodeError):
        raise BadInput("The form cannot be read. Nothing was done.") from None
    files = [value for _, value in pairs if isinstance(value, UploadFile)]
    fields = {name: value for name, value in pairs if isinstance(value, str)}
    if len(fields) + len(files) != len(pairs):
        for file in files:
            file.file.close()
        raise BadInput("The form has a field twice. Nothing was done.")
    return SentForm(fields=fields, upload=_upload(files[0]) if files else None)


def _upload(sent: UploadFile) -> Upload | None:
    """Return the file; None for the empty one that a browser sends where none was chosen."""
    if not sent.filename:
        sent.file.close()
        return None
    return Upload(sent.filename.replace("\\", "/").rpartition("/")[2][-200:], sent.file)


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            check_size(str(size), MAX_FILE + MAX_FORM)
            yield chunk
    except ClientDisconnect:
        raise Malformed("The connection closed before the form was complete.") from None
