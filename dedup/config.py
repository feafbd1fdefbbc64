"""Settings: one frozen, validated dataclass for each task, and the only home of defaults.

Values come from the code that builds them, from the command line, or from a configuration file:
the table `[tool.dedup]` of the nearest pyproject.toml, or a dedup.toml beside or above the
working directory, whichever is nearer (dedup.toml where both are).
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal, get_args

from dedup.errors import ConfigError

PassageUnit = Literal["paragraph", "line", "document"]
PASSAGE_UNITS: tuple[str, ...] = get_args(PassageUnit)
PARTS = (
    "duplicates",
    "reuse",
    "attributions",
)  # of an analysis, each of which can be asked for alone
MAX_NUM_PERM = 4096


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """How records become documents, and documents passages.

    Attributes:
        text_field: Name of the field that holds the text.
        id_field: Name of the field that holds the id.
        outlet_field: Name of the field that holds the outlet.
        date_field: Name of the field that holds the time of publication; None looks for
            `published`, then `date`.
        passages: The unit compared: `paragraph`, `line` or `document`.
        skip_bad_records: Leave out what cannot be read, and count it, instead of stopping.
    """

    text_field: str = "text"
    id_field: str = "id"
    outlet_field: str = "outlet"
    date_field: str | None = None
    passages: PassageUnit = "paragraph"
    skip_bad_records: bool = False

    def __post_init__(self) -> None:
        if self.passages not in PASSAGE_UNITS:
            raise ConfigError(
                f"passages must be one of {', '.join(PASSAGE_UNITS)}, got {self.passages!r}"
            )
        names = [self.text_field, self.id_field, self.outlet_field, self.date_field]
        for name in names:
            if name == "":
                raise ConfigError("a field name must not be empty")
        if len({*names}) < len(names):
            raise ConfigError(f"text, id, outlet and date must be different fields, got {names}")


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """What counts as a duplicate, and how surely it is found.

    Attributes:
        threshold: Least Jaccard of a duplicate pair, in (0, 1].
        shingle_size: Tokens in a shingle, from 1 to 100.
        num_perm: MinHash values in a signature, from 1 to 4096.
        seed: Seed of the permutations, from 0 to 2**32 - 1.
        target_recall: Least share of the pairs that lie exactly at the threshold to be found,
            in (0, 1).
    """

    # One changed word in a 25-word paragraph leaves a Jaccard of .77 with shingles of three
    # tokens, of .62 with five: .6 and 3 keep it, with room for a second change.
    threshold: float = 0.6
    shingle_size: int = 3
    num_perm: int = 128
    seed: int = 1
    target_recall: float = 0.98

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_type(field.name, getattr(self, field.name), type(field.default))
        if not 0 < self.threshold <= 1:
            raise ConfigError(f"threshold must be in (0, 1], got {self.threshold}")
        if not 1 <= self.shingle_size <= 100:
            raise ConfigError(f"shingle_size must be from 1 to 100, got {self.shingle_size}")
        if not 1 <= self.num_perm <= MAX_NUM_PERM:
            raise ConfigError(f"num_perm must be from 1 to {MAX_NUM_PERM}, got {self.num_perm}")
        if not 0 <= self.seed < 1 << 32:
            raise ConfigError(f"seed must be from 0 to 2**32 - 1, got {self.seed}")
        if not 0 < self.target_recall < 1:
            raise ConfigError(f"target_recall must be in (0, 1), got {self.target_recall}")


@dataclass(frozen=True, slots=True)
class ReuseSettings:
    """What counts as reuse.

    Attributes:
        min_run_words: Least length of a shared run of words that is surely found, from 4 to 100.
        within_outlet: Whether an outlet's own documents are compared, too.
    """

    # At 6 words reports that nothing explains grow by 60 %, at 12 three in a hundred quoted
    # blocks are lost (measured on newsgroup postings that quote each other).
    min_run_words: int = 8
    within_outlet: bool = False

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_type(field.name, getattr(self, field.name), type(field.default))
        if not 4 <= self.min_run_words <= 100:
            raise ConfigError(f"min_run_words must be from 4 to 100, got {self.min_run_words}")


@dataclass(frozen=True, slots=True)
class AttributionSettings:
    """Which outlets texts may name.

    Attributes:
        outlets: A file of outlets to know beside ours; None is ours alone.
    """

    outlets: str | None = None

    def __post_init__(self) -> None:
        if self.outlets == "":
            raise ConfigError("outlets must name a file")


FINDINGS = (
    "duplicate-document",
    "duplicate-passage",
    "repeated-passage",
    "uncredited-reuse",
    "miscredited-reuse",
    "altered-quote",
    "unverified-quote",
)  # of a check, by name


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """What a check looks for, and what it lets pass.

    Attributes:
        fail: Findings that fail the check, of `FINDINGS`.
        warn: Findings that are reported and fail nothing, also where `fail` has them; one in
            neither is not looked for.
        min_words: Least number of words of a passage or a span that is a finding.
        min_share: Least share of its document's words that a document's findings of duplicates
            and reuse must concern together, in [0, 1].
        document_share: Share of a document's words in duplicate passages that makes it a
            duplicate, in (0, 1].
        allow_credited: Whether duplicates whose words the text credits to their outlet may pass.
        allow_outlets: Outlets that anybody may take from.
        allow_pairs: Pairs of outlets that may take from each other, as `one=other`.
        boilerplate: A file of passages, a blank line between them, that may stand anywhere.
        allow_list: A file of findings that may pass, each with a reason.
        baseline: A file of findings that are accepted already.
        max_suppressions: Most findings that may be switched off; None is any number.
    """

    fail: tuple[str, ...] = FINDINGS[:-1]
    warn: tuple[str, ...] = ()
    min_words: int = 10
    min_share: float = 0.0
    document_share: float = 0.8
    allow_credited: bool = True
    allow_outlets: tuple[str, ...] = ()
    allow_pairs: tuple[str, ...] = ()
    boilerplate: str | None = None
    allow_list: str | None = None
    baseline: str | None = None
    max_suppressions: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            expected = _OPTIONAL.get(field.name, type(field.default))
            if value is not None or field.name not in _OPTIONAL:
                _check_type(field.name, value, expected)
        for name in (*self.fail, *self.warn):
            if name not in FINDINGS:
                raise ConfigError(f"no finding {name!r}; there are {', '.join(FINDINGS)}")
        if self.min_words < 1:
            raise ConfigError(f"min_words must be at least 1, got {self.min_words}")
        if not 0 <= self.min_share <= 1:
            raise ConfigError(f"min_share must be in [0, 1], got {self.min_share}")
        if not 0 < self.document_share <= 1:
            raise ConfigError(f"document_share must be in (0, 1], got {self.document_share}")
        for pair in self.allow_pairs:
            if pair.count("=") != 1 or not all(map(str.strip, pair.split("="))):
                raise ConfigError(f"allow_pairs must be like 'one=other', got {pair!r}")
        if self.max_suppressions is not None and self.max_suppressions < 0:
            raise ConfigError(f"max_suppressions must be at least 0, got {self.max_suppressions}")


Level = Literal["document", "passage"]
LEVELS: tuple[str, ...] = get_args(Level)
EARLIEST, LONGEST, NONE = "earliest", "longest", "none"
PREFERRED = "preferred-outlet="


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """What is removed from a corpus, and which copy of it stays.

    Attributes:
        level: `passage` takes duplicate passages out of their documents, `document` leaves out
            documents that mostly stand in another one.
        keep: Which of several copies stays, in order of preference: `preferred-outlet=ID`,
            `longest` or `earliest`, which decides whatever is left open; or `none` alone.
    """

    level: Level = "passage"
    keep: tuple[str, ...] = (EARLIEST,)

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ConfigError(f"level must be one of {', '.join(LEVELS)}, got {self.level!r}")
        if isinstance(self.keep, str) or not self.keep:
            raise ConfigError(f"keep must be one rule or several in a tuple, got {self.keep!r}")
        for rule in self.keep:
            is_outlet = rule.startswith(PREFERRED) and rule.removeprefix(PREFERRED).strip()
            if rule not in (EARLIEST, LONGEST, NONE) and not is_outlet:
                raise ConfigError(
                    f"keep must be {EARLIEST}, {LONGEST}, {NONE} or {PREFERRED}ID, got {rule!r}"
                )
        if NONE in self.keep and len(self.keep) > 1:
            raise ConfigError(f"keep must be {NONE} alone or other rules, got {self.keep}")
        if EARLIEST in self.keep[:-1]:
            raise ConfigError(
                f"keep must have {EARLIEST} last, for it leaves nothing to decide, got {self.keep}"
            )

    @property
    def keeps_one(self) -> bool:
        """Whether one copy stays."""
        return NONE not in self.keep


# Settings that may be missing, with the type of those that are not.
_OPTIONAL = {"boilerplate": str, "allow_list": str, "baseline": str, "max_suppressions": int}
TASKS = (CorpusSettings, DuplicateSettings, ReuseSettings, AttributionSettings)
# Those that only one command has, each with a table of its own: [tool.dedup.check].
COMMAND_TASKS = {"check": CheckSettings, "clean": CleanSettings}


def available_jobs() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def find_config(directory: Path) -> Path | None:
    """Return the nearest configuration file in a directory or above it, if there is one."""
    for folder in (directory, *directory.parents):
        if (folder / "dedup.toml").is_file():
            return folder / "dedup.toml"
        project = folder / "pyproject.toml"
        if project.is_file() and _tool_table(_load(project)) is not None:
            return project
    return None


def read_config(path: Path) -> dict[str, Any]:
    """Return the settings that a configuration file holds, by name.

    Args:
        path: A pyproject.toml (its table `[tool.dedup]`) or any other TOML file (all of it).

    Raises:
        ConfigError: If the file is unreadable or not TOML, or holds an unknown key.
    """
    table = _load(path)
    if path.name == "pyproject.toml":
        table = {} if (found := _tool_table(table)) is None else found
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: [tool.dedup] must be a table, got {table!r}")
    tables = dict.fromkeys(COMMAND_TASKS, dict)
    values = _read_table(table, {"jobs": int, **tables, **_types(*TASKS)}, path)
    for command, task in COMMAND_TASKS.items():
        if command in values:
            values[command] = _read_table(values[command], _types(task), path)
    return values


def _read_table(table: dict[str, Any], types: dict[str, type], path: Path) -> dict[str, Any]:
    """Return the settings of a table by name, lists as tuples."""
    values = {
        key.replace("-", "_"): tuple(value) if isinstance(value, list) else value
        for key, value in table.items()
    }
    for key, value in values.items():
        if key not in types:
            raise ConfigError(f"{path}: unknown key {key!r}; known are {', '.join(sorted(types))}")
        try:
            _check_type(key, value, types[key])
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None
    return values


def _types(*tasks: type[Any]) -> dict[str, type]:
    return {
        field.name: _OPTIONAL.get(field.name, str) if field.default is None else type(field.default)
        for task in tasks
        for field in fields(task)
    }


def _tool_table(project: dict[str, Any]) -> Any:
    """Return what stands under [tool.dedup]; None if nothing does."""
    tool = project.get("tool")
    return tool.get("dedup") if isinstance(tool, dict) else None


_TYPE_NAMES = {
    int: "an integer", float: "a number", str: "a string", bool: "true or false",
    tuple: "a list of strings", dict: "a table",
}  # fmt: skip


def _check_type(name: str, value: object, expected: type) -> None:
    number = {int: Integral, float: Real}.get(expected)
    is_right = isinstance(value, number or expected) and isinstance(value, bool) == (
        expected is bool
    )
    if is_right and expected is tuple:
        is_right = all(isinstance(each, str) for each in value)  # type: ignore[attr-defined]
    if not is_right:
        raise ConfigError(f"{name} must be {_TYPE_NAMES[expected]}, got {value!r}")


def _load(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
