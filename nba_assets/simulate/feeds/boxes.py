"""Box-score sources of a simulated season, four of them, and its schedule.

Which games a source lacks is decided where the sources are gathered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from nba_assets.contracts.calendar import season_label
from nba_assets.simulate import names
from nba_assets.simulate.box import Line, total
from nba_assets.simulate.feeds.written import DATA_SOURCE, EASTERN, Row, morning_after, written
from nba_assets.simulate.game import Result
from nba_assets.simulate.players import Player
from nba_assets.simulate.schedule import Game
from nba_assets.simulate.season import GameNight
from nba_assets.simulate.teams import Team

_SEASON_TYPES = {"002": "Regular Season", "004": "Playoffs", "005": "PlayIn", "006": "Cup"}


def schedule(games: Iterable[Game], results: dict[str, Result], year: int, until: datetime) -> list[Row]:
    """The whole season: results of the games played, the others as scheduled. `until` is when it was last scraped."""
    rows: list[Row] = []
    for game in games:
        row = _scheduled(game, year)
        at = until
        if result := results.get(game.nba_id):
            row |= _final(result)
            at = morning_after(game.day, 6)
        rows += written([row], f"nba-com/schedule/{season_label(year)}/schedule.json", at)
    return rows


def _scheduled(game: Game, year: int) -> Row:
    cup_final = game.nba_id.startswith("006")
    return {
        "game_id": game.nba_id,
        "game_code": game.code,
        "season_nba_format": season_label(year),
        "season_year": year,
        "game_date": game.day,
        "game_date_est": game.tip,
        "game_status": 1,
        "game_status_text": f"{game.tip.astimezone(EASTERN):%I:%M %p} ET".lstrip("0").lower().replace("et", "ET"),
        **_schedule_team("home", game.home),
        **_schedule_team("away", game.away),
        "is_primetime": game.tip.astimezone(EASTERN).hour >= 20 and int(game.nba_id[-2:]) % 5 == 0,
        # Also true in the playoffs, and false for the Cup final, which is no regular season game.
        "is_regular_season": not cup_final,
        "is_playoffs": game.is_playoffs,
        "playoff_round": game.playoff_round,
        "neutral_site_flag": game.neutral,
        "international_game": game.neutral and game.venue.country != "USA",
        "arena_name": game.venue.arena,
        "arena_city": game.venue.city,
        "arena_state": game.venue.state,
        "data_source": DATA_SOURCE,
    }


def _schedule_team(side: str, team: Team) -> Row:
    return {
        f"{side}_team_id": team.team_id,
        f"{side}_team_tricode": team.abbr,
        f"{side}_team_name": team.nickname,
    }


def _final(result: Result) -> Row:
    return {
        "game_status": 3,
        "game_status_text": "Final",
        "home_team_score": result.home_score,
        "away_team_score": result.away_score,
        "winning_team_tricode": result.winner.abbr,
    }


def gamebook(night: GameNight, year: int) -> list[Row]:
    """The league's box score of a game, as its scraper delivers it."""
    game = night.game
    code = game.code.replace("/", "-")
    path = f"nba-com/gamebooks-data/{game.day}/{code}.json"
    rows = (
        {
            "game_id": game.game_id,
            "game_code": game.code,
            **_game(game, year),
            "player_name": player.name,
            "player_lookup": names.lookup(player.name),
            "team_abbr": team.abbr,
            "player_status": status,
            "dnp_reason": reason,
            **(_gamebook_line(line) if line else {}),
            "name_resolution_status": "original" if status == "active" else "resolved",
            "name_resolution_confidence": 1.0,
            "requires_manual_review": False,
        }
        for team, player, status, reason, line in _listed(night)
    )
    return written(rows, path, morning_after(game.day, 4, 20))


def _gamebook_line(line: Line) -> Row:
    return {
        "minutes": _clock(line.seconds),
        "minutes_decimal": round(line.seconds / 60, 4),
        **line.counts(),
        "total_rebounds": line.total_rebounds,
        "plus_minus": line.plus_minus,
    }


def nba_players(night: GameNight, year: int) -> list[Row]:
    """The league's own player lines: those who played, with the starters."""
    game = night.game
    rows = (
        {
            "game_id": game.game_id,
            "nba_game_id": game.nba_id,
            **_game(game, year),
            "season_type": _SEASON_TYPES[game.nba_id[:3]],
            "is_playoff_game": game.is_playoffs,
            "team_abbr": team.abbr,
            "player_full_name": player.name,
            "player_lookup": names.lookup(player.name),
            "nba_player_id": player.person_id,
            "starter": player in squad.plan.starters,
            "minutes": _clock(night.lines[player].seconds),
            **night.lines[player].counts(),
            "total_rebounds": night.lines[player].total_rebounds,
            "plus_minus": night.lines[player].plus_minus,
        }
        for team, squad in night.sides
        for player in squad.plan.dressed
        if player in night.lines
    )
    return written(rows, f"nba-com/player-boxscores/{game.day}/boxscores.json", morning_after(game.day, 5, 10))


def bdl_players(night: GameNight, year: int) -> list[Row]:
    """Ball Don't Lie's lines: everyone listed, whole minutes, zeros for those who did not play."""
    game, periods, result = night.game, night.played.periods, night.played.result
    rows = []
    for team, player, _, _, line in _listed(night):
        counts = (line or Line()).counts()
        rebounds = counts["offensive_rebounds"] + counts["defensive_rebounds"]
        rows.append(
            {
                "game_id": game.game_id,
                **_game(game, year),
                "game_status": "Final",
                "period": periods,
                "is_postseason": game.is_playoffs,
                "home_team_score": result.home_score,
                "away_team_score": result.away_score,
                "team_abbr": team.abbr,
                "player_full_name": player.name,
                "player_lookup": names.without_diacritics(player.name),
                "minutes": f"{round(line.seconds / 60) if line else 0:02d}",
                **counts,
                "rebounds": rebounds,
            }
        )
    return written(rows, f"ball-dont-lie/boxscores/{game.day}/boxscores.json", morning_after(game.day, 1, 5))


def teams(night: GameNight, year: int, home_first: bool, without: str | None) -> list[Row]:
    """The two team totals, but for the team `without`. `home_first` swaps away and home in the id."""
    game, played = night.game, night.played
    first, second = (game.home, game.away) if home_first else (game.away, game.home)
    rows = []
    for team, squad in night.sides:
        if team.abbr == without:
            continue
        line = total([night.lines[p] for p in squad.plan.dressed if p in night.lines])
        rows.append(
            {
                "game_id": f"{game.day:%Y%m%d}_{first.abbr}_{second.abbr}",
                "nba_game_id": game.nba_id,
                "game_date": game.day,
                "season_year": year,
                "team_id": team.team_id,
                "team_abbr": team.abbr,
                "team_name": team.nickname,
                "team_city": team.called,
                "is_home": team is second,
                "minutes": f"{240 + 25 * (played.periods - 4)}:00",
                **_team_line(line),
            }
        )
    return written(rows, f"nba-com/team-boxscore/{game.day}/{game.nba_id}.json", morning_after(game.day, 1, 30))


def _team_line(line: Line) -> Row:
    shots = (("fg", "field_goals"), ("three_pt", "three_pointers"), ("ft", "free_throws"))
    row: Row = {}
    for short, long in shots:
        made, attempted = getattr(line, f"{long}_made"), getattr(line, f"{long}_attempted")
        row |= {f"{short}_made": made, f"{short}_attempted": attempted}
        row[f"{short}_percentage"] = round(made / attempted, 3) if attempted else None
    kept = {name: value for name, value in line.counts().items() if not name.endswith(("_made", "_attempted"))}
    return row | kept | {"total_rebounds": line.total_rebounds, "plus_minus": line.plus_minus}


def _game(game: Game, year: int) -> Row:
    return {
        "game_date": game.day,
        "season_year": year,
        "home_team_abbr": game.home.abbr,
        "away_team_abbr": game.away.abbr,
    }


def _listed(night: GameNight) -> Iterator[tuple[Team, Player, str, str | None, Line | None]]:
    """Everyone on the sheet: team, player, status, reason for not playing, line."""
    for team, squad in night.sides:
        for player in squad.plan.dressed:
            line = night.lines.get(player)
            yield (team, player, "active", None, line) if line else (team, player, "dnp", "Did Not Play", None)
        for condition, status, reason in squad.absent:
            yield team, condition.player, status, reason, None


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
