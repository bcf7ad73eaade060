"""Reports and the documentation site in a real browser: readable, by keyboard too, and without complaints.

Pictures of them are kept in `build/browser`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nba_assets.reports.season import season_page
from nba_assets.reports.slate import NotReady, slate_page
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.browser.site import ROOT, SHOTS, chromium
from nba_assets_tests.conftest import SIMULATED_DAYS
from nba_assets_tests.reports.given import DAY, InMemory, slate_rows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

DESK, PHONE = 1280, 390

CUT_WORDS = """[...document.querySelectorAll("svg text")].filter(word => {
    const at = word.getBoundingClientRect(), picture = word.ownerSVGElement.getBoundingClientRect();
    return at.width && (at.right > picture.right + 1 || at.left < picture.left - 1);
}).map(word => word.textContent)"""
"""Those of a picture that reach beyond it, where they are not seen."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    where = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=where, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def slate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("reports") / "slate.html"
    not_ready = [NotReady("player_daily_cache", "not built", ("nbac_schedule",))]
    file.write_text(slate_page(InMemory(slate_rows()), DAY, 1, not_ready, datetime.now(UTC)))
    return file


@pytest.fixture(scope="module")
def season(filled: Path, slate: Path) -> Path:
    file = slate.with_name("season.html")
    file.write_text(season_page(DuckDBWarehouse(Lake(filled / "lake"), 1), SIMULATED_DAYS, datetime.now(UTC)))
    return file


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("report", ["slate", "season"])
def test_a_report_is_readable(report: str, width: int, browser: Browser, request: pytest.FixtureRequest) -> None:
    page, heard = opened(browser, request.getfixturevalue(report), width)
    assert not serious(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_WORDS) == []
    assert heard == []


def test_a_slate_is_walked_through_by_keyboard(browser: Browser, slate: Path) -> None:
    page, _ = opened(browser, slate, DESK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "PHX at PHI"  # the game of the first bet
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.get_by_text("FROM nba_predictions.player_prop_predictions").first.is_visible()


@pytest.mark.parametrize(
    "name", ["index", "reading", "formulas", "tables/index", "tables/nba_analytics/player_game_summary"]
)
def test_a_page_of_the_site_is_readable(name: str, browser: Browser) -> None:
    file = ROOT / "build" / "site" / f"{name}.html"
    if not file.exists():
        pytest.skip("there is no site: make docs")
    page, heard = opened(browser, file, DESK)
    assert not serious(page, ("serious", "critical"))  # the theme's landmarks, which share names, are moderate
    assert not [told for told in heard if told.startswith("http")]  # from a file its search cannot start, and says so


def opened(browser: Browser, file: Path, width: int) -> tuple[Page, list[str]]:
    """The page, and what the browser complains of or asks the network for."""
    page, heard = browser.new_page(viewport={"width": width, "height": 900}), list[str]()
    page.on("console", lambda told: heard.append(told.text))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else heard.append(asked.url))
    page.goto(file.as_uri())
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{file.stem}_{width}.png", full_page=True)
    return page, heard


def serious(page: Page, impacts: tuple[str, ...] = ("moderate", "serious", "critical")) -> list[str]:
    """What axe finds that keeps somebody from reading the page, with all that is folded opened."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach(folded => { folded.open = true })")
    found = Axe().run(page).response["violations"]
    return [f"{of['id']}: {of['help']}: {of['nodes'][0]['html'][:200]}" for of in found if of["impact"] in impacts]
