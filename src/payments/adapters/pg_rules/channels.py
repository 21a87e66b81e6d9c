"""PgRules: the domain's port ChannelRules over the channels of a shop."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from payments.adapters.pg_rules.describing import sentence
from payments.adapters.pg_rules.engine import Broken, Engine
from payments.adapters.pg_rules.loading import Tables, tables
from payments.adapters.pg_rules.requests import payment_fields, refund_fields
from payments.adapters.pg_rules.rule import UNKNOWN, Moment
from payments.domain.use_cases.channel_rules import Finding, Level, PaymentRequest, RefundRequest

log = logging.getLogger("payments.rules")
CONTRACTS: Final = ("partial_refund", "account_refund", "later_phone_refund", "vat", "below_1000", "escrow")
"""What a contract with a PG may include beside plain payments."""

MAX_RECENT: Final = 256


@attrs.frozen(kw_only=True)
class PgChannel:
    """One channel of the shop: its PG (PortOne's code of it), and what its contract says.

    `contract` has some of CONTRACTS; `tax` is taxable, tax_free, mixed or "" (not said); `product` physical, digital or
    "". `minimum` in won, 0 for none. `strict`: warnings stop too. `off`: rules that are not asked, with the reasons.
    `generation` is v1 or v2 ("": as the code says), and `sent` the fields that are the same for each of its payments.
    """

    name: str = ""
    pg: str = ""
    contract: frozenset[str] = frozenset()
    tax: str = ""
    product: str = ""
    minimum: int = 0
    strict: bool = False
    off: Mapping[str, str] = attrs.field(factory=dict)
    generation: str = ""
    sent: Mapping[str, Any] = attrs.field(factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return what rules read about the channel."""
        has = {f"has_{one}": one in self.contract for one in CONTRACTS}
        said = {"tax": self.tax or None, "channel_product": self.product or None}
        return {**self.sent, **has, **said, "channel_minimum": self.minimum or None}


@attrs.frozen(kw_only=True)
class PgRules:
    """The rules of the PGs behind *channels*, by the channels' names; '' is the default channel.

    A warning is logged once for each channel and rule.
    """

    channels: Mapping[str, PgChannel]
    tables: Tables = attrs.field(factory=tables)
    _engine: Engine = attrs.field(init=False)
    _logged: set[tuple[str, str]] = attrs.field(factory=set, init=False)
    _told: dict[tuple[str, str, int], Finding] = attrs.field(factory=dict, init=False)
    _prepared: dict[str, tuple[PgChannel, str, str, dict[str, Any]]] = attrs.field(factory=dict, init=False)
    _recent: dict[str, tuple[PaymentRequest, Sequence[Finding]]] = attrs.field(factory=dict, init=False, repr=False)
    """What was found of the last payments: one is asked about before it is stored, and again for its window."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_engine", Engine(self.tables.rules))

    def of_payment(self, request: PaymentRequest) -> Sequence[Finding]:
        """Return the rules that a payment breaks."""
        known = self._recent.get(request.order_id)
        if known is not None and known[0] == request:
            return known[1]
        channel, pg, api, fields = self._channel(request.channel)
        broken = self._engine.broken(pg, api, Moment.PAYMENT, payment_fields(request, fields))
        found = self._findings(channel, pg, broken)
        if len(self._recent) >= MAX_RECENT:
            self._recent.clear()
        self._recent[request.order_id] = (request, found)
        return found

    def of_refund(self, request: RefundRequest) -> Sequence[Finding]:
        """Return the rules that a refund breaks. The PG that took the money counts, where the provider named it."""
        channel, pg, api, fields = self._channel(request.channel)
        took, _ = self.tables.pg_of(request.attempt.report.approval.pg)
        pg = pg if took == UNKNOWN else took
        asked = refund_fields(request, self.tables.pgs.get(pg), self.tables.codes, fields)
        return self._findings(channel, pg, self._engine.broken(pg, api, Moment.REFUND, asked), request)

    def _channel(self, name: str) -> tuple[PgChannel, str, str, dict[str, Any]]:
        known = self._prepared.get(name)
        if known is None:
            channel = self.channels.get(name) or PgChannel(name=name)
            pg, api = self.tables.pg_of(channel.pg)
            known = self._prepared.setdefault(name, (channel, pg, channel.generation or api, channel.fields()))
        return known

    def _findings(
        self, channel: PgChannel, pg: str, broken: Sequence[Broken], refund: RefundRequest | None = None
    ) -> Sequence[Finding]:
        if not broken:
            return ()
        given = refund.account.bank if refund and refund.account else None
        found = [
            self._finding(channel, pg, one)
            for one in broken
            if one.rule not in channel.off and (one.value is None or one.value != given)
        ]
        for one in found:
            self._log(channel, one)
        return found

    def _finding(self, channel: PgChannel, pg: str, broken: Broken) -> Finding:
        """Return what is told of a broken case; without a value of its own it is the same for every request."""
        if broken.value is not None:
            return self._new_finding(channel, pg, broken)
        key = (channel.name, pg, id(broken.case))
        if key not in self._told:
            self._told[key] = self._new_finding(channel, pg, broken)
        return self._told[key]

    def _new_finding(self, channel: PgChannel, pg: str, broken: Broken) -> Finding:
        case, company = broken.case, self.tables.pgs.get(pg)
        shown = broken.value if case.field == "bank" else None
        return Finding(
            rule=broken.rule,
            level=case.level,
            en=sentence(case, company, "en", shown),
            ko=sentence(case, company, "ko", shown),
            stops=case.level is Level.ERROR or (channel.strict and case.level is Level.WARN),
            field=case.field,
            value=broken.value,
        )

    def _log(self, channel: PgChannel, finding: Finding) -> None:
        key = (channel.name, finding.rule)
        if finding.level is not Level.WARN or finding.stops or key in self._logged:
            return
        self._logged.add(key)
        name = channel.name or "the default channel"
        log.warning("%s: %s (rule %s; logged once)", name, finding.en, finding.rule)
