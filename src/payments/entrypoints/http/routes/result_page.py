"""The page that a returning buyer sees if the shop has none of its own: the status of the payment."""

from collections.abc import Mapping
from typing import Final

from payments.domain.machine import Status
from payments.entrypoints.display import Language

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_WORDS: Final[Mapping[Status | None, Mapping[Language, tuple[str, str]]]] = {
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
    None: {
        "ko": ("결제를 확인하고 있습니다", "결과가 정해지면 쇼핑몰의 주문 내역에 표시됩니다."),
        "en": ("Your payment is being checked", "The shop shows the result in your orders as soon as it is known."),
    },
}

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
</style>
<main data-status="{status}"><h1>{title}</h1><p>{text}</p></main>
</html>
"""


def result_page(status: Status | None, language: Language) -> str:
    """Return the page for a status; None, for an unknown payment, shows that it is being checked."""
    title, text = _WORDS[status][language]
    return _PAGE.format(language=language, title=title, text=text, status=status or Status.AWAITING)


def language_of(accepted: str) -> Language:
    """Return the preferred language of an Accept-Language header: Korean, unless English comes first."""
    order = [part.partition(";")[0].strip()[:2].lower() for part in accepted.split(",")]
    return "en" if "en" in order and ("ko" not in order or order.index("en") < order.index("ko")) else "ko"
