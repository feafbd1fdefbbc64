"""Measure what a trained linear model would add to the rules for attributions.

Two logistic regressions (scikit-learn) over words, classes of words and what the rules say: one for
mentions of outlets (credited or not), one for pairs of a quotation and a party near it (its speaker
or not). They are trained on PolNeAR's train articles, on the half of our Wikinews gold that rules
were written on, and on both; the strength of regularisation and thresholds come from training data
alone, by cross-validation over articles. Scored by the functions of `quality_attribution.py` on
PolNeAR's dev articles and on the other half of Wikinews, of which nothing but totals is looked at.

The model is used alone; for what the rules leave (`rules, then model`); where it is sure, with the
rules for the rest (`model, then rules`: for outlets the same); and as a filter of the rules' rows
(`rules it trusts`). `--out` saves the models that are trained on both as plain arrays.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from attribution_candidates import (
    OURS,
    POLNEAR,
    QUOTATIONS,
    RULE,
    SPOKEN,
    TASKS,
    Articles,
    Candidate,
    read_polnear,
    read_wikinews,
)
from commands import add_data_option
from quality_attribution import (
    FILES,
    SEED,
    Score,
    Span,
    by_document,
    meets,
    score_mentions,
    score_outlets,
    score_quotations,
)
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

USES = ALONE, BEHIND, BEFORE, FILTER = (
    "model", "rules, then model", "model, then rules", "rules it trusts"
)  # fmt: skip
STRENGTHS = (0.1, 0.3, 1.0)  # C of the regressions; the best by cross-validation is taken
FOLDS = 5
THRESHOLDS = np.arange(1, 50) / 50
LEAST_SEEN = 3  # candidates that a feature must have; not tuned
LEAST_PRECISION = 0.92

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Choices:
    """Candidates by what they stand for.

    Attributes:
        candidates: All of them.
        numbers: For each candidate the number of its choice.
        ruled: For each choice the candidate that the rules take, -1 if none.
        n_wanted: Choices for which the gold credits anybody.
    """

    candidates: Sequence[Candidate]
    numbers: Integers
    ruled: Integers
    n_wanted: int

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> Choices:
        """Return the choices that candidates are for."""
        keys: dict[tuple[str, Span], int] = {}
        numbers = [
            keys.setdefault((each.row.document, each.choice), len(keys)) for each in candidates
        ]
        ruled = np.full(len(keys), -1)
        for place, (number, each) in enumerate(zip(numbers, candidates, strict=True)):
            if each.is_ruled:
                ruled[number] = place
        wanted = {n for n, each in zip(numbers, candidates, strict=True) if each.is_wanted}
        return cls(candidates, np.array(numbers), ruled, len(wanted))

    def take(self, probabilities: Floats, use: str, threshold: float) -> list[Candidate]:
        """Return the candidates that are taken, one a choice at most."""
        order = np.argsort(probabilities, kind="stable")
        best = np.empty(len(self.ruled), dtype=np.int64)
        best[self.numbers[order]] = order  # the last one stays
        taken = np.where(probabilities[best] >= threshold, best, -1)
        if use == BEHIND:
            taken = np.where(self.ruled >= 0, self.ruled, taken)
        elif use == BEFORE:
            taken = np.where(taken >= 0, taken, self.ruled)
        elif use == FILTER:
            taken = np.where(probabilities[self.ruled] >= threshold, self.ruled, -1)
        return [self.candidates[place] for place in taken if place >= 0]

    def known(self, name: str) -> Floats:
        """Return 1 for the candidates of which something is known to be so, else 0."""
        return np.array([getattr(each, name) for each in self.candidates], dtype=float)

    def f1(self, probabilities: Floats, use: str, threshold: float) -> float:
        """Return F1 of what is taken."""
        taken = self.take(probabilities, use, threshold)
        return Score(sum(each.is_right for each in taken), len(taken), self.n_wanted).f1


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model.

    Attributes:
        chosen: By use and corpus the threshold, and its F1 in cross-validation.
    """

    vectoriser: CountVectorizer
    regression: LogisticRegression
    chosen: dict[tuple[str, str], tuple[float, float]]

    def predict(self, candidates: Sequence[Candidate]) -> Floats:
        """Return the probability that the gold credits each candidate."""
        matrix = self.vectoriser.transform(candidates)
        probabilities: Floats = self.regression.predict_proba(matrix)[:, 1]
        return probabilities

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the model as plain arrays."""
        return {
            "features": self.vectoriser.get_feature_names_out().astype(str),
            "weights": self.regression.coef_[0].astype(np.float32),
            "intercept": self.regression.intercept_,
            **{
                f"threshold, {use}, {corpus}": np.array([threshold])
                for (use, corpus), (threshold, _) in self.chosen.items()
            },
        }


def view(candidate: Candidate, *, sees_rules: bool, is_mixed: bool) -> list[str]:
    """Return the features that a model sees.

    Where it is trained on both corpora, our own gold has each a second time under its name, so that
    the two share what they have in common (Daumé, Frustratingly easy domain adaptation, ACL 2007).
    """
    seen = [each for each in candidate.features if sees_rules or not each.startswith(RULE)]
    twice = [f"{OURS}: {each}" for each in seen] if is_mixed and candidate.corpus == OURS else ()
    return [*seen, *twice]


def train(candidates: Sequence[Candidate], *, sees_rules: bool) -> Model:
    """Train a model, its settings chosen by cross-validation over articles."""
    corpora = np.array([each.corpus for each in candidates])
    places_of = {name: np.flatnonzero(corpora == name) for name in sorted({*corpora.tolist()})}
    choices_of = {
        name: Choices.of([candidates[place] for place in places.tolist()])
        for name, places in places_of.items()
    }
    sees = partial(view, sees_rules=sees_rules, is_mixed=len(places_of) > 1)
    vectoriser = CountVectorizer(analyzer=sees, min_df=LEAST_SEEN, binary=True)
    matrix = vectoriser.fit_transform(candidates)
    right = np.array([each.is_right for each in candidates])
    documents = [each.row.document for each in candidates]
    folds = [*GroupKFold(FOLDS).split(matrix, groups=documents)]
    best: tuple[float, float, dict[tuple[str, str], tuple[float, float]]] | None = None
    for strength in STRENGTHS:
        probabilities = np.zeros(len(candidates))
        for known, other in folds:
            regression = regress(strength).fit(matrix[known], right[known])
            probabilities[other] = regression.predict_proba(matrix[other])[:, 1]
        chosen = {
            (use, name): choose(choices_of[name], probabilities[places], use)
            for use in USES
            for name, places in places_of.items()
        }
        f1 = sum(chosen[ALONE, name][1] for name in places_of)
        if best is None or f1 > best[0]:
            best = f1, strength, chosen
    assert best is not None
    return Model(vectoriser, regress(best[1]).fit(matrix, right), best[2])


def regress(strength: float) -> LogisticRegression:
    """Return a regression to be fitted."""
    return LogisticRegression(C=strength, solver="liblinear", dual=True, random_state=SEED)


def choose(choices: Choices, probabilities: Floats, use: str) -> tuple[float, float]:
    """Return the threshold with the best F1, and that."""
    scores = [(choices.f1(probabilities, use, each), float(each)) for each in THRESHOLDS]
    f1, threshold = max(scores)
    return threshold, f1


def score(articles: Articles, task: str, taken: Iterable[Candidate], *, alone: bool) -> Score:
    """Score candidates that are taken; not alone, with the rules' rows that are no candidates."""
    rows = [each.row for each in taken]
    is_polnear = articles.corpus == POLNEAR
    if task == QUOTATIONS:
        spoken = [row for row in articles.gold if is_polnear or row.relation in SPOKEN]
        annotated = articles.texts if is_polnear else {row.document for row in articles.gold}
        texts = {document: articles.texts[document] for document in annotated}
        return score_quotations(texts, by_document(spoken), by_document(rows), 0)
    if not alone:
        known = by_document(each.row for each in articles.tasks[task])
        rows += [
            row for row in articles.ruled
            if not any(meets(row.credited, each.credited) for each in known.get(row.document, ()))
        ]  # fmt: skip
    if is_polnear:
        return score_mentions(articles.texts, by_document(articles.gold), by_document(rows), 0)
    return score_outlets(articles.gold, rows, articles.texts, 0)[0]


def main() -> int:
    """Train the models and print what each adds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add_data_option(parser)
    parser.add_argument("--task", choices=TASKS, action="append", help="default: both")
    parser.add_argument("--out", type=Path, help="save the last models as arrays (.npz)")
    parser.add_argument(
        "--features", type=int, default=0, metavar="N", help="also print the N strongest each way"
    )
    options = parser.parse_args()
    files = [file for of_part in FILES.values() for file in of_part]
    if options.data is None or not all((options.data / file).exists() for file in files):
        print("skipped: no real text (--data or DEDUP_BENCHMARK_DATA)", file=sys.stderr)
        return 0
    training = [read_polnear(options.data, "train"), read_wikinews(options.data, "dev")]
    tests = [read_polnear(options.data, "dev"), read_wikinews(options.data, "scored")]
    arrays: dict[str, npt.NDArray[Any]] = {}
    for task in options.task or TASKS:
        model = measure_task(task, training, tests)
        show_cost(model, task, tests[0])
        show_features(model, options.features)
        arrays |= {f"{task} {name}": array for name, array in model.arrays().items()}
    if options.out is not None:
        np.savez_compressed(options.out, allow_pickle=False, **arrays)
    show_chains(tests[1])
    return 0


def measure_task(task: str, training: Sequence[Articles], tests: Sequence[Articles]) -> Model:
    """Print the table of a task; return the model that was trained on most and sees most."""
    titles = " | ".join(f"{test.corpus} P | R | F1 | R at P {LEAST_PRECISION}" for test in tests)
    print(f"\n| {task}: trained on | sees | used as | F1 in cross-validation | {titles} |")
    print("|---|---|---|--:|" + "--:|" * 4 * len(tests))
    choices = [Choices.of(test.tasks[task]) for test in tests]
    for name, of in (("the rules", "is_ruled"), ("the best of all candidates", "is_right")):
        sure = [Choices.of(each.tasks[task]) for each in training]
        cells = [", ".join(f"{each.f1(each.known(of), ALONE, 0.5):.3f}" for each in sure)]
        for test, every in zip(tests, choices, strict=True):
            taken = every.take(every.known(of), ALONE, 0.5)
            cells.append(f"{score(test, task, taken, alone=of == 'is_right')} | ")
        print(f"| {name} | | | {' | '.join(cells)} |", flush=True)
    uses = [use for use in USES if use != BEFORE or task == QUOTATIONS]
    for sets in (training[:1], training[1:], training):
        for sees_rules in (False, True):
            model = train([c for each in sets for c in each.tasks[task]], sees_rules=sees_rules)
            guesses = [model.predict(test.tasks[task]) for test in tests]
            corpora = [each.corpus for each in sets]
            sees = "text and rules" if sees_rules else "text"
            for use in uses:
                cells = [", ".join(f"{model.chosen[use, each][1]:.3f}" for each in corpora)]
                for test, every, guess in zip(tests, choices, guesses, strict=True):
                    own = test.corpus if test.corpus in corpora else corpora[0]
                    curve = [
                        score(test, task, every.take(guess, use, each), alone=use == ALONE)
                        for each in (model.chosen[use, own][0], *THRESHOLDS)
                    ]
                    recalls = [each.recall for each in curve if each.precision >= LEAST_PRECISION]
                    cells.append(f"{curve[0]} | {max(recalls, default=0):.3f}")
                print(
                    f"| {' and '.join(corpora)} | {sees} | {use} | {' | '.join(cells)} |",
                    flush=True,
                )
    return model


def show_cost(model: Model, task: str, articles: Articles) -> None:
    """Print what a model costs beside the rules, and for how much the rules take nobody."""
    start = time.process_time()
    model.predict(articles.tasks[task])
    seconds = articles.seconds[task] + time.process_time() - start
    ruled = Choices.of(articles.tasks[task]).ruled
    n = sum(map(len, articles.texts.values())) / 1e6
    print(f"\nmillion characters a CPU second: the rules {n / articles.seconds['rules']:.2f},"
          f" the model with its features {n / seconds:.2f}"
          f" ({len(articles.tasks[task]):,} candidates);"
          f" the rules leave {np.sum(ruled < 0)} of {len(ruled)} {task}")  # fmt: skip


def show_features(model: Model, n: int) -> None:
    """Print the features with the largest weights."""
    names, weights = (model.arrays()[name] for name in ("features", "weights"))
    order = np.argsort(weights)
    print(f"{len(names):,} features, C {model.regression.C}")
    for way, places in (("for", order[::-1][:n]), ("against", order[:n])):
        for place in places:
            print(f"{way}: {weights[place]:+.2f} {names[place]}")


def show_chains(articles: Articles) -> None:
    """Print how many chains have every party among what the rules found, linked or not."""
    ruled, gold = by_document(articles.ruled), articles.gold
    relaying = {row.parent for row in gold if row.parent is not None}
    n_chains = n_found = 0
    for number, row in enumerate(gold):
        if row.parent is None or number in relaying:
            continue
        hops = [row]
        while (parent := hops[-1].parent) is not None:
            hops.append(gold[parent])
        own = ruled.get(row.document, ())
        n_chains += 1
        n_found += all(any(meets(each.credited, hop.credited) for each in own) for hop in hops)
    print(f"\nchains: of {n_chains}, {n_found} have each party among the rules' rows")


if __name__ == "__main__":
    sys.exit(main())
