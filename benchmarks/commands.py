"""Run `dedup`, its peers and the corpus maker as processes, and measure what a process costs.

Each measured process starts cold and alone, as a user starts it. Only the standard library is
imported here: Linux counts the parent's memory into a child's peak, so the parent stays small.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from make_paragraphs import data_folder

HERE = Path(__file__).resolve().parent
PEERS = {
    "datasketch": ("default", "fast", "recall"),
    "rensa": ("default", "recall"),
    "gaoya": ("default", "recall"),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process used, its children included.

    Attributes:
        cpu_seconds: User and system time.
        wall_seconds: From start to end.
        peak_mb: Largest resident set, in megabytes of 10**6 bytes.
    """

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def measure(command: Sequence[str]) -> Cost:
    """Run a command in the repository's folder and return what it cost.

    Modules are kept compiled, as those of installed packages are, whatever the environment says.

    Raises:
        RuntimeError: If it fails; with the end of what it wrote to stderr.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=HERE.parent, env=environment, stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            message = errors.read().decode(errors="replace")[-2_000:]
            raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}: {message}")
    # Linux gives kilobytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1_024
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * unit / 1e6)


def dedup_command(
    corpus: Path, output: Path, *, threshold: float = 0.7, shingle_size: int = 5
) -> list[str]:
    """Return the command that writes the duplicates of a corpus, as a user would type it."""
    options = ("--only", "duplicates", "--output-dir", str(output), "--table-format", "parquet")
    numbers = (
        ("--threshold", threshold),
        ("--shingle-size", shingle_size),
        ("--num-perm", 128),
    )
    typed = [str(part) for pair in numbers for part in pair]
    return [sys.executable, "-m", "dedup", "report", *options, *typed, str(corpus)]


def peer_command(
    peer: str,
    setting: str,
    corpus: Path,
    groups: Path,
    *,
    pairs: Path | None = None,
    threshold: float = 0.7,
    shingle_size: int = 5,
) -> list[str]:
    """Return the command that writes a peer's groups, and its pairs where a path is given."""
    command = [sys.executable, str(HERE / "peers" / f"run_{peer}.py"), str(corpus), str(groups)]
    command += ["--setting", setting]
    command += ["--threshold", str(threshold), "--shingle-size", str(shingle_size)]
    return command if pairs is None else [*command, "--pairs", str(pairs)]


def imports_command(command: Sequence[str], names: Path) -> list[str]:
    """Return a command that imports what `command` imports and does nothing else.

    Runs `command` once under `-X importtime` to see what that is, and writes it to `names`.
    """
    traced = [command[0], "-X", "importtime", *command[1:]]
    run = subprocess.run(
        traced, cwd=HERE.parent, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if run.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {run.returncode}: {run.stderr[-2_000:]}")
    found = [
        line.rsplit("|", 1)[1].strip()
        for line in run.stderr.splitlines()
        if line.startswith("import time:") and not line.endswith("imported package")
    ]
    # Importing a __main__ would run it.
    names.write_text("\n".join(name for name in found if "__main__" not in name), encoding="utf-8")
    return [sys.executable, str(HERE / "peers" / "imports.py"), str(names)]


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where real articles are."""
    parser.add_argument(
        "--data",
        type=Path,
        default=data_folder(),
        help="folder of real articles; default: $DEDUP_BENCHMARK_DATA",
    )


def missing(tool: str) -> str | None:
    """Return why a tool cannot run here, or None."""
    if tool == "dedup":
        run = subprocess.run(
            [sys.executable, "-m", "dedup", "--version"], cwd=HERE.parent, capture_output=True
        )
        return None if run.returncode == 0 else "python -m dedup does not run"
    if importlib.util.find_spec(tool) is None:
        return f"{tool} is not installed (pip install 'newsdedup[benchmark]')"
    return None


def tool_version(tool: str) -> str:
    """Return the installed version of a tool, or an empty string."""
    try:
        return version("newsdedup" if tool == "dedup" else tool)
    except PackageNotFoundError:
        return ""


def corpus_file(
    folder: Path, size: str, *, kind: str = "paragraphs", data: Path | None = None, seed: int = 1
) -> Path:
    """Return a corpus of `make_paragraphs.py`, made where it is not there yet.

    The name carries a digest of the maker's source, so a change of it makes new corpora.
    """
    maker = HERE / "make_paragraphs.py"
    digest = hashlib.sha256(maker.read_bytes()).hexdigest()[:8]
    text = "invented" if data is None else "real"
    path = folder / f"{kind}-{text}-{size}-{seed}-{digest}.jsonl"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        command = [sys.executable, str(maker), "--size", size, "--kind", kind]
        command += ["--seed", str(seed), "--output", str(partial)]
        command += ["--invented"] if data is None else ["--data", str(data)]
        measure(command)
        partial.with_suffix(".planted.jsonl").replace(path.with_suffix(".planted.jsonl"))
        partial.replace(path)
    return path


def work_folder() -> Path:
    """Return where corpora are kept between runs."""
    return Path(tempfile.gettempdir()) / "dedup-benchmarks"
