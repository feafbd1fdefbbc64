"""Which of the outlets that share a name a text means: that of the country that it is about."""

from __future__ import annotations

import re
from functools import lru_cache

from dedup.attribution.reading import Reading

# What a text about a country says, for outlets of different countries that share a name.
COUNTRY_WORDS = {
    "US": r"United States|U\.S\.|US|America\w*|Washington|Congress|Trump|Biden|Obama",
    "AU": r"Australia\w*|Sydney|Melbourne|Canberra|Brisbane|Queensland|Victoria",
    "GB": r"Brit\w+|United Kingdom|UK|U\.K\.|England|English|London|Scot\w+|Wales|Welsh",
    "IE": r"Ireland|Irish|Dublin", "CA": r"Canad\w+|Ottawa|Toronto|Ontario|Quebec",
    "NZ": r"New Zealand|Auckland|Wellington", "IN": r"India\w*|Delhi|Mumbai",
    "PK": r"Pakistan\w*|Islamabad|Karachi", "BD": r"Bangladesh\w*|Dhaka",
    "NG": r"Nigeria\w*|Lagos|Abuja", "KE": r"Kenya\w*|Nairobi", "ZA": r"South Africa\w*",
    "GH": r"Ghana\w*|Accra", "UG": r"Uganda\w*|Kampala", "PH": r"Philippine\w*|Manila|Filipino",
    "SG": r"Singapore\w*", "MY": r"Malaysia\w*|Kuala Lumpur", "HK": r"Hong Kong",
    "TW": r"Taiwan\w*|Taipei", "JP": r"Japan\w*|Tokyo", "LB": r"Leban\w+|Beirut",
    "JM": r"Jamaica\w*|Kingston", "ES": r"Spain|Spanish|Madrid", "FR": r"France|French|Paris",
    "DE": r"German\w*|Berlin", "IR": r"Iran\w*|Tehran", "AE": r"Emirat\w+|Dubai|UAE",
}  # fmt: skip


_FAR_MORE = 2  # times as many words of its country, and more, as of the name's own outlet


def likeliest(reading: Reading, outlets: tuple[str, ...]) -> str:
    """Return the outlet of those that share a name whose country the text is most about."""
    return max(outlets, key=lambda outlet: _hints(reading, outlet))  # of equal ones the first


def outlet_of(reading: Reading, place: int) -> str:
    """Return the outlet that a sure name means: a namesake's where the text is of its country."""
    own, *others = reading.surface(place).outlets
    if not others:
        return own
    other = likeliest(reading, tuple(others))
    return other if _hints(reading, other) > _FAR_MORE * _hints(reading, own) else own


def _hints(reading: Reading, outlet: str) -> int:
    """Return how often a text names an outlet's country."""
    known = reading.gazetteer.outlets.get(outlet)
    words = COUNTRY_WORDS.get(known.country if known else "")
    return _count(words, reading.text) if words else 0


@lru_cache(maxsize=16)  # a text is asked about its countries at each mention of an outlet
def _count(words: str, text: str) -> int:
    return len(re.findall(rf"\b(?:{words})\b", text))
