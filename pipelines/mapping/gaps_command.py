"""`streamgauge gaps`: what the mapping does not cover, and rows to add."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.database import database_path
from pipelines.mapping.check import Problem, check_file, shown
from pipelines.mapping.check_command import SeedsOption, no_such_folder
from pipelines.mapping.errors import MappingError
from pipelines.mapping.gaps import Gap, read_gaps
from pipelines.mapping.gaps_report import in_format, print_drift, print_gaps
from pipelines.mapping.insert import insert_row
from pipelines.mapping.rules import Seed, seeds
from pipelines.mapping.seed_files import (
    SeedFile,
    csv_line,
    read_seed,
    seed_path,
    seeds_folder,
    write_file,
)
from pipelines.mapping.spreadsheets import FORMULA_STARTS


class Format(StrEnum):
    """How the gaps are printed."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


def gaps(
    write: Annotated[
        list[str] | None,
        typer.Option(
            "--write",
            metavar="N[=VALUE]",
            help="Write the row suggested for gap N, or one that says VALUE: waiting, or defect/defect for "
            "model and flow item. Can be given several times.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 15,
    form: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.TABLE,
    folder: SeedsOption = None,
) -> None:
    """What the mapping does not cover, worst first by the work it hides, rows to add, and what changed."""
    console = Console(highlight=False)
    folder = folder or seeds_folder()
    try:
        if not folder.is_dir():
            raise MappingError(no_such_folder(folder))
        found, drift = read_gaps(database_path(), folder)
        if write:
            for place in write_rows(found, write, folder):
                console.print(f"[green]{escape(place)}", soft_wrap=True)
            console.print(
                "`streamgauge check` checks them, `streamgauge impact` says which figures they move."
            )
            return
    except MappingError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from None
    if form is Format.TABLE:
        print_gaps(console, found[:limit], len(found))
        print_drift(console, drift)
    else:
        typer.echo(in_format(found, form.value), nl=False)


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row that was chosen to be written.

    Args:
        choice: how it was chosen, for messages
        seed: the rules of its seed
        cells: what stands in each column
    """

    choice: str
    seed: Seed
    cells: Mapping[str, str]

    def holds_where(self, text: Callable[[str], str]) -> bool:
        """Whether it matches the same, on the same days, as a row with these texts."""
        return all(text(name) == self.text(name) for name in self.seed.identity)

    def text(self, column: str) -> str:
        """A cell as it is compared."""
        return self.cells[column].strip(" ").lower()


def write_rows(gaps: Sequence[Gap], chosen: Sequence[str], folder: Path) -> list[str]:
    """Write chosen suggestions into the organisation's seeds, all or none, and say where.

    Args:
        gaps: all gaps, in the order in which they are numbered
        chosen: `N`, or `N=VALUE/VALUE` with what the row shall say
        folder: the organisation's folder

    Raises:
        MappingError: there is no such gap, its row says too little or too much or is there already, or a file
            has problems, or would have
    """
    rows = _chosen_rows(gaps, chosen)
    read = {name: read_seed(path) for name in seeds() if (path := seed_path(name, folder)).is_file()}
    written = _sound_files({row.seed.name for row in rows}, read, folder)
    for row in rows:
        _refuse_twin(row, written[row.seed.name])
        written[row.seed.name] = insert_row(written[row.seed.name], row.cells)
    for file in written.values():
        for problem in _errors(file, {**read, **written}):
            at_line = (file.seed, problem.line)
            choices = (row.choice for row in rows if (row.seed, _line(row, written)) == at_line)
            raise MappingError(f"--write {next(choices, ' '.join(chosen))}: {problem.place}: {problem.text}")
    for file in written.values():
        write_file(file.path, file.content)
    return [
        f"{shown(written[row.seed.name].path)} line {_line(row, written)}: {csv_line([*row.cells.values()])}"
        for row in rows
    ]


def _sound_files(names: Collection[str], read: Mapping[str, SeedFile], folder: Path) -> dict[str, SeedFile]:
    """The files that rows go to, of those that were read."""
    for name in sorted(names):
        path = shown(seed_path(name, folder))
        if name not in read:
            raise MappingError(f"{path} is missing: `streamgauge check --fix` adds it.")
        if _errors(read[name], read):
            raise MappingError(f"{path} has problems. Mend them first: `streamgauge check` names them.")
    return {name: read[name] for name in names}


def _chosen_rows(gaps: Sequence[Gap], chosen: Sequence[str]) -> list[NewRow]:
    """The rows to write, none of them twice: a resolution's gaps in several projects have one row."""
    rows: list[NewRow] = []
    for choice in chosen:
        number = choice.partition("=")[0]
        if not re.fullmatch(r"[0-9]+", number) or not 1 <= int(number) <= len(gaps):
            raise MappingError(
                f"--write {choice}: there is no gap {number}; they are numbered 1 to {len(gaps)}."
            )
        row = _chosen_row(gaps[int(number) - 1], choice)
        twin = next((other for other in rows if other.seed == row.seed and row.holds_where(other.text)), None)
        if twin is None:
            rows.append(row)
        elif twin.cells != row.cells:
            raise MappingError(
                f"--write {twin.choice} and --write {choice} contradict each other: choose one."
            )
    return rows


def _chosen_row(gap: Gap, choice: str) -> NewRow:
    """The row for a gap.

    Args:
        gap: the gap
        choice: its number, which takes what is suggested, or `N=` and all that the row shall decide, its
            parts divided by slashes

    Raises:
        MappingError: no row can settle the gap, or what the row says is too little or too much
    """
    if gap.suggestion is None:
        raise MappingError(
            f"--write {choice}: no new row settles {gap.tool_value or 'a blank value'}. "
            "Of rows that contradict each other, give one a smaller precedence."
        )
    number, _, said = choice.partition("=")
    seed = seeds()[gap.seed]
    cells = dict(gap.suggestion.cells)
    parts = "/".join(seed.result)
    if said:
        values = said.split("/")
        if len(values) > len(seed.result):
            raise MappingError(f"--write {choice}: says more than a row of {seed.name} does: {parts}.")
        cells.update(zip_longest(seed.result, values, fillvalue=""))
    for name, column in seed.columns.items():
        if column.required and not cells[name]:
            raise MappingError(
                f"--write {choice}: nothing tells its {name}. Say it: --write {number}={parts}."
            )
        if cells[name].startswith(FORMULA_STARTS):
            raise MappingError(
                f"--write {choice}: {name} '{cells[name]}' begins with {cells[name][0]}, which spreadsheets "
                "run as a formula. If the tool does say so, type the row yourself."
            )
    return NewRow(choice, seed, cells)


def _refuse_twin(row: NewRow, file: SeedFile) -> None:
    for there in file.rows:
        if row.holds_where(there.text):
            said = csv_line([there.said(name) for name in row.seed.columns])
            raise MappingError(
                f"--write {row.choice}: {shown(file.path)} line {there.line} maps it already: {said}. "
                "Change that row if it is wrong; the gap stays in the list until the next `dbt build`."
            )


def _errors(file: SeedFile, read: Mapping[str, SeedFile]) -> list[Problem]:
    return [problem for problem in check_file(file, read) if not problem.is_harmless]


def _line(row: NewRow, written: Mapping[str, SeedFile]) -> int | None:
    """The line on which a row stands now."""
    return next((there.line for there in written[row.seed.name].rows if there.cells == row.cells), None)
