"""Pictures of the tables' pages, as SVG by the site's path: where columns come from, and how values are spread."""

from __future__ import annotations

from functools import cache

from docs_site.flow_picture import draw_flow
from docs_site.lineage_picture import draw_lineage
from docs_site.profile_picture import draw_profile
from docs_site.profiles import profiles
from docs_site.table_pages import path_of
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.readers.catalog import stored_contracts


@cache
def pictures() -> dict[str, bytes]:
    """Drawn once a process, so that `mkdocs serve` does not wait for them each time."""
    kept = profiles()
    found = {"tables/README.flow.svg": draw_flow()}
    for contract in stored_contracts():
        if isinstance(contract, Table):
            found[picture_of(contract, "lineage")] = draw_lineage(contract)
        if profile := kept.get(contract.full_name):
            found[picture_of(contract, "profile")] = draw_profile(contract, profile)
    return found


def picture_of(contract: Contract, kind: str) -> str:
    return f"{path_of(contract).removesuffix('.md')}.{kind}.svg"


def alt_text(kind: str) -> str:
    return {
        "flow": "All tables by group, each joined by lines to those that read it, as their pages say",
        "lineage": "Columns of other tables, joined by lines to the columns made of them, as the list above says",
        "profile": "How the values of each column are spread in a simulated season and the first month of the next",
    }[kind]
