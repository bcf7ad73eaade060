"""Whether a process has ended, told by its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nba_assets.warehouse import process
from nba_assets.warehouse.process import is_gone, is_here, this_process
from nba_assets_tests.warehouse.ended import ended_process


def test_a_process_that_lives_is_not_gone() -> None:
    assert not is_gone(this_process())
    assert is_here(this_process())


def test_one_that_has_ended_is_gone() -> None:
    assert is_gone(ended_process())


def test_one_whose_id_another_has_now_is_gone() -> None:
    assert is_gone(this_process().rpartition(".")[0] + ".1")


def test_one_whose_parent_has_not_been_told_yet_is_gone() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    name = process._named(dead.pid)
    assert dead.stdout is None
    while Path(f"/proc/{dead.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        pass
    assert is_gone(name)
    dead.wait()


@pytest.mark.parametrize("name", ["", "no-name", "other.host.1.2", "{host}.x.1", "{host}.1"])
def test_of_other_hosts_and_of_what_is_no_name_nobody_knows(name: str) -> None:
    assert not is_gone(name.format(host=process._host()))


def test_where_there_is_no_proc_the_system_is_asked() -> None:
    assert process._start_elsewhere(1)
    assert process._start_elsewhere(2**22 + 1) is None
