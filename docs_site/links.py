"""Links between pages: what is written for GitHub, relative to a file of the repository, as the site has it.

A link to a file that is not on the site becomes plain text; one to nothing is a warning, and so an error.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.plugins import get_plugin_logger

log = get_plugin_logger(__name__)

ROOT = Path(__file__).parents[1]

OUTSIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "deploy/README.md": "deploy/index.md",
    "deploy/google_cloud.md": "deploy/google_cloud.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Pages that GitHub expects elsewhere than under `docs/`, and where the site has them."""

_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\(([^()\s]+)\)")


def with_site_links(markdown: str, uri: str) -> str:
    written = next((source for source, page in OUTSIDE.items() if page == uri), f"docs/{uri}")
    return _LINK.sub(lambda found: _link(found[1], found[2], written, uri), markdown)


def _link(text: str, target: str, written: str, uri: str) -> str:
    path, hash_, anchor = target.partition("#")
    if not path or re.match(r"[a-z]+:", path):
        return f"[{text}]({target})"
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(written), path))
    if (ROOT / meant).is_dir():
        meant = f"{meant}/README.md"
    page = OUTSIDE.get(meant, meant.removeprefix("docs/") if meant.startswith("docs/") else "")
    if not page:
        if not (ROOT / meant).exists():
            log.warning("%s links to %s, which is not there", written, target)
        return text
    return f"[{text}]({posixpath.relpath(page, posixpath.dirname(uri) or '.')}{hash_}{anchor})"
