"""A payment's timeline in plain sentences: what happened, why it matters, and who reported it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from payments.entrypoints.display import Language, moment, money, source
from payments.entrypoints.stories.words import Words

QUIET: Final = ("", "left")
"""Reasons of a try that nobody refused: it was not made, or the buyer closed the window."""

_KINDS: Final[Mapping[str, tuple[str, Words, Words]]] = {  # kind: tone, what happened, why
    "begun": (
        "",
        Words("결제를 시작했습니다. 받을 금액은 {amount}입니다.", "The payment was begun for {amount}."),
        Words("돈이 움직이기 전에 먼저 장부에 적었습니다.", "It was recorded before any money could move."),
    ),
    "prepared": (
        "",
        Words("결제대행사에 금액을 미리 등록했습니다.", "The amount was registered with the provider."),
        Words("이제 다른 금액으로는 결제창이 열리지 않습니다.", "The provider now refuses any other amount."),
    ),
    "prepare_refused": (
        "bad",
        Words("결제대행사가 금액 등록을 거절했습니다.", "The provider refused to register the amount."),
        Words("결제창을 열지 않았습니다.", "No window was opened."),
    ),
    "attempt_opened": (
        "",
        Words("결제창이 열린 것을 보았습니다.", "A payment window was opened."),
        Words("아직 돈은 움직이지 않았습니다.", "No money has moved yet."),
    ),
    "deposit_issued": (
        "wait",
        Words("가상계좌가 발급되었습니다.", "A virtual account was issued."),
        Words("입금될 때까지 결제된 것이 아닙니다.", "The payment is complete when the money arrives."),
    ),
    "attempt_updated": (
        "",
        Words("결제 시도에 대해 더 알게 되었습니다.", "There is new information about the attempt."),
        Words("돈에는 변화가 없습니다.", "No money moved."),
    ),
    "declined": (
        "bad",
        Words("결제가 승인되지 않았습니다.", "The attempt was declined."),
        Words("돈은 빠져나가지 않았고, 다시 시도할 수 있습니다.", "No money was taken, and the buyer may try again."),
    ),
    "captured": (
        "good",
        Words("결제대행사가 {amount} 승인을 확인했습니다.", "The provider confirms that {amount} was paid."),
        Words(
            "주문, 금액, 통화가 모두 일치하여 결제를 완료했습니다.",
            "Order, amount and currency all match, so the payment is complete.",
        ),
    ),
    "closed": ("", Words("결제를 닫았습니다.", "The payment was closed."), Words("", "")),
    "refund_requested": (
        "wait",
        Words("{amount} 환불을 요청했습니다.", "A refund of {amount} was requested."),
        Words(
            "보내기 전에 먼저 적었으므로 두 번 환불되지 않습니다.",
            "It was recorded before it was sent, so it cannot happen twice.",
        ),
    ),
    "refund_accepted": (
        "wait",
        Words(
            "결제대행사가 환불을 접수했습니다. 결과는 나중에 알려 옵니다.",
            "The provider accepted the refund. Its result comes later.",
        ),
        Words("", ""),
    ),
    "refund_approved": (
        "wait",
        Words("두 번째 담당자가 {amount} 환불을 승인했습니다.", "A second person approved the refund of {amount}."),
        Words("이제 결제대행사에 보냅니다.", "It is now sent to the provider."),
    ),
    "refund_rebased": (
        "wait",
        Words(
            "남은 금액이 바뀌어 환불을 다시 계산했습니다.",
            "The remaining amount changed, so the refund was recalculated.",
        ),
        Words("", ""),
    ),
    "refund_refused": (
        "bad",
        Words("환불이 거절되었습니다.", "The refund was refused."),
        Words("", ""),
    ),
    "refunded": ("good", Words("{amount} 환불했습니다.", "{amount} was refunded."), Words("", "")),
    "stray_held": (
        "",
        Words("담당자가 이 돈을 보관하기로 했습니다.", "An operator decided to hold this money."),
        Words("", ""),
    ),
    "refunded_outside": (
        "good",
        Words("{amount}을(를) 다른 방법으로 돌려드렸습니다.", "{amount} was given back in another way."),
        Words("결제대행사를 거치지 않은 환불입니다.", "This refund did not go through the provider."),
    ),
    "outside_questioned": (
        "wait",
        Words(
            "결제대행사의 환불이 따로 적어 둔 환불 {amount}과(와) 같은 돈일 수 있습니다.",
            "A refund of the provider may be the same money as the {amount} given back elsewhere.",
        ),
        Words("담당자가 정할 때까지 두 번 세지 않습니다.", "It is not counted twice until an operator decides."),
    ),
    "outside_merged": (
        "",
        Words("결제대행사의 환불과 같은 돈으로 확인했습니다.", "It is the same money as the provider's refund."),
        Words("한 번만 셉니다.", "It is counted once."),
    ),
    "outside_counted": (
        "good",
        Words("결제대행사의 환불과 다른 돈으로 확인했습니다.", "It is other money than the provider's refund."),
        Words("{amount}도 환불로 셉니다.", "The {amount} counts as given back too."),
    ),
    "attempt_unreadable": (
        "wait",
        Words(
            "결제대행사의 응답에 읽을 수 없는 시도가 있습니다.",
            "The provider returned an attempt that is unreadable.",
        ),
        Words(
            "담당자가 확인할 때까지 주문은 닫히지 않습니다.", "The order stays open until an operator has checked it."
        ),
    ),
    "deposit_left_open": (
        "bad",
        Words("가상계좌를 닫지 못했습니다.", "The virtual account could not be closed."),
        Words("여기로 들어오는 돈은 환불합니다.", "Money that arrives there is refunded."),
    ),
    "strayed": (
        "bad",
        Words("주문과 맞지 않는 어긋난 입금({amount})이 들어왔습니다.", "Unexpected money was found: {amount}."),
        Words("", ""),
    ),
}

_REASONS: Final[Mapping[tuple[str, str], Words]] = {
    ("declined", "left"): Words("손님이 결제창을 닫았습니다.", "The buyer closed the payment window."),
    ("closed", "buyer"): Words("손님이 주문을 취소했습니다.", "The buyer cancelled the order."),
    ("closed", "shop"): Words("상점이 주문을 취소했습니다.", "The shop cancelled the order."),
    ("closed", "expired"): Words(
        "시간이 지났고, 결제대행사에 들어온 돈도 없습니다.",
        "It expired, and the provider received no money for it.",
    ),
    ("closed", "superseded"): Words(
        "같은 주문을 다른 금액으로 새로 시작했습니다.", "The order was begun again at another price."
    ),
    ("closed", "orphan"): Words("여기서 시작하지 않은 결제입니다.", "This payment was not begun in this shop."),
    ("strayed", "mismatch"): Words(
        "주문과 금액이 다릅니다. 결제로 인정하지 않고 환불합니다.",
        "The amount differs from the order. It does not count as payment and is refunded.",
    ),
    ("strayed", "duplicate"): Words(
        "이미 결제된 주문입니다. 두 번째 돈은 환불합니다.",
        "The order was already paid. The second payment is refunded.",
    ),
    ("strayed", "late"): Words(
        "주문이 닫힌 뒤에 들어온 돈이라 환불합니다.", "It arrived after the order was closed, so it is refunded."
    ),
    ("strayed", "wrong_mode"): Words(
        "실제 돈이 아닌 테스트 결제입니다.", "It is test money, not real money. It does not count."
    ),
    ("strayed", "orphan"): Words(
        "이 상점의 주문이 아니어서 사람이 확인합니다.",
        "It belongs to no order of this shop. An operator will check it.",
    ),
}

_CLOSED: Final[Mapping[str, Words]] = {
    "outside_merged": Words(
        "한 번만 셉니다. 결제는 닫힌 채로 있고, 남은 돈이 있으면 환불할 수 있습니다.",
        "It is counted once. The payment stays closed, and what is left of it can be refunded.",
    ),
}
"""Why an event of a payment that is already cancelled matters."""

_ROLES: Final[Mapping[str, Words]] = {
    "buyer": Words("손님", "The buyer"),
    "shop": Words("상점", "The shop"),
    "operator": Words("상점", "The shop"),
    "system": Words("결제 서비스", "The payment service"),
}


@attrs.frozen
class Entry:
    """One line of the story, ready to be shown. `tone` is "good", "bad", "wait" or empty."""

    tone: str
    what: str
    why: str
    words: str  # the provider's own words, shown as they are
    who: str
    at: str
    iso: str
    attempt: str
    status: str


def entry_of(event: Mapping[str, Any], language: Language, *, names: bool = False) -> Entry:
    """Return an event of the API as an entry of the story; a kind that is unknown here keeps its name.

    With *names*, as an operator reads it, people are told by their names.
    """
    kind, reason = event["kind"], event["reason"]
    tone, what, why = _KINDS.get(kind, ("", Words(kind, kind), Words("", "")))
    known = _REASONS.get((kind, reason))
    amount = "" if event["amount"] is None else money(event["amount"], event["currency"], language)
    return Entry(
        tone="" if known and reason in QUIET else tone,
        what=what.read_in(language).format(amount=amount),
        why=(known or (_CLOSED.get(kind, why) if event["status"] == "cancelled" else why))
        .read_in(language)
        .format(amount=amount),
        words="" if known or kind not in ("declined", "prepare_refused", "refund_refused") else reason,
        who=source(event["by"], language) if names else reported_by(event["by"], language),
        at=moment(datetime.fromisoformat(event["at"]), language, seconds=True),
        iso=event["at"],
        attempt=event["gateway_id"] or "",
        status=event["status"],
    )


def reported_by(by: str, language: Language) -> str:
    """Return who or what reported a change, without anybody's name: `buyer:demo-1` is the buyer."""
    role, colon, _ = by.partition(":")
    return _ROLES[role].read_in(language) if colon and role in _ROLES else source(by, language, names=False)
