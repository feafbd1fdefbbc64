"""Which passages runs explain, and what is left for sentences to tell."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.reuse.paraphrases import count_covered

N_WORDS = 40
SPANS = st.lists(
    st.tuples(st.integers(0, N_WORDS), st.integers(0, N_WORDS)).map(lambda span: sorted(span)),
    max_size=8,
)


@given(SPANS, SPANS)
def test_covered_words_are_those_counted_one_by_one(
    spans: list[list[int]], stretches: list[list[int]]
) -> None:
    covered = {word for start, end in spans for word in range(start, end)}
    expected = [sum(word in covered for word in range(*stretch)) for stretch in stretches]

    own, asked = (np.array(each, dtype=np.int64).reshape(-1, 2).T for each in (spans, stretches))
    assert expected == count_covered(*own, *asked).tolist()
