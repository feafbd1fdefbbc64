"""What the page says in words: its headline, and counts and shares as a reader takes them in."""

from __future__ import annotations

from dedup.report.credit import CreditSummary
from dedup.report.reuse import ReuseSummary
from dedup.report.summary import Summary


def headline(summary: Summary) -> str:
    """Return the one thing to say of a corpus, by what was analysed and found."""
    reuse, credit, duplicates = summary.reuse, summary.credit, summary.duplicates
    if reuse is not None:
        return _credit_headline(reuse, credit) if credit is not None else _reuse_headline(reuse)
    if duplicates is not None:
        return f"{say_share(duplicates.duplicate_share)} of all words repeat an earlier passage"
    if summary.n_documents == 1:
        return "What 1 document says of its sources"
    return f"What {summary.n_documents:,} documents say of their sources"


def _credit_headline(reuse: ReuseSummary, credit: CreditSummary) -> str:
    n_bad = sum(
        own["n_words"] for name, own in (credit.credits or {}).items() if name != "credited"
    )
    if n_bad:
        were = "was" if n_bad == 1 else "were"
        return f"{plural(n_bad, 'word')} {were} taken from other outlets without fair credit"
    if reuse.directions["directed"] or reuse.directions["common_origin"]:
        return "Everything taken is credited"
    return _reuse_headline(reuse)


def _reuse_headline(reuse: ReuseSummary) -> str:
    if reuse.reused_share:
        return f"{say_share(reuse.reused_share)} of all words were taken from another outlet"
    if n_shared := reuse.directions["undirected"]:
        are, them = ("is", "it") if n_shared == 1 else ("are", "them")
        return f"{plural(n_shared, 'passage')} {are} shared; nothing tells who had {them} first"
    return "Nothing was taken from another outlet"


def say_share(share: float) -> str:
    """Return a share for reading: a small one is not none.

    >>> say_share(0.27), say_share(0.001), say_share(0)
    ('27%', 'under 1%', '0%')
    """
    if 0 < share < 0.005:
        return "under 1%"
    return f"{100 * share:.0f}%"


def plural(n: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    >>> plural(1, "word"), plural(2048, "word")
    ('1 word', '2,048 words')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"
