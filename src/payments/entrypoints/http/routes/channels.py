"""The call about channels: what each may do. For the shop's server only."""

from typing import Final

from payments.entrypoints.channels.views import ChannelsView, channels_view
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.service import Service


@operation(
    "GET",
    "/channels",
    tag="channels",
    lane=Lane.STORE,
    answers={200: ("The channels, the default one first", ChannelsView)},
)
async def channels(service: Service, _: Call) -> Answer:
    """List the shop's channels, with the rules of their PGs"""
    return Answer(200, channels_view(service.channels()))


OPERATIONS: Final = (channels,)
