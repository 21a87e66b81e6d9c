"""FernetVault: seals the bank accounts of refunds."""

import json
from collections.abc import Sequence
from typing import Self

import attrs
from cryptography.fernet import InvalidToken, MultiFernet

from payments.adapters.sealing.keys import fernet
from payments.domain.errors import NotSent
from payments.domain.refund import BankAccount, SealedAccount
from payments.domain.values import RefundId


@attrs.frozen
class FernetVault:
    """The id of the refund is sealed together with the account, so that a token is of no use in another refund."""

    _fernet: MultiFernet = attrs.field(repr=False)

    @classmethod
    def of(cls, keys: Sequence[str]) -> Self:
        """Return a vault that seals with the first of *keys* and opens with all. Raises BadInput."""
        return cls(fernet(keys))

    def seal(self, account: BankAccount, refund_id: RefundId) -> SealedAccount:
        """Return the account, readable only for this refund."""
        fields = [refund_id, account.bank, account.number, account.holder, account.phone]
        return SealedAccount(self._fernet.encrypt(json.dumps(fields, ensure_ascii=False).encode()).decode())

    def open(self, sealed: SealedAccount, refund_id: RefundId) -> BankAccount:
        """Return the account. Raises NotSent if no key fits, or if it was sealed for another refund."""
        try:
            sealed_for, bank, number, holder, phone = json.loads(self._fernet.decrypt(sealed.token))
        except InvalidToken:
            raise NotSent("No encryption key fits the account of this refund. Nothing was sent.") from None
        if sealed_for != refund_id:
            raise NotSent("The account was stored for another refund. Nothing was sent.")
        return BankAccount(bank=bank, number=number, holder=holder, phone=phone)
