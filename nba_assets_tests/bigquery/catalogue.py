"""Catalogue of all that the project sends to BigQuery, by name, for the tests that walk it. A new statement goes in.

Of a table: the scripts that replace it and its failure records, what is asked of it, the rows that break its checks. Of
the rest: dates with games, the run history, what is noted of partitions. What a statement must be like is the tests'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pyarrow as pa

from nba_assets.audit.coverage import verify
from nba_assets.audit.game_days import game_days
from nba_assets.compile.bind import Dates
from nba_assets.compile.dialects import Dialect, script_of
from nba_assets.compile.reading import read_sql
from nba_assets.compile.statements import examples, statements
from nba_assets.compile.steps import LAST, Query
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import counted_in
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.contracts.table import Table
from nba_assets.orchestration.run_history.history import kept
from nba_assets.orchestration.run_history.table_run import RUN_HISTORY
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables.conformed.games import games
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import reading_views
from nba_assets.warehouse.bigquery import ddl, script
from nba_assets.warehouse.bigquery.load import coming_again, entries_of, look_up_kept, replace_by
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
from nba_assets.warehouse.bigquery.schema import NEW, OLD, beside
from nba_assets_tests.bigquery.analyser import Columns, bigquery_columns
from nba_assets_tests.bigquery.test_same_rows import EVALUATED

ONE_DATE = Window(date(2024, 11, 9), date(2024, 11, 9))
DAYS = [date(2024, 11, 8), date(2024, 11, 10)]

CONTRACTS = (*stored_contracts(), *BOOKKEEPING)
"""All that is stored."""

NAMES = Names("a-project", "replay")


@dataclass(frozen=True)
class Sent:
    """One text that is sent, and the columns that its temporary tables and its query are to have, where it matters."""

    name: str
    script: str
    columns: Mapping[str, Columns] = field(default_factory=dict)
    also: Sequence[Contract] = ()
    """Tables that are there for a while, beside those that are stored."""
    around: str | None = None
    """Where its query is evaluated by another test, what is sent around that, if anything."""
    is_example: bool = False
    """Whether it asks for rows that are counted by another: it scans what that does."""


def of_table(table: Table) -> Iterator[Sent]:
    compiled = statements(table, "bigquery")
    if table.python:  # rows are staged, like those of a delivery
        yield Sent("what python is given", NAMES.sql(script_of(compiled.steps_in("rows", ONE_DATE))))
    for query, written in (("rows", None if table.python else table), ("failed", failures_of(table))):
        if written:
            text = _replaced(written, compiled.steps_in(query, ONE_DATE))
            around = _replaced(written, _no_row_of(written)) if table in EVALUATED[query] else None
            yield Sent(f"replace by {query}", text, {"_new_rows": bigquery_columns(written)}, around=around)
    for query in ASKED & compiled.steps.keys():
        text = NAMES.sql(script_of(compiled.steps_in(query, ONE_DATE)))
        around = "" if table in EVALUATED.get(query, ()) else None
        yield Sent(query, text, {LAST: ANSWERS[query]} if query in ANSWERS else {}, around=around)
    asked = Asked(_ONE_DAY)
    verify(asked, [table], ONE_DATE)  # type: ignore[arg-type]  # of a warehouse, what is asked is all there is
    yield from (Sent(f"coverage {number}", text) for number, text in enumerate(asked.scripts, 1))
    for check in counted_in(table):
        text = NAMES.sql(examples(table, check, ONE_DATE, "bigquery"))
        yield Sent(f"examples of {check.name}", text, is_example=True)


def _replaced(written: Contract, query: Query) -> str:
    return script.replace(NAMES, written, query, ONE_DATE.dates(), "code", {ONE_DATE.start: "read"})


def _no_row_of(contract: Contract) -> str:
    """A query with the contract's columns that reads nothing."""
    nothing = (f"CAST(NULL AS {type_}) AS `{name}`" for name, type_ in bigquery_columns(contract))
    return f"SELECT {', '.join(nothing)}"


ASKED = {"broken", "skipped", "preview", "measured", "categories"}
ANSWERS: dict[str, Columns] = {
    "broken": [("day", "DATE"), ("broken", "INT64"), ("check", "INT64")],
    "skipped": [("game_date", "DATE"), ("reason", "STRING")],
    "categories": [("day", "DATE"), ("category", "STRING"), ("entities", "INT64")],
}


def of_the_rest() -> Iterator[Sent]:
    asked = Asked(_ONE_DAY.slice(0, 0))
    game_days(asked, ONE_DATE)  # type: ignore[arg-type]
    kept(asked, ONE_DATE)  # type: ignore[arg-type]
    kept(asked)  # type: ignore[arg-type]
    names = ("dates with games", "run history", "run history, all of it")
    yield from (Sent(name, text) for name, text in zip(names, asked.scripts, strict=True))
    of_a_run, of_days = replace(RUN_HISTORY, part="a-run"), Window(DAYS[0], DAYS[-1])
    for contract in (games, of_a_run):
        yield Sent(f"remove {contract.name}", script.remove(NAMES, contract, DAYS))
    for read in (games, *reading_views()):
        columns = list(read.schema().names)
        yield Sent(f"read {read.name}", NAMES.sql(read_sql(read, ONE_DATE, columns, "bigquery")))
    yield Sent("notes", script.look_up_notes(NAMES, of_days))
    yield Sent("prune notes", script.prune_notes(NAMES, datetime(2024, 11, 9, tzinfo=UTC)))
    yield Sent("merge notes", script.merge_notes(NAMES, RUN_HISTORY, datetime(2024, 11, 9, tzinfo=UTC)))
    yield Sent("notes, less a column", script.look_up_notes(NAMES, script.EVER, "inputs_read"))
    yield Sent("partitions", script.look_up_partitions(NAMES, "nba_raw"))
    for raw in RAW_TABLES:
        if raw.partition_by:
            yield Sent(f"partitions of {raw.name}", script.look_into_partitions(NAMES, raw, of_days))
    yield Sent("code", script.look_up_code(NAMES))
    yield Sent("text of code", script.look_up_code_text(NAMES, "a.table", "version"))
    yield Sent("note of code", script.note_code(NAMES, "a.table", ["one", "other"], "third", "it's\na text"))


def of_the_schema() -> Iterator[Sent]:
    """What makes tables, moves them, and loads raw data into them."""
    yield Sent("make all tables", ";\n".join(ddl.create_all(CONTRACTS, NAMES, "EU")))
    yield Sent("make views", ";\n".join(ddl.create_view(view, NAMES) for view in reading_views()))
    new, old = (beside(games, ending) for ending in (NEW, OLD))
    table, new_table, old_table = map(NAMES.quoted, (games, new, old))
    copied = [column.name for column in games.columns[1:]]
    yield Sent("copy rows", ddl.copy_rows(games, table, new_table, copied, ONE_DATE), also=(new,))
    yield Sent("swap", ddl.swap(table, new_table, old_table), also=(new, old))
    yield Sent("ends of a table", ddl.ends(games, table))
    yield Sent("rows of a table", ddl.count(table))
    for raw in RAW_TABLES:
        by_date = script.between(raw.partition_by, ONE_DATE) if raw.partition_by else ""
        yield from _loads(raw, by_date)
        if raw.editions:
            yield Sent(f"kept of {raw.editions.name}", look_up_kept(raw.editions, NAMES.quoted(raw.editions)))
            yield from _loads(raw.editions, "FALSE")
    yield from _loads(QUARANTINE, entries_of({raw: [*DAYS, None] for raw in RAW_TABLES}))


def _loads(raw: RawTable, replaced: str) -> Iterator[Sent]:
    loaded = replace(beside(raw, "__load_0"), partition_by=None)
    table, new = map(NAMES.quoted, (raw, loaded))
    yield Sent(f"load {raw.name}", replace_by(raw, table, new, replaced or coming_again(raw, new)), also=(loaded,))


_ONE_DAY = pa.table({name: pa.array(ONE_DATE.dates()) for name in ("game_date", "day")})


@dataclass
class Asked:
    """Stands in for a warehouse on BigQuery that holds every date: keeps what it is asked, and answers the same."""

    answer: pa.Table
    scripts: list[str] = field(default_factory=list)
    dialect: Dialect = "bigquery"
    errors: tuple[type[Exception], ...] = ()
    fill: str = ""

    def dates(self, contract: Contract) -> Sequence[date]:
        return ONE_DATE.dates()

    def fetch(self, sql: str, inputs: Dates, timeout: float) -> pa.Table:
        self.scripts.append(NAMES.sql(sql))
        return self.answer
