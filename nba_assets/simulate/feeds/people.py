"""Injury report, rosters, registry and aliases: who is with whom, fit or not, and called what."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nba_assets.contracts.calendar import season_label
from nba_assets.simulate import names
from nba_assets.simulate.feeds.written import EASTERN, Row, eastern, written
from nba_assets.simulate.health import Condition, reported
from nba_assets.simulate.players import Player
from nba_assets.simulate.season import GameNight
from nba_assets.simulate.teams import Team

_EVENING, _GAME_DAY = 20, 17


def injury_report(rng: random.Random, night: GameNight, year: int) -> list[Row]:
    """The edition of the evening before and that of the game day, an hour ahead of an early game.

    A team that plays that evening too has nobody in the edition of the evening before.
    """
    game = night.game
    tip = game.tip.astimezone(EASTERN)
    eve = game.day - timedelta(days=1)
    editions = ((eve, _EVENING, True), (game.day, min(_GAME_DAY, tip.hour - 1), False))
    rows = []
    for day, hour, evening in editions:
        edition = [
            _entry(night, year, team, condition, status)
            for team, squad in night.sides
            if not (evening and squad.back_to_back)
            for condition in squad.conditions
            if (status := reported(rng, condition, evening)) is not None
        ]
        path = f"nba-com/injury-report-data/{day}/{datetime(year, 1, 1, hour):%I%p}.json"
        about = {"report_date": day, "report_hour": hour, "scrape_time": f"{hour}:30"}
        rows += written([about | row for row in edition], path, eastern(day, hour, 35))
    return rows


def _entry(night: GameNight, year: int, team: Team, condition: Condition, status: str) -> Row:
    game, name = night.game, condition.player.name
    first, last = name.split(" ", 1)
    return {
        "season": season_label(year),
        "game_date": game.day,
        "game_time": f"{game.tip.astimezone(EASTERN):%I:%M} (ET)",
        "game_id": game.game_id,
        "matchup": f"{game.away.abbr}@{game.home.abbr}",
        "away_team": game.away.abbr,
        "home_team": game.home.abbr,
        "team": team.abbr,
        "player_name_original": f"{last}, {first}",
        "player_full_name": name,
        "player_lookup": names.in_injury_report(name),
        "injury_status": status,
        "reason": condition.reason,
        "reason_category": condition.category,
        "confidence_score": 0.95,
        "overall_report_confidence": 0.95,
        "data_kind": "simulated",
    }


def roster(team: Team, players: Iterable[Player], day: date, year: int) -> list[Row]:
    """ESPN's page of a team on a morning."""
    rows = (
        {
            "roster_date": day,
            "scrape_hour": 8,
            "season_year": year,
            "team_abbr": team.abbr,
            "team_display_name": team.name,
            "espn_player_id": player.person_id + 3_000_000,
            "player_full_name": player.name,
            "player_lookup": names.without_suffix(player.name),
            "position": player.position,
            "age": (day - player.birth_date).days * 4 // 1461,
            "birth_date": player.birth_date,
            "experience_years": player.experience,
            "status": "Active",
            "source_file_date": day,
        }
        for player in players
    )
    return written(rows, f"espn/rosters/{day}/team_{team.abbr}/08.json", eastern(day, 8, 20))


@dataclass
class Listings:
    """How often and when gamebooks listed a player with a team."""

    player: Player
    days_played: list[date]
    inactive: int = 0
    dnp: int = 0
    last: date | None = None


class Registry:
    """Every player with every team he was with, counted as the season goes."""

    def __init__(self) -> None:
        self._listings: dict[tuple[int, str], Listings] = {}

    def meet(self, players: Iterable[Player]) -> None:
        for player in players:
            self._listings.setdefault((player.person_id, player.team), Listings(player, []))

    def count(self, night: GameNight) -> None:
        for team, squad in night.sides:
            for player in squad.plan.dressed:
                listed = self._listings[player.person_id, team.abbr]
                if player in night.lines:
                    listed.days_played.append(night.game.day)
                else:
                    listed.dnp += 1
                listed.last = night.game.day
            for condition, status, _ in squad.absent:
                listed = self._listings[condition.player.person_id, team.abbr]
                listed.dnp += status == "dnp"
                listed.inactive += status == "inactive"
                listed.last = night.game.day

    def rows(self, year: int, at: datetime) -> list[Row]:
        return [self._row(listed, year, at) for listed in self._listings.values()]

    @staticmethod
    def _row(listed: Listings, year: int, at: datetime) -> Row:
        player, played = listed.player, listed.days_played
        return {
            "universal_player_id": f"{names.lookup(player.name)}_001",
            "player_name": player.name,
            "player_lookup": names.lookup(player.name),
            "team_abbr": player.team,
            "season": season_label(year),
            "nba_player_id": player.person_id,
            "first_game_date": played[0] if played else None,
            "last_game_date": played[-1] if played else None,
            "games_played": len(played),
            "total_appearances": len(played) + listed.inactive + listed.dnp,
            "inactive_appearances": listed.inactive,
            "dnp_appearances": listed.dnp,
            "jersey_number": player.jersey,
            "position": player.position,
            "source_priority": "nba_gamebook",
            "confidence_score": 1.0,
            "last_processor": "gamebook",
            "last_gamebook_activity_date": listed.last,
            "created_by": "simulated",
            "created_at": at,
            "processed_at": at,
        }


def aliases(players: Iterable[Player], at: datetime) -> list[Row]:
    """Every vendor's spelling that is not the canonical one."""
    return [
        {
            "alias_lookup": alias,
            "nba_canonical_lookup": names.lookup(player.name),
            "alias_display": player.name,
            "nba_canonical_display": player.name,
            "alias_type": why,
            "alias_source": "simulated",
            "is_active": True,
            "created_by": "simulated",
            "created_at": at,
            "processed_at": at,
        }
        for player in players
        for alias, why in names.variants(player.name).items()
    ]
