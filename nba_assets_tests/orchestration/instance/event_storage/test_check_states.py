"""States of asset checks are those that Dagster adds up, whoever wrote or removed what, and are not read twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as db
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData as Target,
)
from dagster._core.events import AssetCheckEvaluationPlanned, StepMaterializationData
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionResolvedStatus as Status
from dagster._core.storage.asset_check_state import bulk_update_asset_check_state
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.test_utils import create_run_for_test
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nba_assets.orchestration.instance.answered_checks import answer_days
from nba_assets.orchestration.instance.event_storage import check_states, internals
from nba_assets.orchestration.instance.retention import prune
from nba_assets_tests.orchestration.instance.event_storage.databases import Databases

DAILY = dg.DailyPartitionsDefinition("2024-10-01", end_offset=1)
KINDS = dg.StaticPartitionsDefinition(["home", "away"])
WHOLE = dg.AssetCheckKey(dg.AssetKey("whole"), "rows")
BY_DAY, BY_DAY_TOO = (dg.AssetCheckKey(dg.AssetKey("by_day"), name) for name in ("rows", "keys"))
BY_KIND = dg.AssetCheckKey(dg.AssetKey("by_kind"), "rows")
CHECKS = [(WHOLE, None), (BY_DAY, DAILY), (BY_DAY_TOO, DAILY), (BY_KIND, KINDS)]
PARTITIONS = {
    WHOLE: [None],
    BY_DAY: ["2024-10-01", "2024-10-02", "2024-10-05", None],
    BY_DAY_TOO: ["2024-10-01"],
    BY_KIND: ["home", "gone"],
}
"""Days that are still to come, what is no partition, and an asset made whole that has partitions, are among them."""

NOW = datetime(2024, 10, 3, 12, tzinfo=UTC)
OF_CHECK = st.sampled_from([(check, partition) for check, of in PARTITIONS.items() for partition in of])


def _told(kind: dg.DagsterEventType, data: Any) -> dg.DagsterEvent:
    return dg.DagsterEvent(kind.value, "job", event_specific_data=data)


class Written(RuleBasedStateMachine):
    """Two processes of ours and one of stock Dagster's, one log. After each step all three say the same."""

    def __init__(self, databases: Databases) -> None:
        super().__init__()
        place = databases.new()
        self.stock, self.storages = databases.stock(place), [databases.batching(place) for _ in range(2)]
        self.instance = dg.DagsterInstance.ephemeral()
        for storage in (self.stock, *self.storages):
            storage.register_instance(self.instance)
        self.now, self.planned = NOW, set[tuple[Any, ...]]()
        self.runs: list[str] = []  # all of them
        self.writing: list[str] = []  # whose own logs nobody has removed

    def teardown(self) -> None:
        for storage in self.storages:
            storage.dispose()
        self.instance.dispose()

    @initialize()
    def begin(self) -> None:
        self.start(0)

    @invariant()
    def all_say_the_same(self) -> None:
        with dg.partition_loading_context(effective_dt=self.now):
            expected = SqlEventLogStorage.get_asset_check_state(self.stock, CHECKS)
            for storage in self.storages:
                assert storage.get_asset_check_state(CHECKS) == expected
            assert storage.get_asset_check_state(CHECKS[1:2]) == {BY_DAY: expected[BY_DAY]}

    def _by(self, writer: int) -> SqlEventLogStorage:
        """Each of the three writes."""
        self.instance._event_storage = [self.stock, *self.storages][writer]
        return self.instance._event_storage

    def _tell(self, writer: int, run_id: str, event: dg.DagsterEvent) -> None:
        self._by(writer)
        self.instance.report_dagster_event(event, run_id)

    @rule(writer=st.integers(0, 2))
    def start(self, writer: int) -> None:
        self._by(writer)
        run = create_run_for_test(self.instance, job_name="job", status=dg.DagsterRunStatus.STARTED)
        self.runs.append(run.run_id)
        self.writing.append(run.run_id)

    @rule(writer=st.integers(0, 2), run=st.integers(0, 9), of=OF_CHECK)
    def plan(self, writer: int, run: int, of: tuple[dg.AssetCheckKey, str | None]) -> None:
        """A run plans all partitions of its range at once; those that another has planned are executed again."""
        (check, partition), run_id = of, self.writing[run % len(self.writing)]
        if (run_id, check) in self.planned:
            return
        self.planned.add((run_id, check))
        subset = None
        if partition is not None and check in (BY_DAY, BY_DAY_TOO):
            subset = DAILY.subset_with_partition_keys(["2024-10-01", "2024-10-02"]).to_serializable_subset()
        elif partition is not None:
            subset = KINDS.subset_with_partition_keys([partition])
        planned = AssetCheckEvaluationPlanned(
            asset_key=check.asset_key, check_name=check.name, partitions_subset=subset
        )
        self._tell(writer, run_id, _told(dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED, planned))

    @rule(writer=st.integers(0, 2), run=st.integers(0, 9), of=OF_CHECK)
    def materialise(self, writer: int, run: int, of: tuple[dg.AssetCheckKey, str | None]) -> None:
        made = StepMaterializationData(dg.AssetMaterialization(of[0].asset_key, partition=of[1]))
        run_id = self.writing[run % len(self.writing)]
        self._tell(writer, run_id, _told(dg.DagsterEventType.ASSET_MATERIALIZATION, made))

    @rule(writer=st.integers(0, 2), run=st.integers(0, 9), of=OF_CHECK, passed=st.booleans(), after=st.booleans())
    def answer(self, writer: int, run: int, of: tuple[dg.AssetCheckKey, str | None], passed: bool, after: bool) -> None:
        """Planned or not, of the last materialisation or of none."""
        (check, partition), run_id = of, self.writing[run % len(self.writing)]
        self.planned.add((run_id, check))  # what has an answer cannot be planned
        evaluation = dg.AssetCheckEvaluation(
            asset_key=check.asset_key,
            check_name=check.name,
            passed=passed,
            target_materialization_data=self._last_made(check.asset_key, partition) if after else None,
            partition=partition,
        )
        self._tell(writer, run_id, _told(dg.DagsterEventType.ASSET_CHECK_EVALUATION, evaluation))

    def _last_made(self, key: dg.AssetKey, partition: str | None) -> Any:
        only = dg.AssetRecordsFilter(key, asset_partitions=[partition]) if partition else key
        found = self.stock.fetch_materializations(only, limit=1).records
        return Target(**{name: getattr(found[0], name) for name in Target._fields}) if found else None

    @rule(run=st.integers(0, 9), how=st.sampled_from(["SUCCESS", "FAILURE", "CANCELED"]))
    def end(self, run: int, how: str) -> None:
        """Of which the log of all runs is not told."""
        event = dg.DagsterEvent(f"PIPELINE_{how}", "job")
        self.instance.run_storage.handle_run_event(self.runs[run % len(self.runs)], event, datetime.now(UTC))

    @rule(writer=st.integers(1, 2), run=st.integers(0, 9), check=st.sampled_from([BY_DAY, BY_DAY_TOO]))
    def answer_days_of_a_range(self, writer: int, run: int, check: dg.AssetCheckKey) -> None:
        """As our steps do, past Dagster: the newest event may be older than the last look."""
        self._by(writer)
        if found := self.instance.get_run_by_id(self.runs[run % len(self.runs)]):
            answer_days(self.instance, found, check.asset_key, [check.name])

    @precondition(lambda self: len(self.runs) > 1)
    @rule(writer=st.integers(0, 2), run=st.integers(0, 9))
    def delete_a_run(self, writer: int, run: int) -> None:
        self._by(writer)
        gone = self.runs.pop(run % len(self.runs))
        if gone in self.writing:
            self.instance.delete_run(gone)
        else:
            self.instance.run_storage.delete_run(gone)
        self.writing = [each for each in self.writing if each != gone]
        if not self.writing:
            self.start(writer)

    @rule(writer=st.integers(0, 2), check=st.sampled_from(list(PARTITIONS)))
    def wipe_an_asset(self, writer: int, check: dg.AssetCheckKey) -> None:
        self._by(writer).wipe_asset(check.asset_key)
        self.planned = {each for each in self.planned if each[1].asset_key != check.asset_key}

    @rule(writer=st.integers(0, 2))
    def wipe(self, writer: int) -> None:
        self._by(writer).wipe()
        self.planned.clear()
        self.writing.clear()
        self.start(writer)

    @rule(writer=st.integers(1, 2))
    def prune(self, writer: int) -> None:
        self._by(writer)
        prune(self.instance, datetime.now(UTC) + timedelta(days=1))
        self.writing.clear()
        self.start(writer)

    @rule(writer=st.integers(0, 2), check=st.sampled_from(list(PARTITIONS)))
    def lose_the_number(self, writer: int, check: dg.AssetCheckKey) -> None:
        """The last row of a check is as an old Dagster's; no event comes with it."""
        rows = internals.table(internals.CHECKS)
        of = rows.c.asset_key == check.asset_key.to_string(), rows.c.check_name == check.name
        last = db.select(db.func.max(rows.c.id)).where(*of).scalar_subquery()
        with self._by(writer).index_connection() as connection:
            connection.execute(rows.update().where(rows.c.id == last).values(evaluation_event_storage_id=None))

    @rule(days=st.integers(-4, 4))
    def time_passes(self, days: int) -> None:
        self.now = NOW + timedelta(days=days)


def test_one_step_of_each_kind(databases: Databases) -> None:
    """What chance seldom brings together: nothing tells a process that a run ended, or that a day began."""
    first, second, later = ((BY_DAY, day) for day in PARTITIONS[BY_DAY][:3])
    machine = Written(databases)
    machine.start(0)
    for step in (
        lambda: machine.plan(1, 0, first),
        lambda: machine.end(0, "FAILURE"),
        lambda: machine.start(0),
        lambda: machine.plan(2, 1, (BY_KIND, "gone")),
        lambda: machine.materialise(0, 1, first),
        lambda: machine.answer(1, 1, first, passed=True, after=True),
        lambda: machine.materialise(2, 0, first),
        lambda: machine.answer(2, 1, second, passed=False, after=False),
        lambda: machine.answer(1, 1, later, passed=True, after=True),
        lambda: machine.time_passes(4),
        lambda: machine.materialise(0, 1, (BY_DAY, None)),
        lambda: machine.answer(0, 1, (WHOLE, None), passed=True, after=False),
        lambda: machine.materialise(0, 1, (WHOLE, None)),
        lambda: machine.plan(1, 1, (BY_DAY_TOO, "2024-10-01")),
        lambda: machine.end(1, "CANCELED"),
        lambda: machine.start(0),
        lambda: machine.answer(1, 2, second, passed=True, after=False),
        lambda: machine.lose_the_number(2, BY_DAY),
        lambda: machine.delete_a_run(0, 0),
        lambda: machine.prune(1),
        lambda: machine.wipe_an_asset(0, BY_DAY),
        lambda: machine.wipe(2),
    ):
        machine.all_say_the_same()
        step()
    machine.all_say_the_same()
    machine.teardown()


def test_what_nobody_wrote_to_is_not_read_again(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is open asks every few seconds. Postgres cannot tell whether anything was written."""
    machine = Written(databases)
    machine.start(0)
    machine.answer(1, 0, (BY_DAY, "2024-10-01"), passed=True, after=False)
    storage = machine.storages[0]
    before, reads = storage.get_asset_check_state(CHECKS), []
    monkeypatch.setattr(
        check_states, "_rows", lambda *asked, _rows=check_states._rows: reads.append(1) or _rows(*asked)
    )
    again = storage.get_asset_check_state(CHECKS)
    assert again == before
    told_by_the_database = storage.version() is not None
    assert (not reads, again[BY_DAY] is before[BY_DAY]) == (told_by_the_database, told_by_the_database)
    reads.clear()
    machine.answer(2, 0, (BY_DAY, "2024-10-01"), passed=False, after=False)
    assert storage.get_asset_check_state(CHECKS) != before
    assert reads
    machine.teardown()


def test_dagster_goes_on_from_a_state_to_a_wrong_one(databases: Databases) -> None:
    """So its hook is no use to us; should this change, it may be."""
    machine = Written(databases)
    machine.start(0)
    machine.answer(0, 0, (BY_DAY, "2024-10-01"), passed=True, after=False)
    machine.instance._event_storage = machine.stock
    passed = machine.stock.get_asset_check_state([(BY_DAY, DAILY)])
    machine.answer(0, 0, (BY_DAY, "2024-10-01"), passed=False, after=False)
    remembered = bulk_update_asset_check_state(machine.instance, [(BY_DAY, DAILY)], passed)[BY_DAY]
    assert {status for status, days in remembered.subsets.items() if not days.is_empty} == {
        Status.SUCCEEDED,
        Status.FAILED,
    }
    machine.teardown()


@pytest.mark.parametrize("examples", [3, pytest.param(15, marks=pytest.mark.slow)], ids=["some", "many"])
def test_as_dagster_adds_them_up(databases: Databases, examples: int) -> None:
    steps = settings(max_examples=examples, stateful_step_count=25, deadline=None, phases=[Phase.generate])
    run_state_machine_as_test(lambda: Written(databases), settings=steps)
