"""The reports stand alone and say what the marts hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from plotly.graph_objects import Figure
from typer.testing import CliRunner

from dashboards.report import _chart
from pipelines.cli import app


@pytest.fixture(scope="module")
def reports(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    said = CliRunner().invoke(
        app, ["report", "--output", str(folder)], env={"STREAMGAUGE_PUBLISHED": str(published)}
    )
    assert said.exit_code == 0, said.output
    return folder


class Reader(HTMLParser):
    """Collects what a page fetches, its table's cells and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.rows: list[list[str]] = []
        self.headings: list[str] = []
        self.notes: list[str] = []
        self.place = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.place = tag
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "action")]
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.place = ""

    def handle_data(self, data: str) -> None:
        if self.place == "td":
            self.rows[-1][-1] += data
        if self.place == "p":
            self.notes.append(data)
        if self.place in ("h1", "h2", "h3"):
            self.headings.append(data)


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def test_there_is_one_for_each_value_stream(reports: Path, marts: duckdb.DuckDBPyConnection) -> None:
    streams = marts.execute(
        "select value_stream_id from dim_value_streams where level = 'value_stream'"
    ).fetchall()
    assert sorted(path.stem for path in reports.iterdir()) == sorted(stream for (stream,) in streams)


def test_a_report_fetches_nothing(reports: Path) -> None:
    for path in reports.iterdir():
        assert read(path).fetched == []
        assert not re.search(
            r"@import|url\(\s*['\"]?https?:", path.read_text(encoding="utf-8").split("<body>")[1]
        )


def test_its_table_holds_the_last_months_figures(reports: Path, marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute(
        """
        select product_name, velocity, flow_time_p50_seconds / 86400, flow_efficiency, load_end,
            flow_time_item_count
        from product_flow_metrics
        where value_stream_id = 'fulfilment' and period_type = 'month' and period_start = '2026-06-01'
            and flow_item = 'all'
        order by product_name
        """
    ).fetchall()
    found = [
        [row[index] for index in (0, 1, 3, 6, 7, 9)] for row in read(reports / "fulfilment.html").rows[1:]
    ]
    assert found == [
        [name, str(velocity), f"{median:.1f} d", f"{efficiency:.0%}", str(load), str(count)]
        for name, velocity, median, efficiency, load, count in rows
    ]


def test_a_title_cannot_break_out_of_its_chart() -> None:
    figure = Figure().add_scatter(x=[1], y=[1], customdata=["</script><script>alert(1)</script>"])
    assert "<script>alert" not in _chart("Title", figure, "Meaning").html


def test_levels_are_kept_apart(reports: Path) -> None:
    headings = read(reports / "payments.html").headings
    assert [heading for heading in headings if heading.startswith("Level ")] == [
        "Level item",
        "Level story",
        "Level feature",
        "Level epic",
    ]


def test_without_anything_published_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, ["report"], env={"STREAMGAUGE_PUBLISHED": str(tmp_path)})
    assert said.exit_code == 1
    assert "streamgauge publish" in said.output
    assert not (tmp_path / "reports").exists()


def test_its_notes_are_plain_words(reports: Path) -> None:
    notes = " ".join(read(reports / "fulfilment.html").notes)
    assert "build_settings" in notes
    assert "`" not in notes
    assert "within_p50" not in notes
    assert "drawn" not in notes  # all are
