"""Measure `dedup` beside its peers: CPU, wall and memory from JSON Lines to groups.

Every tool runs in its own process, in turn, several rounds; the table has medians and their ratios
to `dedup`, with start-up and without (each side's imports, measured in the same rounds, taken off).
CPU seconds are the main figure: they bear a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commands import (
    PEERS,
    Cost,
    add_data_option,
    corpus_file,
    dedup_command,
    imports_command,
    measure,
    missing,
    peer_command,
    tool_version,
    work_folder,
)

TABLES = "tables"
# The bars of the project (issue 2): dedup's CPU seconds times this are at most the peer's.
BARS: dict[str, dict[str, float]] = {
    "100k": {"datasketch": 12, "rensa": 3, "gaoya": 2},
    "1m": {"datasketch": 20, "rensa": 5, "gaoya": 3.5},
}


def main() -> int:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--size", default="100k", help="paragraphs: 20k, 100k, 1m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--peers", default=",".join(PEERS), help="names, or name:setting, with commas"
    )
    add_data_option(parser)
    parser.add_argument(
        "--invented", action="store_true", help="use invented text even where there is data"
    )
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--shingle-size", type=int, default=5)
    parser.add_argument(
        "--work-dir", type=Path, default=work_folder(), help="where corpora are kept"
    )
    parser.add_argument("--json", type=Path, help="also write every run to this file")
    options = parser.parse_args()
    data = None if options.invented else options.data
    if data is None and not options.invented:
        print("no real articles (--data or DEDUP_BENCHMARK_DATA): invented text", file=sys.stderr)
    corpus = corpus_file(options.work_dir, options.size, data=data)
    with tempfile.TemporaryDirectory() as scratch:
        commands = tool_commands(options, corpus, Path(scratch))
        imports = {
            name: imports_command(command, Path(scratch) / f"{name.replace(' ', '-')}.imports")
            for name, command in commands.items()
        }
        runs = run_rounds(commands, imports, rounds=options.rounds, tables=Path(scratch) / TABLES)
    print(machine_line(options.size, "invented" if data is None else "real", options.rounds))
    print()
    print("\n".join(table_rows(runs, size=options.size)))
    if options.json is not None:
        record = {
            "date": datetime.now(tz=UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "corpus": {"size": options.size, "text": "invented" if data is None else "real"},
            "versions": {tool: tool_version(tool) for tool in ("dedup", *PEERS)},
            "runs": {
                name: {part: [asdict(cost) for cost in costs] for part, costs in parts.items()}
                for name, parts in runs.items()
            },
        }
        options.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0


def tool_commands(options: argparse.Namespace, corpus: Path, scratch: Path) -> dict[str, list[str]]:
    """Return the command of each tool and setting that can run here; say which cannot."""
    numbers: dict[str, Any] = {"threshold": options.threshold, "shingle_size": options.shingle_size}
    commands = {}
    if why := missing("dedup"):
        print(f"dedup skipped: {why}", file=sys.stderr)
    else:
        commands["dedup"] = dedup_command(corpus, scratch / TABLES, **numbers)
    for part in filter(None, options.peers.split(",")):
        peer, _, setting = part.partition(":")
        if peer not in PEERS or (setting and setting not in PEERS[peer]):
            raise SystemExit(f"--peers must name {', '.join(PEERS)} or name:setting, got {part}")
        if why := missing(peer):
            print(f"{peer} skipped: {why}", file=sys.stderr)
            continue
        for each in (setting,) if setting else PEERS[peer]:
            commands[f"{peer} {each}"] = peer_command(
                peer, each, corpus, scratch / "groups.jsonl", **numbers
            )
    return commands


def run_rounds(
    commands: dict[str, list[str]],
    imports: dict[str, list[str]],
    *,
    rounds: int,
    tables: Path,
) -> dict[str, dict[str, list[Cost]]]:
    """Return the costs of each tool's runs and of its imports, tools taking turns."""
    runs: dict[str, dict[str, list[Cost]]] = {
        name: {"whole": [], "imports": []} for name in commands
    }
    for turn in range(rounds):
        for name, command in commands.items():
            # Every run writes into a folder that is not there yet.
            shutil.rmtree(tables, ignore_errors=True)
            runs[name]["whole"].append(measure(command))
            runs[name]["imports"].append(measure(imports[name]))
            print(f"round {turn + 1}: {name}: {runs[name]['whole'][-1]}", file=sys.stderr)
    return runs


def table_rows(runs: dict[str, dict[str, list[Cost]]], *, size: str) -> list[str]:
    """Return the lines of a Markdown table of medians; each ratio is to `dedup`."""
    lines = [
        "| tool | CPU s | ratio | CPU s less imports | ratio | wall s | ratio | peak MB | ratio "
        "| bar |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    figures = {name: median_figures(parts) for name, parts in runs.items()}
    ours = figures.get("dedup")
    for name, values in figures.items():
        cells = [name]
        for i, value in enumerate(values):
            cells.append(f"{value:.2f}" if i < 3 else f"{value:.0f}")
            cells.append(f"{value / ours[i]:.1f}" if ours and name != "dedup" else "")
        bar = BARS.get(size, {}).get(name.removesuffix(" default"))
        cells.append(f"at least {bar}" if bar else "")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def median_figures(parts: dict[str, list[Cost]]) -> tuple[float, float, float, float]:
    """Return median CPU, CPU less imports, wall, and peak memory."""
    cpu = statistics.median(cost.cpu_seconds for cost in parts["whole"])
    start_up = statistics.median(cost.cpu_seconds for cost in parts["imports"])
    wall = statistics.median(cost.wall_seconds for cost in parts["whole"])
    peak = statistics.median(cost.peak_mb for cost in parts["whole"])
    return cpu, cpu - start_up, wall, peak


def machine() -> dict[str, str | int | None]:
    """Return what the figures depend on."""
    model = ""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        named = [line for line in facts.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else ""
    return {
        "system": platform.platform(),
        "cpu": model or platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def machine_line(size: str, text: str, rounds: int) -> str:
    """Return one line that says on what the table was measured."""
    facts = machine()
    return (
        f"{size} {text} paragraphs, medians of {rounds} rounds, {facts['cpu']}, "
        f"{facts['cores']} cores, Python {facts['python']}, {datetime.now(tz=UTC):%Y-%m-%d}"
    )


if __name__ == "__main__":
    sys.exit(main())
