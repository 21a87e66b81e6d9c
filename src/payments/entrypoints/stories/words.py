"""Words: one text in Korean and English, and the language that a reader gets."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from payments.entrypoints.display import Language

LANGUAGES: Final[Mapping[Language, str]] = {"ko": "한국어", "en": "English"}


class Words(NamedTuple):
    """One text in both languages."""

    ko: str
    en: str

    def read_in(self, language: Language) -> str:
        """Return the text in one of the languages."""
        return self.ko if language == "ko" else self.en


def preferred(cookie: str | None, accept: str) -> Language:
    """Return the language chosen before, else the first of ours that the browser asks for, else Korean."""
    asked = [cookie or "", *(part.partition(";")[0].strip()[:2].lower() for part in accept.split(","))]
    return next((language for tag in asked for language in LANGUAGES if language == tag), "ko")
