"""Strings to arrays: characters, tokens with spans, shingle hashes."""

from dedup.text.characters import (
    APOSTROPHE,
    CHARACTER,
    CHARACTERS,
    EXPANDS,
    IGNORED,
    MARK,
    SPACE,
    WORD,
    as_bytes,
    decode_at,
    width_at,
)
from dedup.text.differences import Edit, diff_words
from dedup.text.eights import count_leads, eight_at, is_plain_line
from dedup.text.kernel import Kernel, expect_steps, worth_compiling
from dedup.text.quotations import find_paragraph_quotations, find_quotations
from dedup.text.shingles import Shingled, mark_tokens, shingle, shingle_tuples
from dedup.text.tokens import TOKENISER, Tokens, mix, tokenise, tokenise_span

__all__ = [
    "APOSTROPHE",
    "CHARACTER",
    "CHARACTERS",
    "EXPANDS",
    "IGNORED",
    "MARK",
    "SPACE",
    "TOKENISER",
    "WORD",
    "Edit",
    "Kernel",
    "Shingled",
    "Tokens",
    "as_bytes",
    "count_leads",
    "decode_at",
    "diff_words",
    "eight_at",
    "expect_steps",
    "find_paragraph_quotations",
    "find_quotations",
    "is_plain_line",
    "mark_tokens",
    "mix",
    "shingle",
    "shingle_tuples",
    "tokenise",
    "tokenise_span",
    "width_at",
    "worth_compiling",
]
