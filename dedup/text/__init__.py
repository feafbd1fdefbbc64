"""Strings to arrays: characters, tokens with spans, shingle hashes."""

from dedup.text.characters import (
    CHARACTERS,
    IGNORED,
    KIND,
    SPACE,
    WORD,
    to_code_points,
)
from dedup.text.differences import Edit, diff_words
from dedup.text.kernel import Kernel
from dedup.text.tokens import Shingled, Tokens, mark_tokens, shingle, tokenise

__all__ = [
    "CHARACTERS",
    "IGNORED",
    "KIND",
    "SPACE",
    "WORD",
    "Edit",
    "Kernel",
    "Shingled",
    "Tokens",
    "diff_words",
    "mark_tokens",
    "shingle",
    "to_code_points",
    "tokenise",
]
