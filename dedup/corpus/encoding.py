"""Bytes to text: UTF-8, UTF-16 by its mark, else a detected legacy encoding, and say which."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_SAMPLE = 1 << 16  # bytes that detection looks at
_FEW = 8  # characters that are too few for any detection

# What news is kept in, besides Unicode. Others that a detector knows (EBCDIC, UTF-7, old DOS code
# pages) are far likelier to be a wrong guess.
_LEGACY = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "iso8859_2", "iso8859_5", "koi8_r", "koi8_u", "big5", "gb18030", "cp932", "euc_jp", "cp949",
    "cp874",
]  # fmt: skip


def marked_encoding(data: bytes) -> tuple[str, int] | None:
    """Return the encoding that a byte order mark states and the mark's length, if there is one."""
    return next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), None)


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, str | None]:
    """Return the text that bytes stand for, and a note if that took a guess.

    Args:
        data: The whole content; a byte order mark is left out of the text.
        declared: The encoding that the content itself declares, believed if the bytes fit.

    >>> decode("Zürich".encode("utf-16"))
    ('Zürich', None)
    >>> decode(b"caf\\xe9 \\x93quoted\\x94")
    ('café “quoted”', 'read as cp1252')
    """
    if (mark := marked_encoding(data)) is not None:
        name, length = mark
        return without_surrogates(data[length:].decode(name, "replace")), None
    for encoding in ("utf-8", declared):
        if encoding is not None:
            try:
                return without_surrogates(data.decode(encoding)), None
            except UnicodeDecodeError:
                continue
    encoding = detect_legacy(data)
    return data.decode(encoding, "replace"), encoding_note(encoding)


def encoding_note(encoding: str) -> str:
    """Return what to tell a user of a detected encoding."""
    return "read as UTF-8, bad bytes replaced" if encoding == "utf-8" else f"read as {encoding}"


def detect_legacy(data: bytes) -> str:
    """Return the likeliest encoding of bytes that are not valid UTF-8."""
    text = data.decode("utf-8", "replace")
    n_bad = text.count("\ufffd")
    if sum(character > "\x7f" for character in text) - n_bad > n_bad:
        return "utf-8"  # mostly sound: a text cut in a character, or pasted together
    first_bad = next(position for position, byte in enumerate(data) if byte > 0x7F)
    sample = data[max(0, first_bad - _SAMPLE // 2) : first_bad + _SAMPLE // 2]
    if _looks_western(sample):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=_LEGACY).best()
    return "cp1252" if best is None else best.encoding


def _looks_western(sample: bytes) -> bool:
    """Whether what is not ASCII is rare, or little, and made of marks and accents of cp1252."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    n_rare = sum(character > "\x7f" for character in text)
    n_odd = sum(character in "¤¦¨ª¬¯±³¶¸¹¼¾ÐÝÞðýþŠŽšž×÷ˆ˜" for character in text)
    return (n_rare <= 0.25 * len(text) or n_rare < _FEW) and n_odd <= 0.2 * n_rare


def without_surrogates(text: str) -> str:
    """Put U+FFFD for each lone surrogate, which no encoding can carry; spans do not move."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
