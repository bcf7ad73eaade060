"""A person's way through the Dagster UI: looks, builds a date and two seasons, mends what failed, follows a message.

In a real browser, on a copy of the clone with a lake and a home of its own, and simulated seasons of fixed dates: over
a change of the clock, an All-Star break and a summer. The tests are one story: each finds what those before it left.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.orchestration.events.emit import send_one
from nba_assets.orchestration.events.sources import Spool
from nba_assets_tests.browser.site import LOCATION, Clone, Site, chromium, copy_of_the_clone

pytestmark = pytest.mark.slow

BEFORE, CLOCKS_PUT_BACK, TONIGHT, TOMORROW = "2025-11-01", "2025-11-02", "2025-11-03", "2025-11-04"
FIRST, ALL_STAR, AUGUST = "2024-10-22", "2025-02-16", "2025-08-10"
GROUPS = ("raw", "conformed", "analytics", "precompute", "predictions", "grading")
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

    with clone.dev(NBA_REST="10") as address, sync_playwright() as playwright:
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
    for group in GROUPS:
        site.wait_for(re.compile(f"^{group}$"))
    boxes = [page.locator("svg foreignObject", has_text=re.compile(f"^{group}")).first for group in GROUPS]
    places = [box.evaluate("box => box.getBoundingClientRect().x") for box in boxes]
    assert places == sorted(places), "they read from left to right"
    site.shot("all_groups")
    page.get_by_text(re.compile("^analytics$")).first.click()  # in the tree beside the graph
    page.keyboard.press("ArrowRight")
    for table in ("player_game_summary", "team_offense_game_summary", "upcoming_team_game_context"):
        page.get_by_text(re.compile(f"^{table}$")).first.wait_for(state="attached")  # it may be too small for its name
    site.shot("a_group_in_the_tree")
    site.launch(TONIGHT, ALL)


@pytest.mark.parametrize("group", GROUPS)
def test_an_open_group_can_be_read(site: Site, group: str) -> None:
    """While tonight is built. Dagster cuts names to 18 letters where a graph is too wide for the page."""
    names = site.open_group(group)
    assert names
    assert [name for name in names if "…" in name] == []


def test_an_asset_tells_what_it_holds(site: Site) -> None:
    page = site.open(f"{CONTEXT}?view=overview", "Column name")
    told = page.inner_text("body")
    assert "A row is one player in one scheduled game" in told
    assert re.search(r"days_rest\s+INT64", told)
    assert "first line of the same book (points)" in told, "each number has its unit"
    site.open(f"{CONTEXT}?view=checks", "key_is_unique")


def test_two_seasons_are_one_run_that_shows_how_far_it_is(site: Site) -> None:
    """Also while tonight is built, and slowed by a rest between the seasons."""
    site.open(GAMES, MATERIALIZE)
    site.launch(f"[{FIRST}...{CLOCKS_PUT_BACK}]", MATERIALIZE)
    run = site.run_of(FIRST)
    site.open(f"/runs/{run}", re.compile(r"games: part 1 of 2, \d+ of \d+ days; 2024-25 is built, [\d,]+ rows"))
    assert site.status(run) == "STARTED"
    site.shot("half_of_two_seasons")
    site.open(f"/runs/{site.ended(run, 'SUCCESS')}", re.compile(r"\d+ partitions, [\d,]+ rows"))
    first, last = site.said_in(run)
    assert re.match(
        r"games: part 1 of 2, \d+ of \d+ days; 2024-25 is built, [\d,]+ rows; \d+ days/s, \d+ s left", first
    )
    assert re.match(r"games: part 2 of 2, (\d+) of \1 days; 2025-26 is built", last)


def test_tonight_is_built(site: Site) -> None:
    """By the graph's button: all tables in one run."""
    night = site.run_of(TONIGHT)
    site.open(f"/runs/{night}", re.compile("Success|Executing"))
    site.shot("tonights_run")
    site.open(f"/runs/{site.ended(night, 'SUCCESS')}", "Success")
    site.open(f"{CONTEXT}?view=events", TONIGHT)
    site.open("/assets/nba_predictions/player_points_model_forecasts?view=events", TONIGHT)


def test_all_days_are_seen_and_plotted(site: Site) -> None:
    site.open(f"{GAMES}?view=events", CLOCKS_PUT_BACK)
    first, last = date.fromisoformat(FIRST), date.fromisoformat(CLOCKS_PUT_BACK)
    days = {str(first + timedelta(n)) for n in range((last - first).days + 1)}
    assert site.scrolled_to(days) >= days
    for off in (ALL_STAR, AUGUST):
        site.open(f"{GAMES}?view=partitions&partition={off}", "no games scheduled on this date")
    page = site.open(f"{GAMES}?view=overview", "Column name")
    page.get_by_role("button", name="Plots").first.click()
    page.get_by_role("button", name="Events").last.click()  # those by partition are of the last four months
    page.locator("canvas").first.wait_for()
    site.until(lambda: all(site.drawn()))


def test_a_tick_says_what_a_date_waits_for(site: Site, clone: Clone) -> None:
    page = site.open(f"/locations/{LOCATION}/sensors/raw_complete", "Running")
    send_one(Spool(clone.lake / "_events"), "nbac_play_by_play", date.fromisoformat(TOMORROW), "success", 400)
    page.locator("input[type=checkbox]").first.evaluate("switch_ => switch_.click()")
    page.get_by_role("button", name="0 runs requested").first.click()
    site.wait_for(re.compile(rf"{TOMORROW}: .*plays.* waits? for .*, since .* ET"))


def test_a_failed_run_is_run_again_from_where_it_failed(site: Site, clone: Clone, tmp_path: Path) -> None:
    file = _stored(clone, "nbac_injury_report", CLOCKS_PUT_BACK)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    site.open(CONFORMED, "Materialize all")
    site.launch(CLOCKS_PUT_BACK, ALL)
    failed = site.ended(site.run_of(CLOCKS_PUT_BACK), "FAILURE")
    file.write_bytes(whole)
    page = site.open(f"/runs/{failed}", "Re-execute")
    page.get_by_role("button", name=re.compile("Re-execute")).first.locator("xpath=following::button[1]").click()
    page.get_by_text("From failure").first.click()
    clone.nba("ingest", str(_with_a_point_too_many(clone, tmp_path, BEFORE)))  # meanwhile, for the sensor
    again = site.ended(site.run_of(CLOCKS_PUT_BACK, but=failed), "SUCCESS")
    told = site.open(f"/runs/{again}", "pregame").inner_text("body")
    assert "box_scores" not in told


def test_a_message_is_followed_to_its_run_and_the_row_it_broke(site: Site) -> None:
    site.ended(site.run_of(BEFORE), "SUCCESS")
    site.open("/overview/timeline", "all_tables")
    site.shot("timeline")
    site.open(f"/locations/{LOCATION}/sensors/raw_complete", "1 run requested")
    site.shot("ticks")
    page = site.open("/assets/nba_conformed/team_boxes?view=checks&checkDetail=points_sum_to_team", "About")
    site.wait_for(f"players' points add up to the team's. Broken by 1 row, by day: {BEFORE}")
    page.get_by_text("Show Markdown").first.click()
    site.wait_for("game_id")
    site.shot("a_broken_row")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Partitions").last.click()
    site.wait_for("Failed (1)")


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
