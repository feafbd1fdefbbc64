"""The two errors that a user can mend; everything else that is raised is a bug."""

from __future__ import annotations

from pathlib import PurePath


class InputError(ValueError):
    """Say what is wrong with the data, where, and what would help.

    Attributes:
        message: What is wrong, without the place.
        path: The file, if it is one.
        line: The line of the file, or the number of the record.
    """

    def __init__(
        self, message: str, *, path: str | PurePath | None = None, line: int | None = None
    ) -> None:
        self.message = message
        self.path = None if path is None else str(path)
        self.line = line
        if path is None:
            place = "" if line is None else f"record {line}: "
        else:
            place = f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(f"{place}{message}")


class ConfigError(ValueError):
    """Say which setting is wrong, the rule it breaks, and the value got."""
