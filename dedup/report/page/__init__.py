"""An analysis to `report.html`: one page to look at, from disk, without a network."""

from dedup.report.page.render import render_page, write_page

__all__ = ["render_page", "write_page"]
