"""Kill a process that writes to an index, again and again, and look at what it left.

A child adds batch after batch, or adds, removes and compacts in turn, and reports each step once it
is done. It is killed (SIGKILL) at a random point of a step. The index that is left must open, be
sound, and hold every reported step and at most one more, whole; the next child goes on with it. The
bar: nothing is lost and nothing is damaged by 100 kills during additions and 100 during compaction.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# A child is this script, and must find the package wherever it is started.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dedup import Corpus, InputError
from dedup.index import Index
from dedup.index.documents import read_all_documents

ADD, COMPACT = "add", "compact"
# What a child does in turn, for each kind of kill.
STEPS = {ADD: ("add",), COMPACT: ("add", "add", "remove", "add", "compact")}
WORDS = "anchor beacon canal depot estuary freight gantry harvest inlet jetty keel lock".split()
# The longest time to the kill, in times of the step before.
DELAYS = {ADD: 1.2, COMPACT: 1.5}
Texts = dict[str, str]  # what an index holds: texts by id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a kill left.

    Attributes:
        n_reported: Steps that were reported.
        n_found: Steps that the index holds; -1 if it holds no such state.
        hit: The step that was killed.
        damage: What is wrong with the index, in words.
    """

    n_reported: int
    n_found: int
    hit: str
    damage: list[str]

    @property
    def is_sound(self) -> bool:
        """Return whether the index holds a committed state, with all that was reported."""
        return not self.damage and self.n_found in (self.n_reported, self.n_reported + 1)


def batch(number: int) -> Texts:
    """Return the documents of one step: new ones, and one that the step before has, changed."""
    rng = random.Random(number)
    texts = {
        f"{number}-{place}": "\n\n".join(
            f"{' '.join(rng.choices(WORDS, k=rng.randint(5, 25))).capitalize()}."
            for _ in range(rng.randint(1, 3))
        )
        for place in range(8)
    }
    return texts | {f"{number - 1}-0": f"Changed by the batch {number} after it."}


def apply(texts: Texts, kind: str, number: int) -> tuple[Texts, list[str]]:
    """Return what an index holds after a step, and the ids that the step removes."""
    what = STEPS[kind][number % len(STEPS[kind])]
    if what == "add":
        return texts | batch(number), []
    removed = [] if what == "compact" else sorted(texts)[::2]
    return {i: text for i, text in texts.items() if i not in removed}, removed


def write_steps(path: Path, kind: str, first: int) -> None:
    """Take step after step from one on, and report each once it is done."""
    with Index.open(path, write=True) as index:
        texts = stored_texts(index)
        print("writes", os.getpid(), flush=True)
        for number in itertools.count(first):
            what = STEPS[kind][number % len(STEPS[kind])]
            texts, removed = apply(texts, kind, number)
            if what == "add":
                index.add(corpus_of(batch(number)), jobs=1)
            elif what == "remove":
                index.remove(removed, jobs=1)
            else:
                index.compact()
            print("done", number, flush=True)


def corpus_of(texts: Texts) -> Corpus:
    """Return texts as a corpus."""
    return Corpus.from_records([{"id": i, "text": text} for i, text in texts.items()])


def raise_children() -> None:
    """Start a child for each line of stdin, one after the other, and report how each ended.

    A child is forked from a process that has imported and loaded everything: of a second for each
    nearly nothing is left.
    """
    with tempfile.TemporaryDirectory() as folder:
        Index.create(Path(folder) / "first", corpus_of(batch(0)), jobs=1).close()
    for line in sys.stdin:
        kind, first, path = line.rstrip("\n").split(" ", 2)
        pid = os.fork()
        if not pid:
            try:
                write_steps(Path(path), kind, int(first))
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)


def stored_texts(index: Index) -> Texts:
    """Return the texts of an index by id."""
    texts: Texts = {}
    with index._file.reading():
        for stored in read_all_documents(index._file):
            columns = stored.table.select(["document_id", "text"]).to_pydict()
            texts |= zip(columns["document_id"], columns["text"], strict=True)
    return texts


def kill_children(path: Path, kind: str, *, kills: int, rng: random.Random) -> Iterator[Outcome]:
    """Make an index, kill its writers so many times in such a step, and yield what each left."""
    Index.create(path).close()
    number, texts = 0, Texts()
    command = [sys.executable, __file__, "--raise-children"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        while kills:
            reported, hit = kill_child(nursery, path, kind, number, rng)
            for step in range(number, reported):
                texts, _ = apply(texts, kind, step)
            after, _ = apply(texts, kind, reported)
            damage, found = look_at(path)
            number = -1
            if found == texts:  # after a compaction, too: which may as well be taken again
                number = reported
            elif found == after:
                number, texts = reported + 1, after
            outcome = Outcome(reported, number, hit, damage)
            yield outcome
            kills -= hit == kind  # a delay may outlast the step
            if not outcome.is_sound:
                break


def kill_child(
    nursery: subprocess.Popen[str], path: Path, kind: str, first: int, rng: random.Random
) -> tuple[int, str]:
    """Start a child and kill it within a step; return the steps reported, and what was hit."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    steps = STEPS[kind]
    target = first + rng.randint(1, 3)  # the step to hit: an addition, or a compaction
    while steps[target % len(steps)] != kind:
        target += 1
    nursery.stdin.write(f"{kind} {first} {path}\n")
    nursery.stdin.flush()
    pid, reported, start = 0, first, time.perf_counter()
    for line in nursery.stdout:
        what, value = line.split()
        if what == "ended":
            if int(value) != -signal.SIGKILL:
                raise RuntimeError(f"the child ended by itself: {value}")
            return reported, steps[reported % len(steps)]
        before, start = start, time.perf_counter()
        if what == "writes":
            pid = int(value)
            continue
        reported = int(value) + 1
        if reported == target:
            # How long a step takes is guessed from the one before.
            time.sleep(rng.random() * DELAYS[kind] * (start - before))
            os.kill(pid, signal.SIGKILL)
    raise RuntimeError("the children's parent ended")


def look_at(path: Path) -> tuple[list[str], Texts]:
    """Return what is wrong with an index, and what it holds."""
    try:
        with Index.open(path) as index:
            return index.verify(), stored_texts(index)
    except InputError as error:
        return [str(error)], {}


def main() -> int:
    """Kill, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kills", type=int, default=100, help="of each kind (100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--raise-children", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.raise_children:
        raise_children()
        return 0
    failed = 0
    print("| killed during | kills | sound | last step there, not yet reported | lost or damaged |")
    print("|---|" + "--:|" * 4, flush=True)
    for kind in STEPS:
        with tempfile.TemporaryDirectory() as folder:
            rng = random.Random(options.seed)
            path = Path(folder) / "killed.dedup"
            outcomes = [*kill_children(path, kind, kills=options.kills, rng=rng)]
        n_sound = sum(outcome.is_sound for outcome in outcomes)
        n_more = sum(outcome.n_found == outcome.n_reported + 1 for outcome in outcomes)
        for outcome in outcomes:
            if not outcome.is_sound:
                print(outcome, file=sys.stderr)
        failed += len(outcomes) - n_sound
        hits = ", ".join(
            f"{what} {n}" for what, n in Counter(outcome.hit for outcome in outcomes).most_common()
        )
        print(f"| {hits} | {len(outcomes)} | {n_sound} | {n_more} | {len(outcomes) - n_sound} |")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
