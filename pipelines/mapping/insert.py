"""Puts rows into the organisation's seeds, in their place, and leaves every other byte as it is."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.mapping.rules import Seed
from pipelines.mapping.seed_files import SeedFile, SeedRow, csv_line, parse_seed


def insert_row(file: SeedFile, cells: Mapping[str, str]) -> SeedFile:
    """A seed's file, which is in the form that dbt reads, with one row more.

    It goes to the rows that it has most of its left match columns in common with: among them by the alphabet
    if they are so ordered, else after them. Line ends are the file's own.
    """
    line = _place(file.seed, file.rows, cells)
    lines = file.content.splitlines(keepends=True)
    end = b"\r\n" if lines[0].endswith(b"\r\n") else b"\n"
    row = csv_line([cells[column] for column in file.seed.columns]).encode()
    if lines[line - 2].endswith((b"\r", b"\n")):
        lines.insert(line - 1, row + end)
    else:  # the last line has no end, and the new one has none then, either
        lines[line - 2] += end
        lines.append(row)
    return parse_seed(file.path, file.seed, b"".join(lines))


def _place(seed: Seed, rows: tuple[SeedRow, ...], cells: Mapping[str, str]) -> int:
    """The line for a row with these cells."""
    new = [cells[column].strip(" ").lower() for column in seed.match]
    keys = {row.line: [row.text(column) for column in seed.match] for row in rows}
    for length in range(len(new), -1, -1):
        alike = [line for line, key in keys.items() if key[:length] == new[:length]]
        if alike:
            is_ordered = [keys[line] for line in alike] == sorted(keys[line] for line in alike)
            later = [line for line in alike if keys[line] > new]
            return later[0] if is_ordered and later else alike[-1] + 1
    return 2
