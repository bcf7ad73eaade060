"""mkdocs hooks: pages of the repository that lie outside `docs/`, a page for each table in the navigation, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs_site.links import OUTSIDE, ROOT, with_site_links
from docs_site.pictures import alt_text, pictures
from docs_site.table_pages import FLOW, LINEAGE, PROFILE, TITLES, groups, path_of

TABLES = "tables/README.md"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Below the list of tables, each of them under the name of its group."""
    pages: list[Any] = [TABLES]
    for group, contracts in groups().items():
        title = TITLES.get(group, group.capitalize()).split(":")[0]
        pages.append({title: [path_of(contract) for contract in contracts]})
    listed = [{"Tables": pages} if "Tables" in entry else entry for entry in config.nav or []]
    config.nav = [found for entry in listed if (found := _there(entry, Path(config.docs_dir)))]
    return config


def _there(entry: Any, docs: Path) -> Any:
    """The entry without pages that are not there yet. A mistyped one is told: its page is in no list, an error."""
    if isinstance(entry, dict):
        ((title, below),) = entry.items()
        found = _there(below, docs)
        return {title: found} if found else None
    if isinstance(entry, list):
        return [found for of in entry if (found := _there(of, docs))]
    return entry if entry in OUTSIDE.values() or (docs / entry).exists() else None


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for source, page in OUTSIDE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text()))
    for path, drawn in pictures().items():
        files.append(File.generated(config, path, content=drawn))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    uri = page.file.src_uri
    for place, kind, title in (
        (FLOW, "flow", ""),
        (LINEAGE, "lineage", "## Lineage"),
        (PROFILE, "profile", "## Profile"),
    ):
        picture = f"{uri.removesuffix('.md')}.{kind}.svg"
        if place in markdown and picture in pictures():
            name = picture.rpartition("/")[2]
            shown = f"{title}\n\n[![{alt_text(kind)}]({name}){{ .picture }}]({name})"
            markdown = markdown.replace(place, shown)
    return with_site_links(markdown, uri)
