"""Which files git has as changed."""

from __future__ import annotations

import os
import subprocess

from dedup.errors import InputError


def changed_files(since: str) -> set[str]:
    """Return the files that differ from where a branch left a commit, and those not yet added.

    Args:
        since: A commit, branch or tag.

    Returns:
        Their real paths.

    Raises:
        InputError: If git is not there, this is no repository, or it has no such commit.
    """
    root = _git("rev-parse", "--show-toplevel").strip()
    # The commit itself may be far ahead on its own branch: only what was done here counts.
    base = _git("merge-base", "--end-of-options", since, "HEAD").strip()
    listed = _git("diff", "--name-only", "-z", base, cwd=root)
    listed += _git("ls-files", "--others", "--exclude-standard", "-z", cwd=root)
    return {os.path.realpath(f"{root}/{name}") for name in listed.split("\0") if name}


def _git(*arguments: str, cwd: str | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, capture_output=True, encoding="utf-8",
            errors="surrogateescape", check=False,
        )  # fmt: skip
    except OSError as error:
        raise InputError(f"--changed-only needs git: {error.strerror}") from error
    if done.returncode:
        reason = (done.stderr.strip() or "failed").splitlines()[0]
        raise InputError(f"--changed-only: git says: {reason}")
    return done.stdout
