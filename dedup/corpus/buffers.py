"""Texts of Arrow as the arrays that kernels read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def text_buffers(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes that texts lie in, and where in them each starts, and the last one ends.

    Neither can be written to, whoever made them: kernels are compiled and loaded once for all.

    Args:
        texts: The texts, a large_string array without nulls; it may be a slice of another.
    """
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset :][: len(texts) + 1]
    values = np.frombuffer(data or b"", dtype=np.uint8)
    starts.flags.writeable = values.flags.writeable = False
    return values, starts
