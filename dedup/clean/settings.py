"""What is removed from a corpus, and which copy of it stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from dedup.errors import ConfigError

Level = Literal["document", "passage"]
LEVELS: tuple[str, ...] = get_args(Level)
EARLIEST, LONGEST, NONE = "earliest", "longest", "none"
PREFERRED = "preferred-outlet="


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """What is removed from a corpus, and which copy of it stays.

    Attributes:
        level: `passage` takes duplicate passages out of their documents, `document` leaves out
            documents that mostly stand in another one.
        keep: Which of several copies stays, in order of preference: `preferred-outlet=ID`,
            `longest` or `earliest`, which decides whatever is left open; or `none` alone.
    """

    level: Level = "passage"
    keep: tuple[str, ...] = (EARLIEST,)

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ConfigError(f"level must be one of {', '.join(LEVELS)}, got {self.level!r}")
        if isinstance(self.keep, str) or not self.keep:
            raise ConfigError(f"keep must be one rule or several in a tuple, got {self.keep!r}")
        for rule in self.keep:
            is_outlet = rule.startswith(PREFERRED) and rule.removeprefix(PREFERRED).strip()
            if rule not in (EARLIEST, LONGEST, NONE) and not is_outlet:
                raise ConfigError(
                    f"keep must be {EARLIEST}, {LONGEST}, {NONE} or {PREFERRED}ID, got {rule!r}"
                )
        if NONE in self.keep and len(self.keep) > 1:
            raise ConfigError(f"keep must be {NONE} alone or other rules, got {self.keep}")
        if EARLIEST in self.keep[:-1]:
            raise ConfigError(
                f"keep must have {EARLIEST} last, for it leaves nothing to decide, got {self.keep}"
            )

    @property
    def keeps_one(self) -> bool:
        """Whether one copy stays."""
        return NONE not in self.keep
