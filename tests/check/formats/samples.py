"""Outcomes of checks to write in every format: a plain one, one that holds everything, bad ones."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import strategies as st

from dedup.check.findings import (
    FINDINGS,
    CheckResult,
    Finding,
    Fingerprint,
    Location,
    Place,
    Suppressed,
)

# What ends, opens or steers something in one format or another.
HOSTILE = [
    "\x00", "\x07", "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\u202e", "\u2066", "\u2028", "\x85",
    "\ud800", "\udce9", "\ufffe", "\uffff", "\ufeff", "\n", "\r", "\r\n", "\t", " ", "  ",
    "]]>", "<!--", "<script>", "&amp;", "'", '"', "::", "::error file=x::", "::stop-commands::x",
    "##[error]", "##vso[task.complete]", "##teamcity[x]", "%", "%0A", "%25", ",", ":", "=", "|",
    "\\", "\\|", "`", "```", "**", "_", "~~", "[x](http://example.org)", "![x](y)", "](", "[", "]",
    "{0}", "{", "}", "@desk", "#1", "www.example.org", "http://example.org", "<b>", "\n\n# x",
    "../", "./", "/", "//", "~", "é", "😀", "\u200d", "x" * 5000,
]  # fmt: skip


def make_place(document_id: str = "desk/bridge.md", **changes: Any) -> Place:
    values = {
        "document_id": document_id, "outlet": "Tern", "path": f"articles/{document_id}",
        "start": 0, "end": 71, "line": 3, "column": 1, "end_line": 3, "end_column": 72,
        "text": "The council closed the old harbour bridge for a week on Monday morning.",
        "is_new": True,
    }  # fmt: skip
    return Place(**values | changes)


def make_finding(
    name: str = "duplicate-passage", place: Place | None = None, **changes: Any
) -> Finding:
    place = place or make_place()
    values: dict[str, Any] = {
        "counterpart": make_place(
            "gull/2026-03-01.md", outlet="Gull", path="archive/gull/2026-03-01.md", line=12,
            end_line=12, is_new=False,
        ),
        "message": "13 words stand word for word in another document", "n_words": 13,
        "similarity": 1.0,
    }  # fmt: skip
    values |= changes
    other = values["counterpart"]
    sides = [side for side in (place, other) if side is not None]
    locations = sorted(Location(s.document_id, digest_of(s.document_id)) for s in sides)
    fingerprint = Fingerprint(name, digest_of(place.text), tuple(locations))
    return Finding(**{"name": name, "place": place, "fingerprint": fingerprint} | values)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def make_result(*findings: Finding, **changes: Any) -> CheckResult:
    values: dict[str, Any] = {
        "n_documents": 3, "n_passages": 17, "n_known_documents": 1200, "n_known_passages": 9801,
    }  # fmt: skip
    return CheckResult(**{"findings": list(findings)} | values | changes)


def full_result() -> CheckResult:
    """Return an outcome with something of everything."""
    quote = make_place(
        "desk/quay.md", line=9, column=14, end_line=11, end_column=20, start=212, end=268,
        text="we will not close the quay before the last boat is in", outlet=None,
    )  # fmt: skip
    wire = make_place(
        "wire-17", path="archive/wire.jsonl", outlet="Gull & Sons", line=17, end_line=17,
        end_column=1, is_new=False,
    )  # fmt: skip
    return make_result(
        make_finding(),
        make_finding(
            "uncredited-reuse", make_place(line=5, end_line=5, end_column=180), counterpart=wire,
            message="31 words of Gull & Sons stand here uncredited", n_words=31,
            similarity=0.870968,
        ),
        make_finding(
            "altered-quote", quote, counterpart=wire, n_words=11, similarity=0.909091, fails=False,
            message="the words quoted from Gull & Sons are others there",
        ),
        make_finding(
            "repeated-passage", make_place("desk/quay.md", outlet=None, line=20, end_line=20),
            counterpart=make_place("desk/quay.md", outlet=None, line=2, end_line=2),
            message="13 words stand twice in this document",
        ),
        make_finding(
            "unverified-quote", make_place("feed 3", path=None), counterpart=None, fails=False,
            similarity=None, n_words=9, message="no article of Gull has these words",
        ),
        accepted=[make_finding("duplicate-document", message="all words stand elsewhere")],
        suppressed=[
            Suppressed(make_finding("duplicate-passage", quote), "front matter"),
            Suppressed(make_finding("repeated-passage", quote), "comment", "a refrain"),
            Suppressed(make_finding("uncredited-reuse"), "allow-list", "agreed with the Gull"),
        ],
        allowed={"credited": 4, "boilerplate": 1},
        skipped=('articles/feed.jsonl:8: missing field "text"',),
        notes=("1 entry of the allow-list has expired",),
        settings={"baseline": "dedup-baseline.jsonl", "threshold": 0.6, "min_run_words": 8},
    )  # fmt: skip


# Anything at all, as anybody may write an article, an id, or the name of a file.

anything = st.lists(st.sampled_from(HOSTILE) | st.characters(), max_size=8).map("".join)


@st.composite
def results(draw: st.DrawFn) -> CheckResult:
    """Draw outcomes that are made of a few texts, which is quicker than a text for each place."""
    texts = draw(st.lists(anything, min_size=1, max_size=5))
    text = st.sampled_from(texts)
    listed = st.sampled_from([0, 1, 12]).map(lambda n: (texts * 12)[:n]).map(tuple)
    number = st.integers(1, 99)

    def place() -> Place:
        line, column = draw(number), draw(number)
        return make_place(
            draw(text) or "x", outlet=draw(st.none() | text), path=draw(st.none() | text),
            line=line, column=column, end_line=line + draw(st.integers(0, 1)),
            end_column=column + 1, text=draw(text),
        )  # fmt: skip

    def findings(most: int) -> list[Finding]:
        return [
            make_finding(
                draw(st.sampled_from(list(FINDINGS))), place(), fails=draw(st.booleans()),
                counterpart=place() if draw(st.booleans()) else None, message=f"words {draw(text)}",
                similarity=draw(st.none() | st.floats(0, 1)), n_words=draw(number),
            )
            for _ in range(draw(st.integers(0, most)))
        ]  # fmt: skip

    by = st.sampled_from(["front matter", "comment", "allow-list"])
    return make_result(
        *findings(3), accepted=findings(1), allowed=dict.fromkeys(draw(listed), draw(number)),
        suppressed=[Suppressed(found, draw(by), draw(st.none() | text)) for found in findings(2)],
        skipped=draw(listed), notes=draw(listed), settings={"outlets": texts},
        n_known_documents=draw(st.integers(0, 2)),
    )  # fmt: skip
