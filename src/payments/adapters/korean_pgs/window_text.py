"""window_text: a text of the shop as every PG's window can show it. The books keep the shop's own.

Some PGs show a white window for quotation marks, tabs, line ends or direction marks in the name of an order or a buyer;
others forbid a few signs, or know only the characters of Korean Windows (CP949).
"""

import re
import unicodedata
from typing import Final

_DROPPED: Final = re.compile(r"[\"'`´\u2018-\u201f\u2032-\u2037\u00ab\u00bb\u300c-\u300f]")
_BLANKED: Final = re.compile(r"[\\<>&%|$=+\[\]{},;^~#\s]+")
_HYPHENS: Final = re.compile(r"[\u2010-\u2015\u2212\-]+")


def window_text(text: str, max_length: int, otherwise: str = "") -> str:
    """Return *text* without what a PG may choke on, cut to *max_length* characters.

    If nothing is left, return the letters, digits and underscores of the id *otherwise*.
    """
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(_shown(character) for character in composed)
    shown = _BLANKED.sub(" ", _HYPHENS.sub(" ", _DROPPED.sub("", shown))).strip()
    return shown[:max_length].rstrip() or otherwise.replace("-", "")[:max_length]


def _shown(character: str) -> str:
    """Return *character* if CP949 has it, its plain form if that has (é is e), or nothing."""
    kind = unicodedata.category(character)
    if kind == "Cf":
        return ""
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    for form in (character, unicodedata.normalize("NFKD", character)):
        known = "".join(one for one in form if not unicodedata.combining(one) and _is_korean_windows(one))
        if known:
            return known
    return ""


def _is_korean_windows(character: str) -> bool:
    try:
        character.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True
