"""Money: whole minor units and a currency. It accepts no float and no zero, and never adds across currencies."""

from decimal import Decimal
from typing import Any, Final, Self

import attrs

from payments.domain.errors import BadInput

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
