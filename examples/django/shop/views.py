"""One page: an order and its button."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render

from shop.models import Order


@login_required
def order(request, pk):
    found = get_object_or_404(Order, pk=pk, user=request.user)
    return render(request, "order.html", {"order": found})
