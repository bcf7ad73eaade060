"""Identity of games, teams and players: which of ours a raw row means, and under which canonical id.

Ids of half the sources do not join, team codes differ by vendor, and five name normalisers leave five spellings of one
man. Functions of tables only; which names are known is a conformed view.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.joins import with_columns

VENDOR_TEAM_CODES = {
    "BRK": "BKN",
    "CHO": "CHA",
    "PHO": "PHX",
    "GS": "GSW",
    "NO": "NOP",
    "NY": "NYK",
    "SA": "SAS",
    "UTAH": "UTA",
}
"""Basketball-Reference's and ESPN's codes that differ from the NBA's."""


def team(code: ir.StringValue) -> ir.StringValue:
    """A vendor's team code as the NBA's."""
    return code.upper().substitute(VENDOR_TEAM_CODES)


def folded(word: ir.StringValue) -> ir.StringValue:
    """A word of a short list, such as a status, as we write it: sources differ in case and in blanks."""
    return word.strip().lower()


def without_number(spelling: ir.StringValue) -> ir.StringValue:
    """Some BigDataBall files since October 2024 put a number in front of the name."""
    return spelling.re_replace(r"^[0-9]+", "")


_WITH_MARKS = "áàâäãåāăąçćčďđéèêëēėęěğģíìîïīįķľĺłļñńňņóòôöõøōőřŕśšşșťţțúùûüūůűųýÿžźż"
_WITHOUT_MARKS = "aaaaaaaaacccddeeeeeeeeggiiiiiikllllnnnnoooooooorrsssstttuuuuuuuuyyzzz"


def as_lookup(printed: ir.StringValue) -> ir.StringValue:
    """A name as it is printed, as a lookup: small letters without marks, blanks and dots. A lookup stays as it is."""
    return printed.lower().translate(_WITH_MARKS, _WITHOUT_MARKS).re_replace(r"[^a-z0-9]", "")


def stamp_by_pair(rows: ir.Table, games: ir.Table) -> ir.Table:
    """`rows` with the canonical `game_id`, found by date and the two teams in whichever order they stand.

    Rows of no game in the schedule are left out. The rows' own `game_id`, home and away are dropped: three vendors
    fill them from array order.
    """
    joined = _by_pair(rows).inner_join(_pairs(games), _SAME_PAIR)
    dropped = ("game_id", "season_year", "home_team_abbr", "away_team_abbr")
    kept = [name for name in rows.columns if name not in dropped]
    return joined.select(*kept, game_id="_game_id", season_year="_season_year")


def without_game(rows: ir.Table, games: ir.Table) -> ir.Table:
    """The rows that `stamp_by_pair` leaves out: their date and teams are no game of the schedule."""
    return _by_pair(rows).anti_join(_pairs(games), _SAME_PAIR).drop("_first", "_second")


_SAME_PAIR = [("game_date", "_date"), ("_first", "_a"), ("_second", "_b")]


def _by_pair(rows: ir.Table) -> ir.Table:
    a, b = team(rows.home_team_abbr), team(rows.away_team_abbr)
    return rows.mutate(_first=ibis.least(a, b), _second=ibis.greatest(a, b))


def _pairs(games: ir.Table) -> ir.Table:
    return games.select(
        _game_id="game_id",
        _season_year="season_year",
        _date="game_date",
        _a=ibis.least(games.home_team_abbr, games.away_team_abbr),
        _b=ibis.greatest(games.home_team_abbr, games.away_team_abbr),
    )


def of_its_teams(rows: ir.Table) -> ir.Table:
    """The rows of a game's home and away team, and those of no team."""
    return rows.filter(~_is_foreign(rows))


def of_another_team(rows: ir.Table) -> ir.Table:
    """The rows that `of_its_teams` leaves out: their team does not play in the game."""
    return rows.filter(_is_foreign(rows))


def _is_foreign(rows: ir.Table) -> ir.BooleanValue:
    either = (rows.team_abbr == rows.home_team_abbr) | (rows.team_abbr == rows.away_team_abbr)
    return (~either).fill_null(False)


def stamp_by_nba_id(rows: ir.Table, games: ir.Table) -> ir.Table:
    """`rows` with the canonical `game_id`, found by the NBA's own ten digits."""
    found = games.select(_game_id="game_id", _season_year="season_year", _date="game_date", _nba_game_id="nba_game_id")
    joined = rows.inner_join(found, [("nba_game_id", "_nba_game_id")])
    kept = [name for name in rows.columns if name not in ("game_id", "season_year", "game_date")]
    return joined.select(*kept, game_id="_game_id", season_year="_season_year", game_date="_date")


def resolve(rows: ir.Table, names: ir.Table, spelling: str = "player_lookup", into: str = "player_lookup") -> ir.Table:
    """`rows` with the canonical lookup in `into`, NULL where nobody by that spelling is known.

    Resolving into `player_lookup` also gives `universal_player_id` and keeps what stood there as
    `player_lookup_raw`.
    """
    if into != "player_lookup":
        return with_columns(rows, names, {spelling: "spelling"}, **{into: "player_lookup"})
    kept = [name for name in rows.columns if name not in ("player_lookup", "universal_player_id")]
    rows = rows.select(*kept, player_lookup_raw=spelling)
    return with_columns(rows, names, {"player_lookup_raw": "spelling"}, "player_lookup", "universal_player_id")
