"""`payments channels`: what each channel may do, in sentences."""

from integration.cli.operators import Operator


def test_the_default_channel_is_told_in_both_languages(operator: Operator):
    code, out, _ = operator.command("channels", "--language", "en")
    assert code == 0
    assert out.startswith("default channel: PG not known (set its pg) (test)\n")
    assert "(cancel-phone-month)" in out
    assert "휴대폰 결제는 결제한 달" in operator.command("channels", "--language", "ko")[1]


def test_programs_read_every_rule_with_its_id(operator: Operator):
    told = operator.json("channels")
    assert [one["name"] for one in told] == [""]
    assert {"rule", "level", "en", "ko", "off", "checked"} == told[0]["rules"][0].keys()


def test_banks_are_listed_with_the_codes_of_both_generations(operator: Operator):
    shinhan = next(one for one in operator.json("banks") if one["code"] == "088")
    assert shinhan == {"code": "088", "ko": "신한은행", "en": "Shinhan", "v2": "SHINHAN", "daou": "10"}
    assert "SHINHAN" in operator.command("banks")[1]


def test_card_companies_are_listed_with_the_codes_of_both_generations(operator: Operator):
    shinhan = next(one for one in operator.json("cards") if one["code"] == "366")
    assert shinhan == {"code": "366", "ko": "신한카드", "en": "Shinhan Card", "v2": "SHINHAN_CARD"}
    assert "366" in operator.command("cards")[1]
