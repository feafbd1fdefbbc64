"""What texts say about their sources: quotations, cues and outlets to attributions."""

from dedup.attribution.attributions import Attributions
from dedup.attribution.audit import (
    CREDITED,
    CREDITS,
    NO_CREDIT,
    QUOTED_UNCREDITED,
    TO_OTHER,
    UNCREDITED,
    Audit,
    Judged,
    audit_credit,
    judge_rows,
)
from dedup.attribution.ledger import Credit, list_credits
from dedup.attribution.outlets import Gazetteer, Outlet, gazetteer, outlet_name
from dedup.attribution.ranks import heads_of, rank_again
from dedup.attribution.reading import CONFIDENCES, KINDS, QUOTATIONS, RELATIONS
from dedup.attribution.verdicts import (
    NO_VERDICT,
    VERDICTS,
    Verdicts,
    look_up_quotations,
    may_have_quotations,
    quoted_outlets,
)

__all__ = [
    "CONFIDENCES",
    "CREDITED",
    "CREDITS",
    "KINDS",
    "NO_CREDIT",
    "NO_VERDICT",
    "QUOTATIONS",
    "QUOTED_UNCREDITED",
    "RELATIONS",
    "TO_OTHER",
    "UNCREDITED",
    "VERDICTS",
    "Attributions",
    "Audit",
    "Credit",
    "Gazetteer",
    "Judged",
    "Outlet",
    "Verdicts",
    "audit_credit",
    "gazetteer",
    "heads_of",
    "judge_rows",
    "list_credits",
    "look_up_quotations",
    "may_have_quotations",
    "outlet_name",
    "quoted_outlets",
    "rank_again",
]
