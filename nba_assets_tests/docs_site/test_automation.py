"""The page of what runs by itself names every sensor and schedule, and says which are off at first."""

from __future__ import annotations

import re

import dagster as dg

from docs_site.generated import DOCS
from nba_assets.orchestration.under_way import ON, switches


def test_every_sensor_and_schedule_is_on_the_page() -> None:
    found = dict[str, bool]()
    for row in (DOCS / "automation.md").read_text().splitlines():
        if row.startswith("| `"):
            cell = row.split("|")[1]
            found |= dict.fromkeys(re.findall(r"`(\w+)`", cell), "(off)" not in cell)
    with dg.instance_for_test() as instance:
        assert found == {switch.name: switch.state == ON for switch in switches(instance)}
