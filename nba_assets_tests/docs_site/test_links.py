"""Links that are written for GitHub lead to the same place on the site, and one to nothing is told."""

from __future__ import annotations

import logging

import pytest

from docs_site.links import with_site_links


@pytest.mark.parametrize(
    ("uri", "written", "on_the_site"),
    [
        ("index.md", "[x](docs/conformed.md#which-line-counts)", "[x](conformed.md#which-line-counts)"),
        ("backup.md", "[x](../SECURITY.md)", "[x](security.md)"),
        ("bigquery.md", "[`deploy/`](../deploy/)", "[`deploy/`](deploy/index.md)"),
        ("deploy/index.md", "[x](../docs/backup.md)", "[x](../backup.md)"),
        ("tables/nba_analytics/a.md", "[x](../nba_conformed/games.md)", "[x](../nba_conformed/games.md)"),
        ("index.md", "[x](LICENSE)", "x"),
        ("index.md", "[x](https://dagster.io) [y](#anchor)", "[x](https://dagster.io) [y](#anchor)"),
    ],
)
def test_where_a_link_leads(uri: str, written: str, on_the_site: str) -> None:
    assert with_site_links(written, uri) == on_the_site


def test_a_link_to_nothing_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="mkdocs.plugins"):
        assert with_site_links("[x](../nowhere.py)", "backup.md") == "x"
    assert "nowhere.py, which is not there" in caplog.text
