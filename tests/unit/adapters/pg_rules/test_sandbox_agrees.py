"""The rules and the sandbox have their own copies of what each PG allows: what one refuses, the other knows of."""

from datetime import datetime
from decimal import Decimal
from typing import Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from support.rounds import rounds
from unit.adapters.pg_rules.agreeing import NOON, Story, Town, stories

from payments.adapters.iamport import Buyer, request_pay
from payments.adapters.portone import request_payment
from payments.adapters.portone.cancelling import cancel_body
from payments.domain.payment import Payment
from payments.domain.ports import Contact
from payments.domain.refund import BankAccount, Refund
from payments.entrypoints.sandbox import Sandbox
from payments.entrypoints.sandbox.clock import Clock
from payments.entrypoints.sandbox.payments.cancel_request import CancelRequest
from payments.entrypoints.sandbox.payments.channels import Channel
from payments.entrypoints.sandbox.payments.portone_channels import PortOneChannel
from payments.entrypoints.sandbox.payments.row import PaymentRow
from payments.entrypoints.sandbox.portone.book.cancel_request import PortOneCancel
from payments.entrypoints.sandbox.portone_settings import STORE_ID, PortOneSettings
from payments.entrypoints.sandbox.settings import SandboxSettings
from payments.entrypoints.settings import IamportOptions, PortOneOptions, Settings

V1_PGS: Final = (
    "html5_inicis kcp nice nice_v2 tosspayments danal danal_tpay mobilians_v2 smartro_v2 settle settle_acc kicc ksnet "
    "welcome galaxia daou kakaopay naverpay payco tosspay_v2 toss_brandpay paypal_v2"
).split()
V2_PGS: Final = (
    "INICIS_V2 KCP_V2 NICE_V2 TOSSPAYMENTS TOSS_BRANDPAY MOBILIANS_V2 DANAL SMARTRO_V2 KPN KSNET WELCOME GALAXIA "
    "KAKAOPAY NAVERPAY TOSSPAY_V2 EXIMBAY_V2 PAYLETTER_GLOBAL PAYPAL_V2"
).split()


@attrs.define
class V1Town(Town):
    """V1: `IMP.request_pay` and `POST /payments/cancel`."""

    def _sandbox(self) -> Sandbox:
        channel = Channel(pg_provider=self.pg, pg_id=self.pg, channel_key=self.pg, channel_name=self.pg)
        options = SandboxSettings(channels=(channel,), enforce_prepare=False, seed=1)
        return Sandbox(options, Clock.stopped(NOON))

    def _settings(self, deposit_days: int) -> Settings:
        return Settings(iamport=IamportOptions(pg=self.pg, deposit_days=deposit_days))

    def _open(self, payment: Payment, contact: Contact, due: datetime | None) -> PaymentRow:
        asked = request_pay(
            payment,
            user_code="imp00000000",
            pg=self.pg,
            return_url="https://shop.test/",
            buyer=Buyer(name=contact.name, phone=contact.phone, email=contact.email),
            deposit_due=due,
        )
        return self.sandbox.request_pay({**asked["params"], "amount": Decimal(payment.price.minor)})

    def _cancel(self, row: PaymentRow, refund: Refund) -> None:
        account = refund.account if isinstance(refund.account, BankAccount) else None
        self.sandbox.book.cancel(
            CancelRequest(
                imp_uid=row.imp_uid,
                amount=Decimal(refund.amount),
                checksum=Decimal(refund.remainder),
                tax_free=None if refund.tax_free is None else Decimal(refund.tax_free),
                vat_amount=None if refund.vat is None else Decimal(refund.vat),
                reason=refund.reason,
                refund_holder=account.holder if account else "",
                refund_bank=account.bank if account else "",
                refund_account=account.number if account else "",
                refund_tel=account.phone if account else "",
            )
        )


@attrs.define
class V2Town(Town):
    """V2: `PortOne.requestPayment` and `POST /payments/{paymentId}/cancel`."""

    def _sandbox(self) -> Sandbox:
        channel = PortOneChannel(key=self.pg, name=self.pg, pg_provider=self.pg, pg_merchant_id=self.pg)
        options = SandboxSettings(portone=PortOneSettings(channels=(channel,)), seed=1)
        return Sandbox(options, Clock.stopped(NOON))

    def _settings(self, deposit_days: int) -> Settings:
        return Settings(provider="portone", portone=PortOneOptions(pg=self.pg, deposit_days=deposit_days))

    def _open(self, payment: Payment, contact: Contact, due: datetime | None) -> PaymentRow:
        asked = request_payment(
            payment,
            store_id=STORE_ID,
            channel_key=self.pg,
            return_url="https://shop.test/",
            contact=contact,
            deposit_due=due,
        )
        return self.sandbox.portone.request_payment(asked)

    def _cancel(self, row: PaymentRow, refund: Refund) -> None:
        body = cancel_body(refund)
        account = body.get("refundAccount", {})
        cancel = PortOneCancel(
            reason=body["reason"],
            amount=body["amount"],
            tax_free=body["taxFreeAmount"],
            vat=body.get("vatAmount"),
            cancellable=body["currentCancellableAmount"],
            to_account=bool(account),
            holder_phone=account.get("holderPhoneNumber", ""),
        )
        self.sandbox.portone.desk.cancel(row.merchant_uid, cancel)


@settings(max_examples=rounds(ci=200, soak=20_000), deadline=None)
@given(pg=st.sampled_from(V1_PGS), story=stories())
def test_what_the_rules_let_pass_a_channel_of_v1_takes_and_what_it_refuses_they_know_of(pg: str, story: Story) -> None:
    V1Town(pg, story).lives()


@settings(max_examples=rounds(ci=200, soak=20_000), deadline=None)
@given(pg=st.sampled_from(V2_PGS), story=stories())
def test_what_the_rules_let_pass_a_channel_of_v2_takes_and_what_it_refuses_they_know_of(pg: str, story: Story) -> None:
    V2Town(pg, story).lives()
