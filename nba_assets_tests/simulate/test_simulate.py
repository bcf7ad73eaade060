"""The simulated season keeps the rules of the league and of arithmetic, and comes out the same every time."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest

from nba_assets.simulate import SimulatedSeason, simulate, write
from nba_assets.simulate.box import box_score
from nba_assets.simulate.chance import Chance
from nba_assets.simulate.feeds.collect import TABLES, delivers_props
from nba_assets.simulate.game import play
from nba_assets.simulate.health import Condition, reported
from nba_assets.simulate.players import draft_league
from nba_assets.simulate.rotation import plan
from nba_assets.simulate.schedule import Game, SeasonDates, regular_season
from nba_assets.simulate.teams import league

YEAR, SEED, DAYS = 2024, 7, 3

STATISTICS = (
    "points",
    "assists",
    "steals",
    "blocks",
    "turnovers",
    "personal_fouls",
    "field_goals_made",
    "field_goals_attempted",
    "three_pointers_made",
    "three_pointers_attempted",
    "free_throws_made",
    "free_throws_attempted",
    "offensive_rebounds",
    "defensive_rebounds",
)

SPELLINGS = {
    "nbac_gamebook_player_stats": ("player_lookup",),
    "nbac_player_boxscores": ("player_lookup",),
    "bdl_player_boxscores": ("player_lookup",),
    "odds_api_player_points_props": ("player_lookup",),
    "bettingpros_player_points_props": ("player_lookup",),
    "nbac_injury_report": ("player_lookup",),
    "espn_team_rosters": ("player_lookup",),
    "bigdataball_play_by_play": ("player_1_lookup", "player_2_lookup", "away_player_5_lookup"),
    "nbac_play_by_play": ("player_1_lookup", "assist_player_lookup", "foul_drawn_player_lookup"),
}


@pytest.fixture(scope="module")
def season() -> dict[str, pa.Table]:
    return simulate(YEAR, SEED, DAYS)


@pytest.fixture(scope="module")
def sql(season: dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, rows in season.items():
        connection.register(name.split(".")[1], rows)
    return connection


def test_same_seed_same_bytes(season: dict[str, pa.Table]) -> None:
    again = simulate(YEAR, SEED, DAYS)
    assert {name: _bytes(rows) for name, rows in again.items()} == {name: _bytes(rows) for name, rows in season.items()}


def test_another_seed_is_another_season(season: dict[str, pa.Table]) -> None:
    other = simulate(YEAR, SEED + 1, days=1)
    assert not set(other["nba_reference.nba_players_registry"]["player_name"].to_pylist()) <= set(
        season["nba_reference.nba_players_registry"]["player_name"].to_pylist()
    )


def test_fewer_days_are_the_beginning_of_more(season: dict[str, pa.Table]) -> None:
    until = SeasonDates.of(YEAR).opening + timedelta(days=2)
    fewer = simulate(YEAR, SEED, days=2)
    for contract in TABLES:
        by = "game_date" if "game_date" in season[contract.full_name].column_names else contract.partition_by
        if by is None or contract.name == "nbac_schedule":
            continue
        rows = season[contract.full_name].to_pylist()
        beginning = [row for row in rows if row[by] < until]
        assert fewer[contract.full_name].to_pylist() == beginning, contract.name
        assert beginning, contract.name


def test_a_night_that_is_not_played_yet_is_scheduled(sql: duckdb.DuckDBPyConnection) -> None:
    last = SeasonDates.of(YEAR).opening + timedelta(days=DAYS - 1)
    rows = sql.sql("SELECT game_date, game_status, home_team_score FROM nbac_schedule").fetchall()
    assert len(rows) == 1230
    for day, status, score in rows:
        assert (status, score is not None) == ((3, True) if day <= last else (1, False))


def test_an_evening_knows_what_comes_and_not_how_it_ends(season: dict[str, pa.Table]) -> None:
    opening = SeasonDates.of(YEAR).opening
    tonight, tomorrow = opening + timedelta(days=1), opening + timedelta(days=2)
    evening = simulate(YEAR, SEED, tonight=tonight)

    def of(tables: dict[str, pa.Table], name: str, day: date) -> list[dict[str, object]]:
        return [row for row in tables[name].to_pylist() if row["game_date"] == day]

    def days(name: str) -> set[date]:
        return set(evening[name]["game_date"].to_pylist())

    assert {row["game_status"] for row in of(evening, "nba_raw.nbac_schedule", tonight)} == {1}
    for name in ("nbac_gamebook_player_stats", "nbac_team_boxscore", "bigdataball_play_by_play"):
        assert days(f"nba_raw.{name}") == {opening}, name
    for name in ("odds_api_game_lines", "odds_api_player_points_props"):
        assert days(f"nba_raw.{name}") == {opening, tonight}
        assert of(evening, f"nba_raw.{name}", tonight) == of(season, f"nba_raw.{name}", tonight)
    report = of(evening, "nba_raw.nbac_injury_report", tomorrow)
    assert report
    assert {row["report_date"] for row in report} == {tonight}


def test_opening_night_has_lines_and_no_results() -> None:
    evening = simulate(YEAR, SEED, tonight=SeasonDates.of(YEAR).opening)
    assert evening["nba_raw.nbac_team_boxscore"].num_rows == 0
    assert evening["nba_raw.odds_api_game_lines"].num_rows > 0
    assert evening["nba_raw.nbac_schedule"].num_rows == 1230


def test_tables_have_their_contract(season: dict[str, pa.Table]) -> None:
    for contract in TABLES:
        rows = season[contract.full_name]
        assert rows.column_names == [column.name for column in contract.columns]
        for column in contract.columns:
            assert not (column.required and rows[column.name].null_count), f"{contract.name}.{column.name}"
        keys = list(zip(*(rows[name].to_pylist() for name in contract.key), strict=True))
        assert len(set(keys)) == len(keys), contract.name
        assert "source_file_path" not in rows.column_names or all(
            path.startswith("simulated/") for path in rows["source_file_path"].to_pylist()
        )


def test_box_scores_are_sums_of_the_play_by_play(sql: duckdb.DuckDBPyConnection) -> None:
    broken = sql.sql(
        """
        WITH canonical AS (
            SELECT player_lookup AS spelling, player_lookup FROM nba_players_registry
            UNION SELECT alias_lookup, nba_canonical_lookup FROM player_aliases),
        one AS (
            SELECT game_id, player_1_lookup AS spelling, sum(points_scored) AS points,
                count(*) FILTER (event_type = 'shot') AS field_goals_attempted,
                count(*) FILTER (event_type = 'shot' AND shot_made) AS field_goals_made,
                count(*) FILTER (shot_type = '3PT') AS three_pointers_attempted,
                count(*) FILTER (shot_type = '3PT' AND shot_made) AS three_pointers_made,
                count(*) FILTER (event_type = 'free throw') AS free_throws_attempted,
                count(*) FILTER (event_type = 'free throw' AND points_scored = 1) AS free_throws_made,
                count(*) FILTER (event_subtype = 'rebound offensive') AS offensive_rebounds,
                count(*) FILTER (event_subtype = 'rebound defensive') AS defensive_rebounds,
                count(*) FILTER (event_type = 'turnover') AS turnovers,
                count(*) FILTER (event_type = 'foul' AND event_subtype <> 'technical') AS personal_fouls
            FROM bigdataball_play_by_play WHERE player_1_lookup IS NOT NULL GROUP BY ALL),
        two AS (
            SELECT game_id, player_2_lookup AS spelling, count(*) FILTER (player_2_role = 'assist') AS assists,
                count(*) FILTER (player_2_role = 'steal') AS steals, count(*) FILTER (player_2_role = 'block') AS blocks
            FROM bigdataball_play_by_play WHERE player_2_lookup IS NOT NULL GROUP BY ALL)
        SELECT box.game_id, box.player_lookup
        FROM nbac_player_boxscores AS box
        JOIN canonical USING (player_lookup)
        JOIN (SELECT DISTINCT game_id FROM bigdataball_play_by_play) USING (game_id)
        LEFT JOIN one USING (game_id, spelling) LEFT JOIN two USING (game_id, spelling)
        GROUP BY box.game_id, box.player_lookup
        HAVING {}
    """.format(" OR ".join(f"max(box.{s}) <> coalesce(sum({s_})::int, 0)" for s, s_ in _sources()))
    ).fetchall()
    assert broken == []


def _sources() -> list[tuple[str, str]]:
    two = ("assists", "steals", "blocks")
    return [(s, f"{'two' if s in two else 'one'}.{s}") for s in STATISTICS]


def test_team_totals_are_sums_of_players(sql: duckdb.DuckDBPyConnection) -> None:
    short = {"field_goals": "fg", "three_pointers": "three_pt", "free_throws": "ft"}
    pairs = []
    for statistic in STATISTICS:
        kind, _, what = statistic.rpartition("_")
        pairs.append((statistic, f"{short[kind]}_{what}" if kind in short else statistic))
    differ = " OR ".join(f"sum(box.{player}) <> max(team.{team})" for player, team in pairs)
    broken = sql.sql(f"""
        SELECT nba_game_id, team_abbr
        FROM nbac_player_boxscores AS box JOIN nbac_team_boxscore AS team USING (nba_game_id, team_abbr)
        GROUP BY ALL HAVING {differ} OR sum(box.plus_minus) <> 5 * max(team.plus_minus)
    """).fetchall()
    assert broken == []


def test_time_on_court_adds_up(sql: duckdb.DuckDBPyConnection) -> None:
    rows = sql.sql("""
        WITH lasted AS (SELECT game_id, max(period) AS periods FROM bdl_player_boxscores GROUP BY 1)
        SELECT sum(split_part(minutes, ':', 1)::int * 60 + split_part(minutes, ':', 2)::int),
            5 * (2880 + 300 * (max(periods) - 4)), count(*) FILTER (starter)
        FROM nbac_player_boxscores JOIN lasted USING (game_id) GROUP BY game_id, team_abbr
    """).fetchall()
    assert rows
    for seconds, expected, starters in rows:
        assert seconds == expected
        assert starters == 5


def test_every_spelling_is_known(sql: duckdb.DuckDBPyConnection) -> None:
    columns = [(table, column) for table, spelled in SPELLINGS.items() for column in spelled]
    for table, column in columns:
        unknown = sql.sql(f"""
            SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN
            (SELECT player_lookup FROM nba_players_registry UNION SELECT alias_lookup FROM player_aliases)
        """).fetchall()
        assert unknown == [], (table, column)
    kinds = sql.sql("SELECT DISTINCT alias_type FROM player_aliases").fetchall()
    assert {k for (k,) in kinds} == {"letters_removed", "suffix_difference", "diacritic_deleted"}


def test_what_real_seasons_lack_is_there(sql: duckdb.DuckDBPyConnection) -> None:
    """Who is on national television, and when players were born; see the list of columns that wait for a source."""
    games = "SELECT count(*) FILTER (is_primetime IS NULL), avg(is_primetime::INT) FROM nbac_schedule"
    unknown, shown = sql.execute(games).fetchone() or ()
    assert unknown == 0
    assert 0.02 < shown < 0.3
    ages = "SELECT bool_and(date_diff('year', birth_date, roster_date) BETWEEN 18 AND 45) FROM espn_team_rosters"
    assert sql.execute(ages).fetchone() == (True,)
    assert sql.execute("SELECT count(*) - count(birth_date) FROM espn_team_rosters").fetchone() == (0,)


def test_lines_move_and_some_are_live(sql: duckdb.DuckDBPyConnection) -> None:
    moved, live = sql.sql("""
        SELECT count(*) FILTER (lines > 1), count(*) FILTER (latest < 0)
        FROM (SELECT count(DISTINCT points_line) AS lines, min(minutes_before_tipoff) AS latest
              FROM odds_api_player_points_props GROUP BY odds_api_event_id, player_lookup, bookmaker)
    """).fetchone()
    assert moved
    assert live


def test_several_books_offer_lines_to_a_half_at_a_price(sql: duckdb.DuckDBPyConnection) -> None:
    """Some are seen in the morning only; a book takes its margin."""
    books, halves, margins = sql.sql("""
        SELECT count(DISTINCT bookmaker), bool_and(points_line * 2 = round(points_line * 2)),
            bool_and(over_price_american < 100 AND over_price_american + under_price_american = -224)
        FROM odds_api_player_points_props
    """).fetchone()
    assert (books, halves, margins) == (4, True, True)
    morning, later = sql.sql("""
        SELECT count(*) FILTER (last > INTERVAL 3 HOUR), count(*) FILTER (last < INTERVAL 1 HOUR)
        FROM (SELECT min(commence_time - snapshot_timestamp) AS last FROM odds_api_game_lines
              GROUP BY game_id, bookmaker_key, market_key)
    """).fetchone()
    assert 0 < morning < later


def test_on_some_dates_nobody_delivers_points_lines() -> None:
    days = [date(YEAR, 10, 22) + timedelta(days=n) for n in range(170)]
    without = [day for day in days if not delivers_props(Chance(YEAR, SEED), day)]
    assert 0 < len(without) < 10


@pytest.mark.parametrize("year", [2021, 2024, 2025])
def test_schedule_rules(year: int) -> None:
    games = regular_season(Chance(year, SEED), league(year))
    dates = SeasonDates.of(year)
    days: dict[str, list[date]] = defaultdict(list)
    for game in games:
        days[game.away.abbr].append(game.day)
        days[game.home.abbr].append(game.day)
        assert game.tip.astimezone(ZoneInfo("America/New_York")).date() == game.day
    assert [game.nba_id for game in games] == [f"002{year % 100}{n:05d}" for n in range(1, 1231)]
    assert set(Counter(game.home.abbr for game in games).values()) == {41}
    assert sum(game.neutral for game in games) == 1
    assert not {game.day for game in games} & set(dates.all_star_break)
    for played in days.values():
        assert len(set(played)) == len(played) == 82
        gaps = [(b - a).days for a, b in pairwise(played)]
        assert 5 <= gaps.count(1) <= 25
        assert all(sum(gaps[n : n + 2]) > 2 for n in range(len(gaps) - 1)), "three days in a row"
        assert all(sum(gaps[n : n + 3]) > 4 for n in range(len(gaps) - 2)), "four games in five nights"


def test_games_are_plausible_and_some_go_to_overtime() -> None:
    chance, teams = Chance(YEAR, SEED), league(YEAR)
    players = draft_league(chance, teams)
    fives = {abbr: plan(random.Random(1), [p for p in players if p.team == abbr]) for abbr in teams}
    away, home = list(teams.values())[:2]
    scores, overtimes = [], 0
    for n in range(80):
        day = date(YEAR, 11, 1)
        game = Game(f"002240{n:04d}", day, None, away, home, home.venue)
        played = play(chance, game, fives[away.abbr], fives[home.abbr])
        lines = box_score(played.events)
        result = played.result
        assert sum(line.points for line in lines.values()) == result.away_score + result.home_score
        assert sum(line.plus_minus for line in lines.values()) == 0
        assert max(line.personal_fouls for line in lines.values()) <= 6
        assert result.away_score != result.home_score
        scores += [result.away_score, result.home_score]
        overtimes += played.periods > 4
    assert 105 < sum(scores) / len(scores) < 120
    assert overtimes


def test_the_report_is_right_as_often_as_reports_are() -> None:
    """A doubtful player plays now and then, a probable one usually: the report does not know the decision."""
    chance = random.Random(SEED)
    player = draft_league(Chance(YEAR, SEED), league(YEAR))[0]
    plays: dict[str, list[bool]] = defaultdict(list)
    for _ in range(4000):
        condition = Condition(player, chance.random(), "Injury/Illness - Left Ankle; Sprain", "injury")
        status = reported(chance, condition, evening=False)
        plays[status].append(chance.random() < condition.readiness)
    share = {status: sum(played) / len(played) for status, played in plays.items()}
    assert 0 < share["doubtful"] < 0.4 < share["questionable"] < 0.6 < share["probable"] < 1


def test_writes_what_the_ingest_reads(tmp_path: pytest.TempPathFactory) -> None:
    heard = []
    write(tmp_path, YEAR, SEED, days=1, progress=lambda *step: heard.append(step))
    files = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.parquet")}
    assert files == {f"{t.dataset}/{t.name}/2024-25.parquet" for t in TABLES}
    assert heard[-1] == ("2024-10-22", 2, 2)


@pytest.mark.slow
def test_a_full_season_is_played_to_the_end() -> None:
    season = SimulatedSeason(YEAR, SEED)
    regular, kinds, overtimes, seen = Counter(), Counter(), 0, defaultdict(set)
    for day in season.play():
        for night in day.nights:
            game = night.game
            kinds[game.nba_id[:3]] += 1
            overtimes += night.played.periods > 4
            if not game.is_playoffs and not game.nba_id.startswith("005"):
                regular.update((game.away.abbr, game.home.abbr))
        for abbr, roster in day.rosters.items():
            for player in roster:
                seen[player.person_id].add(abbr)
    assert kinds["002"] == 1230
    assert (kinds["005"], kinds["006"]) == (6, 1)
    assert 60 <= kinds["004"] <= 105
    assert Counter(regular.values()) == {82: 28, 83: 2}
    assert 20 < overtimes < 120
    assert any(len(teams) > 1 for teams in seen.values()), "nobody was traded"


def _bytes(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, rows.schema) as file:
        file.write_table(rows)
    return sink.getvalue().to_pybytes()
