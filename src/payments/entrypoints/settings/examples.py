"""The secrets of our own documents and of the sandbox. Everybody knows them, so live mode refuses them."""

import re
from typing import Final

EXAMPLES: Final = frozenset(
    {
        "one long random text, the same for all processes",
        "a shared secret of 32 characters or more",
        "whsec_XBk/FVKIcu7AiL5whal3i4xbWH2ULTY8yW9gQAjUwHk=",
        "sandbox-key",
        "sandbox-secret",
        "sandbox-v2-secret",
        "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAx",
        "imp00000000",
        "imp12345678",
        "imp_apikey",  # of the provider's own documents
        "ekKoeW8RyKuT0zgaZsUtXXTLQ4AhPFW3ZGseDA6bkA5lamv9OqDMnxyeB9wqOsuO9W3Mx9YSJ4dTqJ3f",
    }
)
_FILLER: Final = re.compile(r"(?i)(change.?me|your.?secret|example|placeholder|password|0123456789abcdef|…)")


def is_example(value: str) -> bool:
    """Return whether *value* is in a document, or a text that waits to be replaced."""
    return value in EXAMPLES or bool(_FILLER.search(value))
