"""PortOneCancel: a cancel as V2 is asked for it."""

import attrs


@attrs.frozen(kw_only=True)
class PortOneCancel:
    """A cancel as requested; amounts in minor units. An `amount` of None is all that is left."""

    reason: str
    amount: int | None = None
    tax_free: int | None = None
    vat: int | None = None
    cancellable: int | None = None
    """What the caller believes can still be cancelled; None is not compared."""
    to_account: bool = False
    """It names a refund account; `holder_phone` is its holder's telephone."""
    holder_phone: str = ""
    skip_webhook: bool = False
    trigger: str = "API"
