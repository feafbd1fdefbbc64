"""Kernels: the compiled twin gives what the plain source gives, bit for bit."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Corpus, CorpusSettings
from dedup.corpus import collect_passages
from dedup.text import Kernel, tokenise

T = TypeVar("T")

# Any character, and more often those that the kernels treat apart.
ODD = "'’\u00ad\u200b\u0301\u3099ﬁ½Ⅷﬀßﷺ語カกำ🚢𝐛 \r\n\f\u2028\u0085\u00a0.…_aZ9é"
TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(ODD)), max_size=60)


def with_kernels(version: Callable[[Kernel, int], Any], function: Callable[[], T]) -> T:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kernel, "sized", version)
        return function()


def by_compiled(function: Callable[[], T]) -> T:
    return with_kernels(lambda kernel, steps: kernel.compiled, function)


def by_interpreted(function: Callable[[], T]) -> T:
    return with_kernels(lambda kernel, steps: kernel.interpret, function)


def columns(result: object) -> dict[str, list[Any]]:
    """The arrays of a result, by name, each with its dtype."""
    arrays = {name: getattr(result, name) for name in type(result).__slots__}  # type: ignore[attr-defined]
    return {name: [str(np.asarray(a).dtype), np.asarray(a).tolist()] for name, a in arrays.items()}


@given(TEXTS)
def test_compiled_tokens_equal_interpreted(text: str) -> None:
    def run() -> dict[str, list[Any]]:
        return columns(tokenise(text))

    assert by_interpreted(run) == by_compiled(run)


@given(
    st.lists(TEXTS, max_size=5),
    st.sampled_from(["paragraph", "line", "document"]),
    st.integers(1, 4),
)
def test_compiled_passages_and_shingles_equal_interpreted(
    texts: list[str], unit: Any, size: int
) -> None:
    records = [{"text": text} for text in [*texts, "One word."]]
    corpus = Corpus.from_records(records, CorpusSettings(passages=unit))

    def run() -> dict[str, list[Any]]:
        with ThreadPoolExecutor(1) as executor:
            return columns(collect_passages(corpus, shingle_size=size, executor=executor))

    assert by_interpreted(run) == by_compiled(run)


def test_kernel_called_directly_runs_its_source() -> None:
    calls = []

    @Kernel
    def remember(value: int) -> int:
        calls.append(value)
        return value + 1

    assert (3, [2]) == (remember(2), calls)


def test_compiled_kernel_calls_compiled_kernels() -> None:
    from dedup.text.tokens import mix

    values = np.array([0, 1, 2**63, 2**64 - 1], dtype=np.uint64)
    assert [int(mix.interpret(v)) for v in values] == [int(mix.compiled(v)) for v in values]


def test_cached_code_is_loaded_without_what_compiling_needs(tmp_path: Path) -> None:
    program = """
import sys
import numpy as np
from dedup.text.tokens import mix
print(mix.compiled(np.uint64(7)), "numba.np.linalg" in sys.modules)
from numba import njit
print(njit(lambda x: x + 1)(1), "numba.np.linalg" in sys.modules)
"""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    first, second = (
        subprocess.run(
            [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    )  # fmt: skip
    assert [first[0], "True", "2", "True"] == first  # compiled, as other functions of the process
    assert [first[0], "False", "2", "True"] == second
