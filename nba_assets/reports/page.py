"""Pages of reports: templates filled by Jinja, everything from data escaped, into one file that needs no other.

No server, no network, no script. What stands on a page is the reports'; here is how values are written, and how a file
is replaced at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nba_assets.contracts.printable import printable
from nba_assets.warehouse.scratch import written_whole

if TYPE_CHECKING:
    import jinja2

UNKNOWN, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    found = jinja2.Environment(
        loader=jinja2.PackageLoader("nba_assets.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    filters: dict[str, Callable[..., Any]] = {
        "shown": shown,
        "signed": signed,
        "percent": percent,
        "clock": clock,
        "counted": counted,
        "breakable": breakable,
    }
    found.filters.update(filters)
    return found


def rendered(template: str, **values: Any) -> str:
    """A template of ours with these values."""
    return _templates().get_template(template).render(values)


def shown(value: Any) -> str:
    """A value as a page has it, as the table has it: what is unknown is a dash, and never a zero."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"  # a line of 221, not 221.0: the zeros are the column's type, not the number's
    return f"{value:g}" if isinstance(value, float) else str(value)


def signed(value: Decimal | float | None) -> str:
    """A difference, with its sign."""
    if value is None:
        return UNKNOWN
    return shown(value) if value == 0 else f"{'+' if value > 0 else MINUS}{shown(abs(value))}"


def percent(value: Decimal | float | None, decimals: int = 0) -> str:
    """A share as percents, whole ones unless decimals are asked for."""
    return UNKNOWN if value is None else f"{float(value) * 100:.{decimals}f}%"


def counted(number: int) -> str:
    """A number of things, with thousands told apart."""
    return f"{number:,}"


def clock(moment: str | None, day: date) -> str:
    """The Eastern hour of a moment written out, without its date where that is the page's."""
    return UNKNOWN if moment is None else moment.removeprefix(f"{day} ")


def breakable(name: str) -> str:
    """A long name, such as a table's, that may go on in the next line after each underscore."""
    from markupsafe import Markup, escape

    return escape(name).replace("_", Markup("_<wbr>"))


def write(path: Path, page: str) -> None:
    """Put a page where it belongs: whoever reads it has the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as written:
        written.write_text(page, encoding="utf-8")


def by(rows: list[dict[str, Any]], *columns: str) -> Mapping[Any, list[dict[str, Any]]]:
    """Rows by what they have in some columns, in the order they come."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        key = tuple(row[name] for name in columns)
        found.setdefault(key if len(columns) > 1 else key[0], []).append(row)
    return found
