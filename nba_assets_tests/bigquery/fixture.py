"""Two tiny games on consecutive dates and a third to come, as rows of every raw table. Data only.

NYK at BOS on 8 November 2024 has every source; MIA at NYK a day later has only the fallbacks (no gamebook, no team
box, NBA.com's own play-by-play); BOS at MIA on the 11th is scheduled, with lines, injuries and rosters. A column
that is not given is NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from nba_assets.contracts.contract import Contract
from nba_assets.tables.raw.availability import espn_team_rosters, nbac_injury_report
from nba_assets.tables.raw.box_scores import (
    bdl_player_boxscores,
    nbac_gamebook_player_stats,
    nbac_player_boxscores,
    nbac_team_boxscore,
)
from nba_assets.tables.raw.market import (
    bettingpros_player_points_props,
    odds_api_game_lines,
    odds_api_player_points_props,
)
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play, nbac_play_by_play
from nba_assets.tables.raw.reference import extra_venues, nba_players_registry, player_aliases, team_locations
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets_tests.bigquery.events import BIGDATABALL_EVENTS, NBAC_EVENTS
from nba_assets_tests.bigquery.games import FIRST, GAMES, INJURED, LINES, NEXT, PLAYERS, SEASON, SECOND, Game, Row

LABEL = "2024-25"  # the season, as the reference tables name it

TOTALS = {"fg": "field_goals", "three_pt": "three_pointers", "ft": "free_throws"}
"""The team box's names of the shots, and the players'."""


def _boxes(game: Game) -> Iterable[tuple[str, int, Row]]:
    """Team, place in the team, and the line of each who played; the home team's top scorer makes three threes more."""
    for team in (game.away, game.home):
        for n, line in enumerate(LINES):
            stats = line.stats
            if team == game.home and n == 0:
                extra = {"points": 9, "field_goals_made": 3, "three_pointers_made": 3}
                stats |= {name: stats[name] + more for name, more in extra.items()}
            yield team, n, stats


def _gamebook(game: Game) -> Iterable[Row]:
    for team, n, stats in _boxes(game):
        who = {"team_abbr": team, "player_lookup": PLAYERS[team][n], "player_name": PLAYERS[team][n].title()}
        margin = 9 if team == game.home else -9
        yield (
            game.keys
            | stats
            | who
            | {
                "player_status": "active",
                "minutes": LINES[n].minutes,
                "plus_minus": margin,
            }
        )
    for team in (game.away, game.home):
        who = {"team_abbr": team, "player_lookup": INJURED[team], "player_name": INJURED[team].title()}
        yield game.keys | who | {"player_status": "inactive", "dnp_reason": "Left Knee Soreness"}


def _nbac_boxes(game: Game) -> Iterable[Row]:
    for team, n, stats in _boxes(game):
        yield (
            game.keys
            | stats
            | {
                "nba_game_id": game.nba_id,
                "team_abbr": team,
                "player_lookup": PLAYERS[team][n],
                "player_full_name": PLAYERS[team][n].title(),
                "starter": n < 5,
                "minutes": LINES[n].minutes,
                "plus_minus": 9 if team == game.home else -9,
            }
        )


def _bdl_boxes(game: Game) -> Iterable[Row]:
    """Whole minutes, and a row of zeros for who did not play."""
    for team, n, stats in _boxes(game):
        who = {"team_abbr": team, "player_lookup": PLAYERS[team][n], "player_full_name": PLAYERS[team][n].title()}
        yield game.keys | stats | who | {"minutes": LINES[n].minutes[:2]}
    for team in (game.away, game.home):
        who = {"team_abbr": team, "player_lookup": INJURED[team], "player_full_name": INJURED[team].title()}
        yield game.keys | dict.fromkeys(LINES[0].stats, 0) | who | {"minutes": "00"}


def _team_boxes(game: Game) -> Iterable[Row]:
    for team in (game.home, game.away):
        lines = [stats for side, _, stats in _boxes(game) if side == team]
        total = {name: sum(line[name] for line in lines) for name in lines[0]}
        shooting = {
            f"{ours}_{what}": total[f"{theirs}_{what}"]
            for ours, theirs in TOTALS.items()
            for what in ("made", "attempted")
        }
        same = ("points", "assists", "steals", "blocks", "turnovers", "personal_fouls")
        rebounds = {name: total[name] for name in ("offensive_rebounds", "defensive_rebounds")}
        yield (
            game.keys
            | shooting
            | rebounds
            | {name: total[name] for name in same}
            | {
                "game_id": f"{game.day:%Y%m%d}_{game.home}_{game.away}",  # in array order
                "nba_game_id": game.nba_id,
                "team_abbr": team,
                "is_home": team == game.away,
                "minutes": "240:00",
                "total_rebounds": sum(rebounds.values()),
                "plus_minus": 9 if team == game.home else -9,
            }
        )


def _bigdataball(game: Game) -> Iterable[Row]:
    """The home team's sixth man plays a part of the first quarter; of the visitors a part is not known."""
    on_court = {
        f"{side}_player_{n}_lookup": _spelling(PLAYERS[team][n - 1])
        for side, team in (("home", game.home), ("away", game.away))
        for n in range(1, 6)
    }
    for event in BIGDATABALL_EVENTS:
        place = event["event_sequence"]
        changed = {"home_player_5_lookup": PLAYERS[game.home][5]} if 8 <= place < 12 else {}
        changed |= {"away_player_2_lookup": None} if place in (10, 11) else {}
        yield game.keys | on_court | changed | {"event_id": f"{game.id}_{place}"} | event


def _nbac_events(game: Game) -> Iterable[Row]:
    for event in NBAC_EVENTS:
        swapped = {"home_team_abbr": game.away, "away_team_abbr": game.home}  # in random order
        yield game.keys | swapped | {"nba_game_id": game.nba_id, "event_id": str(event["event_sequence"])} | event


def _spelling(lookup: str) -> str:
    """As sources write it that lose the suffix."""
    return lookup.removesuffix("jr")


def _schedule(game: Game) -> Iterable[Row]:
    away, home = game.score or (None, None)
    yield game.keys | {
        "game_id": game.nba_id,
        "game_code": f"{game.day:%Y%m%d}/{game.away}{game.home}",
        "game_date_est": game.tip,
        "game_status": 3 if game.score else 1,
        "game_status_text": "Final" if game.score else "7:30 pm ET",
        "away_team_tricode": game.away,
        "home_team_tricode": game.home,
        "away_team_score": away,
        "home_team_score": home,
        "is_primetime": game is NEXT,
        "neutral_site_flag": False,
        "arena_name": f"{game.home} Arena",
        "processed_at": datetime(2024, 11, 10, 12, tzinfo=UTC),
    }


def _props(game: Game) -> Iterable[Row]:
    """Two books and two captures before the tip, and a live line, which never counts."""
    for place, hours, book, line in (
        (0, 6, "draftkings", 22.5),
        (0, 1, "draftkings", 23.5),
        (0, 1, "fanduel", 24.5),
        (1, 2, "betmgm", 15.5),
        (1, 2, "caesars", 16.5),
        (0, -1, "draftkings", 30.5),
    ):
        yield game.keys | {
            "game_id": game.nba_id,
            "odds_api_event_id": "hash",
            "game_start_time": game.tip,
            "snapshot_timestamp": game.tip - timedelta(hours=hours),
            "minutes_before_tipoff": 60 * hours,
            "bookmaker": book,
            "player_lookup": PLAYERS[game.home][place],
            "points_line": line,
            "over_price_american": -110 - hours,
            "under_price_american": 100 + hours,
        }


def _bettingpros(game: Game) -> Iterable[Row]:
    for side in ("over", "under"):
        yield game.keys | {
            "offer_id": "7",
            "bet_side": side,
            "player_lookup": _spelling(PLAYERS["BOS"][2]),
            "player_team": "BOS",
            "book_id": 10,
            "bookmaker": "FanDuel",
            "points_line": 7.5,
            "opening_line": 6.5,
            "odds_american": -110 if side == "over" else -118,
            "is_active": True,
            "bookmaker_last_update": game.tip - timedelta(hours=3),
        }


def _game_lines(game: Game) -> Iterable[Row]:
    names = {"home_team": f"{game.home} City", "away_team": f"{game.away} City"}
    for hours, book, spread, total in (
        (8, "draftkings", -4.5, 221.5),
        (1, "draftkings", -5.5, 223.0),
        (1, "fanduel", -6.0, 222.5),
    ):
        capture = (
            game.keys
            | names
            | {
                "game_id": "hash",
                "commence_time": game.tip,
                "bookmaker_key": book,
                "snapshot_timestamp": game.tip - timedelta(hours=hours),
            }
        )
        outcomes = (
            ("spreads", names["home_team"], spread, 1.91),
            ("spreads", names["away_team"], -spread, 1.95),
            ("totals", "Over", total, 1.87),
            ("totals", "Under", total, 1.99),
        )
        for market, outcome, point, price in outcomes:
            yield capture | {
                "market_key": market,
                "outcome_name": outcome,
                "outcome_point": point,
                "outcome_price": price,
            }


def _injuries(game: Game) -> Iterable[Row]:
    """An edition of the evening before and one of the day, which changes one status."""
    for days, hour, status in ((1, 19, "questionable"), (0, 13, "out")):
        for team in (game.home, game.away):
            for lookup, said in ((INJURED[team], status), (_spelling(PLAYERS[team][2]), "probable")):
                yield game.keys | {
                    "report_date": game.day - timedelta(days=days),
                    "report_hour": hour,
                    "home_team": game.home,
                    "away_team": game.away,
                    "team": team,
                    "player_lookup": lookup,
                    "injury_status": said,
                    "reason": "Injury/Illness - Left Knee; Soreness",
                    "reason_category": "injury",
                    "confidence_score": 0.95,
                }


def _rosters() -> Iterable[Row]:
    for number, team in enumerate(PLAYERS):
        for place, lookup in enumerate((*PLAYERS[team], INJURED[team])):
            yield {
                "roster_date": date(2024, 11, 1 + number),
                "scrape_hour": 8,
                "team_abbr": {"NYK": "NY"}.get(team, team),  # ESPN's letters
                "espn_player_id": 100 * number + place,
                "player_full_name": lookup.title(),
                "player_lookup": _spelling(lookup),
                "age": 22 + place,
                "birth_date": date(2002 - place, 3, 4),
                "processed_at": datetime(2024, 11, 4, tzinfo=UTC),
                **SEASON,
            }


def _registry() -> Iterable[Row]:
    for team in PLAYERS:
        for lookup in (*PLAYERS[team], INJURED[team]):
            yield {
                "universal_player_id": f"{lookup}_001",
                "player_name": lookup.title(),
                "player_lookup": lookup,
                "team_abbr": team,
                "season": LABEL,
                "position": "SF",
            }


ARENAS = {"BOS": (42.3662, -71.0621), "NYK": (40.7505, -73.9934), "MIA": (25.7814, -80.1870)}


def _of(contract: Contract, make: Callable[[Game], Iterable[Row]], *games: Game) -> tuple[Contract, list[Row]]:
    """The rows of some games, without those of the games' keys that the table does not have."""
    unknown = FIRST.keys.keys() - {column.name for column in contract.columns}
    rows = (row for game in games for row in make(game))
    return contract, [{name: value for name, value in row.items() if name not in unknown} for row in rows]


ROWS: Mapping[Contract, Sequence[Row]] = {
    **dict(
        [
            _of(nbac_schedule, _schedule, *GAMES),
            _of(nbac_gamebook_player_stats, _gamebook, FIRST),
            _of(nbac_player_boxscores, _nbac_boxes, FIRST, SECOND),
            _of(bdl_player_boxscores, _bdl_boxes, FIRST, SECOND),
            _of(nbac_team_boxscore, _team_boxes, FIRST),
            _of(bigdataball_play_by_play, _bigdataball, FIRST),
            _of(nbac_play_by_play, _nbac_events, SECOND),
            _of(odds_api_player_points_props, _props, FIRST, NEXT),
            _of(bettingpros_player_points_props, _bettingpros, FIRST, NEXT),
            _of(odds_api_game_lines, _game_lines, *GAMES),
            _of(nbac_injury_report, _injuries, SECOND, NEXT),
        ]
    ),
    espn_team_rosters: list(_rosters()),
    nba_players_registry: list(_registry()),
    player_aliases: [
        {"alias_lookup": "carlosvega", "nba_canonical_lookup": "carlosvegajr", "is_active": True},
        {"alias_lookup": "alreed", "nba_canonical_lookup": "alanreed", "is_active": False},
    ],
    team_locations: [
        {"team_abbr": team, "season": LABEL, "latitude": at[0], "longitude": at[1], "timezone": "America/New_York"}
        for team, at in ARENAS.items()
    ],
    extra_venues: [],
}
"""Rows by raw contract; a raw table that is not named is empty."""
