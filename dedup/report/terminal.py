"""A summary on a terminal: readable at 60 to 100 columns, without colour too, and piped."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.duplicates import LARGEST_BUCKET
from dedup.printable import printable
from dedup.report.credit_sections import credit_sections
from dedup.report.layout import Broken, counted, day, heading, named, plain_table, shortened
from dedup.report.reuse import ReusedView, ReuseSummary
from dedup.report.summary import ClusterView, DuplicateSummary, Member, Summary

_WIDTH = 100
_TEXT_SHOWN = 420  # characters of a cluster's text
_LINE_SHOWN = 140  # characters of a repeated or furniture line
_LISTED = 5  # skipped things, reused articles

_REUSE_MEANINGS = {
    "verbatim": "word for word",
    "edited": "with words changed",
    "paraphrase": "told in other words",
    "shared_quote": "both quote the same speech",
}
_KIND_MEANINGS = {
    "repeat": "twice or more in one document",
    "boilerplate": "page furniture",
    "syndicated": "in two outlets or more",
    "update": "in versions of one story",
    "recycled": "in several documents of one outlet",
}


def render(summary: Summary, console: Console) -> None:
    """Print the summary."""
    console.width = min(console.width, _WIDTH)
    for part in _parts(summary, colour=console.is_terminal and not console.no_color):
        console.print(part)


def _parts(summary: Summary, *, colour: bool) -> Iterator[RenderableType]:
    yield _overview(summary)
    duplicates, reuse = summary.duplicates, summary.reuse
    if duplicates is not None:
        yield heading("Duplicates")
        yield _kinds(duplicates)
    if reuse is not None:
        yield heading("Reuse between outlets")
        yield _reuse(reuse, is_audited=summary.credit is not None)
    if summary.credit is not None:
        yield from credit_sections(summary.credit)
    if reuse is not None:
        if reuse.flows:
            yield heading("Who takes from whom")
            yield _flows(reuse)
        if reuse.reused:
            yield heading("Most reused articles")
            for document in reuse.reused[:_LISTED]:
                yield _reused(document)
        if reuse.takers:
            yield heading("Articles of which most was taken")
            yield _takers(reuse)
    if duplicates is not None and duplicates.stories:
        yield heading("Biggest clusters across documents")
        for cluster in duplicates.stories:
            yield _cluster(cluster, colour)
    if duplicates is not None and duplicates.repeats:
        yield heading("Printed twice in one document")
        for cluster in duplicates.repeats:
            yield _repeat(cluster)
    yield heading("Outlets")
    yield _outlets(summary)
    if any(outlet.boilerplate for outlet in summary.outlets):
        yield heading("Boilerplate by outlet")
        yield from _boilerplate(summary)
    yield heading("How surely this was found")
    yield _how_surely(summary)


def _overview(summary: Summary) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    n_without = summary.n_documents - sum(o.n_documents for o in summary.outlets if o.outlet)
    outlets = counted(summary.n_outlets, "outlet") if summary.n_outlets else "no outlet named"
    grid.add_row(
        "Corpus",
        f"{counted(summary.n_documents, 'document')} of {outlets}"
        if summary.n_outlets or n_without
        else counted(summary.n_documents, "document"),
    )
    if summary.first_published and summary.last_published:
        grid.add_row(
            "Published", f"{day(summary.first_published)} to {day(summary.last_published)}"
        )
    roles = ", ".join(f"{n:,} {role}" for role, n in summary.roles.items() if n)
    grid.add_row(
        "Passages", f"{summary.n_passages:,} with {counted(summary.n_words, 'word')}: {roles}"
    )
    if summary.duplicates is not None:
        share = Text(f"{summary.duplicates.duplicate_share:.1%}", "bold")
        share.append(" of all words repeat an earlier passage", "not bold")
        grid.add_row("Duplicated", share)
    if summary.reuse is not None:
        share = Text(f"{summary.reuse.reused_share:.1%}", "bold")
        share.append(" of all words were taken from another outlet's article", "not bold")
        grid.add_row("Reused", share)
    skipped = list(_left_out(summary))
    grid.add_row("Left out", Text("\n".join(skipped)) if skipped else "nothing")
    return grid


def _left_out(summary: Summary) -> Iterator[str]:
    if summary.skipped:
        yield f"{counted(len(summary.skipped), 'record or file', 'records or files')} not readable:"
        yield from (f"  {printable(reason)}" for reason in summary.skipped[:_LISTED])
        if len(summary.skipped) > _LISTED:
            yield f"  and {len(summary.skipped) - _LISTED:,} more"
    if summary.other_files:
        kinds = ", ".join(f"{n:,} {printable(s)}" for s, n in summary.other_files.items())
        yield f"files of other types: {kinds}"
    if summary.n_tokenless:
        yield f"{counted(summary.n_tokenless, 'paragraph')} without a word"


def _kinds(summary: DuplicateSummary) -> RenderableType:
    table = plain_table()
    table.add_column("clusters", justify="right")
    table.add_column("passages", justify="right")
    table.add_column("kind")
    for kind, counts in summary.kinds.items():
        if counts["n_clusters"]:
            meaning = Text(kind, "bold")
            meaning.append(f"  {_KIND_MEANINGS[kind]}", "not bold dim")
            table.add_row(f"{counts['n_clusters']:,}", f"{counts['n_passages']:,}", meaning)
    return table if table.row_count else Text("none")


def _cluster(cluster: ClusterView, colour: bool) -> RenderableType:
    head = Text(f"{cluster.n_passages} passages", "bold")
    outlets = ", ".join(map(printable, cluster.outlets[:6])) or "outlets not known"
    more = f" and {len(cluster.outlets) - 6} more" if len(cluster.outlets) > 6 else ""
    head.append(f"  {cluster.kind}, cluster {cluster.cluster_id}: {outlets}{more}", "not bold dim")
    members = plain_table(header=False)
    members.add_column(no_wrap=True, style="dim")
    members.add_column(overflow="fold", ratio=2)
    members.add_column(overflow="fold", ratio=3)
    for number, member in enumerate(cluster.members):
        members.add_row(
            day(member.published), Broken(named(member.outlet, member.document_id)),
            Text("first", "dim") if number == 0 else _difference(member, colour),
        )  # fmt: skip
    if cluster.n_passages > len(cluster.members):
        members.add_row("", f"and {cluster.n_passages - len(cluster.members):,} more", "")
    text = Padding(_marked(cluster, colour), (0, 0, 0, 2))
    return Group(head, text, Padding(members, (0, 0, 1, 2)))


def _marked(cluster: ClusterView, colour: bool) -> Text:
    """Return the text with the words that differ elsewhere marked."""
    text = Text()
    position = 0
    for start, end in [*cluster.changed, (len(cluster.text), len(cluster.text))]:
        if start >= _TEXT_SHOWN:
            break
        text.append(_keep_edges(cluster.text[position:start]))
        changed = printable(cluster.text[start:end])
        if changed:
            text.append(changed if colour else f"[{changed}]", "bold underline")
        position = end
    if len(cluster.text) > _TEXT_SHOWN:
        text.append(_keep_edges(cluster.text[position:_TEXT_SHOWN]))
        text.append(" …", "dim")
    return text


def _keep_edges(text: str) -> str:
    """Return a printable text that keeps one space at either end where there was any."""
    shown = printable(text)
    if not shown:
        return " " if text else ""
    return " " * text[:1].isspace() + shown + " " * text[-1:].isspace()


def _difference(member: Member, colour: bool) -> Text:
    if not member.removed and not member.added:
        return Text("the same words", "dim")
    text = Text()
    for words, sign, style in ((member.removed, "−", "red"), (member.added, "+", "green")):
        for run in words[:4]:
            text.append(" " * bool(text) + f"{sign}{shortened(run, 50)}", style if colour else "")
        if len(words) > 4:
            text.append(f" {sign}…", "dim")
    return text


def _repeat(cluster: ClusterView) -> RenderableType:
    head = Text(f"{cluster.n_passages} times in ", "bold")
    head.append(printable(cluster.members[0].document_id), "not bold")
    if cluster.members[0].outlet:
        head.append(f"  {printable(cluster.members[0].outlet)}", "not bold dim")
    return Group(head, Padding(Text(shortened(cluster.text, 2 * _LINE_SHOWN)), (0, 0, 1, 2)))


def _reuse(reuse: ReuseSummary, *, is_audited: bool) -> RenderableType:
    table = plain_table()
    table.add_column("spans", justify="right")
    table.add_column("kind")
    for kind, count in reuse.kinds.items():
        if count:
            meaning = Text(kind, "bold")
            meaning.append(f"  {_REUSE_MEANINGS[kind]}", "not bold dim")
            table.add_row(f"{count:,}", meaning)
    if not table.row_count:
        return Text("none")
    notes = []
    if unknown := reuse.directions["undirected"]:
        tells = "neither dates nor credits tell" if is_audited else "the dates do not tell"
        notes.append(f"Of {counted(unknown, 'span')} {tells} who had it first.")
    if shared := reuse.directions["common_origin"]:
        notes.append(f"{counted(shared, 'span')} both have from a third, whom they name.")
    return Group(table, Text(" ".join(notes), "dim")) if notes else table


def _flows(reuse: ReuseSummary) -> RenderableType:
    table = plain_table()
    table.add_column("outlet", overflow="fold")
    table.add_column("takes from", overflow="fold")
    table.add_column("words", justify="right")
    table.add_column("articles", justify="right")
    table.add_column("after", justify="right")
    for flow in reuse.flows:
        table.add_row(
            Broken(Text(printable(flow.target_outlet or "(not known)"))),
            Broken(Text(printable(flow.origin_outlet or "(not known)"))),
            f"{flow.n_words:,}", f"{flow.n_documents:,}", _lag(flow.median_lag_hours),
        )  # fmt: skip
    if reuse.n_flows > len(reuse.flows):
        more = reuse.n_flows - len(reuse.flows)
        table.add_row(Text(f"and {counted(more, 'other pair')}", "dim"))
    return table


def _reused(document: ReusedView) -> RenderableType:
    head = Text(f"{document.n_words:,} words", "bold")
    takers = counted(document.n_documents, "article")
    if document.n_outlets > 1:
        takers += f" of {document.n_outlets:,} outlets"
    head.append(f" of {printable(document.document_id)} in {takers}", "not bold")
    source = printable(document.outlet or "outlet not known")
    head.append(f"  {source}, {day(document.published)}", "not bold dim")
    return Group(head, Padding(Text(shortened(document.text, 2 * _LINE_SHOWN)), (0, 0, 1, 2)))


def _takers(reuse: ReuseSummary) -> RenderableType:
    table = plain_table()
    table.add_column("taken", justify="right")
    table.add_column("words", justify="right")
    table.add_column("article", overflow="fold", ratio=1)
    table.add_column("most of it from", overflow="fold", ratio=1)
    for taker in reuse.takers:
        table.add_row(
            f"{taker.reused_share:.0%}", f"{taker.n_words:,}",
            Broken(named(taker.outlet, taker.document_id)),
            Broken(named(taker.origin_outlet, taker.origin_document_id)),
        )  # fmt: skip
    return table


def _lag(hours: float | None) -> str:
    if hours is None:
        return "-"
    if abs(hours) < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours:.0f} h" if abs(hours) < 48 else f"{hours / 24:.0f} days"


def _outlets(summary: Summary) -> RenderableType:
    table = plain_table()
    table.add_column("outlet", overflow="fold")
    table.add_column("documents", justify="right")
    table.add_column("words", justify="right")
    shares = {}
    if summary.duplicates is not None:
        shares["repeated"] = [outlet.duplicate_share for outlet in summary.outlets]
    if summary.reuse is not None:
        shares["taken"] = [outlet.reused_share for outlet in summary.outlets]
    for name in shares:
        table.add_column(name, justify="right")
    for number, outlet in enumerate(summary.outlets):
        table.add_row(
            Broken(Text(printable(outlet.outlet or "(not known)"))),
            f"{outlet.n_documents:,}", f"{outlet.n_words:,}",
            *(f"{share[number]:.1%}" for share in shares.values()),
        )  # fmt: skip
    n_more = summary.n_outlets - sum(o.outlet is not None for o in summary.outlets)
    if n_more > 0:
        table.add_row(Text(f"and {counted(n_more, 'other outlet')}", "dim"))
    return table


def _boilerplate(summary: Summary) -> Iterator[RenderableType]:
    for outlet in summary.outlets:
        if outlet.boilerplate:
            head = Text(printable(outlet.outlet or "(not known)"), "bold")
            head.append(f"  {counted(outlet.n_boilerplate, 'passage')}", "not bold dim")
            yield head
            for text, count in outlet.boilerplate:
                yield Padding(Text(f"{count:,} × {shortened(text, _LINE_SHOWN)}"), (0, 0, 0, 2))


def _how_surely(summary: Summary) -> RenderableType:
    lines = [] if summary.duplicates is None else _curve(summary, summary.duplicates)
    if summary.reuse is not None:
        lines.append(
            f"Any run of {summary.settings['min_run_words']} words that two outlets share is"
            " looked at; one that many articles use is reported only where it is long, or a"
            " quotation."
        )
    return Text(" ".join(lines))


def _curve(summary: Summary, duplicates: DuplicateSummary) -> list[str]:
    threshold = summary.settings["threshold"]
    points = ", ".join(f"{share:.1%} at {jaccard}" for jaccard, share in duplicates.recall.items())
    lines = [
        f"Pairs are compared exactly; a pair counts from Jaccard {threshold:g} on, over runs of"
        f" {counted(summary.settings['shingle_size'], 'word')}.",
        f"{duplicates.banding['bands']} bands of {duplicates.banding['rows']} rows let through, by"
        f" Jaccard: {points}.",
    ]
    if duplicates.n_large_buckets:
        lines.append(
            f"In {counted(duplicates.n_large_buckets, 'group')} of more than {LARGEST_BUCKET:,}"
            " texts alike, texts were compared with representatives only, which misses more pairs."
        )
    return lines
