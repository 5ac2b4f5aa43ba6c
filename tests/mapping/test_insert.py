"""Rows go into a seed in their place, and every other byte stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.mapping.insert import insert_row
from pipelines.mapping.rules import seeds
from pipelines.mapping.seed_files import read_seed
from tests.mapping.seed_folder import header

SEED = seeds()["state_mapping"]
ROWS = [
    "jira,acme,PAY,,Doing,active,,,,,said by Ann",
    "jira,acme,PAY,,Waiting,waiting,,,,,",
    "jira,acme,WEB,,Ready,new,,,,,",
    "jira,acme,WEB,,Build,active,,,,,in the order of the board",
    "github,code,,,open,active,,,,,",
]


def cells(project: str, state: str, connection: str = "acme", tool: str = "jira") -> dict[str, str]:
    said = {"tool": tool, "connection": connection, "project": project, "tool_state": state}
    return {column: {**said, "abstract_state": "waiting"}.get(column, "") for column in SEED.columns}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("is_ended", [True, False])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    ("new", "place"),
    [
        (cells("PAY", "Review"), 2),  # by the alphabet, as the project's rows are
        (cells("PAY", "Zero"), 3),
        (cells("PAY", "Blocked"), 1),
        (cells("WEB", "Blocked"), 5),  # after the project's rows, which have an order of their own
        (cells("OPS", "On Call"), 5),  # a project that is new to the connection, after the connection's
        (cells("", "in progress", "other", "github"), 6),
        (cells("X", "On Call", "elsewhere"), 5),
    ],
)
def test_a_row_finds_its_place(
    tmp_path: Path, new: dict[str, str], place: int, end: str, is_ended: bool, mark: str
) -> None:
    path = tmp_path / "state_mapping.csv"
    lines = [header("state_mapping"), *ROWS]
    before = (mark + end.join(lines) + end * is_ended).encode()
    path.write_bytes(before)
    file = insert_row(read_seed(path, SEED), new)
    after = file.content.decode()
    (line,) = (row.line for row in file.rows if row.cells == new)
    written = after.removeprefix(mark).removesuffix(end if is_ended else "").split(end)
    assert written.pop(line - 1) == ",".join(new.values())
    assert written == lines
    assert after.startswith(mark)
    assert after.endswith(end) is is_ended
    assert line == place + 1


def test_a_cell_that_needs_quotes_gets_them_and_an_empty_seed_its_first_row(tmp_path: Path) -> None:
    path = tmp_path / "state_mapping.csv"
    path.write_text(header("state_mapping") + "\n", encoding="utf-8")
    file = insert_row(read_seed(path, SEED), cells("PAY", 'Say "when", please'))
    assert file.content.decode().splitlines()[1] == ('jira,acme,PAY,,"Say ""when"", please",waiting,,,,,')
