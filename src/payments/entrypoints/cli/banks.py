"""The command `payments banks`: the codes of banks, for refunds of virtual accounts."""

from payments.domain.use_cases.banks import BANKS
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, table


def banks(*, common: Common = DEFAULT) -> None:
    """`payments banks`."""
    if common.json:
        print_json([{"code": code, "ko": korean, "en": english} for code, (korean, english) in BANKS.items()])
        return
    table([[code, korean, english] for code, (korean, english) in BANKS.items()])
