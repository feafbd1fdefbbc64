"""Measure the index: building, adding, checking new passages against it, and datasketch beside it.

Building is compared with `dedup report --only duplicates` on the same file; a check runs warm, and
with the index out of the page cache, after the build, after the additions and after compaction.
New passages are one fifth edited copies of old ones and four fifths fresh. datasketch gets the same
texts, our shingles and our bands, and answers with candidates that nobody has verified.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import (
    Cost,
    add_data_option,
    corpus_file,
    measure,
    missing,
    tool_version,
    work_folder,
)
from make_paragraphs import EDITS, markov_paragraphs
from speed_duplicates import machine_line

if TYPE_CHECKING:
    import numpy as np
    from datasketch import MinHashLSH
    from numpy.typing import NDArray

    Texts = list[NDArray[np.uint32]]

N_NEW = 1_000
NEAR_SHARE = 0.2
N_ADDITIONS = 30
MODEL_TEXTS = 20_000  # old paragraphs that fresh ones are modelled on
BASENAME = b"speed-index"
HEAD = "| {} | CPU s | wall s | peak MB |\n|---|--:|--:|--:|"


def main() -> int:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--size", default="100k", help="paragraphs: 20k, 100k, 1m")
    parser.add_argument("--rounds", type=int, default=3, help="of everything but the additions")
    parser.add_argument("--additions", type=int, default=N_ADDITIONS)
    parser.add_argument("--only", choices=("index", "peers"), help="leave the other part out")
    parser.add_argument(
        "--drop-caches",
        action="store_true",
        help="empty the machine's whole page cache for cold runs, libraries too (needs root)",
    )
    add_data_option(parser)
    parser.add_argument(
        "--work-dir", type=Path, default=work_folder(), help="where corpora are kept"
    )
    options = parser.parse_args()
    if why := missing("dedup"):
        print(f"skipped: {why}", file=sys.stderr)
        return 0
    corpus = corpus_file(options.work_dir, options.size, data=options.data)
    text = "invented" if options.data is None else "real"
    print(machine_line(options.size, text, options.rounds), end="\n\n", flush=True)
    with tempfile.TemporaryDirectory(dir=options.work_dir) as folder:
        scratch = Path(folder)
        news = make_new(corpus, scratch, options.additions + 1)
        if options.only != "peers":
            measure_index(options, corpus, scratch / "index.dedup", news)
        if options.only != "index":
            measure_peers(corpus, scratch, news[0])
    return 0


def measure_index(
    options: argparse.Namespace, corpus: Path, index: Path, news: Sequence[Path]
) -> None:
    """Print what building, checking, adding and compaction cost."""
    report = typed("report", "--only", "duplicates", corpus)
    build = typed("index", "build", index, corpus)
    runs: dict[str, list[Cost]] = {"report --only duplicates": [], "index build": []}
    measure(report)  # fills caches of compiled code
    for _ in range(options.rounds):
        for name, command in zip(runs, (report, build), strict=True):
            runs[name].append(measure(command))
    print(HEAD.format("building"))
    for name, costs in runs.items():
        print(row(f"`dedup {name}`", costs))
    whole, built = [medians(costs) for costs in runs.values()]
    ratios = [f"{built[i] / whole[i]:.2f}" for i in range(3)]
    print(f"| ratio | {' | '.join(ratios)} |", flush=True)
    sizes = [size_row("after the build", index)]

    print("\n" + HEAD.format(f"checking {N_NEW:,} new passages"))
    print_checks("after the build", news[0], index, options)
    additions = [measure(typed("index", "add", index, new)) for new in news[1:]]
    sizes.append(size_row(f"after {len(additions)} additions", index))
    print_checks(f"after {len(additions)} additions", news[0], index, options)
    compaction = measure(typed("index", "compact", index))
    sizes.append(size_row("after compaction", index))
    print_checks("after compaction", news[0], index, options)

    print("\n" + HEAD.format(f"adding {N_NEW:,} documents, {len(additions)} times"))
    if additions:
        print(row("median", additions))
        worst = Cost(*(max(cost[i] for cost in map(figures, additions)) for i in range(3)))
        print(row("worst of each", [worst]))
    print(row("`dedup index compact`", [compaction]))
    print("\n| size | passages | file MB | text MB | bytes a passage beyond its text |")
    print("|---|--:|--:|--:|--:|")
    print("\n".join(sizes), flush=True)


def print_checks(when: str, new: Path, index: Path, options: argparse.Namespace) -> None:
    """Print the rows of checks against an index as it is now."""
    drop = drop_caches if options.drop_caches else drop_file
    for only in ("duplicates", ""):
        command = check_command(new, index, only)
        what = f"{when}, {only or 'in full'}"
        measure(command)
        warm = [measure(command) for _ in range(options.rounds)]
        print(row(f"{what}, warm", warm))
        cold = []
        for _ in range(options.rounds):
            drop(index)
            cold.append(measure(command))
        print(row(f"{what}, cold", cold), flush=True)


def typed(*words: str | Path) -> list[str]:
    """Return a command of `dedup` as a user would type it."""
    return [sys.executable, "-m", "dedup", *map(str, words)]


def check_command(new: Path, index: Path, only: str) -> list[str]:
    """Return the command that checks new passages; findings are no failure."""
    part = ["--only", only] if only else []
    return typed("check", new, "--index", index, *part, "--exit-zero")


def drop_file(path: Path) -> None:
    """Take a file out of the page cache; what is not on the disk yet could not be."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def drop_caches(path: Path) -> None:
    """Empty the page cache of the whole machine."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3\n")


def figures(cost: Cost) -> tuple[float, float, float]:
    """Return CPU, wall and memory."""
    return cost.cpu_seconds, cost.wall_seconds, cost.peak_mb


def medians(costs: Sequence[Cost]) -> tuple[float, float, float]:
    """Return median CPU, wall and memory."""
    cpu, wall, peak = zip(*map(figures, costs), strict=True)
    return statistics.median(cpu), statistics.median(wall), statistics.median(peak)


def row(name: str, costs: Sequence[Cost]) -> str:
    """Return the table row of some runs."""
    cpu, wall, peak = medians(costs)
    return f"| {name} | {cpu:.2f} | {wall:.2f} | {peak:.0f} |"


def size_row(name: str, index: Path) -> str:
    """Return the table row of an index's size."""
    numbers = inner("size", index)
    beyond = (numbers["file"] - numbers["text"]) / numbers["passages"]
    return (
        f"| {name} | {numbers['passages']:,} | {numbers['file'] / 1e6:.1f}"
        f" | {numbers['text'] / 1e6:.1f} | {beyond:.0f} |"
    )


def make_new(corpus: Path, folder: Path, n: int) -> list[Path]:
    """Return files of new records."""
    inner("new", corpus, folder, n)
    return [folder / f"new-{number:02}.jsonl" for number in range(n)]


# Peers.


def measure_peers(corpus: Path, scratch: Path, new: Path) -> None:
    """Print what datasketch costs on the same texts, in memory and on Redis."""
    print(
        f"\ndatasketch {tool_version('datasketch')}, the same shingles and bands, one run; building"
        " is the whole process, signing and inserting a part of it. Asking is of all new passages,"
        " signing included, without start-up; what it finds is not verified.\n"
    )
    print("| storage | build CPU s | build wall s | signing s | inserting s | asking s"
          " | peak MB | store MB |")  # fmt: skip
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    report, cost = inner_cost(scratch, "peer", corpus, new, 0)
    print(peer_row("memory", report, cost, "in the process"), flush=True)
    program = shutil.which("redis-server")
    if program is None or importlib.util.find_spec("redis") is None:
        print("Redis skipped: needs redis-server and the package redis", file=sys.stderr)
        return
    with redis_server(program, scratch) as port:
        report, cost = inner_cost(scratch, "peer", corpus, new, port)
        server = inner("redis", port, scratch)
        store = f"{server['memory'] / 1e6:.0f} in memory, {server['file'] / 1e6:.0f} saved"
        print(peer_row("Redis, client", report, cost, store))
        print(f"| Redis, server | {server['cpu']:.1f} | | | | | {server['peak'] / 1e6:.0f} | |")


def peer_row(name: str, report: dict[str, float], cost: Cost, store: str) -> str:
    """Return the table row of a peer."""
    asking = report["asking"]
    cpu, wall = cost.cpu_seconds - report["asking_cpu"], cost.wall_seconds - asking
    return (
        f"| {name} | {cpu:.1f} | {wall:.1f} | {report['signing']:.1f} | {report['inserting']:.1f}"
        f" | {asking:.2f} | {cost.peak_mb:.0f} | {store} |"
    )


@contextmanager
def redis_server(program: str, folder: Path) -> Iterator[int]:
    """Run a server on loopback that saves only when told to; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
    command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
    with (folder / "redis.log").open("wb+") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 30
            while b"Ready to accept connections" not in (folder / "redis.log").read_bytes():
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("redis-server does not start")
                time.sleep(0.05)
            yield port
        finally:
            server.terminate()
            server.wait()


# What needs more than the standard library runs in processes of its own: the memory of this one
# would count into the peaks of those that it starts.


def inner(action: str, *words: str | Path | int) -> dict[str, Any]:
    """Run one of `INNER` in a process of its own and return what it says."""
    with tempfile.TemporaryDirectory() as folder:
        return inner_cost(Path(folder), action, *words)[0]


def inner_cost(scratch: Path, action: str, *words: str | Path | int) -> tuple[dict[str, Any], Cost]:
    """Run one of `INNER` and return what it says, and what it cost."""
    answer = scratch / f"{action}.json"
    cost = measure([sys.executable, __file__, "--inner", action, str(answer), *map(str, words)])
    return json.loads(answer.read_text("utf-8")), cost


def write_new(corpus: str, folder: str, n: str) -> dict[str, float]:
    """Write files of new records: edited copies of old paragraphs, and fresh ones."""
    with Path(corpus).open(encoding="utf-8") as lines:
        old = [json.loads(line)["text"] for line in lines]
    rng = random.Random(2)
    pool = [word for text in old[:5_000] for word in text.split(" ")]
    n_near = round(N_NEW * NEAR_SHARE)
    n_fresh = (N_NEW - n_near) * int(n)
    fresh = iter(markov_paragraphs(rng.sample(old, min(MODEL_TEXTS, len(old))), n_fresh, seed=2))
    for number in range(int(n)):
        near = [
            " ".join(EDITS[rng.choice([*EDITS])](text.split(" "), pool, rng))
            for text in rng.sample(old, n_near)
        ]
        texts = near + [next(fresh) for _ in range(N_NEW - n_near)]
        rng.shuffle(texts)
        with (Path(folder) / f"new-{number:02}.jsonl").open("w", encoding="utf-8") as out:
            for place, text in enumerate(texts):
                record = {"id": f"new-{number:02}-{place:04}", "text": text}
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
    return {}


def weigh(index: str) -> dict[str, float]:
    """Return the bytes of an index and of the texts in it, and its number of passages."""
    from dedup.index import Index

    with Index.open(index) as opened:
        n_passages = opened.info()["n_passages"]
        query = "SELECT sum(length(data)) FROM text"
        n_bytes = opened._file.connection.execute(query).fetchone()[0]
    return {"file": Path(index).stat().st_size, "text": n_bytes, "passages": n_passages}


def run_datasketch(corpus: str, new: str, port: str) -> dict[str, float]:
    """Fill a `MinHashLSH` and ask it; time the parts."""
    from datasketch import MinHash, MinHashLSH

    from dedup.config import DuplicateSettings
    from dedup.duplicates import choose_banding

    settings = DuplicateSettings()
    banding = choose_banding(settings)
    config: dict[str, Any] = {"type": "dict"}
    if port != "0":
        place = {"host": "127.0.0.1", "port": int(port)}
        config = {"type": "redis", "basename": BASENAME, "redis": place}
    lsh = MinHashLSH(
        num_perm=settings.num_perm, params=(banding.bands, banding.rows), storage_config=config
    )
    clock = Clock()

    def signed(texts: Texts) -> list[MinHash]:
        return MinHash.bulk(texts, num_perm=settings.num_perm, hashfunc=int, scheme="affine32")

    texts = read_shingles(corpus)
    clock.end("reading")
    signatures = signed(texts)
    clock.end("signing")
    insert_all(lsh, signatures)
    clock.end("inserting")
    texts = read_shingles(new)
    clock.end("reading")
    cpu = time.process_time()
    found = [lsh.query(signature) for signature in signed(texts)]
    clock.end("asking")
    n_found = sum(map(len, found))
    return {**clock.parts, "asking_cpu": time.process_time() - cpu, "found": n_found}


def insert_all(lsh: MinHashLSH, signatures: Sequence[Any]) -> None:
    """Insert as its documentation has it for many at once."""
    with lsh.insertion_session() as session:
        for number, signature in enumerate(signatures):
            session.insert(number, signature, check_duplication=False)


def read_shingles(path: str) -> Texts:
    """Return our shingles of each passage of a file."""
    from concurrent.futures import ThreadPoolExecutor

    from dedup import read_corpus
    from dedup.config import DuplicateSettings
    from dedup.corpus import collect_passages

    with ThreadPoolExecutor(os.cpu_count()) as executor:
        size = DuplicateSettings().shingle_size
        passages = collect_passages(read_corpus(path), shingle_size=size, executor=executor)
    starts, ends = passages.shingle_starts, passages.shingle_starts + passages.shingle_sizes
    texts = [passages.shingles[a:b] for a, b in zip(starts, ends, strict=True)]
    return [texts[text] for text in passages.texts]


def ask_redis(port: str, folder: str) -> dict[str, float]:
    """Return what the server has used, and the size of what it saves."""
    import redis

    client = redis.Redis(host="127.0.0.1", port=int(port), socket_timeout=600)  # saving takes long
    info = client.info()
    client.save()
    client.close()
    return {
        "memory": info["used_memory"],
        "peak": info["used_memory_peak"],
        "cpu": info["used_cpu_user"] + info["used_cpu_sys"],
        "file": (Path(folder) / "dump.rdb").stat().st_size,
    }


class Clock:
    """Adds up wall seconds by part."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self.last = time.perf_counter()

    def end(self, part: str) -> None:
        """Count the time since the last call for a part."""
        now = time.perf_counter()
        self.parts[part] = self.parts.get(part, 0.0) + now - self.last
        self.last = now


INNER: dict[str, Callable[..., dict[str, float]]] = {
    "new": write_new,
    "size": weigh,
    "peer": run_datasketch,
    "redis": ask_redis,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--inner"]:
        _, _, action, answer, *words = sys.argv
        Path(answer).write_text(json.dumps(INNER[action](*words)), encoding="utf-8")
        sys.exit(0)
    sys.exit(main())
