"""The command `payments banks`: the codes of banks, for refunds of virtual accounts."""

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
