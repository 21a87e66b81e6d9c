"""The commands `payments banks` and `payments cards`: the codes of both generations of providers.

Banks are named in refunds of virtual accounts; card companies in payments, as their provider spells them.
"""

from payments.domain.use_cases.banks import BANKS
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, table


def banks(*, common: Common = DEFAULT) -> None:
    """`payments banks`."""
    from payments.entrypoints.guarding.channels import bank_codes

    codes = bank_codes()
    if common.json:
        keys = ("code", "ko", "en", "v2", "daou")
        print_json([dict(zip(keys, (code, *names, *codes[code]), strict=True)) for code, names in BANKS.items()])
        return
    table([[code, *names, codes[code][0]] for code, names in BANKS.items()])


def cards(*, common: Common = DEFAULT) -> None:
    """`payments cards`."""
    from payments.entrypoints.guarding.channels import card_codes

    rows = [dict(zip(("code", "ko", "en", "v2"), row, strict=True)) for row in card_codes()]
    if common.json:
        print_json(rows)
        return
    table([list(row.values()) for row in rows])
