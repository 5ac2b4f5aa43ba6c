"""The impact report is fit for a pull request's comment, whatever stands in seeds and tools."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipelines.mapping.comparison import ClassChange, Impact, Move, Scope, by_weight
from pipelines.mapping.figures import change, duration, written
from pipelines.mapping.impact_report import COMMENT_LIMIT, MARKER, _safe, headline, markdown, write_html
from pipelines.mapping.rows import RowChange, SeedRow
from pipelines.mapping.scratch import Seeds, Settings

MONTHS = [dt.date(2026, month, 1) for month in range(1, 7)]
SETTINGS = Settings(
    {
        "as_of": "2026-07-08T09:00:00.000000Z",
        "reporting_timezone": "Europe/Berlin",
        "policy_completion": "last",
        "policy_duration": "flow_time",
        "policy_cancelled": "excluded",
        "policy_time": "calendar",
    }
)
HEADER = (
    "tool,connection,project,artifact_type,tool_state,abstract_state,outcome,precedence,valid_from,valid_to\n"
)


def seeds(label: str, *rows: str) -> Seeds:
    return Seeds(label, {"state_mapping": HEADER + "\n".join(rows)}, {}, {}, {})


def move(
    name: str = "Checkout", before: float | None = 2, after: float | None = 3, column: str = "velocity"
) -> Move:
    months = dict.fromkeys(MONTHS, (before, after))
    return Move(Scope("product", "checkout", name, "item", "all"), column, (before, after), months)


def impact(moves: list[Move], classes: list[ClassChange] | None = None, note: str = "QA") -> Impact:
    row = SeedRow("state_mapping", 2, {"tool": "jira", "tool_state": note, "abstract_state": "active"})
    return Impact(
        seeds("main (abc)", "jira,,,,QA,active,,,,"),
        seeds("the edited seeds", "jira,,,,QA,waiting,,,,"),
        SETTINGS,
        SETTINGS,
        [RowChange(None, row)],
        artifact_count=100,
        changed_artifact_count=7,
        moved_rows={"flow_velocity": len(moves)},
        last_months=MONTHS[-3:],
        moves=moves,
        classes=classes or [],
    )


def became(example: str) -> ClassChange:
    state = "state_mapping (tool=jira, tool_state=QA)"
    return ClassChange(
        "state QA", "active", "waiting", state, state, 7, [example], (1, 2), (3, 3), (60.0, 86400.0 * 3)
    )


def test_a_comment_says_what_moved_by_which_row_and_what_it_carries() -> None:
    text = markdown(impact([move()], [became("PAY-1")]), 20)
    assert text.startswith(MARKER)
    assert "**Figures of 1 product move; 7 of 100 artifacts mean something else.**" in text
    assert "| Checkout | velocity | 2 | 3 | +1 (+50 %) | 2 → 3 | 2 → 3 | 2 → 3 |" in text
    assert "| state QA | active → waiting | state\\_mapping.csv:2 | 7 |" in text
    assert "| 1 → 2 | 3 | 1.0 min → 3.0 d | PAY-1, ... |" in text


def test_nothing_moved_is_said() -> None:
    still = Impact(seeds("a"), seeds("b"), SETTINGS, SETTINGS, [])
    assert headline(still).startswith("Nothing moved")
    assert "no row of the seeds and no policy differs" in markdown(still, 20)


def test_a_comment_fits_into_one_however_much_moves() -> None:
    moves = [move(f"Product {number} {'x' * 80}") for number in range(3000)]
    text = markdown(impact(moves), 3000)
    assert len(text) <= COMMENT_LIMIT + 100
    assert "more in the HTML report" in text


@pytest.mark.parametrize(
    "evil",
    [
        "@everyone",
        "<img src=x onerror=alert(1)>",
        "[click](http://evil.example)",
        "![pixel](https://evil.example/a.png)",
        "`code` **bold** | cell",
        "</details><script>",
        "line\nbreak",
        "https://evil.example",
    ],
)
def test_what_stands_in_seeds_is_text_and_nothing_else(evil: str) -> None:
    text = _safe(evil)
    tokens = [child for token in MarkdownIt("commonmark").parse(text) for child in token.children or []]
    assert {token.type for token in tokens} == {"text"}
    assert "@" not in text
    assert "://" not in text
    assert not re.search(r"(?<!\\)\|", text)


@given(st.text(min_size=1, max_size=40))
def test_any_text_stays_one_cell(value: str) -> None:
    assert not re.search(r"\n|(?<!\\)(?:\\\\)*\||<|@", _safe(value))


def test_the_page_is_whole_escapes_what_it_shows_and_draws_gaps_as_gaps(tmp_path: Path) -> None:
    holed = move("<b>Shop</b>")
    months = {month: (None if month == MONTHS[2] else 2.0, 3.0) for month in MONTHS}
    holed = Move(holed.scope, holed.column, holed.history, months)
    write_html(impact([holed], [became("<i>")]), tmp_path / "deep" / "impact.html")
    page = (tmp_path / "deep" / "impact.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Shop" in page
    assert "<b>Shop" not in page
    assert page.count('<polyline class="before"') == 2
    assert page.count('<polyline class="after"') == 1
    assert not re.search(r"<(?:link|script|img|iframe)|https?://", page)


@pytest.mark.parametrize(
    ("before", "after", "unit", "said"),
    [
        (2, 3, "count", "+1 (+50 %)"),
        (0, 3, "count", "+3"),
        (3, 3, "count", "="),
        (None, 3, "count", "is new"),
        (3, None, "seconds", "is gone"),
        (0.6, 0.5, "ratio", "-10.0 points"),
        (86400 * 4, 86400 * 3, "seconds", "-24.0 h (-25 %)"),
        (-4, -2, "count", "+2 (+50 %)"),
    ],
)
def test_a_change_in_words(before: float | None, after: float | None, unit: str, said: str) -> None:
    assert change(before, after, unit) == said


def test_values_in_words() -> None:
    assert [duration(seconds) for seconds in (0.5, 90, 7200, 172800)] == [
        "0.5 s",
        "1.5 min",
        "2.0 h",
        "2.0 d",
    ]
    assert [written(None, "count"), written(1234, "count"), written(0.256, "ratio")] == [
        "-",
        "1,234",
        "25.6 %",
    ]


def test_the_largest_change_has_size_one_and_none_has_none() -> None:
    assert [move(before=None).size, move(before=0).size, move(before=3).size] == [1, 1, 0]
    assert move(before=2, after=4).size == pytest.approx(0.5)


def test_all_work_comes_before_its_parts_and_the_largest_change_first() -> None:
    few = Move(Scope("product", "checkout", "Checkout", "item", "risk"), "velocity", (1, 2), {})
    small, large = move(before=100, after=101), move(before=0.6, after=0.5, column="flow_efficiency")
    assert sorted([few, small, large], key=by_weight) == [large, small, few]
