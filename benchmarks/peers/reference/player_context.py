"""`upcoming_player_game_context` of one date: everybody on the rosters of the date's teams, one after the other.

Made, of `spec/analytics_tables.md` section 7: who and where; report status and reason; the points line, its opening
and streaks; spread and total; rest, games and minutes of 7 and 14 days, back-to-backs; averages of 5 and 10 games with
their samples; the opponent's rest, pace and defence. Not made: usage, teammates, ages, travel, fourth quarters, the
schedule ahead, completeness windows: about half of the columns, which favours this way of making them. So does that
frames are split by player once, and a team's figures made once for all its players. History is Ball Don't Lie's of 30
days, as in the reference. For values to be compared with ours, zero-minute rows are no games, rest counts from zero,
and names go through the registry's aliases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb
import pandas as pd

from benchmarks.peers.reference.frames import Row, ask, hashed, ratio, sample_quality

TABLE, DAY = "nba_analytics.upcoming_player_game_context", "game_date"

_QUERIES = {
    "schedule": """
        SELECT game_code, game_date, season_year, game_status,
            home_team_tricode AS home_team_abbr, away_team_tricode AS away_team_abbr
        FROM nba_raw.nbac_schedule WHERE game_date BETWEEN {day} - 5 AND {day} + 5""",
    "rosters": """
        SELECT team_abbr, player_lookup, roster_date FROM nba_raw.espn_team_rosters
        WHERE roster_date BETWEEN {day} - 90 AND {day}
        QUALIFY dense_rank() OVER (PARTITION BY team_abbr ORDER BY roster_date DESC, scrape_hour DESC) = 1""",
    "names": """
        SELECT player_lookup AS spelling, player_lookup, min(universal_player_id) AS universal_player_id
        FROM nba_reference.nba_players_registry GROUP BY ALL
        UNION ALL
        SELECT a.alias_lookup, a.nba_canonical_lookup, min(r.universal_player_id)
        FROM nba_reference.player_aliases a JOIN nba_reference.nba_players_registry r
            ON r.player_lookup = a.nba_canonical_lookup
        WHERE a.is_active GROUP BY ALL""",
    "history": """
        SELECT player_lookup, game_date, points, minutes FROM nba_raw.bdl_player_boxscores
        WHERE game_date BETWEEN {day} - 30 AND {day} - 1
        QUALIFY row_number() OVER (PARTITION BY game_date, player_lookup ORDER BY processed_at DESC) = 1
        ORDER BY game_date DESC""",
    "props": """
        SELECT player_lookup, lower(bookmaker) AS book, points_line FROM nba_raw.odds_api_player_points_props
        WHERE game_date = {day} AND minutes_before_tipoff >= 0 ORDER BY snapshot_timestamp""",
    "offers": """
        SELECT player_lookup, lower(bookmaker) AS book, points_line, opening_line
        FROM nba_raw.bettingpros_player_points_props
        WHERE game_date = {day} AND bet_side = 'over' AND is_active ORDER BY processed_at""",
    "lines": """
        SELECT home_team_abbr, away_team_abbr, home_team, bookmaker_key, market_key, outcome_name, outcome_point,
            date_diff('second', snapshot_timestamp, commence_time) / 3600 AS hours
        FROM nba_raw.odds_api_game_lines
        WHERE game_date = {day} AND snapshot_timestamp <= commence_time ORDER BY snapshot_timestamp""",
    "injuries": """
        SELECT player_lookup, lower(injury_status) AS player_status, reason AS injury_report
        FROM nba_raw.nbac_injury_report
        WHERE report_date BETWEEN {day} - 1 AND {day} AND game_date = {day}
        QUALIFY row_number() OVER (PARTITION BY player_lookup ORDER BY report_date DESC, report_hour DESC) = 1""",
    "offense": """
        SELECT team_abbr, pace FROM nba_analytics.team_offense_game_summary
        WHERE game_date BETWEEN {season} AND {day} - 1 AND season_type <> 'cup_final'
        QUALIFY row_number() OVER (PARTITION BY team_abbr ORDER BY game_date DESC) <= 10""",
    "defense": """
        SELECT defending_team_abbr AS team_abbr, defensive_rating FROM nba_analytics.team_defense_game_summary
        WHERE game_date BETWEEN {season} AND {day} - 1 AND season_type <> 'cup_final'
        QUALIFY row_number() OVER (PARTITION BY defending_team_abbr ORDER BY game_date DESC) <= 10""",
}

_PLAYERS = ("history", "props", "offers", "injuries")
"""The frames that are about players."""

_BOOKS = ("draftkings", "fanduel")


@dataclass(frozen=True)
class _Slot:
    """A team's place in one of the date's games."""

    game: pd.Series
    team: str
    opponent: str

    @property
    def is_home(self) -> bool:
        return self.team == self.game["home_team_abbr"]


def rows_of(connection: duckdb.DuckDBPyConnection, day: date) -> list[Row]:
    """The date's rows: ten queries, then a loop over players."""
    frames = {name: ask(connection, sql, day) for name, sql in _QUERIES.items()}
    for name in ("rosters", *_PLAYERS):
        _resolve(frames[name], frames["names"])
    minutes = frames["history"]["minutes"].map(_minutes)
    frames["history"] = frames["history"].assign(minutes=minutes)[minutes > 0]
    players = {name: dict(tuple(frames[name].groupby("player_lookup"))) for name in _PLAYERS}
    rows = []
    for slot in _slots(frames["schedule"], day):
        team = _market(frames["lines"], slot) | _opponent(frames, slot.opponent, day)
        for _, player in frames["rosters"][frames["rosters"]["team_abbr"] == slot.team].iterrows():
            his = {name: players[name].get(player["player_lookup"], frames[name].head(0)) for name in _PLAYERS}
            if "out" not in set(his["injuries"]["player_status"]):
                rows.append(hashed(_row(player, slot, his, day) | team))
    return rows


def _resolve(rows: pd.DataFrame, names: pd.DataFrame) -> None:
    known = names.drop_duplicates("spelling").set_index("spelling")
    rows["universal_player_id"] = rows["player_lookup"].map(known["universal_player_id"])
    rows["player_lookup"] = rows["player_lookup"].map(known["player_lookup"]).fillna(rows["player_lookup"])


def _minutes(text: str | None) -> float:
    parts = (text or "0").split(":")
    return float(parts[0]) + (float(parts[1]) / 60 if len(parts) > 1 else 0.0)


def _slots(schedule: pd.DataFrame, day: date) -> Iterator[_Slot]:
    for _, game in schedule[schedule["game_date"] == pd.Timestamp(day)].iterrows():
        yield _Slot(game, game["away_team_abbr"], game["home_team_abbr"])
        yield _Slot(game, game["home_team_abbr"], game["away_team_abbr"])


def _row(player: pd.Series, slot: _Slot, his: dict[str, pd.DataFrame], day: date) -> Row:
    games, injuries = his["history"], his["injuries"]
    line = _points_line(his["props"], his["offers"])
    return {
        "player_lookup": player["player_lookup"],
        "universal_player_id": player["universal_player_id"] if pd.notna(player["universal_player_id"]) else None,
        "game_id": f"{day:%Y%m%d}_{slot.game['away_team_abbr']}_{slot.game['home_team_abbr']}",
        "game_date": str(day),
        "season_year": int(slot.game["season_year"]),
        "team_abbr": slot.team,
        "opponent_team_abbr": slot.opponent,
        "home_game": slot.is_home,
        "player_status": injuries["player_status"].iloc[0] if len(injuries) else None,
        "injury_report": injuries["injury_report"].iloc[0] if len(injuries) else None,
        **_rest(games, day),
        **_load(games, day),
        **_form(games),
        **line,
        **_streaks(games, line["current_points_line"]),
    }


def _rest(games: pd.DataFrame, day: date) -> Row:
    dates = [found.date() for found in games["game_date"]]
    gaps = [(newer - older).days for newer, older in pairwise(dates)]
    rested = next((found for found, gap in zip(dates, gaps, strict=False) if gap >= 3), None)
    rest = (day - dates[0]).days - 1 if dates else None
    return {
        "days_rest": rest,
        "back_to_back": rest == 0,
        "days_rest_before_last_game": gaps[0] - 1 if gaps else None,
        "days_since_2_plus_days_rest": (day - rested).days if rested else None,
    }


def _load(games: pd.DataFrame, day: date) -> Row:
    row: Row = {}
    for days in (7, 14):
        recent = games[games["game_date"] >= pd.Timestamp(day) - pd.Timedelta(days=days)]
        row[f"games_in_last_{days}_days"] = len(recent)
        row[f"minutes_in_last_{days}_days"] = int(recent["minutes"].sum())
        if days == 7:
            row["avg_minutes_per_game_last_7"] = ratio(recent["minutes"].sum(), len(recent), 1)
    dates = sorted(recent["game_date"])
    row["back_to_backs_last_14_days"] = sum((b - a).days == 1 for a, b in pairwise(dates))
    return row


def _form(games: pd.DataFrame) -> Row:
    row: Row = {}
    for wanted in (5, 10):
        latest = games.head(wanted)
        row[f"points_avg_last_{wanted}"] = round(float(latest["points"].mean()), 1) if len(latest) else None
        row[f"l{wanted}_games_used"] = len(latest)
        row[f"l{wanted}_sample_quality"] = sample_quality(len(latest), wanted)
    return row


def _points_line(props: pd.DataFrame, offers: pd.DataFrame) -> Row:
    """The preferred book's latest and earliest line from The Odds API, else BettingPros'."""
    current = opening = book = None
    if len(props):
        book = _preferred(props)
        current, opening = props[props["book"] == book]["points_line"].iloc[[-1, 0]]
    elif len(offers):
        book = _preferred(offers)
        current, opening = offers[offers["book"] == book][["points_line", "opening_line"]].iloc[-1]
    opening = None if opening is None or pd.isna(opening) else float(opening)
    current = None if current is None else float(current)
    return {
        "has_prop_line": book is not None,
        "current_points_line": current,
        "current_points_line_source": book,
        "opening_points_line": opening,
        "line_movement": None if opening is None or current is None else round(current - opening, 1),
    }


def _preferred(lines: pd.DataFrame) -> str:
    books = set(lines["book"])
    return next((book for book in _BOOKS if book in books), min(books))


def _streaks(games: pd.DataFrame, line: float | None) -> Row:
    """Latest games in a row above, or below, today's line; equal ones are skipped."""
    counted = {"over": 0, "under": 0}
    side = None
    for points in games["points"] if line is not None else ():
        found = "over" if points > line else "under" if points < line else side
        if side not in (None, found):
            break
        side = found
        if side and points != line:
            counted[side] += 1
    return {f"prop_{name}_streak": None if line is None else count for name, count in counted.items()}


def _market(lines: pd.DataFrame, slot: _Slot) -> Row:
    """The team's spread and the game's total: of each book's latest, the one that is on offer at the tip."""
    teams = {slot.team, slot.opponent}
    his = lines[lines["home_team_abbr"].isin(teams) & lines["away_team_abbr"].isin(teams)]
    at_home = his["home_team_abbr"] == slot.team
    named = (his["outcome_name"] == his["home_team"]) == at_home
    found = {
        "game_spread": his[(his["market_key"] == "spreads") & named],
        "game_total": his[(his["market_key"] == "totals") & (his["outcome_name"] == "Over")],
    }
    row: Row = {}
    for name, market in found.items():
        latest = market.dropna(subset="outcome_point").groupby("bookmaker_key")[["outcome_point", "hours"]].last()
        row[name] = _on_offer(latest) if len(latest) else None
    return row


def _on_offer(latest: pd.DataFrame) -> float:
    """Of the books seen in the last three hours, else of the newest: the preferred one's line, else what most offer."""
    late = latest[latest["hours"] <= max(3, latest["hours"].min())]["outcome_point"]
    for book in _BOOKS:
        if book in late.index:
            return float(late[book])
    offering = late.map(late.value_counts())
    most = late[offering == offering.max()]
    return float(most[(most - late.mean()).abs().idxmin()])


def _opponent(frames: dict[str, pd.DataFrame], opponent: str, day: date) -> Row:
    schedule, row = frames["schedule"], {}
    his = (schedule["home_team_abbr"] == opponent) | (schedule["away_team_abbr"] == opponent)
    before = schedule[his & (schedule["game_date"] < pd.Timestamp(day)) & (schedule["game_status"] == 3)]
    row["opponent_days_rest"] = (pd.Timestamp(day) - before["game_date"].max()).days - 1 if len(before) else None
    for name, frame, column in (
        ("opponent_pace_last_10", "offense", "pace"),
        ("opponent_def_rating_last_10", "defense", "defensive_rating"),
    ):
        form = frames[frame][frames[frame]["team_abbr"] == opponent][column].astype(float)
        row[name] = round(float(form.mean()), 2) if len(form) else None
    return row
