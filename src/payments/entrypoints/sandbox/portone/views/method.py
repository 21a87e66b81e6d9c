"""How a payment was made, as V2 shows it: a union on the class name."""

from typing import Any, Final

from payments.entrypoints.sandbox.payments.portone_channels import BANK_NAMES, EASY_PAY_PROVIDERS
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancelling import facts_of
from payments.entrypoints.sandbox.portone.views.moments import when, without_nulls

ISSUERS: Final = {
    "361": "BC_CARD",
    "364": "GWANGJU_CARD",
    "365": "SAMSUNG_CARD",
    "366": "SHINHAN_CARD",
    "367": "HYUNDAI_CARD",
    "368": "LOTTE_CARD",
    "369": "SUHYUP_CARD",
    "370": "CITI_CARD",
    "371": "NH_CARD",
    "372": "JEONBUK_CARD",
    "373": "JEJU_CARD",
    "374": "HANA_CARD",
    "381": "KOOKMIN_CARD",
    "041": "WOORI_CARD",
    "071": "POST_CARD",
}
"""The card companies by the codes of the book."""
EASY_PAY_PGS: Final = ("KAKAOPAY", "NAVERPAY", "PAYCO", "TOSS_BRANDPAY", "TOSSPAY")


def method_of(row: PaymentRow) -> dict[str, Any] | None:
    """Return the method; None before the buyer has chosen one."""
    if row.vbank_num is not None:
        return _account(row)
    if not (row.paid_at or row.card_code):
        return None
    provider = _easy_pay(row)
    if provider:
        inner = _card(row) if row.card_code else {"type": "PaymentMethodEasyPayMethodCharge"}
        return {"type": "PaymentMethodEasyPay", "provider": provider, "easyPayMethod": inner}
    if _is(row, "TRANSFER", "trans"):
        bank = BANK_NAMES.get(row.bank_code or "")
        return without_nulls({"type": "PaymentMethodTransfer", "bank": bank})
    if _is(row, "MOBILE", "phone"):
        return without_nulls({"type": "PaymentMethodMobile", "phoneNumber": row.buyer_tel})
    if facts_of(row).pay_method == "GIFT_CERTIFICATE" and row.is_v2:
        return {
            "type": "PaymentMethodGiftCertificate",
            "giftCertificateType": "CULTURELAND",
            "approvalNumber": row.apply_num or row.imp_uid,
        }
    return _card(row)


def _is(row: PaymentRow, name: str, word: str) -> bool:
    return facts_of(row).pay_method == name if row.is_v2 else row.pay_method == word


def _easy_pay(row: PaymentRow) -> str:
    if row.is_v2:
        facts = facts_of(row)
        asked = facts.easy_pay or (row.pg_provider if row.pg_provider in EASY_PAY_PGS else "")
        chosen = EASY_PAY_PROVIDERS.get(row.emb_pg_provider or "", "")
        return (asked or chosen) if facts.pay_method in ("EASY_PAY", "CARD") and (chosen or asked) else ""
    brand = row.emb_pg_provider or (row.pg_provider if row.pg_provider in EASY_PAY_PROVIDERS else "")
    return EASY_PAY_PROVIDERS.get(brand or "", "")


def _card(row: PaymentRow) -> dict[str, Any]:
    issuer, number = ISSUERS.get(row.card_code or ""), row.card_number
    card = {
        "publisher": issuer,
        "issuer": issuer,
        "brand": "LOCAL",
        "type": "CREDIT",
        "ownerType": "PERSONAL",
        "bin": number[:6] if number else None,
        "name": row.card_name,
        "number": number,
    }
    return without_nulls(
        {
            "type": "PaymentMethodCard",
            "card": without_nulls(card),
            "approvalNumber": row.apply_num,
            "installment": {"month": row.card_quota, "isInterestFree": False},
        }
    )


def _account(row: PaymentRow) -> dict[str, Any]:
    return without_nulls(
        {
            "type": "PaymentMethodVirtualAccount",
            "bank": BANK_NAMES.get(row.vbank_code or ""),
            "accountNumber": row.vbank_num,
            "accountType": "NORMAL",
            "remitteeName": row.vbank_holder,
            "remitterName": row.buyer_name if row.paid_at else None,
            "expiredAt": when(row.vbank_date),
            "issuedAt": when(row.vbank_issued_at),
            "refundStatus": "COMPLETED" if row.cancel_amount else None,
        }
    )
