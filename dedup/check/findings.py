"""What a check finds: findings with their places, and the outcome of a whole check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dedup.config import FINDINGS as NAMES

# What there is to find, by name, and what each says.
FINDINGS = dict(
    zip(
        NAMES,
        (
            "most of a document's words stand in other documents",
            "a passage stands, the same or nearly so, in another document",
            "a passage stands twice or more in one document",
            "words were taken from another outlet's article without saying so",
            "words were taken from one outlet's article and credited to another",
            "words are quoted from an outlet that wrote them otherwise",
            "words are quoted from an outlet in whose articles they do not stand",
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a document, and where a reader finds it.

    Attributes:
        document_id: The document.
        outlet: Its outlet, if known.
        path: The file it was read from, if any.
        start: Where the span starts in the document's text, in code points.
        end: Where it ends.
        line: Line of the file where it starts, from 1; of a record the record's line, of a page
            of HTML 1.
        column: Character of that line where it starts, from 1; 1 where the line is a record's.
        end_line: Line where it ends.
        end_column: Character just behind its last one, in that line.
        text: The words of the span.
        is_new: Whether the document is one of those checked, not of those compared with.
    """

    document_id: str
    outlet: str | None
    path: str | None
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    is_new: bool

    def __str__(self) -> str:
        return f"{self.path or self.document_id}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A document that a finding touches: by its id, and by a digest of its words.

    The id outlives edits, the digest a new name; either makes it the same location.
    """

    document_id: str
    digest: str


@dataclass(frozen=True, slots=True, order=True)
class Fingerprint:
    """By what a finding is known again in a later run.

    Attributes:
        finding: Its name.
        content: Digest of the words on both sides, normalised; hexadecimal.
        locations: The documents, sorted.
    """

    finding: str
    content: str
    locations: tuple[Location, ...]

    @property
    def digest(self) -> str:
        """One hexadecimal word for it: of name, content and document ids."""
        ids = "\0".join(location.document_id for location in self.locations)
        whole = f"{self.finding}\0{self.content}\0{ids}"
        return hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        name: Its name, of `FINDINGS`.
        place: Where, in a document that was checked.
        counterpart: The other side, if there is one: the text it equals, the origin, the words
            as the outlet has them.
        n_words: Words it is about.
        similarity: How alike the two sides are, in [0, 1]: Jaccard of passages, share of the
            document's words, share of equal words of reuse; None where nothing was compared.
        message: What was found, in a sentence without a full stop.
        fingerprint: By what it is known again.
        fails: Whether it fails the check; otherwise it is a warning.
    """

    name: str
    place: Place
    counterpart: Place | None
    n_words: int
    similarity: float | None
    message: str
    fingerprint: Fingerprint
    fails: bool = True


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that somebody has switched off, and where and why.

    Attributes:
        finding: The finding.
        by: `front matter`, `comment` or `allow-list`.
        reason: Why, as far as it was said.
    """

    finding: Finding
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of a check.

    Attributes:
        findings: What counts, by place.
        accepted: What the baseline holds already.
        suppressed: What was switched off.
        allowed: Number of findings that the policy allows, by its rule.
        n_documents: Documents checked.
        n_passages: Their passages.
        n_known_documents: Documents they were compared with, beside each other.
        n_known_passages: Their passages.
        skipped: What could not be read, with places and reasons.
        notes: What is worth knowing about the run: limits that were reached, entries that expired.
        settings: What counted as what, by name.
    """

    findings: list[Finding]
    accepted: list[Finding] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    allowed: Mapping[str, int] = field(default_factory=dict)
    n_documents: int = 0
    n_passages: int = 0
    n_known_documents: int = 0
    n_known_passages: int = 0
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fails(self) -> bool:
        """Whether any finding fails the check."""
        return any(finding.fails for finding in self.findings)
