"""ListedChannel: a channel of the shop as Iamport lists it."""

import attrs

from payments.adapters.http_wire.fields import Fields, cleaned
from payments.domain.errors import Unknown

MAX_CHANNELS = 1_000
_MAX_LENGTH = 200


@attrs.frozen(kw_only=True)
class ListedChannel:
    """A contract with a PG: Iamport's code of the PG, the shop's id there, and the key that windows name it by."""

    key: str
    pg: str
    mid: str
    is_test: bool


def listed(response: object) -> tuple[ListedChannel, ...]:
    """Return the channels in an answer. Raises Unknown where it is no list of channels."""
    if not isinstance(response, list) or len(response) > MAX_CHANNELS:
        raise Unknown("The provider's answer contains no list of channels.")
    return tuple(_channel(Fields.of(row, "channel")) for row in response)


def _channel(row: Fields) -> ListedChannel:
    return ListedChannel(
        key=_text(row, "channel_key"),
        pg=cleaned(row.required_text("pg_provider"), _MAX_LENGTH),
        mid=_text(row, "pg_id"),
        is_test=row.required_bool("sandbox"),
    )


def _text(row: Fields, name: str) -> str:
    value = row.values.get(name)
    return cleaned(value, _MAX_LENGTH) if isinstance(value, str) else ""
