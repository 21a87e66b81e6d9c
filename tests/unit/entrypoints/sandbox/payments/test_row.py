"""The payment object has exactly the documented properties, with their values when unset."""

from decimal import Decimal

import pytest

from payments.entrypoints.sandbox.payments.row import PaymentRow

DOCUMENTED = """imp_uid merchant_uid pay_method channel pg_provider emb_pg_provider pg_tid pg_id sandbox escrow
apply_num
bank_code bank_name card_code card_name card_issuer_code card_issuer_name card_publisher_code card_publisher_name
card_quota card_number card_type vbank_code vbank_name vbank_num vbank_holder vbank_date vbank_issued_at name amount
cancel_amount currency buyer_name buyer_email buyer_tel buyer_addr buyer_postcode custom_data user_agent status
started_at paid_at failed_at cancelled_at fail_reason cancel_reason receipt_url cancel_history deposit_history
cancel_receipt_urls cash_receipt_issued customer_uid customer_uid_usage promotion""".split()

NULL = """pay_method emb_pg_provider pg_tid apply_num bank_code bank_name card_code card_name card_issuer_code
card_issuer_name card_publisher_code card_publisher_name card_number card_type vbank_code vbank_name vbank_num
vbank_holder buyer_name buyer_email buyer_tel buyer_addr buyer_postcode custom_data fail_reason cancel_reason
customer_uid customer_uid_usage promotion""".split()
ZERO = "card_quota vbank_date vbank_issued_at cancel_amount started_at paid_at failed_at cancelled_at".split()


@pytest.mark.fact("§5", "documented", "A payment has 54 properties, each with its value when unset.")
def test_a_fresh_row_has_the_54_properties_and_their_unset_values() -> None:
    shown = PaymentRow(imp_uid="imp_1", merchant_uid="a", amount=Decimal(1)).shown()
    assert len(DOCUMENTED) == 54
    assert sorted(shown) == sorted(DOCUMENTED)
    assert [name for name in NULL if shown[name] is not None] == []
    assert [name for name in ZERO if shown[name] != 0] == []
    assert (shown["currency"], shown["status"], shown["sandbox"], shown["escrow"]) == ("KRW", "ready", True, False)
    assert (list(shown["cancel_history"]), list(shown["cancel_receipt_urls"]), shown["name"]) == ([], [], "")
