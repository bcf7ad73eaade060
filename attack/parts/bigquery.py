"""BigQuery behind a bad line: replacements through a proxy that refuses, loses, drops and hangs, each ending right.

A case has a server of its own and some twenty replacements. Where no server can be had it is skipped.
"""

from __future__ import annotations

from attack.case import Case, Outcome
from nba_assets_tests.bigquery.fault_proxy import disturbed
from nba_assets_tests.bigquery.local_server import CannotBeHad, serve
from nba_assets_tests.warehouse.bigquery.trial import Trial, disturbed_runs, in_a_hurry

RUNS = 20


def play(case: Case) -> Outcome:
    seed = case.chance.randrange(10**9)
    try:
        with serve(case.root / "data") as server, disturbed(server.url) as proxy, in_a_hurry():
            trial = Trial(server.client("nba-attack"))
            trial.begin()
            lost = disturbed_runs(trial, proxy, seed, RUNS)
    except CannotBeHad as why:
        return Outcome("bigquery", "", skipped=str(why))
    return Outcome("bigquery", f"{RUNS} replacements, seed {seed}", lost, tries=RUNS)
