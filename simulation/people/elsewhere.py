"""Money given back elsewhere: an operator records it, carelessly, and decides what is in question by chance."""

import random
from functools import partial

from payments.domain.outside.deciding import GivenBack
from payments.domain.refund import RefundStatus
from payments.domain.values import MerchantId, RefundId
from simulation.machines import Machine
from simulation.people import requests
from simulation.people.person import Person
from simulation.scheduler import Work


def works(me: Person) -> None:
    """Record some money of any capture, and decide about some record. Its chance is its own, beside the person's."""
    rng = random.Random(f"elsewhere {me.role.seed} {me.world.scheduler.now}")
    known = list(me.world.laws.payments.values())
    captures = [(p, a) for p in known for a in p.attempts if a.report.is_capture]
    if captures and rng.random() < 0.7:
        payment, attempt = rng.choice(captures)
        amount = rng.choice(
            [1, attempt.report.amount.minor // 4 or 1, max(attempt.left, 1), attempt.report.amount.minor]
        )
        given = GivenBack(amount=amount, note="계좌 이체", gateway_id=attempt.gateway_id)
        name = RefundId(f"e{me.role.number}x{rng.getrandbits(20)}")
        for _ in range(rng.choice([1, 1, 2])):
            me.asks("record", partial(_record, merchant_id=payment.merchant_id, given=given, refund_id=name))
    records = [(p.merchant_id, r) for p in known for r in p.refunds if r.was_outside]
    asked = [(merchant_id, r) for merchant_id, r in records if r.status is RefundStatus.QUESTIONED]
    if records and rng.random() < 0.7:
        merchant_id, record = rng.choice(asked or records)
        same = rng.random() < 0.5
        me.asks("decide", partial(_decide, merchant_id=merchant_id, refund_id=record.id, same=same))


def _record(machine: Machine, merchant_id: MerchantId, given: GivenBack, refund_id: RefundId) -> Work:
    return machine.use_cases.outside_refunds.record(requests.SHOP, merchant_id, given, refund_id)


def _decide(machine: Machine, merchant_id: MerchantId, refund_id: RefundId, same: bool) -> Work:
    outside = machine.use_cases.outside_refunds
    return (outside.merge if same else outside.count)(requests.SHOP, merchant_id, refund_id)
