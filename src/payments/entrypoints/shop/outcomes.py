"""What a payment became, as its buyer reads it: a headline, a tone, and what happened to money that went back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from payments.entrypoints.display import Language, moment, money, reason, standing
from payments.entrypoints.shop.words import WORDS
from payments.entrypoints.stories.timeline import QUIET

EXPLAINED_BY_THE_LEAD: Final = (*QUIET, "declined", "amount_mismatch")
PAYABLE: Final = ("awaiting", "failed")


@attrs.frozen
class Outcome:
    """`tone` is paid, failed, awaiting or cancelled: how it looks. `changes`: the page should watch for news."""

    title: str
    lead: str
    tone: str
    reason: str
    may_pay: bool
    changes: bool


def outcome_of(payment: Mapping[str, Any], language: Language) -> Outcome:
    """Return what a buyer reads about a payment of the API."""
    title, lead = headline(payment)
    payable = payment["status"] in PAYABLE
    on_its_way = payment["refunding"] or any(stray["state"] == "refunding" for stray in payment["strays"])
    return Outcome(
        title=WORDS[title].read_in(language),
        lead=WORDS[lead].read_in(language),
        tone=_tone(payment),
        reason=reason_of(payment, language),
        may_pay=payable and not payment["deposits"],
        changes=payable or bool(on_its_way),
    )


def headline(payment: Mapping[str, Any]) -> tuple[str, str]:
    """Return the keys of the title and of the sentence under it, for a payment."""
    status, why = payment["status"], payment["reason"]
    if status == "cancelled" and given_back(payment):
        return "refunded_title", "refunded_text"
    if status == "cancelled" and payment["strays"]:
        back = all(stray["state"] == "refunded" for stray in payment["strays"])
        return ("late_back_title" if back else "late_title"), "late_text"
    if status == "cancelled" and why == "expired":
        return "cancelled_title", "expired_text"
    if status in PAYABLE and payment["deposits"]:
        return "deposit_title", "deposit_text"
    if status == "failed" and why == "amount_mismatch":
        return "failed_title", "mismatch_text"
    if status in PAYABLE:
        return ("awaiting_title", "awaiting_text") if why in QUIET else ("failed_title", "failed_text")
    return f"{status}_title", f"{status}_text"


def _tone(payment: Mapping[str, Any]) -> str:
    if payment["status"] not in PAYABLE:
        return str(payment["status"])
    return "awaiting" if payment["deposits"] or payment["reason"] in QUIET else "failed"


def reason_of(payment: Mapping[str, Any], language: Language) -> str:
    """Return why the latest try failed, unless the sentence under the title says it already."""
    shown = payment["status"] in PAYABLE and payment["reason"] not in EXPLAINED_BY_THE_LEAD and not payment["deposits"]
    return reason(payment["reason"], language) if shown else ""


def standing_of(payment: Mapping[str, Any], language: Language) -> str:
    """Return where a payment stands, in a word or two."""
    if payment["refunding"] and not given_back(payment):
        return WORDS["refund_under_way"].read_in(language)
    return standing(
        payment["status"],
        language,
        awaits_deposit=bool(payment["deposits"]),
        refunded=given_back(payment),
    )


def given_back(payment: Mapping[str, Any]) -> int:
    """Return how much went back to the buyer, through the provider or in another way, in minor units."""
    return int(payment["refunded"] + payment["outside"])


def money_back(payment: Mapping[str, Any], language: Language) -> list[str]:
    """Return a sentence for each sum that came back, is on its way, or waits for the shop's decision."""
    told = []
    if back := given_back(payment):
        told.append(_told("back_refunded", payment, back, payment["refunded_at"], language))
    if payment["refunding"]:
        told.append(_told("back_refunding", payment, payment["refunding"], None, language))
    for stray in payment["strays"]:
        which = WORDS[f"stray_{stray['disposition']}"].read_in(language)
        what = _told(f"back_{stray['state']}", stray, stray["amount"], stray["refunded_at"], language)
        told.append(f"{which} {what}")
    return told


def _told(key: str, of: Mapping[str, Any], amount: int, at: str | None, language: Language) -> str:
    when = moment(datetime.fromisoformat(at), language) if at else ""
    return WORDS[key].read_in(language).format(amount=money(amount, of["currency"], language), when=when)
