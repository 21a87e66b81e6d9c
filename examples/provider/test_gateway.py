"""The bank's gateway keeps every promise of ours that a bank can keep."""

from contextlib import contextmanager

import pytest
from bank import Bank, No
from gateway import BankTransfers

from payments.domain.values import GatewayId, MerchantId, Method
from payments.testing.contracts.gateway import GatewayContract, PaymentWindowShut

NO_ACCOUNTS = "The bank has no virtual accounts."
WON_ONLY = "The bank takes won only."


class BehindTheBank:
    """The gateway under test, one whose bank is down, and everybody else who can touch a transfer."""

    pays_by = Method.TRANSFER

    def __init__(self, gateway=BankTransfers):
        self.bank, down = Bank(), Bank()
        down.is_down = True
        self.gateway, self.in_trouble = gateway(self.bank), gateway(down)
        self.opened = {}

    def open(self, merchant_id, price, method=Method.TRANSFER):
        if price.currency != "KRW":
            raise PaymentWindowShut
        try:
            number = GatewayId(self.bank.order(merchant_id, price.minor))
        except No as refusal:
            raise PaymentWindowShut from refusal
        self.opened[number] = MerchantId(merchant_id)
        return number

    def approve(self, gateway_id):
        self.bank.receive(gateway_id)

    def decline(self, gateway_id):
        self.bank.refuse(gateway_id)

    def console(self, gateway_id, amount):
        self.bank.send_back_at_the_counter(gateway_id, amount)

    @contextmanager
    def unreadable(self, gateway_id):
        self.bank.unreadable.add(gateway_id)
        yield
        self.bank.unreadable.clear()

    @contextmanager
    def slow_refund(self):
        self.bank.is_slow = True
        yield
        self.bank.is_slow = False
        self.bank.finish_work()

    def refuse_refunds(self, times):
        self.bank.refusals = times


class TestBankTransfers(GatewayContract):
    left_out = {
        "a_deposit_waits_is_paid_and_goes_back_to_an_account": NO_ACCOUNTS,
        "a_revoked_account_is_declined_and_only_a_waiting_one_is_revoked": NO_ACCOUNTS,
        "sums_in_minor_units_stay_exact": WON_ONLY,
    }

    @pytest.fixture
    def provider(self):
        return BehindTheBank()
