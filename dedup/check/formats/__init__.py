"""The outcome of a check in the forms that people, CI services and other programs read."""

from __future__ import annotations

from dedup.check.findings import CheckResult

FORMATS: tuple[str, ...] = ("text", "json", "github", "gitlab", "junit", "sarif", "markdown")

__all__ = ["FORMATS", "github_summary", "render_check"]


def render_check(result: CheckResult, format: str) -> str:
    """Return the whole output of a check in one format.

    The same result gives the same output. It can always be encoded as UTF-8: lone surrogates, as
    in names of files that are no UTF-8, are replaced.

    Args:
        result: What the check found.
        format: One of `FORMATS`. `text` is for people; `json` holds everything, as
            `check.schema.json` beside this module describes; `github` are workflow commands,
            `gitlab` a Code Quality report, `junit` JUnit XML, `sarif` SARIF 2.1.0; `markdown` is
            short enough for a comment on GitHub.

    Returns:
        The output, which ends in a newline.

    Raises:
        ValueError: If there is no such format.
    """
    # Each is imported when it is wanted: the command line reads FORMATS for its help.
    match format:
        case "text":
            from dedup.check.formats.text import render
        case "json":
            from dedup.check.formats.records import render
        case "github":
            from dedup.check.formats.github import render
        case "gitlab":
            from dedup.check.formats.gitlab import render
        case "junit":
            from dedup.check.formats.junit import render
        case "sarif":
            from dedup.check.formats.sarif import render
        case "markdown":
            from dedup.check.formats.markdown import render
        case _:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    return render(result)


def github_summary(result: CheckResult) -> str:
    """Return the Markdown to append to the file that `$GITHUB_STEP_SUMMARY` names.

    It is at most 1 MiB in UTF-8, as GitHub takes no more, and says how many findings did not fit.
    """
    from dedup.check.formats.github import summary

    return summary(result)
