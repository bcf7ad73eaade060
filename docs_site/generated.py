"""The pages that are made from code and committed: what each says today, and where it stands."""

from __future__ import annotations

from pathlib import Path

from docs_site.command_page import command_page
from docs_site.formula_page import formula_page
from docs_site.table_pages import table_pages

DOCS = Path(__file__).parents[1] / "docs"


def pages() -> dict[str, str]:
    """Each page's text by its path below `docs/`."""
    return {"commands.md": command_page(), "formulas.md": formula_page(), **table_pages()}


def write() -> list[Path]:
    """The files that are not as code has them, made so; pages of tables that are no more are removed."""
    made = {DOCS / path: text for path, text in pages().items()}
    changed = [file for file, text in made.items() if not file.exists() or file.read_text() != text]
    for file in changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made[file])
    gone = [file for file in DOCS.glob("tables/**/*.md") if file not in made]
    for file in gone:
        file.unlink()
    return changed + gone
