"""Phrases to one table of hashes that a kernel walks word by word: a trie without pointers.

A node's child is found under the hash of (node, word), so finding the longest phrase that starts
at a word costs one look-up for each of its words, however many phrases there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.attribution.words import Phrases
from dedup.runs import run_starts
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


def make_trie(phrases: Phrases, values: npt.NDArray[np.int32]) -> Trie:
    """Return the trie of phrases with a value each; of equal phrases the last one's counts."""
    sizes = np.bincount(phrases.numbers, minlength=len(values))
    starts = np.cumsum(sizes) - sizes
    nodes = np.zeros(len(values), dtype=np.int64)  # that each phrase has come to
    keys = [np.empty(0, dtype=np.uint64)]
    n_nodes = 1
    for depth in range(sizes.max(initial=0)):
        rows = np.flatnonzero(sizes > depth)
        own = child_keys(nodes[rows], phrases.hashes[starts[rows] + depth])
        order = np.argsort(own)
        is_first = run_starts(own[order])
        nodes[rows[order]] = n_nodes - 1 + np.cumsum(is_first)
        keys.append(own[order][is_first])
        n_nodes += len(keys[-1])
    node_values = np.full(n_nodes, NONE, dtype=np.int32)
    node_values[nodes] = values
    return Trie(*_fill_slots(np.concatenate(keys)), node_values)


def _fill_slots(
    keys: npt.NDArray[np.uint64],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Return keys and children by slot, where `find_child` looks for them."""
    n_slots = 1 << max(4, int(3 * (1 + len(keys))).bit_length())
    slots = (keys >> _1).astype(np.int64) & (n_slots - 1)
    slot_keys, children = np.zeros(n_slots, dtype=np.uint64), np.zeros(n_slots, dtype=np.int32)
    left = np.arange(len(keys))
    while len(left):
        free = left[slot_keys[slots[left]] == 0]
        slot_keys[slots[free]] = keys[free]  # of several, one stays
        is_placed = slot_keys[slots[left]] == keys[left]
        children[slots[left[is_placed]]] = left[is_placed] + 1
        left = left[~is_placed]
        slots[left] = (slots[left] + 1) & (n_slots - 1)
    return slot_keys, children


def child_keys(
    nodes: npt.NDArray[np.int64], words: npt.NDArray[np.uint64]
) -> npt.NDArray[np.uint64]:
    """Return `child_key` of many nodes and words."""
    keys: Any = child_key.interpret(nodes.astype(np.uint64), words)  # type: ignore[arg-type]  # arrays do as well
    return np.asarray(keys, dtype=np.uint64)


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
