"""The laws of what is sent: leases, calls that move money, and what the provider then does."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from payments.domain.money import Money
from payments.domain.refund import Refund, RefundStatus
from payments.domain.values import GatewayId, MerchantId
from simulation.laws.known import Known
from simulation.rows import Row


class SentLaws(Known):
    """What must hold of each call, and of each refund that is executed."""

    # leases

    def claimed(self, merchant_ids: Iterable[MerchantId], now: datetime, until: datetime) -> None:
        for merchant_id in merchant_ids:
            held = self._leases.get(merchant_id)
            if held and now < held:
                self.broken("13 one worker at a time", f"{merchant_id} was claimed under another's lease")
            if held:
                self._world.marks.hit("lease taken over")
            self._leases[merchant_id] = until

    def renewed(self, merchant_id: MerchantId, to: datetime) -> None:
        self._leases[merchant_id] = to

    def released(self, merchant_id: MerchantId, until: datetime) -> None:
        if self._leases.get(merchant_id) == until:
            del self._leases[merchant_id]

    # what is sent

    def about_to_prepare(self, merchant_id: MerchantId, price: Money) -> None:
        payment = self.payments.get(merchant_id)
        if payment is None or payment.price != price:
            self.broken("10 nothing is sent without a row", f"prepared {merchant_id}")

    def about_to_touch(self, gateway_id: GatewayId) -> None:
        row = self._world.provider.rows.get(gateway_id)
        if row is None or row.owner != "ours" or row.merchant_id not in self.payments:
            self.broken("14 hands off", f"{gateway_id} is not ours to touch")

    def about_to_send(self, refund: Refund, skew: int) -> None:
        """Check a cancel that leaves now: there is a committed row that says so, and no other one is on its way."""
        self.about_to_touch(refund.gateway_id)
        payment = self.payments.get(self.refund_owner.get(refund.id, MerchantId("")))
        stored = next((r for r in payment.refunds if r.id == refund.id), None) if payment else None
        now = self._world.scheduler.time() + timedelta(milliseconds=skew)
        if stored is None or (stored.gateway_id, stored.amount) != (refund.gateway_id, refund.amount):
            self.broken("10 nothing is sent without a row", f"{refund.id} has no row")
        elif stored.sends != refund.sends or stored.sent_at is None or now - stored.sent_at > timedelta(minutes=2):
            self.broken("10 nothing is sent without a row", f"{refund.id}: no row says that it is being sent")
        if (refund.id, refund.sends) in self.sends:
            self.broken("13 one send in flight", f"{refund.id} is sent twice, and one send of it is stored")
        self.sends[refund.id, refund.sends] = None
        if self._world.in_flight.get(refund.id):
            self.broken("13 one send in flight", f"{refund.id} is sent while it may be at work")
        if stored is not None and stored.accepted_at is not None:
            self.broken("13 one send in flight", f"{refund.id} is sent again, although the provider has accepted it")
        row = self._world.provider.rows.get(refund.gateway_id)
        if row and payment and row.mode is not payment.mode:
            self.broken("14 hands off", f"{refund.id} refunds play money in a live shop, or the other way round")

    def named(self, refund: Refund, key: str) -> None:
        """Check an idempotency key: the same for a request that is repeated, another one for every other request."""
        request = (refund.id, refund.refusals, refund.remainder)
        if self.keys.setdefault(request, key) != key:
            self.broken("22 a key names one request", f"{refund.id} is sent again under another key")
        if any(known == key for other, known in self.keys.items() if other != request):
            self.broken("22 a key names one request", f"{refund.id} is sent under the key of another request")

    def executes(self, refund: Refund, row: Row) -> None:
        """Check whose money goes back: a provider that is told the payment alone chooses the capture by itself."""
        if refund.gateway_id != row.gateway_id:
            self.broken("6 the capture that is meant", f"{refund.id} is of {refund.gateway_id}, not {row.gateway_id}")

    def arrives(self, refund: Refund) -> None:
        """Check a cancel that reaches the provider."""
        if self._world.in_flight.get(refund.id, 0) > 1:
            self.broken("13 one send in flight", f"{refund.id} arrives while it is at work")

    # what the provider did

    def moved(self, row: Row) -> None:
        """Check what the provider has just done."""
        if not row.refunds:
            return
        label = row.refunds[-1].reason
        if not label.startswith("["):
            return
        refund_id = label[1:].split("]")[0]
        if len(self._world.provider.executed.get(refund_id, [])) > 1:
            self.broken("6 no refund is executed twice", f"{refund_id} was executed twice")
        payment = self.payments.get(self.refund_owner.get(refund_id, MerchantId("")))
        refund = next((r for r in payment.refunds if r.id == refund_id), None) if payment else None
        if refund and refund.status is RefundStatus.REFUSED:
            self.broken("12 a refusal is final", f"{refund_id} was told refused, and is executed")
