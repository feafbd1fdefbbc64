"""Attributions for a reader: document by document, who is credited with what, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from dedup.analysis import Analysis
from dedup.attribution import (
    CONFIDENCES,
    KINDS,
    NO_VERDICT,
    RELATIONS,
    VERDICTS,
    outlet_name,
)
from dedup.printable import printable
from dedup.report.layout import counted
from dedup.rows import take_documents

_WIDTH = 100
_SHOWN = 160  # characters of a content
_MARKED = {"not_found": "red", "altered": "yellow", "verified": "green"}


@dataclass(frozen=True, slots=True)
class AttributionView:
    """One credited party as a reader sees it.

    Attributes:
        relation: Its relation.
        credited: The words that name the party.
        meaning: Whom they mean, where they do not say so themselves.
        content: What is attributed, or None.
        confidence: `high`, `medium` or `low`.
        basis: What that rests on.
        verdict: What looking up its quoted words gave, or None.
        depth: How many parties relay it.
        n_times: How often the document says so.
    """

    relation: str
    credited: str
    meaning: str | None
    content: str | None
    confidence: str
    basis: str
    verdict: str | None
    depth: int
    n_times: int


def view_attributions(
    analysis: Analysis,
) -> Iterator[tuple[str, str | None, list[AttributionView]]]:
    """Yield id, outlet and attributions of each document that has any; repeats are one."""
    rows, verdicts = analysis.attribution_arrays, analysis.verdicts
    if rows is None or verdicts is None:
        raise ValueError("attributions were not analysed: `only` named other parts")
    documents = take_documents(analysis.corpus, rows.documents).to_pylist()
    texts = analysis.corpus.documents["text"]
    depths: list[int] = []
    views: dict[tuple[object, ...], AttributionView] = {}
    current, text = -1, ""
    for row in range(len(rows)):
        parent = int(rows.parents[row])
        depths.append(0 if parent < 0 or parent >= row else depths[parent] + 1)
        if rows.documents[row] != current:
            if views:
                before = documents[row - 1]
                yield before["document_id"], before["outlet"], list(views.values())
            current, views = int(rows.documents[row]), {}
            text = texts[current].as_py()
        start, end = rows.contents[row].tolist()
        content = text[start:end] if start >= 0 else None
        verdict = int(verdicts.verdicts[row])
        view = AttributionView(
            RELATIONS[rows.relations[row]], rows.credited_texts[row], _meaning(analysis, row),
            content, CONFIDENCES[rows.confidence[row]], rows.bases[row],
            None if verdict == NO_VERDICT else VERDICTS[verdict], depths[row], 1,
        )  # fmt: skip
        key = (view.relation, view.credited, view.meaning, content)
        if key in views:
            view = replace(views[key], n_times=views[key].n_times + 1)
        views[key] = view
    if views:
        last = documents[-1]
        yield last["document_id"], last["outlet"], list(views.values())


def _meaning(analysis: Analysis, row: int) -> str | None:
    rows = analysis.attribution_arrays
    if rows is None:
        return None
    if rows.candidates[row]:
        names = [outlet_name(each, analysis.gazetteer) for each in rows.candidates[row][:4]]
        return f"ambiguous: {', '.join(names)}" + ", …" * (len(rows.candidates[row]) > 4)
    if rows.is_own[row]:
        return "the document's own outlet"
    outlet = rows.outlets[row]
    if outlet is not None:
        return outlet_name(outlet, analysis.gazetteer)
    start, end = rows.antecedents[row].tolist()
    if start >= 0:
        text: str = analysis.corpus.documents["text"][int(rows.documents[row])].as_py()
        return text[start:end]
    return None if KINDS[rows.kinds[row]] != "unnamed" else "unnamed"


def render_attributions(analysis: Analysis, console: Console) -> None:
    """Print the attributions of each document."""
    console.width = min(console.width, _WIDTH)
    n_documents = n_rows = 0
    for document_id, outlet, views in view_attributions(analysis):
        head = Text(printable(document_id), "bold")
        if outlet:
            head.append(f"  {printable(outlet)}", "not bold dim")
        console.print(Group(head, *(_line(view) for view in views), Text()))
        n_documents += 1
        n_rows += sum(view.n_times for view in views)
    n = len(analysis.corpus)
    console.print(
        Text(
            f"{counted(n_rows, 'attribution')} in {n_documents:,} of {counted(n, 'document')}.",
            "dim",
        )
    )


def _line(view: AttributionView) -> RenderableType:
    line = Text(f"{view.relation:<10}", "dim")
    line.append(printable(view.credited), "bold not dim")
    if view.meaning and view.meaning.lower() not in view.credited.lower():
        line.append(f" → {printable(view.meaning)}", "not bold dim")
    if view.content is not None:
        content = printable(view.content)
        content = content if len(content) <= _SHOWN else f"{content[: _SHOWN - 1].rstrip()}…"
        line.append(f"  {content}", "not bold not dim")
    line.append(f"  [{view.confidence}: {printable(view.basis)}]", "not bold dim")
    if view.n_times > 1:
        line.append(f"  {view.n_times} times", "not bold dim")
    if view.verdict is not None:
        line.append(f"  {view.verdict}", _MARKED.get(view.verdict, "dim"))
    return Padding(line, (0, 0, 0, 2 + 2 * view.depth))
