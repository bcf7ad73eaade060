"""The grammar of messages: what it calls good is read, and what it calls malformed is refused with a reason to show."""

from __future__ import annotations

import random
from datetime import date

import pytest

from attack.grammar import GOOD, MALFORMED
from nba_assets.orchestration.events.messages import Malformed, parse
from nba_assets_tests.orchestration.events.day import message

DAY = date(2024, 11, 15)


def test_good_ones_are_read_whatever_their_shape() -> None:
    for shape in set(GOOD):
        read = parse(shape(random.Random(1), message("nbac_schedule", "e1", DAY)))
        assert (read.table.name, read.day, read.execution_id) == ("nbac_schedule", DAY, "e1")


@pytest.mark.parametrize("way", MALFORMED)
def test_malformed_ones_are_refused_with_a_reason_that_can_be_shown(way: str) -> None:
    chance = random.Random(2)
    for _ in range(2 if way == "huge" else 12):
        with pytest.raises(Malformed) as refused:
            parse(MALFORMED[way](chance, message("nbac_schedule", "m1", DAY)))
        assert str(refused.value).isprintable()
