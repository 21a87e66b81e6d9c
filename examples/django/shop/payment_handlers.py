"""What the shop does when something happens to a payment. Each function runs once for each event."""

from payments.entrypoints.django import on
from shop.models import Order


@on("payment.captured")
def mark_paid(happened):
    if happened.status == "paid":
        Order.objects.filter(pk=happened.order).update(paid=True)
