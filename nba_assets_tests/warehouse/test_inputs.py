"""What a partition notes of what it reads: the same for the same content, another for every change in its reach."""

from datetime import date, timedelta

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets.tables.raw.availability import nbac_injury_report
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.inputs import Content, Inputs, dated_inputs, dates_read

SEASON = Window.season(2024)
DAY = date(2024, 11, 8)
DAYS = [DAY + timedelta(days=n) for n in range(-4, 5)]


def stored(**other: dict[date, str]) -> dict[str, dict[date, str]]:
    """A content a day of every input; of some tables, other content."""
    return {"": {day: f"{day}" for day in DAYS}} | {
        name: {day: f"{day}" for day in DAYS} | changed for name, changed in other.items()
    }


def inputs(table, of: dict[str, dict[date, str]]) -> Inputs:  # noqa: ANN001
    return Inputs(table, lambda source: Content(of.get(source.name, of[""])))


TABLES = (team_defense_zone_analysis, upcoming_player_game_context, availability)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_change_is_noticed_on_the_days_whose_reach_it_is_in_and_on_no_others(table) -> None:  # noqa: ANN001
    before = inputs(table, stored())
    noted = {day: before.read_on(day) for day in DAYS}
    for source in {source for source, _ in dated_inputs(table)}:
        for new in ("other", ""):
            after = inputs(table, stored(**{source.name: {DAY: new}}))
            found = {day for day in DAYS if after.changed(noted[day], day)}
            reached = {d for d in DAYS for s, r in dated_inputs(table) if s is source and DAY in dates_read(r, d)}
            assert found == reached, source.name
            assert {changed for day in found for changed, _ in after.changed(noted[day], day)} <= {source}


def test_a_partition_without_rows_is_as_good_as_none() -> None:
    off = {"": {day: content for day, content in stored()[""].items() if day != DAY}}
    empty = {"": stored()[""] | {DAY: ""}}
    one, other = (inputs(team_defense_zone_analysis, of) for of in (off, empty))
    assert [one.read_on(day) for day in DAYS] == [other.read_on(day) for day in DAYS]


def test_a_season_knows_nothing_of_the_one_before() -> None:
    first = Content({SEASON.start: "a", SEASON.start + timedelta(days=1): "b"})
    both = Content({SEASON.start - timedelta(days=1): "old", **first.of})
    assert first.over(SEASON) == both.over(SEASON) != Content({}).over(SEASON)


def test_an_input_that_was_not_noted_is_other_code_and_no_news() -> None:
    of = inputs(team_defense_zone_analysis, stored())
    noted = of.read_on(DAY)
    assert of.changed(noted.split(";", 1)[1], DAY) == []
    assert of.changed(f"gone SAME_DAY=0123456789ab;{noted}", DAY) == []


def test_a_damaged_input_is_refused_by_name_where_it_is_read() -> None:
    of = inputs(availability, stored(nbac_injury_report={DAY: "damaged 0123"}))
    with pytest.raises(BadInput, match=rf"{nbac_injury_report.full_name} of {DAY}, which is damaged: ingest it again"):
        of.require_whole(Window(DAY + timedelta(days=1), DAY + timedelta(days=1)))
    of.require_whole(Window(DAY + timedelta(days=2), DAY + timedelta(days=2)))
    built = inputs(team_defense_zone_analysis, stored(team_defense_game_summary={DAY: "damaged 0123"}))
    with pytest.raises(BadInput, match=rf"{team_defense_game_summary.full_name} of {DAY}.*build it again"):
        built.require_whole(Window(DAY + timedelta(days=1), DAYS[-1]))
    assert {source for source, _ in dated_inputs(team_defense_zone_analysis)} >= {nbac_schedule}
