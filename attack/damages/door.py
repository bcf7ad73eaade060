"""Damages that the door has to see to: columns, types, encodings, keys and ids of a delivered file.

What rows mean to a game is not asked here.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from attack.damages import Damage, Draw, End, Row, Rows, each, some, write_parquet
from nba_assets.tables.raw.availability import nbac_injury_report
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
from nba_assets.tables.raw.schedule import nbac_schedule

ANY = (
    bdl_player_boxscores,
    bettingpros_player_points_props,
    bigdataball_play_by_play,
    nbac_gamebook_player_stats,
    nbac_injury_report,
    nbac_player_boxscores,
    nbac_schedule,
    nbac_team_boxscore,
    odds_api_game_lines,
    odds_api_player_points_props,
)
SMALL = (nbac_gamebook_player_stats, nbac_injury_report, nbac_team_boxscore, odds_api_game_lines)
WITH_NBA_IDS = (nbac_player_boxscores, nbac_team_boxscore, nbac_play_by_play)
WITH_SEASON = (nbac_gamebook_player_stats, nbac_player_boxscores, bdl_player_boxscores, nbac_team_boxscore)

Write = Callable[[Draw, pa.Table, Path], None]


def _columns(change: Callable[[Draw, pa.Table], pa.Table]) -> Write:
    """The columns are others, and the file is written as ever."""
    return lambda chance, rows, folder: write_parquet(chance, change(chance, rows), folder)


def _renamed(rename: Callable[[str], str]) -> Write:
    return _columns(lambda _, rows: rows.rename_columns([rename(name) for name in rows.column_names]))


def _one_renamed(chance: Draw, rows: pa.Table) -> pa.Table:
    hit = chance.choice(rows.column_names)
    return rows.rename_columns([f"{name}_old" if name == hit else name for name in rows.column_names])


def _shuffled(chance: Draw, rows: pa.Table) -> pa.Table:
    names = chance.sample(rows.column_names, rows.num_columns)
    return rows.select(names).take(chance.sample(range(rows.num_rows), rows.num_rows))


def _a_column_twice(chance: Draw, rows: pa.Table) -> pa.Table:
    """Under the same name or in capitals, before the one that is right or after it."""
    hit = chance.choice(rows.column_names)
    other = rows[hit].take(chance.sample(range(rows.num_rows), rows.num_rows))
    return rows.add_column(chance.choice([0, rows.num_columns]), chance.choice([hit, hit.upper()]), other)


def _never(_: Draw, rows: pa.Table) -> pa.Table:
    """A time that the engine knows and no calendar has."""
    place = rows.column_names.index("processed_at")
    times = ["infinity", *(value.isoformat() for value in rows["processed_at"].to_pylist()[1:])]
    return rows.set_column(place, "processed_at", pa.array(times))


def _a_read_one_dropped(_: Draw, rows: pa.Table) -> pa.Table:
    """Without a column that tables read."""
    return rows.drop_columns(
        [next(name for name in ("points", "injury_status", "outcome_point") if name in rows.column_names)]
    )


def _retyped(to: pa.DataType) -> Callable[[Draw, pa.Table], pa.Table]:
    """All whole numbers are of another type, and the same numbers."""

    def change(_: Draw, rows: pa.Table) -> pa.Table:
        for place, field in enumerate(rows.schema):
            if field.type == pa.int64():
                rows = rows.set_column(place, field.name, rows[field.name].cast(to))
        return rows

    return change


def _a_word_for_a_number(chance: Draw, rows: pa.Table) -> pa.Table:
    hit = chance.choice(
        [field.name for field in rows.schema if field.type == pa.int64() and field.name != "season_year"]
    )
    words = ["n/a", *rows[hit].cast(pa.string()).to_pylist()[1:]]
    return rows.set_column(rows.column_names.index(hit), hit, pa.array(words, pa.string()))


def csv(change: Callable[[bytes], bytes] = bytes, name: str = "day.csv") -> Write:
    """As CSV, with its bytes changed."""

    def write(_: Draw, rows: pa.Table, folder: Path) -> None:
        for place, field in enumerate(rows.schema):
            if pa.types.is_timestamp(field.type):
                text = pc.strftime(rows[field.name], format="%Y-%m-%dT%H:%M:%SZ")
                rows = rows.set_column(place, field.name, text)
        sink = io.BytesIO()
        pa_csv.write_csv(rows, sink)
        (folder / name).write_bytes(change(sink.getvalue()))

    return write


def _numbered(data: bytes) -> bytes:
    """With a first column of ours: most of its numbers have a # before them."""
    header, *lines = data.splitlines(keepends=True)
    return b'"number",' + header + b"".join((b"#%d," % n if n % 3 else b"0,") + line for n, line in enumerate(lines))


def _other_line_ends(chance: Draw, rows: pa.Table, folder: Path) -> None:
    half = rows.num_rows // 2
    csv(lambda data: data.replace(b"\n", b"\r\n"), "one.csv")(chance, rows.slice(0, half), folder)
    csv(name="two.csv")(chance, rows.slice(half), folder)


def _zstd(data: bytes) -> bytes:
    return pa.compress(data, codec="zstd", asbytes=True)


def _bytes(change: Callable[[Draw, bytes], bytes]) -> Write:
    def write(chance: Draw, rows: pa.Table, folder: Path) -> None:
        write_parquet(chance, rows, folder)
        file = folder / "day.parquet"
        file.write_bytes(change(chance, file.read_bytes()))

    return write


def _flipped(chance: Draw, data: bytes) -> bytes:
    """One bit within the rows; pages of Parquet have no checksum, and of those compressed most notice."""
    place = chance.randrange(4, len(data) // 2)
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def _two_files(chance: Draw, rows: pa.Table, folder: Path) -> None:
    """The second half once more, in a file of its own."""
    pq.write_table(rows, folder / "one.parquet")
    pq.write_table(rows.slice(rows.num_rows // 2), folder / "two.parquet")


def _half_below(chance: Draw, rows: pa.Table, folder: Path) -> None:
    """As who writes a folder a day does."""
    below = folder / "more"
    below.mkdir()
    write_parquet(chance, rows.slice(rows.num_rows // 2), below)
    write_parquet(chance, rows.slice(0, rows.num_rows // 2), folder)


def _half_gone(chance: Draw, rows: pa.Table, folder: Path) -> None:
    write_parquet(chance, rows.slice(0, rows.num_rows // 2), folder)
    (folder / "more.parquet").symlink_to(folder / "gone.parquet")


def _twice(chance: Draw, rows: Rows) -> Rows:
    return [*rows, *chance.sample(rows, max(1, len(rows) // 10))]


def _older_copy(chance: Draw, rows: Rows) -> Rows:
    """Some rows stand there as they were an hour before, with a number less."""

    def older(row: Row) -> Row:
        numbers = [name for name, value in row.items() if type(value) is int and name not in _FIXED]
        changed = {name: row[name] + 1 for name in numbers[:3]}
        return row | changed | {"processed_at": row["processed_at"] - timedelta(hours=1)}

    return [*rows, *(older(row) for row in chance.sample(rows, max(1, len(rows) // 10)))]


_FIXED = {"season_year", "report_hour", "book_id", "bdb_game_id", "nba_player_id", "team_id", "event_sequence"}


def _contradiction(chance: Draw, rows: Rows) -> Rows:
    """One row stands there twice, as new one as the other, with other points."""
    wanted = [row for row in rows if row.get("points") is not None]
    row = chance.choice(wanted)
    return [*rows, row | {"points": row["points"] + 3}]


def _next_season(row: Row) -> Row:
    return row | {"season_year": row["season_year"] + 1}


def _without_zeros(row: Row) -> Row:
    name = "nba_game_id" if "nba_game_id" in row else "game_id"
    return row | {name: row[name].lstrip("0")}


def _no_key(contract_keys: tuple[str, ...]) -> Callable[[Draw, Rows], Rows]:
    return lambda chance, rows: some(lambda c, row: row | {c.choice(contract_keys): None})(chance, rows)


DOOR = (
    Damage("nothing at all", ANY, End.REPAIRED),
    Damage(
        "a column dropped", ANY, End.REFUSED, file=_columns(lambda c, t: t.drop_columns([c.choice(t.column_names)]))
    ),
    Damage("a column renamed", ANY, End.REFUSED, file=_columns(_one_renamed)),
    Damage("columns in capitals", ANY, End.REPAIRED, file=_renamed(str.upper)),
    Damage("columns with spaces around", ANY, End.REPAIRED, file=_renamed(lambda name: f" {name} ")),
    Damage(
        "columns named as our own",
        SMALL,
        End.REPAIRED,
        file=_columns(
            lambda _, t: t.append_column("_file", pa.array(["x"] * len(t))).append_column(
                "_rejected", pa.array(["y"] * len(t))
            )
        ),
    ),
    Damage("a column there twice", ANY, End.REFUSED, file=_columns(_a_column_twice)),
    Damage("columns and rows in another order", ANY, End.REPAIRED, file=_columns(_shuffled)),
    Damage("whole numbers as floats", ANY, End.REPAIRED, file=_columns(_retyped(pa.float64()))),
    Damage("whole numbers as text", ANY, End.REPAIRED, file=_columns(_retyped(pa.string()))),
    Damage(
        "a word for a number",
        (nbac_team_boxscore, bdl_player_boxscores),
        End.REFUSED,
        file=_columns(_a_word_for_a_number),
    ),
    Damage("a time that never comes", SMALL, End.REFUSED, file=_columns(_never)),
    Damage("as CSV", SMALL, End.REPAIRED, file=csv()),
    Damage("as CSV with a mark before it", SMALL, End.REPAIRED, file=csv(lambda data: b"\xef\xbb\xbf" + data)),
    Damage("as CSV with CR LF", SMALL, End.REPAIRED, file=csv(lambda data: data.replace(b"\n", b"\r\n"))),
    Damage("as CSV, two files whose lines end otherwise", SMALL, End.REPAIRED, file=_other_line_ends),
    Damage("as CSV, rows that begin as comments do", SMALL, End.REPAIRED, file=csv(_numbered)),
    Damage("as CSV with a line before its header", SMALL, End.REFUSED, file=csv(lambda data: b"# exported\n" + data)),
    Damage("as CSV in UTF-16", SMALL, End.REFUSED, file=csv(lambda data: data.decode().encode("utf-16"))),
    Damage("as CSV with semicolons", SMALL, End.REFUSED, file=csv(lambda data: data.replace(b",", b";"))),
    Damage("as CSV cut off within a line", SMALL, End.REFUSED, file=csv(lambda data: data[: len(data) * 3 // 4])),
    Damage(
        "as CSV in Latin-1",
        (nbac_team_boxscore,),
        End.REFUSED,
        file=csv(lambda data: data.replace(b"simulated", b"simul\xe9")),
    ),
    Damage("as gzipped CSV", SMALL, End.REPAIRED, file=csv(gzip.compress, "day.csv.gz")),
    Damage("as CSV in zstd", SMALL, End.REPAIRED, file=csv(_zstd, "day.csv.zst")),
    Damage("a file of zero bytes", ANY, End.REFUSED, file=_bytes(lambda _, __: b"")),
    Damage("a file cut off", ANY, End.REFUSED, file=_bytes(lambda c, data: data[: c.randrange(1, len(data) - 1)])),
    Damage(
        "a bit flipped",
        ANY,
        End.UNDETECTABLE,
        file=_bytes(_flipped),
        why="pages of Parquet have no checksum: what decompresses to plausible values is data",
    ),
    Damage("no rows", SMALL, End.REPAIRED, rows=lambda _, __: []),
    Damage("some rows twice", ANY, End.REPAIRED, rows=_twice),
    Damage("some rows in two files", SMALL, End.REPAIRED, file=_two_files),
    Damage("half of the rows in a folder of their own", SMALL, End.REFUSED, file=_half_below),
    Damage("a link to a file that is gone", SMALL, End.REFUSED, file=_half_gone),
    Damage(
        "older copies of some rows", (nbac_gamebook_player_stats, nbac_team_boxscore), End.REPAIRED, rows=_older_copy
    ),
    Damage(
        "rows that contradict", (nbac_gamebook_player_stats, nbac_team_boxscore), End.QUARANTINED, rows=_contradiction
    ),
    Damage(
        "no name",
        (nbac_gamebook_player_stats,),
        End.REFUSED,
        rows=_no_key(("game_id", "player_lookup", "player_status")),
    ),
    Damage("the season's other year", WITH_SEASON, End.REFUSED, rows=each(_next_season)),
    Damage("ids without leading zeros", WITH_NBA_IDS, End.REPAIRED, rows=each(_without_zeros)),
    Damage("a column dropped in the lake", SMALL, End.REFUSED, file=_columns(_a_read_one_dropped), stored=True),
    Damage(
        "a partition cut off in the lake",
        SMALL,
        End.REFUSED,
        file=_bytes(lambda c, data: data[: c.randrange(1, len(data) - 1)]),
        stored=True,
    ),
)
