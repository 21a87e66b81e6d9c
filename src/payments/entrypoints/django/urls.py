"""The addresses, below the path at which a project includes them. payments.js and the provider's window know them."""

from django.urls import path

from payments.entrypoints.django import views
from payments.entrypoints.django.apps import LABEL

app_name = LABEL
_ONE = "payments/<str:merchant_id>"

urlpatterns = [
    path("payments", views.begin_and_list, name="payments"),
    path("payments/return", views.returning, name="return"),
    path(_ONE, views.show, name="payment"),
    path(f"{_ONE}/events", views.timeline, name="timeline"),
    path(f"{_ONE}/complete", views.complete, name="complete"),
    path(f"{_ONE}/abandon", views.abandon, name="abandon"),
    path(f"{_ONE}/cancel", views.cancel, name="cancel"),
    path("webhooks/<str:provider>", views.webhook, name="webhook"),
    path("payments.js", views.script, name="script"),
    path("button.js", views.button_script, name="button"),
]
