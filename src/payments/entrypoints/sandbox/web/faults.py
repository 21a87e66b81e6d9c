"""Faults under `/_sandbox/faults`: GET lists those that are on, POST turns some on, DELETE turns one or all off."""

from typing import Any

import attrs
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from payments.entrypoints.sandbox.errors import InvalidFault
from payments.entrypoints.sandbox.faults.fault import Fault
from payments.entrypoints.sandbox.web.admin import AdminRoutes


@attrs.frozen
class FaultRoutes:
    """The faults of one sandbox, as JSON."""

    admin: AdminRoutes

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        answered = self.admin.answered
        return [
            Route("/_sandbox/faults", answered(self.listed), methods=["GET"]),
            Route("/_sandbox/faults", answered(self.add), methods=["POST"]),
            Route("/_sandbox/faults", answered(self.clear), methods=["DELETE"]),
            Route("/_sandbox/faults/{number}", answered(self.remove), methods=["DELETE"]),
        ]

    def listed(self, *_: Any) -> list[dict[str, Any]]:
        """Those that are on, with how many calls each has seen and how often it was applied."""
        return [armed.shown() for armed in self.admin.sandbox.faults.all()]

    def add(self, _: Request, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Turn on what `{"text": "cancel:drop@3"}` or `{"where": "cancel", "what": "drop", "nth": 3}` says."""
        text = body.pop("text", "")
        if not isinstance(text, str) or bool(text) == bool(body):
            raise InvalidFault('a fault is {"text": "cancel:drop@3"} or {"where": "cancel", "what": "drop", "nth": 3}')
        added = self.admin.sandbox.faults.add(text or Fault.of(body))
        return [armed.shown() for armed in added]

    def clear(self, *_: Any) -> list[dict[str, Any]]:
        """Turn all off."""
        self.admin.sandbox.faults.clear()
        return self.listed()

    def remove(self, request: Request, _: dict[str, Any]) -> list[dict[str, Any]]:
        """Turn one off."""
        number = request.path_params["number"]
        if not (number.isascii() and number.isdigit()):
            raise InvalidFault(f"no fault of number {number} is on")
        self.admin.sandbox.faults.remove(int(number))
        return self.listed()
