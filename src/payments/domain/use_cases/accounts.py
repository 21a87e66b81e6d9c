"""Accounts: the bank accounts of refunds, sealed while a refund waits and opened for the provider alone."""

import attrs

from payments.domain.errors import NotSent, RefundRefused
from payments.domain.ports import Alarm, AlarmKind, Alarms, Vault
from payments.domain.refund import BankAccount, Refund, SealedAccount
from payments.domain.values import MerchantId, Mode, RefundId

Account = BankAccount | SealedAccount | None


@attrs.frozen
class Accounts:
    """Without a vault, test mode stores accounts as they are, and live mode takes none."""

    vault: Vault | None
    mode: Mode
    alarms: Alarms

    def sealed(self, account: Account, refund_id: RefundId) -> Account:
        """Return the account as it may be stored. Raises RefundRefused in live mode without a vault."""
        if not isinstance(account, BankAccount):
            return account
        if self.vault:
            return self.vault.seal(account, refund_id)
        if self.mode is Mode.LIVE:
            raise RefundRefused(
                "This service has no key to encrypt bank accounts, so it makes no refund that needs one. Nothing was "
                "stored. An operator must set database.encryption_keys."
            )
        return account

    async def opened(self, merchant_id: MerchantId, refund: Refund) -> BankAccount | None:
        """Return the account of *refund* in clear. Raises NotSent if no key fits, and tells a person."""
        if not isinstance(refund.account, SealedAccount):
            return refund.account
        try:
            return self._open(refund.account, refund.id)
        except NotSent:
            sentence = f"The account of the refund {refund.id} cannot be read with the configured encryption keys."
            await self.alarms.raise_alarm(Alarm(AlarmKind.REFUND_NEEDS_A_PERSON, sentence, merchant_id))
            raise

    def _open(self, sealed: SealedAccount, refund_id: RefundId) -> BankAccount:
        if self.vault is None:
            raise NotSent("There is no key to read the account of this refund. Nothing was sent.")
        return self.vault.open(sealed, refund_id)
