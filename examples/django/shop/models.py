"""The shop's orders."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from payments import Money, Offer


class Order(models.Model):
    """What a user buys. `total` is in won."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    title = models.CharField(max_length=100)
    total = models.PositiveIntegerField()
    paid = models.BooleanField(default=False)
    objects: ClassVar[Any] = models.Manager()

    def __str__(self) -> str:
        return self.title

    @classmethod
    def offer_for(cls, buyer: str, order: str) -> Offer:
        """Return what this user pays for this order. Django's DoesNotExist becomes "order not found"."""
        found = cls.objects.get(pk=order, user_id=buyer)
        return Offer(found.title, Money(found.total, "KRW"))
