"""A page a table, from its contract: columns with unit, meaning and origin, inputs with their reach, checks.

Pictures are put into these pages when the site is built, at these comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from docs_site.table_formulas import formulas_of, headline
from nba_assets.compile.ancestry import Column as Origin
from nba_assets.compile.ancestry import sources
from nba_assets.contracts.checks import counted_in, rules_of
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.measures import measures_of
from nba_assets.contracts.read import Read, View, stored_sources
from nba_assets.contracts.table import Check, Table
from nba_assets.readers.catalog import stored_contracts

FLOW, LINEAGE, PROFILE = "<!-- flow -->", "<!-- lineage -->", "<!-- profile -->"
"""Where the site has its pictures; GitHub shows nothing there."""

NEEDS = {
    "required": "required: the tables that it feeds wait for it",
    "fallback": "stands in for another source, game by game",
    "optional": "optional: columns stay NULL without it",
}


def table_pages() -> dict[str, str]:
    """Each page's text by its path below `docs/`, the list of all tables first."""
    return {"tables/README.md": index(), **{path_of(contract): page(contract) for contract in stored_contracts()}}


def path_of(contract: Contract) -> str:
    return f"tables/{contract.dataset}/{contract.name}.md"


def groups() -> dict[str, list[Contract]]:
    """All that is stored, in the order in which data flows."""
    found: dict[str, list[Contract]] = {}
    for contract in stored_contracts():
        of = "raw" if isinstance(contract, RawTable) else contract.group if isinstance(contract, Table) else "kept"
        found.setdefault(of, []).append(contract)
    first = [name for name in ("raw", "conformed", "analytics", "precompute") if name in found]
    return {
        name: found[name] for name in sorted(found, key=lambda of: (of == "kept", of not in first, _place(first, of)))
    }


def _place(of: Sequence[str], name: str) -> int:
    return of.index(name) if name in of else len(of)


def index() -> str:
    parts = [
        "# Tables",
        "",
        "Each links to its columns, inputs and checks. All of these pages are made from the contracts by `make docs`.",
        "",
        FLOW,
    ]
    for group, contracts in groups().items():
        rows = [(_link(c, ""), first_sentence(c), ", ".join(c.key)) for c in contracts]
        parts += ["", f"## {TITLES.get(group, group.capitalize())}", "", grid(("table", "what it is", "key"), rows)]
    return "\n".join(parts) + "\n"


TITLES = {
    "raw": "Raw: what scrapers deliver",
    "conformed": "Conformed: each thing once",
    "kept": "Kept of runs and deliveries",
}


def page(contract: Contract) -> str:
    parts = [f"# {contract.name}", "", prose(contract.description), "", *_facts(contract), ""]
    parts += ["## Columns", "", *_columns(contract), ""]
    if isinstance(contract, Table):
        parts += [LINEAGE, "", PROFILE, "", *_formulas(contract), "## Inputs", "", *_inputs(contract), ""]
    else:
        parts += [PROFILE, ""]
    if readers := _readers(contract):
        parts += ["## Read by", "", ", ".join(_link(table) for table in readers), ""]
    if isinstance(contract, RawTable):
        parts += ["## Columns that come from it", "", *_fed(contract), ""]
    parts += ["## Checks", "", *_checks(contract)]
    return "\n".join(parts) + "\n"


def first_sentence(contract: Contract) -> str:
    return prose(re.split(r"(?<=\.)\s", contract.description, maxsplit=1)[0]).replace("\n", " ")


def _facts(contract: Contract) -> Iterator[str]:
    yield f"- full name: `{contract.full_name}`"
    if isinstance(contract, Table):
        file = f"{contract.module.replace('.', '/')}.py"
        yield f"- declared in [`{file}`](../../../{file})"
    yield f"- key: {_code(contract.key)}"
    yield f"- partitioned by: {_code([contract.partition_by]) if contract.partition_by else 'nothing, stored whole'}"
    if contract.cluster_by:
        yield f"- clustered on BigQuery by: {_code(contract.cluster_by)}"
    if isinstance(contract, Table) and contract.step != contract.name:
        yield f"- built in the step `{contract.step}`"
    if isinstance(contract, Table) and (measured := measures_of(contract)):
        yield f"- measured each day: {_code(measure.name for measure in measured)}"
    if isinstance(contract, RawTable):
        yield f"- {NEEDS[contract.need]}"
        if contract.replaces:
            yield f"- a delivery replaces all rows of its `{contract.replaces}`"


def _columns(contract: Contract) -> Iterator[str]:
    """With what each is made of, for a table of ours; bold where NULL is a mistake."""
    ours = isinstance(contract, Table)
    yield "Those in bold are never NULL."
    yield ""
    rows = []
    for column in contract.columns:
        name = f"`{column.name}`"
        named = f"**{name}**" if column.required or column.name in contract.key else name
        cells = [named, column.type, column.told_unit, prose(column.meaning)]
        origin = "all other columns" if column.name == "data_hash" else _origin(made_of(contract, column.name))
        rows.append([*cells, origin] if ours else cells)
    yield grid(("column", "type", "unit", "meaning", *(["made of"] if ours else [])), rows)


def made_of(contract: Contract, column: str) -> tuple[Origin, ...]:
    return sources("duckdb", (contract.full_name, column)) or ()


def _origin(found: Iterable[Origin]) -> str:
    by_table: dict[str, list[str]] = {}
    for table, column in found:
        by_table.setdefault(table, []).append(column)
    return "; ".join(f"{_link(by_name()[table])}: {', '.join(columns)}" for table, columns in by_table.items())


def _inputs(table: Table) -> Iterator[str]:
    rows = []
    for name, read in table.reads.items():
        use = "" if name in table.built_from else "for checks and coverage only"
        rows.append((f"`{name}`", _source(read), "; ".join(dict.fromkeys(_reaches(read))), use))
    yield grid(("input", "from", "how far back", ""), rows)


def _formulas(table: Table) -> Iterator[str]:
    """Where the formula card says what the table's functions compute."""
    if found := formulas_of(table):
        yield from ("## Formulas", "", "What each says, and where it is computed:", "")
        for module, names in found.items():
            title = headline(module)
            yield f"- [{title}](../../formulas.md#{title.lower().replace(' ', '-')}): {_code(names)}"
        yield ""


def _source(read: Read) -> str:
    if not isinstance(read.source, View):
        return _link(read.source)
    stored = {contract.full_name: contract for contract, _ in stored_sources(read)}
    told = prose(read.source.description).split("\n\n")[0]
    return f"{told} Over {', '.join(map(_link, stored.values()))}"


def _reaches(read: Read) -> Iterator[str]:
    found = list(stored_sources(read))
    if len({reach for _, reach in found}) == 1:
        yield found[0][1].value
    else:
        yield from (f"{contract.name}: {reach.value}" for contract, reach in found)


def _readers(contract: Contract) -> list[Table]:
    ours = [table for table in stored_contracts() if isinstance(table, Table)]
    return [t for t in ours if any(c == contract for read in t.reads.values() for c, _ in stored_sources(read))]


def _fed(raw: RawTable) -> Iterator[str]:
    by_table: dict[str, list[str]] = {}
    for column in raw.feeds:
        table, _, name = column.partition(".")
        by_table.setdefault(table, []).append(name)
    bare = {contract.name: contract for contract in stored_contracts()}
    for table, columns in by_table.items():
        yield f"- {_link(bare[table])}: {_code(columns)}"


def _checks(contract: Contract) -> Iterator[str]:
    """Which of them end a run is nobody's: a check annotates."""
    found: Sequence[Check] = counted_in(contract) if isinstance(contract, Table) else rules_of(contract)
    yield grid(("check", "severity", "rule"), [(f"`{c.name}`", c.severity, prose(c.description)) for c in found])


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table of cells that are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(" ".join(cell.split()) for cell in line) + " |" for line in lines)


def prose(text: str) -> str:
    """Text of a contract as Markdown: its `names` are code, and nothing of it is a tag or ends a cell."""
    quoted = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else _plain(part) for part in quoted).replace("|", r"\|")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("*", r"\*").replace("[", r"\[")


def _link(contract: Contract, to_root: str = "../") -> str:
    return f"[`{contract.name}`]({to_root}{contract.dataset}/{contract.name}.md)"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


@cache
def by_name() -> dict[str, Contract]:
    return {contract.full_name: contract for contract in stored_contracts()}
