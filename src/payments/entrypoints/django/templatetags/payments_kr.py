"""`{% load payments_kr %}{% payment_button order=order.pk amount=order.total %}`: a button that pays an order.

The scripts have the request's CSP nonce if there is one (`request.csp_nonce`, or `csp_nonce` in the context).
"""

from itertools import count
from typing import Any

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.urls import reverse

from payments.domain.values import Method
from payments.entrypoints.django.apps import LABEL
from payments.entrypoints.django.wiring import service
from payments.entrypoints.django.words import word, words

register = template.Library()
_numbers = count(1)


@register.inclusion_tag("payments_kr/button.html", takes_context=True)
def payment_button(
    context: template.Context,
    order: object,
    amount: int | None = None,
    method: str = Method.CARD,
    label: str = "",
    next: str = "",
    css_class: str = "",
) -> dict[str, Any]:
    """Render the button, its scripts, and a place for the result.

    *amount*, in minor units, is what the page shows: another price in the shop's tables is refused. *next* is where a
    paid order's buyer goes. Raises ValueError for an unknown *method*.
    """
    request = context["request"]
    service(request)
    token = get_token(request) if settings.CSRF_USE_SESSIONS or settings.CSRF_COOKIE_HTTPONLY else ""
    get_token(request)  # so that the CSRF cookie is set
    deposits = Method(method) is Method.VIRTUAL_ACCOUNT
    first = not context.render_context.get("payment_scripts")
    context.render_context["payment_scripts"] = True
    return {
        "order": str(order),
        "amount": amount,
        "method": Method(method).value,
        "label": label or word("deposit_pay" if deposits else "pay"),
        "next": next,
        "css_class": css_class,
        "place": f"payment-{next_number()}",
        "nonce": context.get("csp_nonce") or getattr(request, "csp_nonce", ""),
        "csrf_token": token,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "api": reverse(f"{LABEL}:payments").removesuffix("/payments"),
        "with_scripts": first,
        "words": words(),
    }


@register.filter
def named(mapping: dict[str, str], key: str) -> str:
    """Return the value of *key*; the key itself if there is none."""
    return mapping.get(key, key)


def next_number() -> int:
    """Return a number for the id of one button's place."""
    return next(_numbers)
