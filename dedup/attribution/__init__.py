"""What texts say about their sources: quotations, cues and outlets to attributions."""

from dedup.attribution.find import Attributions, find_attributions
from dedup.attribution.outlets import Gazetteer, Outlet, gazetteer
from dedup.attribution.reading import CONFIDENCES, KINDS, QUOTATIONS, RELATIONS

__all__ = [
    "CONFIDENCES",
    "KINDS",
    "QUOTATIONS",
    "RELATIONS",
    "Attributions",
    "Gazetteer",
    "Outlet",
    "find_attributions",
    "gazetteer",
]
