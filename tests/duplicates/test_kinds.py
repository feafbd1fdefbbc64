"""Cluster kinds: the first that applies of repeat, boilerplate, syndicated, update, recycled."""

from __future__ import annotations

from typing import Any

import pytest
from oracles import reported_clusters

from dedup import Corpus, analyze


@pytest.mark.cases("kinds")
def test_cluster_kind(case: dict[str, Any]) -> None:
    paragraphs = case["paragraphs"]
    records = [
        document | {"text": "\n\n".join(paragraphs[name] for name in document["text"])}
        for document in case["documents"]
    ]
    analysis = analyze(Corpus.from_records(records), only="duplicates")
    passages = analysis.table("passages").to_pylist()
    members = [
        [f"{passages[p]['document_id']} {passages[p]['position']}" for p in cluster]
        for cluster in reported_clusters(analysis)
    ]
    kinds = analysis.table("clusters")["kind"].to_pylist()
    assert case["expected"] == [list(pair) for pair in zip(kinds, members, strict=True)]
