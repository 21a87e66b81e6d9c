"""Handler and Entry: one line of a table of routes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from payments.entrypoints.sandbox.service import Sandbox
    from payments.entrypoints.sandbox.wire.call import Call
    from payments.entrypoints.sandbox.wire.envelope import Reply

    Handler = Callable[[Sandbox, Call], Reply]


@attrs.frozen
class Entry:
    """A method and path of the API, who answers, and whether a token is needed."""

    method: str
    path: str
    handler: "Handler"
    token: bool = True

    @property
    def name(self) -> str:
        """The route's name, which faults are aimed at."""
        return self.handler.__name__
