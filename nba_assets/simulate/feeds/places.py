"""Arenas of a simulated season: the home arenas, and those away from home that a season uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from nba_assets.contracts.calendar import season_label
from nba_assets.simulate.feeds.written import Row
from nba_assets.simulate.schedule import Game
from nba_assets.simulate.teams import Team


def team_locations(teams: Iterable[Team], year: int, at: datetime) -> list[Row]:
    """Where each team plays at home."""
    return [
        {
            "team_abbr": team.abbr,
            "season": season_label(year),
            "city": team.venue.city,
            "state": team.venue.state,
            "arena_name": team.venue.arena,
            "latitude": team.venue.latitude,
            "longitude": team.venue.longitude,
            "timezone": team.venue.timezone,
            "airport_code": team.airport,
            "country": team.venue.country,
            "created_at": at,
            "updated_at": at,
        }
        for team in teams
    ]


def extra_venues(games: Iterable[Game], year: int) -> list[Row]:
    """Where games are played that are at no team's home."""
    elsewhere = Counter(game.venue for game in games if game.venue != game.home.venue)
    return [
        {
            "arena_name": venue.arena,
            "season": season_label(year),
            "city": venue.city,
            "country": venue.country,
            "latitude": venue.latitude,
            "longitude": venue.longitude,
            "timezone": venue.timezone,
            "neutral_site_flag": True,
            "games": count,
        }
        for venue, count in elsewhere.items()
    ]
