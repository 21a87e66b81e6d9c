"""The payments API as the shop's own server calls it: over HTTP, with the buyer's token."""

from typing import Any, Final
from urllib.parse import quote

import attrs
import requests

TIMEOUT_SECONDS: Final = (2.0, 20.0)  # to connect, and for each read


class PaymentsDown(Exception):
    """The payments API did not answer, or not as documented. The state of payments is unknown."""


@attrs.frozen
class PaymentsClient:
    """`api` is the API's address without a trailing slash. Blocking and thread-safe."""

    api: str
    session: requests.Session = attrs.field(factory=requests.Session, eq=False, repr=False)

    def payment(self, token: str, merchant_id: str) -> dict[str, Any] | None:
        """Return one of the buyer's payments; None if there is none with this id."""
        return self._found("GET", token, _path(merchant_id))

    def timeline(self, token: str, merchant_id: str) -> list[dict[str, Any]]:
        """Return the events of a payment, oldest first."""
        found = self._found("GET", token, _path(merchant_id, "/events"))
        return list(found["events"]) if found else []

    def payments(self, token: str, cursor: str | None = None, limit: int = 20) -> dict[str, Any] | None:
        """Return a page of the buyer's payments, newest first: `payments` and, if there are more, `next`.

        None if the API did not issue this cursor.
        """
        return self._found("GET", token, "/payments", limit=limit, cursor=cursor)

    def cancel(self, token: str, merchant_id: str) -> bool:
        """Cancel an unpaid payment; False if the API refuses, because it is paid or the provider does not answer."""
        status, _ = self._call("POST", token, _path(merchant_id, "/cancel"))
        return status == 200

    def _found(self, method: str, token: str, path: str, **query: Any) -> dict[str, Any] | None:
        status, body = self._call(method, token, path, **query)
        if status in (400, 404, 422):  # 400 and 422: a cursor or an id that the API never issued
            return None
        if status != 200:
            raise PaymentsDown(f"The payments API answered {path} with {status} {body.get('slug', '')}.")
        return body

    def _call(self, method: str, token: str, path: str, **query: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = self.session.request(
                method, self.api + path, params=query, headers=headers, timeout=TIMEOUT_SECONDS
            )
            return answer.status_code, dict(answer.json())
        except (requests.RequestException, ValueError, TypeError) as error:
            raise PaymentsDown(f"The payments API did not answer {path}: {error}") from error


def _path(merchant_id: str, rest: str = "") -> str:
    return f"/payments/{quote(merchant_id, safe='')}{rest}"
