"""A person's way through the Dagster UI: looks, builds a date and two seasons, mends what failed, follows a message.

In a real browser, on a copy of the clone with a lake and a home of its own, and simulated seasons of fixed dates: over
a change of the clock, an All-Star break and a summer. The tests are one story: each finds what those before it left.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets_tests.browser.site import LOCATION, Clone, Site, chromium, copy_of_the_clone

pytestmark = pytest.mark.slow

TONIGHT, CLOCKS_PUT_BACK, BEFORE = "2025-11-03", "2025-11-02", "2025-11-01"
FIRST, ALL_STAR, AUGUST = "2024-10-22", "2025-02-16", "2025-08-10"
CONFORMED = f"/locations/{LOCATION}/jobs/conformed_tables"
GAMES = "/assets/nba_conformed/games"
CONTEXT = "/assets/nba_analytics/upcoming_player_game_context"
MATERIALIZE, ALL = re.compile("Materialize"), re.compile("Materialize all")


@pytest.fixture(scope="module")
def clone(simulated_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    chromium()
    made = Clone(copy_of_the_clone(tmp_path_factory.mktemp("somebodys_clone")))
    shutil.copytree(simulated_lake, made.lake, copy_function=os.link)  # the season before
    made.nba("simulate", "--ending", TONIGHT)
    return made


@pytest.fixture(scope="module")
def site(clone: Clone) -> Iterator[Site]:
    from playwright.sync_api import sync_playwright

    with clone.dev() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        opened = Site(address, browser.new_page(viewport={"width": 1440, "height": 1400}))
        opened.stop_sensor("slate_report")  # a page after each run is tried elsewhere, and slows all of this
        yield opened
        browser.close()


@pytest.fixture(autouse=True)
def no_complaints(site: Site, request: pytest.FixtureRequest) -> Iterator[None]:
    """A picture of where each test ends, and nothing of ours in the browser's console."""
    site.errors.clear()
    yield
    site.shot(request.node.name)
    assert site.errors == []


def test_the_graph_shows_every_group_and_builds_tonight_with_its_button(site: Site) -> None:
    page = site.open("/asset-groups", "Materialize all")
    for group in ("raw", "conformed", "analytics", "precompute", "predictions"):
        site.wait_for(re.compile(f"^{group}$"))
    page.get_by_text(re.compile("^analytics$")).first.click()  # in the tree beside the graph
    page.keyboard.press("ArrowRight")
    for table in ("player_game_summary", "team_offense_game_summary", "upcoming_team_game_context"):
        site.wait_for(re.compile(f"^{table}$"))
    site.shot("a_group")
    site.launch(TONIGHT, ALL)


def test_an_asset_tells_what_it_holds(site: Site) -> None:
    page = site.open(f"{CONTEXT}?view=overview", "Column name")
    told = page.inner_text("body")
    assert "A row is one player in one scheduled game" in told
    assert re.search(r"days_rest\s+INT64", told)
    assert "first line of the same book (points)" in told, "each number has its unit"
    site.open(f"{CONTEXT}?view=checks", "key_is_unique")


def test_tonight_is_built(site: Site) -> None:
    """By the graph's button: all tables in one run. Pages and readiness follow it, while the story goes on."""
    night = site.ended(set(), "SUCCESS")
    site.open(f"/runs/{night}", "Success")
    site.open(f"{CONTEXT}?view=events", TONIGHT)
    site.open("/assets/nba_predictions/player_points_model_forecasts?view=events", TONIGHT)


def test_two_seasons_are_one_run_with_all_its_days(site: Site) -> None:
    before = site.run_ids()
    site.open(GAMES, MATERIALIZE)
    site.launch(f"[{FIRST}...{TONIGHT}]", MATERIALIZE)
    run = site.ended(before, "SUCCESS")
    site.open(f"/runs/{run}", re.compile(r"\d+ partitions, [\d,]+ rows"))
    first, last = site.said_in(run)
    assert re.match(
        r"games: part 1 of 2, \d+ of \d+ days; 2024-25 is built, [\d,]+ rows; \d+ days/s, \d+ s left", first
    )
    assert re.match(r"games: part 2 of 2, (\d+) of \1 days; 2025-26 is built", last)
    page = site.open(f"{GAMES}?view=events", TONIGHT)
    seen = set(re.findall(r"20\d\d-\d\d-\d\d", page.inner_text("body")))
    assert {BEFORE, CLOCKS_PUT_BACK, TONIGHT} <= seen
    for off in (ALL_STAR, AUGUST):
        site.open(f"{GAMES}?view=partitions&partition={off}", "no games scheduled on this date")
    page = site.open(f"{GAMES}?view=overview", "Column name")
    page.get_by_role("button", name="Plots").first.click()
    page.get_by_role("button", name="Events").last.click()  # those by partition are of the last four months
    page.locator("canvas").first.wait_for()
    site.until(lambda: all(site.drawn()))
    site.shot("plots")


def test_a_failed_run_is_run_again_from_where_it_failed(site: Site, clone: Clone) -> None:
    file = _stored(clone, "nbac_injury_report", CLOCKS_PUT_BACK)
    whole, before = file.read_bytes(), site.run_ids()
    file.write_bytes(whole[: len(whole) // 2])
    site.open(CONFORMED, "Materialize all")
    site.launch(CLOCKS_PUT_BACK, ALL)
    failed = site.ended(before, "FAILURE")
    file.write_bytes(whole)
    page = site.open(f"/runs/{failed}", "Re-execute")
    page.get_by_role("button", name=re.compile("Re-execute")).first.locator("xpath=following::button[1]").click()
    page.get_by_text("From failure").first.click()
    again = site.ended(before | {failed}, "SUCCESS")
    told = site.open(f"/runs/{again}", "pregame").inner_text("body")
    assert "box_scores" not in told


def test_a_message_is_followed_to_its_run_and_the_row_it_broke(site: Site, clone: Clone, tmp_path: Path) -> None:
    before = site.run_ids()
    page = site.open(f"/locations/{LOCATION}/sensors/raw_complete", "Running")
    page.locator("input[type=checkbox]").first.evaluate("switch_ => switch_.click()")
    clone.nba("ingest", str(_with_a_point_too_many(clone, tmp_path, BEFORE)))
    site.ended(before, "SUCCESS")
    site.open("/overview/timeline", "all_tables")
    site.open(f"/locations/{LOCATION}/sensors/raw_complete", re.compile(f"{BEFORE}|1 run requested"))
    site.shot("a_tick")
    site.open("/assets/nba_conformed/team_boxes?view=checks&checkDetail=points_sum_to_team", "points_sum_to_team")
    site.wait_for(f"players' points add up to the team's. Broken by 1 row, by day: {BEFORE}")
    page.get_by_text("Show Markdown").first.click()
    site.wait_for("game_id")


def test_the_deployment_page_names_the_location_and_its_daemons(site: Site) -> None:
    told = site.open("/deployment/locations", "Loaded").inner_text("body")
    assert LOCATION in told
    told = site.open("/deployment/daemons", "Scheduler").inner_text("body")
    assert "Not running" not in told
    site.open("/deployment/concurrency", "pool limit")


def _stored(clone: Clone, table: str, day: str) -> Path:
    return next(file for file in clone.lake.glob(f"nba_raw/{table}/**/*.parquet") if day in str(file))


def _with_a_point_too_many(clone: Clone, folder: Path, day: str) -> Path:
    rows = pq.read_table(_stored(clone, "nbac_team_boxscore", day))
    points, place = rows["points"].to_pylist(), rows.column_names.index("points")
    points[0] += 1
    rows = rows.set_column(place, rows.schema.field(place), pa.array(points, rows.schema.field(place).type))
    file = folder / "nba_raw" / "nbac_team_boxscore" / "again.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(rows, file)
    return folder
