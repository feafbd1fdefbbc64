"""The report's sections on credit and attributions, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from dedup.printable import printable
from dedup.report.credit import CreditSummary, QuotationView, UncreditedView
from dedup.report.layout import Broken, counted, heading, named, plain_table, shortened

_LINE_SHOWN = 280  # characters of a text
_LISTED = 5

_CREDIT_MEANINGS = {
    "credited": "the text says whose words they are",
    "credited_to_other": "the text names another outlet",
    "quoted_uncredited": "in quotation marks, without a source",
    "uncredited": "copied without a word",
}


def credit_sections(credit: CreditSummary) -> Iterator[RenderableType]:
    """Yield what a report says of credit: verdicts, the worst, altered words, what is said."""
    if credit.credits is not None and any(each["n_spans"] for each in credit.credits.values()):
        yield heading("Do they say so?")
        yield _verdicts(credit.credits)
        if credit.takers:
            yield Group(Text(), _credit_by_outlet(credit))
    if credit.uncredited:
        yield heading("Copied and not credited")
        for document in credit.uncredited[:_LISTED]:
            yield _uncredited(document)
    if credit.altered or credit.not_found:
        yield heading("Quoted, but not so")
        for quotation in (*credit.altered[:_LISTED], *credit.not_found[:_LISTED]):
            yield _quotation(quotation)
    yield heading("What the articles say about their sources")
    yield _attributions(credit)


def _verdicts(credits: dict[str, dict[str, int]]) -> RenderableType:
    table = plain_table()
    table.add_column("spans", justify="right")
    table.add_column("words", justify="right")
    table.add_column("credit")
    for credit, counts in credits.items():
        if counts["n_spans"]:
            meaning = Text(credit, "bold")
            meaning.append(f"  {_CREDIT_MEANINGS[credit]}", "not bold dim")
            table.add_row(f"{counts['n_spans']:,}", f"{counts['n_words']:,}", meaning)
    return table


def _credit_by_outlet(credit: CreditSummary) -> RenderableType:
    table = plain_table()
    table.add_column("words taken by", overflow="fold")
    for name in ("credited", "to another", "quoted only", "not at all"):
        table.add_column(name, justify="right")
    for taker in credit.takers:
        table.add_row(
            Broken(Text(printable(taker.outlet or "(not known)"))),
            *(
                f"{n:,}" if n else "-"
                for n in (taker.credited, taker.credited_to_other, taker.quoted_uncredited,
                          taker.uncredited)
            ),
        )  # fmt: skip
    return table


def _uncredited(document: UncreditedView) -> RenderableType:
    head = Text(f"{document.n_words:,} words", "bold")
    head.append(" in ", "not bold")
    head.append_text(named(document.outlet, document.document_id))
    origin = Text("from ", "dim")
    origin.append_text(named(document.origin_outlet, document.origin_document_id))
    if document.credited_to:
        origin.append(f", credited to {printable(document.credited_to)}", "not dim")
    text = Text(shortened(document.text, _LINE_SHOWN))
    return Group(head, Padding(Group(origin, text), (0, 0, 1, 2)))


def _quotation(quotation: QuotationView) -> RenderableType:
    head = named(quotation.outlet, quotation.document_id)
    head.append(" quotes ", "not dim")
    head.append(printable(quotation.credited_outlet), "bold not dim")
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    lines.add_row("it has", Text(shortened(quotation.text, _LINE_SHOWN)))
    if quotation.matched_text is None:
        lines.add_row("there", Text("no article of that outlet has these words", "dim"))
    else:
        line = Text(shortened(quotation.matched_text, _LINE_SHOWN))
        line.append(f"  {printable(quotation.matched_document_id or '')}", "dim")
        lines.add_row("there", line)
        changes = [f"−{shortened(run, 50)}" for run in quotation.removed[:4]]
        changes += [f"+{shortened(run, 50)}" for run in quotation.added[:4]]
        lines.add_row("changed", Text(" ".join(changes)))
    return Group(head, Padding(lines, (0, 0, 1, 2)))


def _attributions(credit: CreditSummary) -> RenderableType:
    relations = ", ".join(f"{n:,} {name}" for name, n in credit.relations.items() if n)
    lines = [Text(f"{counted(credit.n_attributions, 'attribution')}: {relations or 'none'}")]
    if credit.outlets:
        outlets = ", ".join(f"{printable(name)} {n:,}" for name, n in credit.outlets)
        lines.append(Text(f"Credited most often by others: {outlets}"))
    looked_up = ", ".join(
        f"{n:,} {verdict.replace('_', ' ')}" for verdict, n in credit.verdicts.items() if n
    )
    if looked_up:
        lines.append(Text(f"Quotations of outlets looked up: {looked_up}"))
    return Group(*lines)
