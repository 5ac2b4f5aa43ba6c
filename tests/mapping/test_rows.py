"""Rows of the seeds: their lines, their ids, and what an edit is in words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.mapping.errors import MappingError
from pipelines.mapping.rows import Rows, compare_rows, read_rows

HEADER = (
    "tool,connection,project,artifact_type,tool_state,abstract_state,outcome,precedence,valid_from,valid_to,"
)
HEADER += "note\n"

Table = list[tuple[str, ...]]


def states(*rows: str) -> Rows:
    return Rows({"state_mapping": HEADER + "".join(f"{row}\n" for row in rows)})


def words(before: Rows, after: Rows) -> list[str]:
    return [change.in_words() for change in compare_rows(before, after)]


def test_a_row_is_found_by_what_it_says() -> None:
    rows = states("jira,,,,Open,new,,,,,", "jira, acme ,PAY,,In QA,active,,10,2026-01-01,,why")
    match = "tool=jira, connection=acme, project=PAY, tool_state=In QA"
    name = f"state_mapping ({match}, precedence=10, valid_from=2026-01-01)"
    assert rows.place(name) == "state_mapping.csv:3"
    assert rows.place("state_mapping (tool_state=Gone)").endswith("which the file no longer holds")


def test_lines_are_those_of_the_file_even_after_cells_with_line_breaks_and_empty_lines() -> None:
    text = HEADER + 'jira,,,,Open,new,,,,,"two\nlines"\n\njira,,,,Doing,active,,,,,\n'
    assert [row.line for row in read_rows("state_mapping", text)] == [2, 5]


def test_a_shipped_default_says_so() -> None:
    rows = Rows({"default_state_mapping": HEADER + "jira,,,,Open,new,,,,,\n"})
    place = rows.place("default_state_mapping (tool=jira, tool_state=Open)")
    assert place == "default_state_mapping.csv:2 (shipped default)"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (["jira,,,,Open,new,,,,,", "jira,,,,QA,active,,,,,"], []),
        (["jira,,,,QA,active,,,,,", "jira,,,,Open,new,,,,,"], []),
        (
            ["jira,,,,Open,new,,,,,", "jira,,,,QA,waiting,,,,,"],
            ["changed state_mapping.csv:3: tool=jira, tool_state=QA: abstract_state active → waiting"],
        ),
        (
            ["jira,,,,Open,new,,,,,"],
            ["removed state_mapping.csv:3: tool=jira, tool_state=QA, abstract_state=active"],
        ),
        (
            [
                "jira,,,,Open,new,,,,,",
                "jira,,,,QA,active,,,,2026-04-01,",
                "jira,,,,QA,waiting,,,2026-04-01,,",
            ],
            [
                "changed state_mapping.csv:3: tool=jira, tool_state=QA: valid_to blank → 2026-04-01",
                "added state_mapping.csv:4: tool=jira, tool_state=QA, abstract_state=waiting, "
                "valid_from=2026-04-01",
            ],
        ),
    ],
)
def test_an_edit_in_words(after: list[str], said: list[str]) -> None:
    assert words(states("jira,,,,Open,new,,,,,", "jira,,,,QA,active,,,,,"), states(*after)) == said


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "state_mapping.csv").write_bytes(f"{HEADER}jira,,,,Gepr\u00fcft,done,,,,,\n".encode("cp1252"))
    with pytest.raises(MappingError, match=r"state_mapping\.csv is not UTF-8: run `streamgauge check`"):
        Rows.of_folders(tmp_path)


CELL = st.text(alphabet="aB ,\"\n'", max_size=4)
TABLES = st.lists(st.tuples(*[CELL] * 11), max_size=6)


@given(TABLES, TABLES)
def test_added_less_removed_is_the_difference_in_rows(
    before: list[tuple[str, ...]], after: list[tuple[str, ...]]
) -> None:
    def rows(table: Table) -> Rows:
        quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in table)
        return Rows({"state_mapping": HEADER + "".join(quoted)})

    one, other = rows(before), rows(after)
    kinds = [change.kind for change in compare_rows(one, other)]
    sizes = [len(side.by_seed["state_mapping"]) for side in (one, other)]
    assert kinds.count("added") - kinds.count("removed") == sizes[1] - sizes[0]
    assert compare_rows(one, one) == []


def test_every_row_of_the_demo_and_of_the_defaults_has_an_id_of_its_own() -> None:
    root = Path(__file__).resolve().parents[2]
    rows = Rows.of_folders(root / "seeds" / "defaults", root / "pipelines" / "demo" / "seeds")
    mapped = [
        row for seed in rows.by_seed if seed.endswith(("mapping", "_scope")) for row in rows.by_seed[seed]
    ]
    assert len({row.row_id for row in mapped}) == len(mapped) > 100
