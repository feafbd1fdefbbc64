"""Phrases to one table of hashes that a kernel walks word by word: a trie without pointers.

A node's child is found under the hash of (node, word), so finding the longest phrase that starts
at a word costs one look-up for each of its words, however many phrases there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.text import Kernel, mix

NONE = -1
_MASK = (1 << 64) - 1
_MIX_1, _MIX_2 = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53  # as in `mix`
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
    return mix(word + np.uint64(node) * _SPREAD) | np.uint64(1)


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


def _child_key(node: int, word: int) -> int:
    """Return `child_key` in plain integers, which is quicker for one at a time."""
    value = (word + node * int(_SPREAD)) & _MASK
    value = ((value ^ value >> 33) * _MIX_1) & _MASK
    value = ((value ^ value >> 33) * _MIX_2) & _MASK
    return (value ^ value >> 33) | 1


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
    keys, children = np.zeros(n_slots, np.uint64), np.zeros(n_slots, np.int32)
    for (node, word), child in nodes.items():
        key = _child_key(node, word)
        slot = (key >> 1) & (n_slots - 1)
        while keys[slot]:
            slot = (slot + 1) & (n_slots - 1)
        keys[slot], children[slot] = key, child
    return Trie(keys, children, np.array(values, dtype=np.int32))


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
