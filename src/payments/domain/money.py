"""Money: whole minor units and a currency. It accepts no float and no zero, and never adds across currencies.

TaxParts      which part of a sum is tax free and which is VAT, for a contract with mixed taxes
refund_parts  which parts go back with a part of the sum; a provider refuses those that do not fit what is left
"""

from decimal import Decimal
from typing import Any, Final, Self

import attrs

from payments.domain.errors import BadInput, NothingToPay, RefundRefused

MAX_MINOR: Final = 2**53 - 1  # what a browser's number still holds exactly

_CODES: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF "
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK "
    "LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD "
    "OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
    "SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF "
    "YER ZAR ZMW ZWG"
).split()
_EXCEPTIONS: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
EXPONENTS: Final = {code: _EXCEPTIONS.get(code, 2) for code in _CODES}
"""ISO 4217 currency code to its number of minor digits: KRW 0, USD 2, KWD 3."""


def whole(value: object, *, least: int = 0, what: str = "An amount") -> int:
    """Return *value* if it is an int (no bool) of minor units in [least, 2^53−1]; else raise BadInput."""
    if type(value) is not int or not least <= value <= MAX_MINOR:
        raise BadInput(f"{what} must be a whole number of minor units between {least} and {MAX_MINOR}; got {value!r}.")
    return value


def _minor(_: object, __: object, value: Any) -> None:
    if type(value) is int and value == 0:
        raise NothingToPay(
            "The price is 0, so there is nothing to pay and no payment was created. Complete the order without one."
        )
    whole(value, least=1, what="A price")


def _currency(_: object, __: object, value: Any) -> None:
    if not isinstance(value, str) or value not in EXPONENTS:
        raise BadInput(f"A currency must be an ISO 4217 code such as KRW; got {value!r}.")


@attrs.frozen(order=False)
class Money:
    """A positive sum: `Money(12_000, "KRW")` is ₩12,000, `Money(1_999, "USD")` is $19.99."""

    minor: int = attrs.field(validator=_minor)
    currency: str = attrs.field(default="KRW", validator=_currency)

    @classmethod
    def from_major(cls, value: Decimal, currency: str) -> Self:
        """Read a decimal number of major units (12000 won, 19.99 dollars). Raises BadInput if it does not fit."""
        return cls(minor_units(value, currency), currency)

    def to_major(self) -> Decimal:
        """Return the sum in major units: 19.99 for 1999 US cents; exact."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])


def minor_units(value: Decimal, currency: str) -> int:
    """Return a sum of major units in minor units, exactly. Raises BadInput for NaN or a finer fraction."""
    _currency(None, None, currency)
    if not isinstance(value, Decimal) or not value.is_finite() or value.copy_abs() > MAX_MINOR:
        raise BadInput(f"{value!r} is not an amount of money.")
    minor = int(value.scaleb(EXPONENTS[currency]))
    if Decimal(minor).scaleb(-EXPONENTS[currency]) != value:  # on the way back, because the way there may round
        raise BadInput(f"{value} {currency} has more decimal places than the currency allows.")
    return minor


@attrs.frozen(kw_only=True)
class TaxParts:
    """Parts of a sum, in minor units. None: not said, so the provider applies the contract's own rule."""

    tax_free: int | None = None
    vat: int | None = None

    def __attrs_post_init__(self) -> None:
        for part, what in ((self.tax_free, "The tax-free part"), (self.vat, "The VAT part")):
            if part is not None:
                whole(part, what=what)

    @property
    def are_said(self) -> bool:
        return self.tax_free is not None or self.vat is not None

    @property
    def total(self) -> int:
        return (self.tax_free or 0) + (self.vat or 0)

    def within(self, amount: int, what: str) -> Self:
        """Return the parts. Raises BadInput where they are more than *amount*, the sum of *what* (e.g. the price)."""
        if self.total > amount:
            raise BadInput(f"The tax-free and VAT parts ({self.total}) are larger than the {what} ({amount}).")
        return self

    def less(self, refunded: "list[TaxParts]", remainder: int) -> "TaxParts":
        """Return what is left after refunds with the parts *refunded*, of which *remainder* is left in all."""
        tax_free, vat = self.tax_free, self.vat
        if tax_free is not None:
            tax_free = min(max(tax_free - sum(parts.tax_free or 0 for parts in refunded), 0), remainder)
        if vat is not None:
            vat = min(max(vat - sum(parts.vat or 0 for parts in refunded), 0), remainder - (tax_free or 0))
        return TaxParts(tax_free=tax_free, vat=vat)


def refund_parts(left: TaxParts, remainder: int, amount: int, asked: TaxParts) -> TaxParts:
    """Return the parts of a refund of *amount*, where *remainder* is left and *left* of its parts.

    The rest gives back the rest of each part. Of a smaller refund nothing is tax free unless *asked* says so, and its
    VAT is its share. Raises RefundRefused where they cannot fit: the provider would refuse, or charge another sum.
    """
    if not left.are_said:
        return asked
    tax_free = _tax_free(left, remainder, amount, asked.tax_free)
    return TaxParts(tax_free=tax_free, vat=_vat(left, remainder, amount, tax_free or 0, asked.vat))


def _tax_free(left: TaxParts, remainder: int, amount: int, asked: int | None) -> int | None:
    if left.tax_free is None:
        return asked
    most, least = min(left.tax_free, amount), max(amount - (remainder - left.tax_free), 0)
    given = (least if amount == remainder else 0) if asked is None else asked
    if not least <= given <= most:
        between = f"exactly {least}" if least == most else f"between {least} and {most}"
        raise RefundRefused(
            f"{given} of this refund is said to be tax free, and {left.tax_free} of the remaining {remainder} is. "
            f"Of {amount}, the tax-free part must be {between}. Nothing was sent."
        )
    return given


def _vat(left: TaxParts, remainder: int, amount: int, tax_free: int, asked: int | None) -> int | None:
    if left.vat is None:
        return asked
    taxable, taxable_left = amount - tax_free, remainder - (left.tax_free or 0)
    net_left = taxable_left - left.vat
    most, least = min(left.vat, taxable), max(taxable - net_left, 0)
    share = left.vat * taxable // taxable_left if taxable_left else 0
    given = min(max(share, least), most) if asked is None else asked
    if not least <= given <= most:
        between = f"exactly {least}" if least == most else f"between {least} and {most}"
        raise RefundRefused(
            f"The VAT of this refund is said to be {given}, and {left.vat} is left. It must be {between}. "
            "Nothing was sent."
        )
    return given
