"""Suppressions: findings that somebody has switched off, in the article or in a list beside it.

The front matter of a Markdown file, or the field `dedup` of a record, switches a document off:
`dedup: ignore`, or with a reason `dedup: ignore, a letter that we print every year`. In a text
`<!-- dedup: ignore -->` switches off what follows, up to `<!-- dedup: end -->`; a reason may
stand there, too: `<!-- dedup: ignore: agency copy that we pay for -->`. Of a page of HTML only
the words are read, no comments: what is in there is switched off by an allow-list.

An allow-list is a TOML file of entries, `[[allow]]`. Each has a `reason`, may have a day from
which on it does not count (`expires = 2027-01-31`), and has conditions, all of which must hold:

- `finding`: the name of the finding;
- `text`: its words, or their beginning if that has at least eight words;
- `document`, `counterpart`: an id or a pattern of ids, where `*` is anything, `/` too;
- `outlet`, `counterpart_outlet`: the outlet, in capitals or not;
- `fingerprint`: the digest by which a report names the finding.
"""

from __future__ import annotations

import fnmatch
import json
import re
import reprlib
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.check.findings import FINDINGS, Finding, Place, Suppressed
from dedup.corpus import Corpus
from dedup.errors import ConfigError
from dedup.text import tokenise

CONDITIONS = ("finding", "text", "document", "counterpart", "outlet", "counterpart_outlet",
              "fingerprint")  # fmt: skip

_KEYS = ("reason", "expires", *CONDITIONS)
_BEGINNING = 8  # words that tell a text: as many as a run must have to be reuse
_HASH_BYTES = 8
_LONGEST_COMMENT = 1_000  # characters, or a text full of `<!-- dedup:` would be read time and again
_COMMENT = re.compile(r"<!--\s*dedup:")
_IGNORE = re.compile(r"ignore(?:\s*[:,]\s*(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AllowEntry:
    """An entry of an allow-list.

    Attributes:
        where: The file that it stands in, and its number.
        reason: Why its findings are allowed.
        conditions: What must hold, by name, of `CONDITIONS`; at least one.
        expires: The day from which on it does not count, if there is one.
    """

    where: str
    reason: str
    conditions: Mapping[str, str]
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class _Region:
    """A span of a text that is switched off, in code points."""

    start: int
    end: int
    reason: str | None


def suppress(
    findings: Sequence[Finding],
    corpus: Corpus,
    allow_list: Sequence[AllowEntry] = (),
    *,
    today: date,
) -> tuple[list[Finding], list[Suppressed], list[str]]:
    """Part the findings that somebody has switched off from those that are left.

    A finding belongs to the document it is reported in: what its counterpart's document switches
    off says nothing about it. It lies in a region if more than half of its span does.

    Args:
        findings: The findings.
        corpus: The documents that they are in, and possibly others.
        allow_list: Entries, the first of which that fits gives the reason.
        today: The day by which entries expire.

    Returns:
        What is left and what is suppressed, both in the order given, and notes: what looks like
        a slip in a document that has findings, entries that expired or fit no finding.
    """
    ignored, regions, notes = _read_documents(corpus, {each.place.document_id for each in findings})
    words = cache(_words)  # of one text for many entries, and no longer than this call
    rules = [
        (
            entry,
            [(name, _test_of(name, wanted, words)) for name, wanted in entry.conditions.items()],
        )
        for entry in allow_list
        if entry.expires is None or today < entry.expires
    ]
    matched: set[str] = set()
    left, suppressed = [], []
    for finding in findings:
        place = finding.place
        facts = _facts(finding)
        entries = [
            entry
            for entry, tests in rules
            if all((fact := facts[name]) is not None and test(fact) for name, test in tests)
        ]
        matched.update(entry.where for entry in entries)
        if place.document_id in ignored:
            suppressed.append(Suppressed(finding, "front matter", ignored[place.document_id]))
        elif region := _region_of(place, regions.get(place.document_id, ())):
            suppressed.append(Suppressed(finding, "comment", region.reason))
        elif entries:
            suppressed.append(Suppressed(finding, "allow-list", entries[0].reason))
        else:
            left.append(finding)
    for entry in allow_list:
        if entry.expires is not None and entry.expires <= today:
            notes.append(f"{entry.where} expired on {entry.expires}")
        elif entry.where not in matched:
            notes.append(f"{entry.where} matched nothing")
    return left, suppressed, notes


def read_allow_list(path: Path) -> list[AllowEntry]:
    """Return the entries of an allow-list.

    Raises:
        ConfigError: If the file is unreadable or not TOML, or an entry has an unknown key, a
            value of another form, no reason or no condition.
    """
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    if unknown := sorted(table.keys() - {"allow"}):
        raise ConfigError(f"{path}: unknown key {_shown(unknown[0])}; entries begin with [[allow]]")
    entries = table.get("allow", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{path}: allow must be a list of tables, each beginning with [[allow]]")
    return [
        _read_entry(entry, f"{path}: entry {number}") for number, entry in enumerate(entries, 1)
    ]


# What documents switch off.


def _read_documents(
    corpus: Corpus, ids: set[str]
) -> tuple[dict[str, str | None], dict[str, list[_Region]], list[str]]:
    """Return the reasons of documents switched off, the regions of others, and notes on both."""
    notes: list[str] = []
    ignored: dict[str, str | None] = {}
    regions: dict[str, list[_Region]] = {}
    if ids:
        columns = corpus.documents.select(["document_id", "text", "other_fields"])
        wanted = pa.array(sorted(ids), pa.string())
        rows = columns.filter(pc.is_in(columns["document_id"], value_set=wanted))
        for row in rows.filter(pc.match_substring(rows["other_fields"], '"dedup"')).to_pylist():
            value = _field(row["other_fields"])
            if isinstance(value, str) and (ignore := _IGNORE.fullmatch(value.strip())):
                ignored[row["document_id"]] = _reason(ignore)
            elif value not in (None, "", False):
                notes.append(
                    f'{row["document_id"]}: dedup must be "ignore" or "ignore, why", got'
                    f" {_shown(value)}; it is passed over"
                )
        for row in rows.filter(pc.match_substring(rows["text"], "dedup:")).to_pylist():
            found, problems = _find_regions(row["text"])
            regions[row["document_id"]] = found
            notes += (f"{row['document_id']}: {problem}" for problem in problems)
    return ignored, regions, notes


def _field(other_fields: str) -> Any:
    try:
        return json.loads(other_fields).get("dedup")
    except RecursionError:
        return "(nested too deeply)"


def _find_regions(text: str) -> tuple[list[_Region], list[str]]:
    """Return the regions of a text that are switched off, by place, and what is odd about them."""
    regions: list[_Region] = []
    problems: dict[str, str] = {}  # one of a kind: a text may hold thousands
    opened: tuple[int, str | None] | None = None
    for match in _COMMENT.finditer(text):
        end = text.find("-->", match.end(), match.end() + _LONGEST_COMMENT)
        comment = text[match.end() : end].strip() if end >= 0 else None
        if comment is None:
            problems["unclosed"] = "a comment <!-- dedup: is not closed by -->; it is passed over"
        elif ignore := _IGNORE.fullmatch(comment):
            if opened is None:  # regions do not nest
                opened = match.start(), _reason(ignore)
        elif comment != "end":
            problems.setdefault(
                "unknown",
                f"a comment of dedup must be ignore or end, got {_shown(comment)};"
                " it is passed over",
            )
        elif opened is None:
            problems["end"] = "<!-- dedup: end --> without <!-- dedup: ignore --> before it"
        else:
            regions.append(_Region(opened[0], end + len("-->"), opened[1]))
            opened = None
    if opened is not None:
        regions.append(_Region(opened[0], len(text), opened[1]))
        problems["open"] = (
            "<!-- dedup: ignore --> without <!-- dedup: end -->; everything behind it is ignored"
        )
    return regions, [*problems.values()]


def _region_of(place: Place, regions: Sequence[_Region]) -> _Region | None:
    """Return the region that most of a place lies in; None if no more than half does."""
    touching: list[tuple[int, _Region]] = []
    for region in regions[bisect_right(regions, place.start, key=lambda region: region.end) :]:
        if region.start >= place.end:
            break
        overlap = min(region.end, place.end) - max(region.start, place.start)
        touching.append((overlap, region))
    if 2 * sum(overlap for overlap, _ in touching) <= place.end - place.start:
        return None
    return max(touching, key=lambda pair: pair[0])[1]


def _reason(ignore: re.Match[str]) -> str | None:
    return " ".join((ignore[1] or "").split()) or None


# What an allow-list allows.


def _read_entry(entry: Mapping[str, Any], where: str) -> AllowEntry:
    values = {key.replace("-", "_"): value for key, value in entry.items()}
    if len(values) < len(entry):
        raise ConfigError(f"{where}: a key stands twice, with - and with _")
    if (problem := next(_problems_of(values), None)) is not None:
        raise ConfigError(f"{where}: {problem}")
    conditions = {name: values[name] for name in CONDITIONS if name in values}
    return AllowEntry(where, values["reason"].strip(), conditions, values.get("expires"))


def _problems_of(values: Mapping[str, Any]) -> Iterator[str]:
    for key in values:
        if key not in _KEYS:
            yield f"unknown key {_shown(key)}; known are {', '.join(_KEYS)}"
    if "reason" not in values:
        yield "missing reason; say why this is allowed"
    for name, value in values.items():
        if name == "expires":
            if type(value) is not date:  # a time is a subclass
                yield f"expires must be a date, such as 2027-01-31, got {_shown(value)}"
        elif not isinstance(value, str) or not value.strip():
            yield f"{name} must be a string that is not empty, got {_shown(value)}"
    if not values.keys() & {*CONDITIONS}:
        yield f"no condition; give at least one of {', '.join(CONDITIONS)}"
    if (name := values.get("finding", "")) and name not in FINDINGS:
        yield f"finding must be one of {', '.join(FINDINGS)}, got {_shown(name)}"
    if (text := values.get("text", "")) and not _words(text):
        yield f"text must have a word, got {_shown(text)}"


def _facts(finding: Finding) -> dict[str, str | None]:
    """Return what the conditions are about."""
    place, counterpart = finding.place, finding.counterpart
    return {
        "finding": finding.name,
        "text": place.text,
        "document": place.document_id,
        "counterpart": None if counterpart is None else counterpart.document_id,
        "outlet": place.outlet,
        "counterpart_outlet": None if counterpart is None else counterpart.outlet,
        "fingerprint": finding.fingerprint.digest,
    }


def _test_of(name: str, wanted: str, words: Callable[[str], bytes]) -> Callable[[str], bool]:
    if name == "text":
        hashes = words(wanted)
        is_beginning = len(hashes) >= _BEGINNING * _HASH_BYTES
        return lambda text: (
            words(text) == hashes or (is_beginning and words(text).startswith(hashes))
        )
    if name in ("document", "counterpart"):
        pattern = re.compile(fnmatch.translate(wanted))
        return lambda id_: id_ == wanted or pattern.match(id_) is not None
    if name in ("outlet", "counterpart_outlet"):
        label = _label(wanted)
        return lambda outlet: _label(outlet) == label
    return lambda value: value == wanted


def _words(text: str) -> bytes:
    return tokenise(text).hashes.tobytes()


def _label(outlet: str) -> str:
    return " ".join(outlet.casefold().split())


def _shown(value: object) -> str:
    return reprlib.repr(value)
