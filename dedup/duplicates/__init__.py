"""Near-duplicate texts: signatures, bands, exact verification, clusters and their kinds."""

from dedup.duplicates.bands import Banding, choose_banding
from dedup.duplicates.clusters import Clusters, assign_representatives, make_clusters
from dedup.duplicates.kinds import FURNITURE, KINDS, REPEAT, ClusterFacts, describe_clusters
from dedup.duplicates.pairs import LARGEST_BUCKET, Pairs, find_pairs, hash_texts
from dedup.duplicates.signatures import (
    Shingles,
    from_datasketch,
    make_permutations,
    sign,
    to_datasketch,
)

__all__ = [
    "FURNITURE",
    "KINDS",
    "LARGEST_BUCKET",
    "REPEAT",
    "Banding",
    "ClusterFacts",
    "Clusters",
    "Pairs",
    "Shingles",
    "assign_representatives",
    "choose_banding",
    "describe_clusters",
    "find_pairs",
    "from_datasketch",
    "hash_texts",
    "make_clusters",
    "make_permutations",
    "sign",
    "to_datasketch",
]
