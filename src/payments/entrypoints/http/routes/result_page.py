"""The page that a returning buyer sees if the shop has none of its own: the status of the payment, and a way back."""

from collections.abc import Mapping
from html import escape
from typing import Final

from payments.domain.event import Reason
from payments.domain.machine import Status
from payments.domain.payment import Payment
from payments.entrypoints.display import Language, reason

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_WORDS: Final[Mapping[Status, Mapping[Language, tuple[str, str]]]] = {
    Status.PAID: {
        "ko": ("결제가 완료되었습니다", "쇼핑몰로 돌아가 주문 내역을 확인해 주세요."),
        "en": ("Your payment is complete", "Go back to the shop to see your order."),
    },
    Status.FAILED: {
        "ko": ("결제가 완료되지 않았습니다", "쇼핑몰로 돌아가 주문 내역을 확인하거나 다시 시도해 주세요."),
        "en": ("Your payment did not go through", "Go back to the shop to see your order, or to try again."),
    },
    Status.CANCELLED: {
        "ko": ("취소된 결제입니다", "쇼핑몰로 돌아가 주문 내역을 확인해 주세요."),
        "en": ("This payment is cancelled", "Go back to the shop to see your order."),
    },
    Status.AWAITING: {
        "ko": ("결제를 확인하고 있습니다", "결과가 정해지면 쇼핑몰의 주문 내역에 표시됩니다."),
        "en": ("Your payment is being checked", "The shop shows the result in your orders as soon as it is known."),
    },
}

_BACK: Final[Mapping[Language, str]] = {"ko": "쇼핑몰로 돌아가기", "en": "Back to the shop"}
_WHY: Final[Mapping[Language, str]] = {"ko": "사유", "en": "Reason"}
_SAYS_NOTHING: Final = ("", Reason.DECLINED)

_PAGE: Final = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
  body {{ font: 16px/1.6 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center;
         background: #f4f5f7; color: #1c2430;
         word-break: keep-all; text-wrap: balance; }}
  main {{ background: #fff; border-radius: 16px; padding: 2.5rem; margin: 1rem; max-width: 26rem; text-align: center;
         box-shadow: 0 1px 3px #0002; }}
  h1 {{ font-size: 1.35rem; margin: 0 0 .5rem; }}
  p {{ margin: 0; color: #5a6472; }}
  .why {{ margin-top: 1rem; color: #1c2430; overflow-wrap: anywhere; }}
  a {{ display: inline-block; margin-top: 1.5rem; padding: .7rem 1.4rem; border-radius: 10px; background: #1c2430;
      color: #fff; text-decoration: none; font-weight: 600; }}
</style>
<main data-status="{status}"><h1>{title}</h1><p>{text}</p>{why}<a id="back" href="{back}">{back_text}</a></main>
</html>
"""


def result_page(payment: Payment | None, language: Language, shop: str) -> str:
    """Return the page for a payment; None, for an unknown one, shows that it is being checked.

    *shop* is the address that the buyer goes back to.
    """
    status = payment.status if payment else Status.AWAITING
    declined = payment is not None and status is Status.AWAITING and payment.reason not in ("", Reason.LEFT)
    title, text = _WORDS[Status.FAILED if declined else status][language]
    return _PAGE.format(
        language=language,
        title=title,
        text=text,
        status=status,
        why=_why(payment, language) if payment else "",
        back=escape(shop),
        back_text=_BACK[language],
    )


def _why(payment: Payment, language: Language) -> str:
    """Return why the latest try failed or the payment ended; the words may be the provider's, so they are escaped."""
    if payment.status is Status.PAID or payment.reason in _SAYS_NOTHING:
        return ""
    return f'<p class="why">{_WHY[language]}: {escape(reason(payment.reason, language))}</p>'


def language_of(accepted: str) -> Language:
    """Return the preferred language of an Accept-Language header: Korean, unless English comes first."""
    order = [part.partition(";")[0].strip()[:2].lower() for part in accepted.split(",")]
    return "en" if "en" in order and ("ko" not in order or order.index("en") < order.index("ko")) else "ko"
