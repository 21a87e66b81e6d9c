"""Two models: the notes of processed messages, and a model without a table that the admin and permissions need."""

from django.db import models

from payments.entrypoints.django.words import lazily


class ProcessedMessage(models.Model):
    """A handler ran for a message. The pair is unique, so it cannot run twice."""

    message_id = models.CharField(max_length=96)
    handler = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message_id", "handler"], name="payments_kr_once"),)

    def __str__(self) -> str:
        return f"{self.message_id} {self.handler}"


class Payment(models.Model):
    """A payment in the admin. The payments themselves are read through the use cases, not through this model."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        permissions = (("refund_payment", "Can refund a payment"),)
        verbose_name = lazily("payment")
        verbose_name_plural = lazily("list")

    def __str__(self) -> str:
        return str(self.pk)
