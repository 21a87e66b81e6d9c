"""UseCases: all use cases over one set of ports, wired once."""

from datetime import timedelta
from typing import Any, Self

import attrs

from payments.domain.people.audit import AuditLog
from payments.domain.ports import Alarms, Clock, Gateway, Gateways, MerchantIdPolicy, Orphans, PaymentRepository, Vault
from payments.domain.schedule import DEPOSIT_GRACE, EXPIRES_AFTER, GRACE
from payments.domain.use_cases.accounts import Accounts
from payments.domain.use_cases.channel_rules import ChannelRules, NoRules
from payments.domain.use_cases.checkout import Checkout
from payments.domain.use_cases.people.approvals import Approvals
from payments.domain.use_cases.people.outside import OutsideRefunds
from payments.domain.use_cases.people.trail import Trail
from payments.domain.use_cases.reconciliation import Reconciliation
from payments.domain.use_cases.refreshing import Refresher
from payments.domain.use_cases.refund_rules import RefundRules
from payments.domain.use_cases.refunds import Refunds
from payments.domain.use_cases.rules import Rules
from payments.domain.use_cases.sweep import Sweep
from payments.domain.values import Mode


@attrs.frozen(kw_only=True)
class Policy:
    """What a shop decides.

    mode            real money or test money
    hold_strays     strays are never refunded before an operator decides
    expires_after   how long a buyer has to pay before an untouched payment is cancelled
    grace           how long after that whatever the provider shows still pays
    deposit_grace   the same after the due time of a virtual account
    second_person_above   refunds of a capture above this sum in won wait for a second person; 0: none
    rules           what must hold of a payment before it begins
    """

    mode: Mode
    hold_strays: bool = False
    expires_after: timedelta = EXPIRES_AFTER
    grace: timedelta = GRACE
    deposit_grace: timedelta = DEPOSIT_GRACE
    second_person_above: int = 0
    rules: Rules = attrs.field(factory=Rules)


@attrs.frozen(kw_only=True)
class UseCases:
    """What entrypoints call."""

    checkout: Checkout
    refunds: Refunds
    refresher: Refresher
    sweep: Sweep
    reconciliation: Reconciliation
    trail: Trail
    approvals: Approvals
    outside_refunds: OutsideRefunds

    @classmethod
    def over(
        cls,
        *,
        payments: PaymentRepository,
        orphans: Orphans,
        gateway: Gateway | Gateways,
        ids: MerchantIdPolicy,
        clock: Clock,
        alarms: Alarms,
        policy: Policy,
        vault: Vault | None = None,
        audit: AuditLog | None = None,
        channel_rules: ChannelRules | None = None,
    ) -> Self:
        """Return the use cases over these ports. Without *vault*, live mode makes no refund to a bank account.

        *gateway* is the shop's only provider, or the Gateways of all. Without *audit*, no list is kept of what the
        shop's people and servers ask for. Without *channel_rules*, every channel allows everything.
        """
        trail = Trail(audit, clock)
        asked: dict[str, Any] = {"rules": policy.rules, "channel_rules": channel_rules or NoRules()}
        shared: dict[str, Any] = {"payments": payments, "gateways": Gateways.given(gateway), "clock": clock}
        refresher = Refresher(
            **shared, orphans=orphans, ids=ids, alarms=alarms, mode=policy.mode, hold_strays=policy.hold_strays
        )
        refunds = Refunds(
            **shared,
            orphans=orphans,
            ids=ids,
            alarms=alarms,
            refresher=refresher,
            trail=trail,
            accounts=Accounts(vault, policy.mode, alarms),
            refund_rules=RefundRules(**asked),
            second_person_above=policy.second_person_above,
        )
        return cls(
            checkout=Checkout(
                **shared,
                ids=ids,
                alarms=alarms,
                refresher=refresher,
                trail=trail,
                mode=policy.mode,
                expires_after=policy.expires_after,
                **asked,
            ),
            refunds=refunds,
            refresher=refresher,
            sweep=Sweep(
                **shared,
                orphans=orphans,
                refresher=refresher,
                refunds=refunds,
                grace=policy.grace,
                deposit_grace=policy.deposit_grace,
            ),
            reconciliation=Reconciliation(**shared, orphans=orphans, alarms=alarms, refresher=refresher),
            trail=trail,
            approvals=Approvals(payments=payments, clock=clock, trail=trail),
            outside_refunds=OutsideRefunds(payments=payments, clock=clock, trail=trail),
        )


@attrs.frozen(kw_only=True)
class HasUseCases:
    """What holds the use cases, with each of them by its name."""

    use_cases: UseCases

    @property
    def checkout(self) -> Checkout:
        return self.use_cases.checkout

    @property
    def refunds(self) -> Refunds:
        return self.use_cases.refunds

    @property
    def refresher(self) -> Refresher:
        return self.use_cases.refresher

    @property
    def sweep(self) -> Sweep:
        return self.use_cases.sweep

    @property
    def reconciliation(self) -> Reconciliation:
        return self.use_cases.reconciliation

    @property
    def approvals(self) -> Approvals:
        return self.use_cases.approvals

    @property
    def outside_refunds(self) -> OutsideRefunds:
        return self.use_cases.outside_refunds

    @property
    def trail(self) -> Trail:
        return self.use_cases.trail
