"""The admin: 결제 목록 with search and filters, a payment's timeline, and refunds for those who have the permission.

Everything is read and done through the use cases; the model has no table.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.crypto import get_random_string
from django.utils.decorators import method_decorator

from payments.domain.errors import PaymentNotFound, PaymentsError
from payments.domain.machine import Status
from payments.domain.refund import BankAccount
from payments.domain.refunding import RefundOrder
from payments.domain.values import Caller, RefundId
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.django import showing
from payments.entrypoints.django.apps import LABEL
from payments.entrypoints.django.models import Payment
from payments.entrypoints.django.wiring import service
from payments.entrypoints.django.words import language, word, words

PAGE = 50


@admin.register(Payment)
class PaymentAdmin(admin.ModelAdmin):
    """Pages of our own instead of the model's: nothing here may add, change or delete a payment."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as above
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - as above
        return False

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name=f"{LABEL}_payment_changelist"),
            path("<str:merchant_id>/", wrap(self.payment_page), name=f"{LABEL}_payment_change"),
            path("<str:merchant_id>/refund/", wrap(self.refund_page), name=f"{LABEL}_payment_refund"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # noqa: ARG002
        """The list, newest first; a search by one payment's id leads to it directly."""
        self._check(request, "view_payment")
        asked = showing.Asked.of(request.GET)
        wired = service(request)
        found = showing.find(wired, asked, PAGE + 1)
        rows = [showing.row(payment) for payment in found[:PAGE]]
        following = asked.query(after=found[PAGE - 1].merchant_id) if len(found) > PAGE else ""
        statuses = [(status.value, display.status(status, language())) for status in Status]
        context = {"rows": rows, "asked": asked, "statuses": statuses, "following": following}
        return self._page(request, "list.html", word("list"), context)

    def payment_page(self, request: HttpRequest, merchant_id: str) -> HttpResponse:
        """One payment: what it is, its attempts and refunds, and its timeline."""
        self._check(request, "view_payment")
        payment, events = self._payment(request, merchant_id)
        context = {
            "payment": showing.row(payment),
            "facts": showing.facts(payment),
            "attempts": [showing.attempt(payment, one) for one in payment.attempts],
            "refunds": [showing.refund(payment, one) for one in payment.refunds],
            "events": [showing.event(payment, one) for one in events],
            "may_refund": request.user.has_perm(f"{LABEL}.refund_payment") and payment.status is Status.PAID,
            "needs_account": showing.needs_account(payment),
            "key": get_random_string(20),
        }
        return self._page(request, "payment.html", merchant_id, context)

    @method_decorator(transaction.non_atomic_requests)
    def refund_page(self, request: HttpRequest, merchant_id: str) -> HttpResponse:
        """Refund in full or in part. The form's key makes a repeated click the same refund."""
        self._check(request, "refund_payment")
        back = HttpResponseRedirect(reverse(f"admin:{LABEL}_payment_change", args=(merchant_id,)))
        if request.method != "POST":
            return back
        payment, _ = self._payment(request, merchant_id)
        operator = Caller.shop(f"admin {request.user.get_username()}"[:100])
        try:
            order = _order(request, payment)
            refund_id = RefundId(f"ra_{request.POST['key'][:20]}")
            outcome = run(service(request).refunds.refund(operator, payment.merchant_id, order, refund_id))
        except PaymentsError as error:
            messages.error(request, str(error))
            return back
        refund = outcome.payment.refund(refund_id)
        if refund.failure:
            messages.error(request, refund.failure)
        else:
            messages.success(request, word("refund_done" if outcome.confirmed else "refund_on_its_way"))
        return back

    def _check(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(f"{LABEL}.{permission}"):
            raise PermissionDenied

    def _payment(self, request: HttpRequest, merchant_id: str) -> tuple[Any, Any]:
        try:
            return showing.load(service(request), merchant_id)
        except (PaymentNotFound, PaymentsError):
            raise Http404(merchant_id) from None

    def _page(self, request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "title": title, "words": words(), "opts": self.model._meta}
        return TemplateResponse(request, f"admin/{LABEL}/{template}", {**shared, **context})


def _order(request: HttpRequest, payment: Any) -> RefundOrder:
    """Return what the form asks for. Raises BadInput."""
    given = {name: request.POST.get(name, "").strip() for name in ("amount", "reason", "bank", "number", "holder")}
    account = None
    if given["bank"] or given["number"] or given["holder"]:
        account = BankAccount(bank=given["bank"], number=given["number"], holder=given["holder"])
    return RefundOrder(
        reason=given["reason"][:200],
        amount=display.read_money(given["amount"], payment.price.currency) if given["amount"] else None,
        account=account,
    )
