"""Figures of quality, and the floors that they are held to: `floors.json`.

A floor belongs to the data it was measured on, which is known by its checksum.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).resolve().parent / "floors.json"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_floors(key: str, measured: Mapping[str, Mapping[str, Any]]) -> int:
    """Return 1 if `dedup` is below a floor, and say where."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8")).get(key, {})
    failures = []
    for part, found in measured.items():
        known = floors.get(part)
        if known is None:
            continue
        if known["sha256"] != found["sha256"]:
            print(f"{part}: floors were measured on other data", file=sys.stderr)
            continue
        failures += [
            f"{part}: {name} {found['figures'][name]:.4f} is below {least}"
            for name, least in known["floors"].items()
            if found["figures"][name] < least
        ]
    print("\n".join(failures) or "at or above every floor", file=sys.stderr)
    return 1 if failures else 0


def update_floors(
    key: str, measured: Mapping[str, Mapping[str, Any]], *, allow_regression: bool
) -> int:
    """Set the floors to what was measured, rounded down; return 1 where that would lower one."""
    everything = json.loads(FLOORS.read_text(encoding="utf-8"))
    floors = everything.setdefault(key, {})
    lowered = []
    for part, found in measured.items():
        if not found["figures"]:
            continue
        old = floors.get(part, {}).get("floors", {})
        new = {name: math.floor(value * 1_000) / 1_000 for name, value in found["figures"].items()}
        lowered += [f"{part}: {name} from {old[name]} to {value}"
                    for name, value in new.items() if value < old.get(name, 0)]  # fmt: skip
        floors[part] = {"sha256": found["sha256"], "floors": new}
    if lowered and not allow_regression:
        print("\n".join(lowered), file=sys.stderr)
        print("floors not lowered without --allow-regression", file=sys.stderr)
        return 1
    FLOORS.write_text(json.dumps(everything, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0
