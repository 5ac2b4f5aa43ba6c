"""Writes seeds in canonical form where it is certain what was meant, and leaves the rest as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.mapping.check import is_of_type, known_values, zero_lost
from pipelines.mapping.rules import Column, seeds
from pipelines.mapping.seed_files import (
    OUTER_INVISIBLE,
    SeedFile,
    SeedRow,
    canonical,
    read_seed,
    seed_path,
    write_file,
)
from pipelines.mapping.spreadsheets import meant


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that was written.

    Args:
        path: the file
        content: what it contains now
        changes: what was changed, in words, at most one for a cell
    """

    path: Path
    content: bytes
    changes: tuple[str, ...]


def mend_seeds(folder: Path, only: tuple[Path, ...] = ()) -> list[Mended]:
    """Write what is certain in the organisation's seeds, and the files that are missing.

    Args:
        folder: the organisation's folder
        only: mend these files alone
    """
    chosen = {path.resolve() for path in only}
    paths = {name: seed_path(name, folder) for name in seeds()}
    read = {name: read_seed(path, seeds()[name]) for name, path in paths.items() if path.is_file()}
    mended = []
    for name, path in paths.items():
        if chosen and path.resolve() not in chosen:
            continue
        if name in read:
            found = mend_file(read[name], read)
        else:
            found = Mended(path, canonical(seeds()[name], []), ("was missing, has its header now",))
        if found is not None:
            write_file(path, found.content)
            mended.append(found)
    return mended


def mend_file(file: SeedFile, read: Mapping[str, SeedFile]) -> Mended | None:
    """A seed in canonical form. None if it is in it already, or if it is not certain where its cells belong.

    Args:
        file: the seed
        read: the seeds that it may refer to, by name
    """
    if not file.is_whole:
        return None
    changes = [f"{said}" for said in file.untidy]
    changes += [f"line {problem.line}: {_said(problem.kind, problem.hint)}" for problem in file.problems]
    rows = []
    for row in file.rows:
        cells = {name: _mended_cell(row, column, read) for name, column in file.seed.columns.items()}
        changes += [
            f"line {row.line}: {name} '{row.said(name)}' is '{cell}'"
            for name, cell in cells.items()
            if OUTER_INVISIBLE.sub("", row.cells[name]) != cell
        ]
        rows.append(cells)
    content = canonical(file.seed, rows)
    return Mended(file.path, content, tuple(changes)) if content != file.content else None


def _mended_cell(row: SeedRow, column: Column, read: Mapping[str, SeedFile]) -> str:
    cell = OUTER_INVISIBLE.sub("", row.cells[column.name])
    text = cell.lower()
    if not text:
        return ""
    if text in column.choices(row.text):
        return text
    if column.type and not is_of_type(column.type, text):
        value = meant(column.type, text).value
        return value if value is not None and is_of_type(column.type, value) else cell
    if column.references:
        known = known_values(column.references, read)
        if known is not None and text not in known and (value := zero_lost(text, known)):
            return known[value]
    return cell


def _said(kind: str, hint: str) -> str:
    """What was done about a problem of a file's form."""
    done = {
        "not_utf8": "written as UTF-8",
        "header": "the header is the seed's",
        "blank_row": "a blank row is gone",
        "quotes": "the note is one line",
        "invisible": "an invisible character is gone",
        "null": "left as it is",
    }
    return f"{done[kind]} ({hint})" if hint else done[kind]
