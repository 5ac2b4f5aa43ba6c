"""The rows of the seeds: their lines in the CSV, their ids in the warehouse, two versions compared.

The warehouse knows a mapping row by what it says (docs/decisions/0006), people by its line. Here one leads to
the other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.mapping.errors import MappingError
from pipelines.mapping.rules import Seed, seeds


@dataclass(frozen=True)
class SeedRow:
    """One row of a seed as it stands in its file."""

    seed: str
    line: int
    values: Mapping[str, str]

    @property
    def place(self) -> str:
        """Where to find it: `state_mapping.csv:14`."""
        return f"{self.seed}.csv:{self.line}"

    @property
    def rules(self) -> Seed:
        """The rules of its seed."""
        return seeds()[self.seed]

    @property
    def row_id(self) -> str:
        """The id by which the warehouse knows the row."""
        return self.rules.row_id(lambda column: self.values.get(column, ""))

    @property
    def name(self) -> str:
        """What the row is about, in words: its filled match columns, or its key."""
        filled = (column for column in self.rules.subject if self.values.get(column))
        return ", ".join(f"{column}={self.values[column]}" for column in filled)

    def says(self) -> str:
        """All that the row says, notes apart."""
        filled = ((column, value) for column, value in self.values.items() if value and column != "note")
        return ", ".join(f"{column}={value}" for column, value in filled)


@dataclass(frozen=True)
class RowChange:
    """A row that was added (no `before`), removed (no `after`) or changed."""

    before: SeedRow | None
    after: SeedRow | None

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def in_words(self) -> str:
        """The change: `changed state_mapping.csv:14: tool_state=QA: abstract_state active → waiting`."""
        row = self.after or self.before
        assert row is not None
        if self.before is None or self.after is None:
            return f"{self.kind} {row.place}: {row.says()}"
        before, after = self.before.values, self.after.values
        columns = dict.fromkeys([*before, *after])
        edits = [
            f"{column} {before.get(column) or 'blank'} → {after.get(column) or 'blank'}"
            for column in columns
            if before.get(column, "") != after.get(column, "")
        ]
        return f"changed {row.place}: {row.name}: {', '.join(edits)}"


class Rows:
    """All rows of one version of an organisation's seeds, the shipped defaults included."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Read the seeds.

        Args:
            files: the text of each seed's CSV, by the seed's name (`state_mapping`, ...)
        """
        self.by_seed = {seed: list(read_rows(seed, text)) for seed, text in files.items()}
        self._by_id = {row.row_id: row for rows in self.by_seed.values() for row in rows}

    @classmethod
    def of_folders(cls, *folders: Path) -> Rows:
        """The rows of all seeds in some folders.

        Raises:
            MappingError: one is not UTF-8
        """
        return cls({seed: text for folder in folders for seed, text in read_texts(folder).items()})

    def find(self, mapping_row_id: str) -> SeedRow | None:
        """The row that has this id in the warehouse; none if the file no longer holds it."""
        return self._by_id.get(mapping_row_id)

    def place(self, mapping_row_id: str) -> str:
        """Where the row is, in words: `state_mapping.csv:14`, or its id and that it is gone from the file."""
        row = self.find(mapping_row_id)
        if row is None:
            return f"{mapping_row_id}, which the file no longer holds"
        return f"{row.place} (shipped default)" if row.rules.is_default else row.place


def read_texts(folder: Path) -> dict[str, str]:
    """The text of each seed's CSV in a folder, by the seed's name.

    Raises:
        MappingError: one is not UTF-8
    """
    texts = {}
    for path in sorted(folder.glob("*.csv")):
        if is_seed(path.stem):
            try:
                texts[path.stem] = path.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise MappingError(f"{path} is not UTF-8: run `streamgauge check`.") from None
    return texts


def is_seed(name: str) -> bool:
    """Whether a CSV of this name is a seed of ours."""
    return name in seeds()


def read_rows(seed: str, text: str) -> Iterator[SeedRow]:
    """The rows of one CSV, cells without outer blanks, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [column.strip() for column in next(reader, [])]
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield SeedRow(seed, line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
        line = reader.line_num + 1


def compare_rows(before: Rows, after: Rows) -> list[RowChange]:
    """What was added, removed and changed, seed by seed, by line. A row that moved did not change."""
    changes = []
    for seed in dict.fromkeys([*after.by_seed, *before.by_seed]):
        changes += _compare(seed, before.by_seed.get(seed, []), after.by_seed.get(seed, []))
    return changes


def _compare(seed: str, before: Sequence[SeedRow], after: Sequence[SeedRow]) -> list[RowChange]:
    rules = seeds()[seed]
    left, right = list(before), list(after)
    changes: list[RowChange] = []
    # First what is the same, then what matches the same at the same dates, then what matches the same.
    for columns in (None, rules.identity, rules.subject):
        waiting: dict[object, list[SeedRow]] = {}
        for row in left:
            waiting.setdefault(_key(row, columns), []).append(row)
        rest = []
        for row in right:
            twins = waiting.get(_key(row, columns))
            if not twins:
                rest.append(row)
                continue
            twin = twins.pop(0)
            if columns is not None:
                changes.append(RowChange(twin, row))
        left, right = [row for twins in waiting.values() for row in twins], rest
    changes += [RowChange(None, row) for row in right]
    changes += [RowChange(row, None) for row in left]
    return sorted(changes, key=lambda change: (change.after or change.before).line)  # type: ignore[union-attr]  # one is there


def _key(row: SeedRow, columns: Sequence[str] | None) -> object:
    if columns is None:
        return tuple(sorted((column, value) for column, value in row.values.items() if value))
    return tuple(row.values.get(column, "").lower() for column in columns)
