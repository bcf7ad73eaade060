"""Every setting that the package reads stands on a page, and the pages name none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import nba_assets
from docs_site.generated import DOCS

PAGES = ("settings.md", "bigquery.md", "dagster_patches.md")

OF_PROCESSES = {"NBA_STARTED_BY"}
"""Said by one process of ours to another."""


def named_in(*files: Path) -> set[str]:
    return {name for file in files for name in re.findall(r"\bNBA_[A-Z][A-Z_]+[A-Z]\b", file.read_text())}


def test_the_pages_name_every_setting() -> None:
    package = Path(nba_assets.__file__).parent
    strings = {name for file in package.rglob("*.py") for name in re.findall(r'"(NBA_[A-Z_]+)"', file.read_text())}
    told = named_in(*(DOCS / page for page in PAGES))
    assert strings - told == OF_PROCESSES
    assert told <= named_in(*package.rglob("*.py"))
