"""Names of outlets, and of their publishers, that a line about rights has: © Odrava Media, 2004."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution.mastheads import LIKELY, SURE, by_initial

_PUBLISHERS = frozenset("Media Newspapers Publishing Publications Broadcasting Images".split())
_NAME = r"(?P<name>(?:[A-Z][\w'’&-]+\s){1,4}" rf"(?:{by_initial(SURE | LIKELY | _PUBLISHERS)}))\b"
_YEARS = r"(?:\d{4}(?:\s?[-–]\s?\d{2,4})?[\s,]*)?"
_BEHIND_SIGN = re.compile(
    rf"(?:©|\([Cc]\)|[Cc]opyright)[\s,]*{_YEARS}(?:by\s)?(?:[Tt]he\s)?{_NAME}"
    r"(?=[,.]?(?:\s\d{4}|\sAll\b|\sLtd|\sInc|\s*(?:\n|$)))"
)
_WITH_RIGHTS = re.compile(
    rf"{_NAME}(?:,?\s(?:Ltd|Inc|Co|LLC|Limited|plc|Group)\b)?[.,]?\sAll rights reserved"
)
_SIGNS = ("©", "(C)", "(c)", "opyright")


def owners(text: str) -> Iterator[str]:
    """Yield names that own the rights in a text, where they end like an outlet's."""
    if any(sign in text for sign in _SIGNS):
        yield from (match["name"] for match in _BEHIND_SIGN.finditer(text))
    if "All rights" in text:
        yield from (match["name"].removeprefix("The ") for match in _WITH_RIGHTS.finditer(text))
