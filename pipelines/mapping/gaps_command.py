"""`streamgauge gaps`: what the mapping does not cover, and rows to add."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.database import database_path
from pipelines.mapping.check import shown
from pipelines.mapping.check_command import SeedsOption
from pipelines.mapping.errors import MappingError
from pipelines.mapping.gaps import Gap, read_gaps
from pipelines.mapping.gaps_report import in_format, print_drift, print_gaps
from pipelines.mapping.insert import insert_row
from pipelines.mapping.rules import seeds
from pipelines.mapping.seed_files import csv_line, seeds_folder


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
        found, drift = read_gaps(database_path(), folder)
        if write:
            for place in write_rows(found, write, folder):
                console.print(f"[green]{escape(place)}", soft_wrap=True)
            console.print("Check them with `streamgauge check`, and see what moves with `dbt build`.")
            return
    except MappingError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from None
    if form is Format.TABLE:
        print_gaps(console, found[:limit], len(found))
        print_drift(console, drift)
    else:
        typer.echo(in_format(found, form.value), nl=False)


def write_rows(gaps: Sequence[Gap], chosen: Sequence[str], folder: Path) -> list[str]:
    """Write chosen suggestions into the organisation's seeds, and say where.

    Args:
        gaps: all gaps, in the order in which they are numbered
        chosen: `N`, or `N=VALUE/VALUE` with what the row shall say
        folder: the organisation's folder

    Raises:
        MappingError: there is no such gap, its row says too little, or its file has problems
    """
    rows = []
    for choice in chosen:
        number, _, said = choice.partition("=")
        if not re.fullmatch(r"[0-9]+", number) or not 1 <= int(number) <= len(gaps):
            raise MappingError(
                f"--write {choice}: there is no gap {number}; they are numbered 1 to {len(gaps)}."
            )
        rows.append(chosen_row(gaps[int(number) - 1], choice, said))
    places = []
    for seed, cells in rows:
        line = insert_row(folder / f"{seed}.csv", seeds()[seed], cells)
        places.append(f"{shown(folder / f'{seed}.csv')} line {line}: {csv_line(list(cells.values()))}")
    return places


def chosen_row(gap: Gap, choice: str, said: str) -> tuple[str, dict[str, str]]:
    """The seed and the cells of the row for a gap.

    Args:
        gap: the gap
        choice: what was asked for, for messages
        said: what the row shall say, its parts divided by slashes; blank takes what is suggested

    Raises:
        MappingError: no row can settle the gap, or what the row says is too little or not allowed
    """
    if gap.suggestion is None:
        raise MappingError(
            f"--write {choice}: no new row settles {gap.tool_value or 'a blank value'}. "
            "Of rows that contradict each other, give one a smaller precedence."
        )
    seed = seeds()[gap.seed]
    cells = dict(gap.suggestion.cells)
    if said:
        results = seed.result if gap.seed != "flow_item_mapping" else ("model", "flow_item", "flow_level")
        cells.update(zip(results, said.split("/"), strict=False))
    for name, column in seed.columns.items():
        allowed = column.choices(lambda other: cells[other])
        if column.required and not cells[name]:
            parts = "/".join(seed.result)
            raise MappingError(
                f"--write {choice}: nothing tells its {name}. Say it: --write {choice}={parts}."
            )
        if cells[name] and allowed and cells[name] not in allowed:
            raise MappingError(
                f"--write {choice}: {name} is one of {', '.join(allowed)}, not '{cells[name]}'."
            )
    return gap.seed, cells
