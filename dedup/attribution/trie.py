"""Phrases to one table of hashes that a kernel walks word by word: a trie without pointers.

A node's child is found under the hash of (node, word), so finding the longest phrase that starts
at a word costs one look-up for each of its words, however many phrases there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.text import Kernel, mix

NONE = -1
_1 = np.uint64(1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Trie:
    """Phrases by the hashes of their words.

    Attributes:
        keys: Hash of (node, word) in each slot, 0 where it is empty, dtype uint64.
        children: The node that the slot leads to.
        values: For each node the value of the phrase that ends there, or NONE.
    """

    keys: npt.NDArray[np.uint64]
    children: npt.NDArray[np.int32]
    values: npt.NDArray[np.int32]


@Kernel
def child_key(node: int, word: np.uint64) -> np.uint64:
    """Return the key under which a node's child by a word stands; never 0."""
    return mix(word + np.uint64(node) * _SPREAD) | _1


@Kernel
def find_child(
    keys: npt.NDArray[np.uint64], children: npt.NDArray[np.int32], node: int, word: np.uint64
) -> int:
    """Return the child of a node by a word; NONE if it has none."""
    mask = np.uint64(len(keys) - 1)
    key = child_key(node, word)
    slot = (key >> np.uint64(1)) & mask
    while keys[slot] != np.uint64(0):
        if keys[slot] == key:
            return int(children[slot])
        slot = (slot + np.uint64(1)) & mask
    return NONE


def make_trie(phrases: Iterable[tuple[npt.NDArray[np.uint64], int]]) -> Trie:
    """Return the trie of phrases, each as the hashes of its words, with its value."""
    nodes: dict[tuple[int, int], int] = {}
    values = [NONE]
    for words, value in phrases:
        node = 0
        for word in words.tolist():
            node = nodes.setdefault((node, word), len(values))
            if node == len(values):
                values.append(NONE)
        values[node] = value
    n_slots = 1 << max(4, int(3 * len(values)).bit_length())
    keys, children = [0] * n_slots, [0] * n_slots  # lists, for one at a time is quicker there
    for key, child in zip(_child_keys([*nodes]), nodes.values(), strict=True):
        slot = (key >> 1) & (n_slots - 1)
        while keys[slot]:
            slot = (slot + 1) & (n_slots - 1)
        keys[slot], children[slot] = key, child
    return Trie(
        np.array(keys, dtype=np.uint64),
        np.array(children, dtype=np.int32),
        np.array(values, dtype=np.int32),
    )


def _child_keys(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Return `child_key` of many nodes and words."""
    nodes, words = np.array(pairs, dtype=np.uint64).reshape(-1, 2).T
    keys: Any = child_key.interpret(nodes, words)  # type: ignore[arg-type]  # arrays do as well
    return [*keys.tolist()]


@Kernel
def longest_phrase(
    keys: npt.NDArray[np.uint64],
    children: npt.NDArray[np.int32],
    values: npt.NDArray[np.int32],
    hashes: npt.NDArray[np.uint64],
    first: int,
    last: int,
) -> tuple[int, int]:
    """Return the value and length of the longest phrase that starts at a word; NONE, 0 if none."""
    node, best, length = 0, NONE, 0
    for i in range(first, last):
        node = find_child(keys, children, node, hashes[i])
        if node == NONE:
            break
        if values[node] != NONE:
            best, length = int(values[node]), i + 1 - first
    return best, length
