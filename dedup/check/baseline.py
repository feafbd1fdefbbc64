"""A baseline: the findings that a team has accepted, in a file that is reviewed like code.

One sorted line a finding, so that two branches merge and a diff reads well. A finding is known
again by its words and by the documents that it touches, each by its id or else by its digest:
a rename, moved lines and edits elsewhere bring nothing new, a third copy and a changed word do.
"""

from __future__ import annotations

import json
import os
import reprlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dedup import __version__
from dedup.check.findings import Finding, Fingerprint, Location, Place
from dedup.errors import InputError

_FORMAT = "dedup-baseline"
_VERSION = 1
_RECORD = ("finding", "content", "locations")
_ANEW = "delete it and run with --update-baseline"

_NOT_SET = object()
_SHORTENED = reprlib.Repr()
_SHORTENED.maxstring = _SHORTENED.maxother = _SHORTENED.maxlong = 80


@dataclass(frozen=True, slots=True)
class Baseline:
    """Accepted findings.

    Attributes:
        records: What they are known by; each accepts one finding, equal ones one each.
        settings: The settings of the check that found them.
    """

    records: tuple[Fingerprint, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BaselineChanges:
    """What writing a baseline anew changes.

    Attributes:
        added: Findings that the old one does not accept, in the order given.
        removed: Records of the old one that accept no finding, sorted.
        n_kept: Number of findings that it accepts.
    """

    added: list[Finding]
    removed: list[Fingerprint]
    n_kept: int


def read_baseline(path: Path, settings: Mapping[str, Any] | None) -> Baseline:
    """Return the baseline that a file holds.

    Args:
        path: A file that `write_baseline` has written.
        settings: The settings of this check, which must be those of the baseline; None takes
            any, to tell what an update changes.

    Raises:
        InputError: If the file is missing, is no baseline, is one of another version or other
            settings, or a line of it is malformed.
    """
    try:
        first, *lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except FileNotFoundError as error:
        raise InputError("no such baseline; --update-baseline writes one", path=path) from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {_reason(error)}", path=path) from error
    number, records = 1, []
    try:
        used = _read_settings(first)
        if settings is not None:
            _check_settings(used, _plain(settings))
        for line in lines:
            number += 1
            if line.strip():
                records.append(_read_record(line))
    except ValueError as error:
        raise InputError(str(error), path=path, line=number) from error
    return Baseline(tuple(sorted(records)), used)


def write_baseline(path: Path, findings: Iterable[Finding], settings: Mapping[str, Any]) -> None:
    """Write a baseline that accepts these findings, all of it or nothing.

    The same findings and settings give the same bytes. What is not ASCII is escaped: a reviewer
    of the file should see what it says, whatever an id holds.

    Raises:
        InputError: If the file cannot be written.
    """
    rows: list[dict[str, Any]] = [
        {"format": _FORMAT, "version": _VERSION, "dedup": __version__, "settings": _plain(settings)}
    ]
    for known in sorted(finding.fingerprint for finding in findings):
        locations = [[each.document_id, each.digest] for each in sorted(known.locations)]
        row = (known.finding, known.content, locations)
        rows.append(dict(zip(_RECORD, row, strict=True)))
    temporary = None
    try:
        target = path.resolve()  # a link stays one
        temporary = target.with_name(f".dedup-baseline-{os.getpid()}.partial")
        with temporary.open("wb") as file:
            file.writelines(f"{json.dumps(row)}\n".encode("ascii") for row in rows)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links is a RuntimeError
        raise InputError(f"cannot be written: {_reason(error)}", path=path) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def split_by_baseline(
    findings: Sequence[Finding], baseline: Baseline
) -> tuple[list[Finding], list[Finding]]:
    """Return which findings are new, and which a baseline accepts, in the order given.

    A record accepts one finding of its name and content whose documents are the record's, one to
    one: each has the same id, or else the same digest. Records that have everything in common
    with a finding come first, then those with all ids, then those with all digests; after that
    as many findings are accepted as can be. The order of the findings does not matter.
    """
    matching = _match(findings, baseline.records)
    new = [finding for number, finding in enumerate(findings) if number not in matching]
    return new, [finding for number, finding in enumerate(findings) if number in matching]


def baseline_changes(old: Baseline, findings: Sequence[Finding]) -> BaselineChanges:
    """Return what changes when a baseline is written anew for these findings."""
    matching = _match(findings, old.records)
    accepting = {*matching.values()}
    return BaselineChanges(
        [finding for number, finding in enumerate(findings) if number not in matching],
        sorted(record for number, record in enumerate(old.records) if number not in accepting),
        len(matching),
    )


# The file.


def _read_settings(line: bytes) -> dict[str, Any]:
    """Return the settings that the first line of a baseline names."""
    try:
        header = _parse(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise ValueError(f'not a baseline: a first line with "format": "{_FORMAT}" is missing')
    version, settings = header.get("version"), header.get("settings")
    if type(version) is not int or version != _VERSION:
        got = _SHORTENED.repr(version)
        raise ValueError(
            f"version must be {_VERSION}, got {got}; use the dedup that wrote it, or {_ANEW}"
        )
    if not isinstance(settings, dict):
        raise ValueError(f"settings must be an object, got {_SHORTENED.repr(settings)}; {_ANEW}")
    return settings


def _read_record(line: bytes) -> Fingerprint:
    record = _parse(line)
    if not isinstance(record, dict) or {*record} != {*_RECORD}:
        problem = f"a record must be an object with {', '.join(_RECORD)}"
    elif not all(isinstance(record[name], str) for name in ("finding", "content")):
        problem = "finding and content must be strings"
    elif not _are_locations(record["locations"]):
        problem = "locations must be a list of pairs of strings: document id, digest"
    else:
        locations = sorted(Location(*pair) for pair in record["locations"])
        return Fingerprint(record["finding"], record["content"], tuple(locations))
    raise ValueError(f"{problem}, got {_SHORTENED.repr(record)}; mend it, or {_ANEW}")


def _are_locations(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        for pair in value
    )


def _parse(line: bytes) -> Any:
    try:
        return json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        problem = getattr(error, "msg", "nested too deeply")
        if isinstance(error, UnicodeDecodeError):
            problem = "not UTF-8"
        raise ValueError(
            f"not valid JSON: {problem}; resolve what a merge has left, or {_ANEW}"
        ) from error


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


# The settings.


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as they come back from a file, in the order of their names."""

    def simpler(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {**value}
        return sorted(value) if isinstance(value, set | frozenset) else str(value)

    plain: dict[str, Any] = json.loads(json.dumps({**settings}, default=simpler, sort_keys=True))
    return plain


def _check_settings(there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    before, now = dict(_by_full_name(there)), dict(_by_full_name(here))
    differences = []
    for name in sorted({*before, *now}):
        was, is_now = before.get(name, _NOT_SET), now.get(name, _NOT_SET)
        if was != is_now:
            differences.append(f"{name} is {_shown(was)} there and {_shown(is_now)} here")
    if differences:
        raise ValueError(
            f"made with other settings: {'; '.join(differences)}; check with those, or accept"
            " what is found now with --update-baseline"
        )


def _by_full_name(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _by_full_name(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _shown(value: object) -> str:
    return "not set" if value is _NOT_SET else _SHORTENED.repr(value)


# Which record accepts which finding.


def _match(findings: Sequence[Finding], records: Sequence[Fingerprint]) -> dict[int, int]:
    """Return the record that accepts each finding, by number, for those that one accepts."""
    groups: dict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for number in sorted(range(len(findings)), key=lambda number: _order(findings[number])):
        known = findings[number].fingerprint
        groups[known.finding, known.content][0].append(number)
    for number in sorted(range(len(records)), key=records.__getitem__):
        groups[records[number].finding, records[number].content][1].append(number)
    matching = {}
    for ours, theirs in groups.values():
        touched = [findings[number].fingerprint.locations for number in ours]
        accepted = [records[number].locations for number in theirs]
        for one, other in _match_locations(touched, accepted).items():
            matching[ours[one]] = theirs[other]
    return matching


def _order(finding: Finding) -> tuple[Any, ...]:
    """Return by what findings are put in order, whatever order they come in."""

    def span(place: Place | None) -> tuple[str, int, int]:
        return ("", -1, -1) if place is None else (place.document_id, place.start, place.end)

    return finding.fingerprint, span(finding.place), span(finding.counterpart), finding.message


def _match_locations(
    findings: Sequence[Sequence[Location]], records: Sequence[Sequence[Location]]
) -> dict[int, int]:
    """Match the locations of findings with those of records, all of one name and content."""
    matching: dict[int, int] = {}
    free = dict.fromkeys(range(len(records)))
    parts: tuple[Callable[[Location], Any], ...] = (
        lambda each: each, lambda each: each.document_id, lambda each: each.digest,
    )  # fmt: skip
    for part in parts:
        equal: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for record in reversed(free):
            equal[tuple(sorted(map(part, records[record])))].append(record)
        for number, locations in enumerate(findings):
            key = tuple(sorted(map(part, locations)))
            if number not in matching and equal.get(key):
                matching[number] = equal[key].pop()
                del free[matching[number]]
    if not free or len(matching) == len(findings):
        return matching

    # What is left has some documents in common by id and others by digest, if any at all.
    touching: dict[tuple[str, str], list[int]] = defaultdict(list)
    for record, locations in enumerate(records):
        for each in {*locations}:
            touching["id", each.document_id].append(record)
            touching["digest", each.digest].append(record)

    def candidates(number: int) -> list[int]:
        sharing = (
            touching.get(("id", each.document_id), []) + touching.get(("digest", each.digest), [])
            for each in findings[number]
        )
        return min(sharing, key=len, default=[])

    def is_accepted(number: int, record: int) -> bool:
        return _is_same(findings[number], records[record])

    return _grow(matching, len(findings), candidates, is_accepted)


def _is_same(one: Sequence[Location], other: Sequence[Location]) -> bool:
    """Return whether locations match one to one, each by its id or by its digest."""

    def candidates(_: int) -> range:
        return range(len(other))

    def is_alike(number: int, position: int) -> bool:
        mine, theirs = one[number], other[position]
        return mine.document_id == theirs.document_id or mine.digest == theirs.digest

    return len(one) == len(other) == len(_grow({}, len(one), candidates, is_alike))


def _grow(
    matching: dict[int, int],
    n_left: int,
    candidates: Callable[[int], Sequence[int]],
    is_match: Callable[[int, int], bool],
) -> dict[int, int]:
    """Match as many of the left side as can be; those matched already stay so.

    Reference:
        Kuhn, The Hungarian method for the assignment problem, 1955.
    """
    holders = {right: left for left, right in matching.items()}
    hopeless: set[int] = set()  # where a search has ended without success, others will, too
    for start in range(n_left):
        if start in matching:
            continue
        came_from: dict[int, int] = {}
        free = None
        pending = [start]
        for left in pending:
            possible = candidates(left)
            # Free ones first: among a thousand copies, most searches end here.
            free = next(
                (each for each in possible if each not in holders and is_match(left, each)), None
            )
            if free is not None:
                came_from[free] = left
                break
            for right in possible:
                if right not in came_from and right not in hopeless and is_match(left, right):
                    came_from[right] = left
                    pending.append(holders[right])
        if free is None:
            hopeless |= came_from.keys()
        while free is not None:  # everyone on the way hands on what they had
            left = came_from[free]
            handed_on = matching.get(left)
            holders[free], matching[left] = left, free
            free = handed_on
    return matching
