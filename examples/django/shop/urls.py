"""Addresses: the admin, the payments, and an order's page."""

from django.contrib import admin
from django.urls import include, path

from shop import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("pay/", include("payments.entrypoints.django.urls")),
    path("orders/<int:pk>/", views.order, name="order"),
]
