"""The questions of docs/questions.md have answers in what is published of the demo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.publish import current_snapshot
from pipelines.publish.snapshot import publish
from tests.project.repository import ROOT, files

QUESTIONS = dict(
    re.findall(
        r"^## (\d+\. .*?)\n.*?^```sql\n(.*?)^```",
        (ROOT / "docs" / "questions.md").read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
)


@pytest.fixture(scope="module")
def published(
    database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("published")
    publish(database, folder, ROOT, keep=1, now=lambda: datetime.now(UTC))
    with duckdb.connect(str(current_snapshot(folder) / "streamgauge.duckdb"), read_only=True) as connection:
        yield connection


def test_every_mart_of_a_green_build_is_published(published: duckdb.DuckDBPyConnection) -> None:
    tables = {name for (name,) in published.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables == {path.stem for path in files("models/marts", "*.sql")} | {"publication"}
    assert published.execute("select reporting_timezone from publication").fetchall() == [("Europe/Berlin",)]


def test_there_are_ten_questions() -> None:
    assert [question.split(".")[0] for question in QUESTIONS] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_an_answer(published: duckdb.DuckDBPyConnection, question: str) -> None:
    assert published.execute(QUESTIONS[question]).fetchall()
