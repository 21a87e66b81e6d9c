"""A gateway of our own: the bank's answers as reports, and its silence as `Unknown`."""

from contextlib import contextmanager
from datetime import datetime, timedelta

import attrs
from bank import Bank, No, NoAnswer

from payments.domain.errors import ContractViolation, Rejected, StillAtWork, Unknown
from payments.domain.money import Money
from payments.domain.ports import Attempts, ListingPage
from payments.domain.report import Rank, Report, ReportedRefund
from payments.domain.values import GatewayId, MerchantId, Mode

RANKS = {"ordered": Rank.READY, "refused": Rank.DECLINED, "received": Rank.CAPTURED}


@contextmanager
def asking():
    """Make our errors of the bank's: a silence is not a refusal, because the work may have been done."""
    try:
        yield
    except NoAnswer as silence:
        raise Unknown("The bank did not answer.") from silence
    except No as refusal:
        if str(refusal) == "AT_WORK":
            raise StillAtWork("The bank is still sending an earlier refund.") from refusal
        raise Rejected(f"The bank refused: {refusal}") from refusal


@attrs.define
class BankTransfers:
    """The port `Gateway` over the bank."""

    bank: Bank
    mode: Mode = Mode.TEST
    listing_span: timedelta = timedelta(days=30)

    async def prepare(self, merchant_id: MerchantId, price: Money) -> None:
        with asking():
            self.bank.announce(merchant_id, price.minor)

    async def find(self, gateway_id: GatewayId, merchant_id: MerchantId | None = None) -> Report | None:
        with asking():
            row = self.bank.transfer(gateway_id)
        return None if row is None else self.report(row)

    async def attempts(self, merchant_id: MerchantId) -> Attempts:
        with asking():
            first = self.bank.search(1, merchant_id)
            rows = first["rows"]
            for page in range(2, first["pages"] + 1):
                rows += self.bank.search(page, merchant_id)["rows"]
        return Attempts(*self.readable(rows))

    async def refund(self, refund, currency: str, merchant_id: MerchantId) -> Report:
        with asking():
            row = self.bank.send_back(refund.gateway_id, refund.amount, refund.remainder, refund.label)
        return self.report(row)

    async def revoke(self, gateway_id: GatewayId, merchant_id: MerchantId) -> Report:
        await self.find(gateway_id)  # where the bank is silent, we do not know
        raise Rejected("The bank has no virtual accounts.")

    async def listing(self, since: datetime, until: datetime, page: int) -> ListingPage:
        with asking():
            found = self.bank.search(page, since=since.isoformat(), until=until.isoformat())
        reports, skipped = self.readable(found["rows"])
        return ListingPage(reports, found["pages"], found["total"], skipped)

    def report(self, row) -> Report:
        """Return what a row says. Raises ContractViolation for a row that we cannot read: never guess about money."""
        if row["state"] not in RANKS:
            raise ContractViolation(f"The transfer {row['number']} has the unknown state {row['state']}.")
        refunds = [ReportedRefund(provider_id=b["id"], amount=b["amount"], reason=b["note"]) for b in row["sent_back"]]
        back = sum(refund.amount for refund in refunds)
        is_received = row["state"] == "received"
        return Report(
            gateway_id=GatewayId(row["number"]),
            merchant_id=MerchantId(row["reference"]),
            rank=Rank.CANCELLED if is_received and back == row["amount"] else RANKS[row["state"]],
            amount=Money(row["amount"], "KRW"),
            refunded=back,
            refunds=tuple(refunds),
            mode=self.mode,
            method="transfer",
            reason=row.get("why", ""),
            captured_at=datetime.fromisoformat(row["changed_at"]) if is_received else None,
        )

    def readable(self, rows) -> tuple[tuple[Report, ...], tuple[str, ...]]:
        """Return the reports, and a sentence about each row that none can be made of: one odd row hides no other."""
        reports, sentences = [], []
        for row in rows:
            try:
                reports.append(self.report(row))
            except ContractViolation as violation:
                sentences.append(str(violation))
        return tuple(reports), tuple(sentences)
