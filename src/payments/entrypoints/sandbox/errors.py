"""SandboxError: everything that can go wrong in a sandbox, branched by what is refused.

├── CallRefused        Iamport refuses a call of its API; `refusal` is its whole answer
├── WindowRefused      a payment window does not open; the shop's page gets `error_code` and `error_msg`
├── NotPossible        the payment, as it stands, does not allow what a buyer, the bank, the PG or the console does
├── InvalidFault       no such fault: its text, its value or the route it names is wrong
├── InvalidSeedData    the file of seed data cannot be read, or one of its entries is wrong
└── UnusableStateFile  the state file is damaged, in use, or belongs to something else
"""

from typing import ClassVar

import attrs


@attrs.frozen
class Refusal:
    """What Iamport answers when it refuses a call: the HTTP status, the envelope's `code` and its `message`."""

    http: int
    code: int
    message: str

    def about(self, detail: str) -> "Refusal":
        """Return the refusal with *detail* in the place of its text's `{}`."""
        return attrs.evolve(self, message=self.message.replace("{}", detail))


class SandboxError(Exception):
    """The root. `slug` is public and never changes; `str(error)` is a plain sentence."""

    slug: ClassVar[str] = "sandbox-error"


class CallRefused(SandboxError):
    """Iamport refuses a call of its API."""

    slug = "call-refused"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class WindowRefused(SandboxError):
    """A payment window does not open; the page's callback gets `error_code`, `error_msg` and no `imp_uid`."""

    slug = "window-refused"

    def __init__(self, error_code: str, error_msg: str) -> None:
        super().__init__(f"{error_code}: {error_msg}")
        self.error_code = error_code
        self.error_msg = error_msg


class NotPossible(SandboxError):
    """The payment, as it stands, does not allow what a buyer, the bank, the PG or the console wants to do."""

    slug = "not-possible"


class InvalidFault(SandboxError, ValueError):
    """There is no such fault; the sentence says why, and which there are."""

    slug = "invalid-fault"


class InvalidSeedData(SandboxError, ValueError):
    """The seed data cannot be used; the sentence says where and why."""

    slug = "invalid-seed-data"


class UnusableStateFile(SandboxError, ValueError):
    """The state file cannot be used; the sentence says why."""

    slug = "unusable-state-file"
