"""A corpus without its duplicates: what to remove, and the writing of what is left."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from dedup.config import LEVELS, CleanSettings

if TYPE_CHECKING:
    from dedup.clean.choose import Removals, choose_removals
    from dedup.clean.places import check_places
    from dedup.clean.texts import clean_corpus
    from dedup.clean.write import Written, write_clean

__all__ = [
    "LEVELS",
    "CleanSettings",
    "Removals",
    "Written",
    "check_places",
    "choose_removals",
    "clean_corpus",
    "write_clean",
]

# Imported when first used: the command's help needs the settings only, and should not load numpy.
_HOMES = {
    "choose": ("Removals", "choose_removals"),
    "places": ("check_places",),
    "texts": ("clean_corpus",),
    "write": ("Written", "write_clean"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"dedup.clean.{home}"), name)
    raise AttributeError(f"module 'dedup.clean' has no attribute {name!r}")
