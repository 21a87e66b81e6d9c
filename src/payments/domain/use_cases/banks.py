"""Banks of Korea, and refund_account: the one rule for where the money of a virtual account may be refunded to.

A provider takes a code in the spelling of its PG: three digits (088), the last two (88), or `BK88`.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import attrs

from payments.domain.errors import BadInput
from payments.domain.refund import BankAccount

BANKS: Final[Mapping[str, tuple[str, str]]] = {
    "002": ("산업은행", "KDB"),
    "003": ("기업은행", "IBK"),
    "004": ("국민은행", "KB Kookmin"),
    "007": ("수협은행", "Suhyup"),
    "011": ("농협은행", "NH NongHyup"),
    "012": ("지역농축협", "Local NongHyup"),
    "020": ("우리은행", "Woori"),
    "023": ("SC제일은행", "SC First"),
    "027": ("한국씨티은행", "Citi"),
    "031": ("iM뱅크(대구은행)", "iM Bank (Daegu)"),
    "032": ("부산은행", "Busan"),
    "034": ("광주은행", "Gwangju"),
    "035": ("제주은행", "Jeju"),
    "037": ("전북은행", "Jeonbuk"),
    "039": ("경남은행", "Kyongnam"),
    "045": ("새마을금고", "KFCC"),
    "048": ("신협", "Shinhyup"),
    "050": ("저축은행", "Savings banks"),
    "064": ("산림조합", "Forestry cooperative"),
    "071": ("우체국", "Korea Post"),
    "081": ("하나은행", "Hana"),
    "088": ("신한은행", "Shinhan"),
    "089": ("케이뱅크", "K Bank"),
    "090": ("카카오뱅크", "KakaoBank"),
    "092": ("토스뱅크", "Toss Bank"),
}
"""The clearing code of each bank, with its name in Korean and English."""

DAOU_CODES: Final = frozenset({"05", "08", "09", "10", "15"})
"""Two digits that mean a bank only at the PG daou, which has codes of its own."""
_SPELLINGS: Final = frozenset(
    {spelling for code in BANKS for spelling in (code, code[1:], f"BK{code[1:]}")} | DAOU_CODES
)
_HYPHENS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_NUMBER: Final = re.compile(r"[0-9]{6,20}")
_PHONE: Final = re.compile(r"\+?[0-9]{8,15}")


def refund_account(given: BankAccount) -> BankAccount:
    """Return *given* with full-width digits, blanks and hyphens understood.

    Raises BadInput that says which part is wrong: for an account that cannot exist nothing is sent.
    """
    bank = _plain(given.bank).upper()
    if bank not in _SPELLINGS:
        raise BadInput(
            f"The bank {given.bank!r} is {_mistake(bank)}. `payments banks` lists the codes. Nothing was sent."
        )
    number = _plain(given.number)
    if not _NUMBER.fullmatch(number) or not number.strip("0"):
        raise BadInput("The account number must have 6 to 20 digits, with or without hyphens. Nothing was sent.")
    holder = " ".join(unicodedata.normalize("NFC", given.holder).split())
    if not any(character.isalpha() for character in holder) or not holder.isprintable():
        raise BadInput("The account holder must be a name. Nothing was sent.")
    phone = _plain(given.phone)
    if phone and not _PHONE.fullmatch(phone):
        raise BadInput("The account holder's phone must be a number of 8 to 15 digits. Nothing was sent.")
    return attrs.evolve(given, bank=bank, number=number, holder=holder, phone=phone)


def _plain(text: str) -> str:
    """Return *text* with full-width characters as their plain ones, without blanks and hyphens."""
    return _HYPHENS.sub("", unicodedata.normalize("NFKC", text))


def _mistake(bank: str) -> str:
    for code, names in BANKS.items():
        if bank and any(bank in name.upper().replace(" ", "") for name in names):
            return f"a name; its code is {code}"
    return "not a code of a bank"
