"""Every setting that the package reads stands on a page, and the page of settings has none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import nba_assets
from docs_site.generated import DOCS

OF_PROCESSES = {"NBA_STARTED_BY"}
"""Said by one process of ours to another."""


def named_in(*files: Path) -> set[str]:
    return {name for file in files for name in re.findall(r"\bNBA_[A-Z][A-Z_]+[A-Z]\b", file.read_text())}


def test_every_setting_is_on_a_page() -> None:
    package = Path(nba_assets.__file__).parent
    read = {name for file in package.rglob("*.py") for name in re.findall(r'"(NBA_[A-Z_]+)"', file.read_text())}
    assert read - named_in(*DOCS.glob("*.md")) == OF_PROCESSES
    assert named_in(DOCS / "settings.md") <= named_in(*package.rglob("*.py"))
