"""All raw tables of a simulated season: which source has which game, and the rows of every source."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pyarrow as pa

from nba_assets.simulate import market
from nba_assets.simulate.chance import Chance
from nba_assets.simulate.feeds import boxes, lines, people, places, plays
from nba_assets.simulate.feeds.written import Collected, eastern, morning_after
from nba_assets.simulate.game import Result
from nba_assets.simulate.players import Player
from nba_assets.simulate.schedule import Game
from nba_assets.simulate.season import Day, GameNight, SimulatedSeason
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

TABLES = (
    bdl_player_boxscores,
    bettingpros_player_points_props,
    bigdataball_play_by_play,
    espn_team_rosters,
    extra_venues,
    nba_players_registry,
    nbac_gamebook_player_stats,
    nbac_injury_report,
    nbac_play_by_play,
    nbac_player_boxscores,
    nbac_schedule,
    nbac_team_boxscore,
    odds_api_game_lines,
    odds_api_player_points_props,
    player_aliases,
    team_locations,
)

# The share of games a source lacks, or has besides the games it must stand in for.
_NO_BIGDATABALL, _NO_GAMEBOOK, _NO_TEAM_ROW, _LIVE_FEED = 0.04, 0.02, 0.02, 0.25
# The share of dates on which no vendor delivers points lines.
_NO_PROPS = 0.02


def collect(season: SimulatedSeason, progress: Callable[[str, int, int], None] | None = None) -> dict[str, pa.Table]:
    """Play the season and gather what is published; `progress` hears (date, games played, games in all)."""
    feeds = _Feeds(season)
    in_all = sum(1 for g in season.regular_season if season.covers(g.day))
    done = 0
    for day in season.play():
        feeds.add(day)
        done += len(day.nights)
        if progress is not None:
            progress(str(day.day), done, max(done, in_all))
    return feeds.tables()


def delivers_props(chance: Chance, day: date) -> bool:
    """Whether any vendor has points lines of the date."""
    return chance.stream("props", day).random() >= _NO_PROPS


class _Feeds:
    """The sources, fed day by day."""

    def __init__(self, season: SimulatedSeason) -> None:
        self._season = season
        self._year = season.year
        self._collected = Collected(TABLES)
        self._registry = people.Registry()
        self._players: list[Player] = []
        self._results: dict[str, Result] = {}
        self._open: dict[str, Game] = {}
        self._last = season.dates.opening

    def add(self, day: Day) -> None:
        if not day.open:
            self._last = day.day
        first = not self._players
        if first:
            self._players = [p for roster in day.rosters.values() for p in roster]
        for abbr, roster in day.rosters.items():
            if first or abbr in day.changed:
                self._registry.meet(roster)
            if first or abbr in day.changed or day.day.weekday() == 0:
                team = self._season.teams[abbr]
                self._collected.add(espn_team_rosters, people.roster(team, roster, day.day, self._year))
        for night in day.nights:
            self._add_game(night, day.open)

    def _add_game(self, night: GameNight, is_open: bool) -> None:
        game = night.game
        rng = self._season.chance.stream("sources", game.nba_id)
        # Drawn in one go, so that what one source lacks does not depend on another.
        no_bigdataball, no_gamebook, no_team_row, live, home_first, swapped, by_nba_id = (
            rng.random() < share for share in (_NO_BIGDATABALL, _NO_GAMEBOOK, _NO_TEAM_ROW, _LIVE_FEED, 0.5, 0.5, 0.7)
        )
        without = rng.choice((game.away.abbr, game.home.abbr)) if no_team_row else None
        if self._season.tonight:  # which is for looking around: a missing row breaks a check
            without = None
        if is_open:
            self._open[game.nba_id] = game
        else:
            self._add_boxes(night, no_gamebook, home_first, without)
            self._add_plays(night, no_bigdataball, live, swapped)
        self._add_before(night, rng, by_nba_id)

    def _add_boxes(self, night: GameNight, no_gamebook: bool, home_first: bool, without: str | None) -> None:
        add, year = self._collected.add, self._year
        self._results[night.game.nba_id] = night.played.result
        self._registry.count(night)
        if not no_gamebook:
            add(nbac_gamebook_player_stats, boxes.gamebook(night, year))
        add(nbac_team_boxscore, boxes.teams(night, year, home_first, without))
        add(nbac_player_boxscores, boxes.nba_players(night, year))
        add(bdl_player_boxscores, boxes.bdl_players(night, year))

    def _add_plays(self, night: GameNight, no_bigdataball: bool, live: bool, swapped: bool) -> None:
        if not no_bigdataball:
            self._collected.add(bigdataball_play_by_play, plays.bigdataball(night, self._year))
        if no_bigdataball or live:
            self._collected.add(nbac_play_by_play, plays.live_feed(night, self._year, swapped))

    def _add_before(self, night: GameNight, rng: random.Random, by_nba_id: bool) -> None:
        """What is published before the tip; of tomorrow's games, what is until this evening."""
        add, game, tonight = self._collected.add, night.game, self._season.tonight
        report = people.injury_report(rng, night, self._year)
        add(nbac_injury_report, [row for row in report if tonight is None or row["report_date"] <= tonight])
        if tonight and game.day > tonight:
            return
        add(odds_api_game_lines, lines.game_lines(game, market.game_quotes(rng, game, night.away, night.home)))
        if not delivers_props(self._season.chance, game.day):
            return
        for _, squad in night.sides:
            quotes = market.player_quotes(rng, squad)
            add(odds_api_player_points_props, lines.player_props(game, quotes, by_nba_id))
            add(bettingpros_player_points_props, lines.bettingpros(game, quotes))

    def tables(self) -> dict[str, pa.Table]:
        add, year, season = self._collected.add, self._year, self._season
        games = self._scheduled()
        now, before = morning_after(self._last, 6), eastern(season.dates.opening - timedelta(days=1), 12)
        add(nbac_schedule, boxes.schedule(games, self._results, year, now))
        add(nba_players_registry, self._registry.rows(year, now))
        add(player_aliases, people.aliases(self._players, before))
        add(team_locations, places.team_locations(season.teams.values(), year, before))
        add(extra_venues, places.extra_venues(games, year))
        return self._collected.tables()

    def _scheduled(self) -> Iterable[Game]:
        """The regular season and whatever results have added to it."""
        games = {game.nba_id: game for game in self._season.regular_season} | self._open
        games |= {nba_id: result.game for nba_id, result in self._results.items()}
        return sorted(games.values(), key=lambda g: (g.tip, g.nba_id))
