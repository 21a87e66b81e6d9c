"""Payments inside a Django project: views, admin, template tag, commands, and handlers that run exactly once.

    INSTALLED_APPS = [..., "payments.entrypoints.django"]
    PAYMENTS = {"database": {"url": "sqlite:///payments.db"}, "iamport": {...}, "offer": "shop.models.Order.offer_for"}
    urlpatterns = [..., path("pay/", include("payments.entrypoints.django.urls"))]

    @on("payment.captured")
    def mark_paid(happened): Order.objects.filter(pk=happened.order).update(paid=True)

The store of the payments keeps connections and transactions of its own, because a payment must be committed before
the provider hears of it. The handlers run in transactions of the project's database.
"""

from payments.entrypoints.django.handlers import on

__all__ = ["on"]
