"""Questions of reports on BigQuery: its analyser takes each, and none reads a table without bounds."""

from __future__ import annotations

import pytest

from nba_assets.reports.question import Question
from nba_assets.reports.season import question_of_issues, question_of_sources, question_of_tiers
from nba_assets.reports.slate_questions import PANELS, bets_question, slate_question
from nba_assets_tests.bigquery.catalogue import NAMES, ONE_DATE, Sent
from nba_assets_tests.bigquery.test_compiles import wrong_with

pytestmark = pytest.mark.slow

QUESTIONS = {
    **{name: slate_question(name, ONE_DATE.start, "a'game") for name in PANELS},
    "bets": bets_question(ONE_DATE.start, "ensemble"),
    "tiers": question_of_tiers(ONE_DATE),
    "sources": question_of_sources(ONE_DATE),
    "issues": question_of_issues(ONE_DATE),
}


@pytest.mark.parametrize(("name", "question"), QUESTIONS.items())
def test_bigquery_takes_the_question(name: str, question: Question) -> None:
    assert wrong_with(Sent(name, NAMES.sql(question.in_words_of("bigquery")))) == []
