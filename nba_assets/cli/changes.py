"""`nba changes`: which partitions were rewritten since a moment, for those who keep copies."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption, named_tables, parse_date
from nba_assets.cli.completion import built_tables
from nba_assets.cli.rows import Rows
from nba_assets.cli.rows import as_json as prints_json
from nba_assets.cli.terminal import out
from nba_assets.contracts.calendar import EASTERN
from nba_assets.contracts.errors import BadInput

LINES_SHOWN = 100
"""The latest; JSON has all."""


def changes(
    since: Annotated[
        str, typer.Option("--since", help="A moment as 2024-11-15T06:00, Eastern unless it says otherwise, or a date.")
    ],
    tables: Annotated[
        list[str] | None,
        typer.Option(
            "--tables", "--table", help="Bare table names, by commas; all if left out.", autocompletion=built_tables
        ),
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """List the partitions that were rewritten since a moment, with rows added, removed and changed, oldest first.

    Who keeps a copy reads these partitions again. Rows are told apart by key and data_hash.

    Examples:

        nba changes --since 2024-11-15T06:00

        nba changes --since yesterday --tables player_game_summary --json
    """
    from nba_assets.cli.instance import require_lake, settle_lake
    from nba_assets.orchestration.changes import rewritten
    from nba_assets.orchestration.instance.opening import instance_at_home
    from nba_assets.tables.registry import every_table

    moment, chosen = _moment(since), named_tables(tables) if tables else every_table()
    require_lake(lake)
    settle_lake(lake)
    with instance_at_home() as instance:
        found = rewritten(instance, chosen, moment)
    names = ("table", "date", "at", "rows added", "rows removed", "rows changed", "run")
    shown = Rows("rewritten", names)
    for of in found if prints_json() else found[-LINES_SHOWN:]:
        shown.add(of.table.full_name, of.day, of.at, *(of.changes or (None, None, None)), of.run_id)
    shown.print()
    if not found:
        out.print(f"nothing was rewritten since {moment.astimezone(EASTERN):%Y-%m-%d %H:%M} ET", highlight=False)
    if len(shown.rows) < len(found):
        out.print(f"the latest {LINES_SHOWN} of {len(found):,}; --json has all", highlight=False)


def _moment(text: str) -> datetime:
    """Raises BadInput for what is neither a moment nor a date."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.combine(parse_date(text, "--since"), time())
        except BadInput:
            told = "write 2024-11-15T06:00 or a date, as yesterday"
            raise BadInput(f"--since: {text!r} is no moment; {told}") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=EASTERN)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BadInput(f"--since: {text!r} is no moment of any year in UTC") from None
