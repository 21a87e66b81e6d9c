"""Amounts as V2 has them: integers in the minor unit of ISO 4217; and the parts of tax in them."""

from decimal import Decimal

from payments.entrypoints.sandbox.payments.portone_channels import EXPONENTS
from payments.entrypoints.sandbox.payments.row import PaymentRow


def minor(amount: Decimal, currency: str) -> int:
    """Return *amount* in minor units."""
    return int(amount.scaleb(EXPONENTS.get(currency, 2)))


def major(amount: int, currency: str) -> Decimal:
    """Return minor units as the amount they are."""
    return Decimal(amount).scaleb(-EXPONENTS.get(currency, 2))


def vat_in(amount: int) -> int:
    """Return the tax in a taxable *amount*: an eleventh, rounded half up."""
    return (amount * 2 + 11) // 22


def total_of(row: PaymentRow) -> int:
    """Return what was asked for, in minor units."""
    return minor(row.amount, row.currency)


def tax_free_of(row: PaymentRow) -> int:
    """Return its tax-free part, in minor units."""
    return minor(row.hidden.tax_free, row.currency)


def vat_of(row: PaymentRow) -> int:
    """Return its tax: as it was given, or worked out."""
    facts, of_v1 = row.hidden.portone, row.hidden.vat_amount
    given = facts.vat if facts else None if of_v1 is None else minor(of_v1, row.currency)
    return vat_in(total_of(row) - tax_free_of(row)) if given is None else given
