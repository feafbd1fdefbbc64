"""An analysis to one self-contained page: what to look at first in full, the rest by number.

Every byte of every article is hostile input: all of it goes through the templates' escaping, no
script builds markup from it, and the page's content policy lets nothing run or load but the one
style and the one script that stand in it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from dedup import __version__
from dedup.analysis import Analysis
from dedup.attribution import VERDICTS
from dedup.errors import InputError
from dedup.report.page.articles import estimate_sizes, related_documents, view_article
from dedup.report.page.clusters import members_of, rank_clusters, shown_members, view_cluster
from dedup.report.page.facts import Facts, collect_facts, rank_documents
from dedup.report.page.names import Integers, Named, name_documents, say_when
from dedup.report.page.notes import Said, view_attribution
from dedup.report.page.pictures import draw_curve, draw_matrix, draw_stories, say_lag
from dedup.report.page.wording import headline, plural, say_share
from dedup.report.summary import Summary, summarize

PAGE = "report.html"

_TEMPLATES = Path(__file__).parent / "templates"
_COMPILED = _TEMPLATES / "__pycache__"

_LARGEST = 4_900_000  # bytes: mail and browsers still take the page
_ARTICLES_SIZE = 3_300_000  # of all articles, about
_ARTICLES = 500  # more than anybody opens; the tables have the others
_CLUSTERS_SIZE = 900_000
_CLUSTERS = 100
_STORIES, _STOPS = 12, 14
_QUOTATIONS = 60
_FLOWS = 200  # rows of the table behind the picture
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # which HTML does not allow
# What templates are compiled with; files of compiled ones are named by it.
_COMPILING: Any = dict.fromkeys(("autoescape", "trim_blocks", "lstrip_blocks"), True)
_LIBRARIES = ("numpy", "numba", "pyarrow", "scikit-learn")


def write_page(analysis: Analysis, directory: str | Path, summary: Summary | None = None) -> Path:
    """Write `report.html`, the page of an analysis, to a directory; return the file.

    Args:
        analysis: The analysis.
        directory: Where to.
        summary: Its summary, if that is there already.

    Raises:
        InputError: If it cannot be written.
    """
    path = Path(directory) / PAGE
    partial = path.with_name(f".{PAGE}.partial")
    content = render_page(analysis, summary).encode("utf-8", "replace")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(f"cannot be written: {error.strerror or error}", path=path) from error
    return path


def render_page(analysis: Analysis, summary: Summary | None = None) -> str:
    """Return the page of an analysis as HTML, of less than 5 MB.

    It shows the overview, and of stories, flows, quotations, documents and clusters those that an
    editor would look at first, as far as they fit, and says how many there are besides.
    """
    facts = collect_facts(analysis)
    summary = summary or summarize(analysis)
    shown = _choose_documents(analysis, facts)
    page = _render(analysis, facts, summary, shown)
    while len(page.encode()) > _LARGEST and len(shown) > 1:
        shown = shown[: len(shown) * 2 // 3]  # texts full of what needs escaping take more room
        page = _render(analysis, facts, summary, shown)
    return page


def _render(analysis: Analysis, facts: Facts, summary: Summary, shown: Integers) -> str:
    environment = _environment()
    ranked, clusters = _choose_clusters(analysis, facts)
    stories, flows, quoted = _story_rows(analysis), _flows(analysis), _quotations(analysis)
    rows = _rows_by_id(analysis, {row["document_id"] for row in stories})
    named = related_documents(analysis, facts, shown) | {*rows.values()}
    documents = analysis.passage_arrays.documents
    named.update(int(documents[passage]) for passages in clusters.values() for passage in passages)
    if analysis.attribution_arrays is not None and analysis.verdicts is not None:
        for sides in (analysis.attribution_arrays.documents, analysis.verdicts.documents):
            named.update(sides[quoted[:_QUOTATIONS]].tolist())
    names = name_documents(analysis.corpus, named - {-1}, shown)
    # Macros: each template that is rendered by itself sets up a context of its own.
    article: Any = environment.get_template("article.html").module
    articles = [
        article.article(view_article(analysis, facts, row, names)) for row in shown.tolist()
    ]
    card: Any = environment.get_template("cluster.html").module
    cards: list[Markup] = []
    for cluster, passages in clusters.items():
        if sum(map(len, cards)) < _CLUSTERS_SIZE:
            view = view_cluster(analysis, facts, cluster, passages, names)
            cards.append(card.cluster(view))
    story_lines, ticks = draw_stories(stories, rows, _STOPS)
    style, script = _asset("page.css"), _asset("page.js")
    page = environment.get_template("page.html").render(
        summary=summary,
        headline=headline(summary),
        first_day=_day(summary.first_published),
        last_day=_day(summary.last_published),
        names=names,
        n_documents=len(analysis.corpus),
        articles=articles,
        clusters=cards,
        n_clusters=len(ranked),
        quotations=list(_view_quotations(analysis, quoted[:_QUOTATIONS], names)),
        n_quotations=len(quoted),
        furniture=[outlet for outlet in summary.outlets if outlet.boilerplate],
        flows=flows[:_FLOWS],
        n_flows=len(flows),
        matrix=draw_matrix(flows) if flows else None,
        stories=story_lines,
        ticks=ticks,
        curve=draw_curve(analysis.pairs.banding) if analysis.pairs else "",
        outlets=sorted({name.outlet for name in names.values() if name.outlet}),
        versions=_versions(),
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return _CONTROLS.sub("\ufffd", page)


def _choose_documents(analysis: Analysis, facts: Facts) -> Integers:
    """Return the documents whose articles fit, those first that there is most to say of."""
    ranked = rank_documents(facts)
    sizes = np.cumsum(estimate_sizes(analysis, facts)[ranked])
    return ranked[: min(max(1, int(np.searchsorted(sizes, _ARTICLES_SIZE))), _ARTICLES)]


def _choose_clusters(analysis: Analysis, facts: Facts) -> tuple[Integers, dict[int, list[int]]]:
    """Return all clusters in their order, and of the first ones the passages that are shown."""
    ranked = rank_clusters(analysis, facts)
    if not len(ranked):
        return ranked, {}
    chosen = ranked[:_CLUSTERS]
    members = members_of(analysis, chosen)
    return ranked, {each: shown_members(analysis, members, each) for each in chosen.tolist()}


def _story_rows(analysis: Analysis) -> list[dict[str, Any]]:
    if analysis.reuse_arrays is None:
        return []
    table = analysis.story_table()
    n_rows = int(np.searchsorted(table["story_id"].to_numpy(), _STORIES))
    rows: list[dict[str, Any]] = table.slice(0, n_rows).to_pylist()
    return rows


def _rows_by_id(analysis: Analysis, wanted: set[str]) -> dict[str, int]:
    if not wanted:
        return {}
    ids = analysis.corpus.documents["document_id"].to_pylist()
    return {each: row for row, each in enumerate(ids) if each in wanted}


def _quotations(analysis: Analysis) -> Integers:
    """Return the attributions whose quoted words their outlet does not have, altered ones first."""
    if analysis.verdicts is None:
        return np.empty(0, dtype=np.int64)
    verdicts = analysis.verdicts.verdicts
    wrong = [np.flatnonzero(verdicts == VERDICTS.index(name)) for name in ("altered", "not_found")]
    return np.concatenate(wrong)


def _view_quotations(
    analysis: Analysis, rows: Integers, names: Mapping[int, Named]
) -> Iterator[tuple[Named, Said]]:
    said, verdicts = analysis.attribution_arrays, analysis.verdicts
    if said is None or verdicts is None:
        return
    for row in rows.tolist():
        document = int(said.documents[row])
        text = analysis.corpus.documents["text"][document].as_py()
        yield names[document], view_attribution(analysis, said, verdicts, row, names, text)


def _flows(analysis: Analysis) -> list[dict[str, Any]]:
    if analysis.reuse_arrays is None:
        return []
    flows = analysis.table("flows").sort_by([("n_words", "descending")])
    rows: list[dict[str, Any]] = flows.to_pylist()
    return rows


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dedup.report.page"),
        bytecode_cache=_compiled_templates(),
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        **_COMPILING,
    )
    environment.filters |= {"share": say_share, "plural": plural, "lag": say_lag}
    return environment


def _compiled_templates() -> jinja2.BytecodeCache | None:
    """Return where compiled templates are kept, as Python keeps modules; None if it may not.

    Compiling them takes as long as a page of a small corpus.
    """
    if sys.dont_write_bytecode:
        return None
    try:
        _COMPILED.mkdir(exist_ok=True)
    except OSError:
        return None
    if not os.access(_COMPILED, os.W_OK):
        return None
    options = "-".join(_COMPILING)
    return jinja2.FileSystemBytecodeCache(str(_COMPILED), f"{__version__}-{options}-%s.jinja")


def _day(time: datetime | None) -> str:
    return "" if time is None else say_when(time, is_day=True)


def _asset(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _versions() -> dict[str, str]:
    versions = {"dedup": metadata.version("newsdedup"), "Python": platform.python_version()}
    return versions | {name: metadata.version(name) for name in _LIBRARIES}
