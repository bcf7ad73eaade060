"""Play-by-play sources of a simulated season: one game told by BigDataBall and by the league's live feed."""

from __future__ import annotations

from collections.abc import Iterator

from nba_assets.contracts.calendar import season_label
from nba_assets.simulate import names
from nba_assets.simulate.events import STYLES, Event, Shot
from nba_assets.simulate.feeds.written import DATA_SOURCE, Row, digest, morning_after, written
from nba_assets.simulate.players import Player
from nba_assets.simulate.schedule import Game
from nba_assets.simulate.season import GameNight

Five = tuple[Player, ...]

_AS_BIGDATABALL_SAYS = ("assist", "block", "steal", "jump_ball_away", "substitution_in")


def bigdataball(night: GameNight, year: int) -> list[Row]:
    """Events with the ten players on court."""
    game = night.game
    always = {
        "game_id": game.game_id,
        "bdb_game_id": int(game.nba_id[2:]),
        "game_date": game.day,
        "season_year": year,
        "home_team_abbr": game.home.abbr,
        "away_team_abbr": game.away.abbr,
        "data_source": DATA_SOURCE,
    }
    courts: dict[tuple[Five, Five], Row] = {}
    rows = []
    for number, event in enumerate(night.played.events, start=1):
        fives = event.home_five, event.away_five
        if fives not in courts:
            courts[fives] = _court("home", event.home_five) | _court("away", event.away_five)
        rows.append({**always, **courts[fives], **_bigdataball(event, number, game)})
    file = f"[{game.day}]-{game.nba_id}-{game.away.abbr}@{game.home.abbr}.csv"
    path = f"big-data-ball/{season_label(year)}/{game.day}/{file}"
    return written(rows, path, morning_after(game.day, 4, 40), _hash(night))


def _bigdataball(event: Event, number: int, game: Game) -> Row:
    row = {
        "event_id": f"{game.game_id}_{number}",
        "event_sequence": number,
        "nba_event_num": _source_number(number),
        "period": event.period,
        "game_clock_seconds": event.clock,
        "elapsed_seconds": event.elapsed,
        "event_type": event.kind,
        "event_subtype": event.detail,
        "score_home": event.home_score,
        "score_away": event.away_score,
        "player_1_lookup": _spelled(event.player),
        "player_1_team_abbr": event.team,
        "points_scored": event.points,
    }
    if event.role in _AS_BIGDATABALL_SAYS:
        row |= {"player_2_lookup": _spelled(event.other), "player_2_role": event.role}
    if shot := event.shot:
        row |= {
            "shot_made": event.made,
            "shot_type": "3PT" if shot.three else "2PT",
            "shot_distance": float(round(shot.feet)),
            "original_x": float(shot.x),
            "original_y": float(shot.y),
        }
    return row


def _court(side: str, five: Five) -> Row:
    return {f"{side}_player_{n}_lookup": _spelled(player) for n, player in enumerate(five, start=1)}


def live_feed(night: GameNight, year: int, swapped: bool) -> list[Row]:
    """The league's events, with blocks, steals and both halves of a substitution in rows of their own.

    `swapped` exchanges home and away in the id and the codes, but not in the score.
    """
    game = night.game
    home, away = (game.away, game.home) if swapped else (game.home, game.away)
    always = {
        "game_id": f"{game.day:%Y%m%d}_{away.abbr}_{home.abbr}",
        "nba_game_id": game.nba_id,
        "game_date": game.day,
        "season_year": year,
        "home_team_abbr": home.abbr,
        "away_team_abbr": away.abbr,
    }
    rows = [
        {**always, "event_id": str(n), "event_sequence": n, **row}
        for n, row in enumerate(_live_rows(night.played.events, game), start=1)
    ]
    path = f"nba-com/play-by-play/{game.day}/game_{game.nba_id}.json"
    return written(rows, path, morning_after(game.day, 4, 45), _hash(night))


def _live_rows(events: list[Event], game: Game) -> Iterator[Row]:
    for number, event in enumerate(events, start=1):
        seconds = event.clock
        moment = {
            "nba_event_num": _source_number(number),
            "period": event.period,
            "game_clock": f"PT{seconds // 60:02d}M{seconds % 60:02d}.00S",
            "game_clock_seconds": seconds,
            "time_elapsed_seconds": event.elapsed,
            "is_field_goal": False,
            "score_home": event.home_score,
            "score_away": event.away_score,
        }
        if event.kind == "substitution":
            yield {**moment, **_action("substitution", "out"), **_actor(event.player, event.team)}
            yield {**moment, **_action("substitution", "in"), **_actor(event.other, event.team)}
            continue
        yield {**moment, **_told(event), **_actor(event.player, event.team), **_other(event)}
        if event.role in ("block", "steal"):
            opponents = game.away.abbr if event.team == game.home.abbr else game.home.abbr
            yield {**moment, **_action(event.role), **_actor(event.other, opponents)}


def _told(event: Event) -> Row:
    """An event in the live feed's words."""
    match event.kind:
        case "shot" if event.shot:
            return _shot(event, event.shot)
        case "free throw":
            # `free throw 1/2`, `free throw technical`
            which = event.detail.removeprefix("free throw ")
            technical = which == "technical"
            count = "1 of 1" if technical else which.replace("/", " of ")
            result = {"shot_result": "Made" if event.made else "Missed", "shot_type": "FT"}
            return _action("freethrow", count, "technical" if technical else None) | result
        case "rebound":
            team = "team" if event.player is None else None
            return _action("rebound", event.detail.removeprefix("rebound "), team)
        case "foul":
            return _foul(event.detail)
        case "start of period" | "end of period":
            return _action("period", event.kind.split()[0])
        case "timeout":
            return _action("timeout", "full")
        case "jump ball":
            return _action("jumpball", "recovered")
    return _action(event.kind, event.detail)


def _shot(event: Event, shot: Shot) -> Row:
    style, descriptor = STYLES[shot.style]
    return {
        **_action("3pt" if shot.three else "2pt", style, descriptor),
        "is_field_goal": True,
        "shot_result": "Made" if event.made else "Missed",
        "shot_type": "3PT" if shot.three else "2PT",
        "shot_distance": round(shot.feet, 2),
        "area": shot.area,
        "x_legacy": float(shot.x),
        "y_legacy": float(shot.y),
    }


def _foul(detail: str) -> Row:
    match detail:
        case "offensive" | "technical":
            return _action("foul", detail)
        case "charge":
            return _action("foul", "offensive", "charge")
        case "personal":
            return _action("foul", "personal")
        case "personal take":
            return _action("foul", "personal", "take")
    return _action("foul", "personal", detail)


def _action(action: str, sub_type: str | None = None, descriptor: str | None = None) -> Row:
    return {"event_type": action, "action_type": action, "sub_type": sub_type, "descriptor": descriptor}


def _actor(player: Player | None, team: str | None) -> Row:
    person = player.person_id if player else None
    return {"person_id": person, "player_1_lookup": _spelled(player), "player_1_team_abbr": team}


def _other(event: Event) -> Row:
    column = {"assist": "assist", "block": "block", "steal": "steal", "fouled": "foul_drawn"}.get(event.role or "")
    if column is None or event.other is None:
        return {}
    return {f"{column}_person_id": event.other.person_id, f"{column}_player_lookup": _spelled(event.other)}


def _spelled(player: Player | None) -> str | None:
    return names.without_suffix(player.name) if player else None


def _source_number(number: int) -> int:
    """The source numbers its events with holes."""
    return number + number // 3 + 1


def _hash(night: GameNight) -> str:
    """One hash for all events of a game, as the loader writes it."""
    return digest(*((e.clock, e.kind, e.home_score, e.away_score) for e in night.played.events))[:16]
