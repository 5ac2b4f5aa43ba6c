"""`streamgauge check`: what is wrong with the seeds, and `--fix` for what is certain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.mapping.check import Checked, Problem, check_seeds, shown
from pipelines.mapping.mend import Mended, mend_seeds
from pipelines.mapping.rules import seeds
from pipelines.mapping.seed_files import seed_path, seeds_folder

SeedsOption = Annotated[
    Path | None,
    typer.Option("--seeds", help="The organisation's folder of seeds. Default: STREAMGAUGE_SEEDS."),
]


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES ...]", help="Report on these alone; on all seeds if none is named."),
    ] = None,
    folder: SeedsOption = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write what is certain in the form that dbt reads.")
    ] = False,
) -> None:
    """Check the seeds by the rules that `dbt build` enforces, in a second and without a warehouse."""
    console = Console(highlight=False)
    only = tuple(files or ())
    folder = folder or _common_folder(only) or seeds_folder()
    if problem := _misuse(only, folder):
        Console(stderr=True).print(f"[red]{escape(problem)}", soft_wrap=True)
        raise typer.Exit(2)
    if fix:
        for mended in mend_seeds(folder, only):
            _print_mended(console, mended)
    checked = check_seeds(folder, only)
    for found in checked.problems:
        _print_problem(console, found)
    console.print(_verdict(checked, fix=fix), soft_wrap=True)
    if checked.errors:
        raise typer.Exit(1)


def no_such_folder(folder: Path) -> str:
    """What is said of a folder of seeds that is not there."""
    return f"{folder}: there is no such folder. Name the seeds' folder with --seeds or STREAMGAUGE_SEEDS."


def _common_folder(files: tuple[Path, ...]) -> Path | None:
    """The organisation's folder that the named files are in, if they are in one other than the defaults'."""
    folders = {file.parent for file in files if file.stem in seeds() and not seeds()[file.stem].is_default}
    return folders.pop() if len(folders) == 1 else None


def _misuse(files: tuple[Path, ...], folder: Path) -> str:
    if not folder.is_dir():
        return no_such_folder(folder)
    for file in files:
        if not file.is_file():
            return f"{file}: there is no such file."
        if file.suffix != ".csv" or file.stem not in seeds():
            return f"{file}: is the file of no seed. The seeds are {', '.join(seeds())}."
        if file.resolve() != seed_path(file.stem, folder).resolve():
            return (
                f"{file}: is not in {folder}, the folder that is checked. "
                "Check the files of one folder at a time; without --seeds that folder is theirs."
            )
    return ""


def _print_problem(console: Console, problem: Problem) -> None:
    colour = "yellow" if problem.is_harmless else "red"
    console.print(f"[{colour}]{escape(problem.place)}[/{colour}]: {escape(problem.text)}", soft_wrap=True)


def _print_mended(console: Console, mended: Mended) -> None:
    console.print(f"[green]{escape(shown(mended.path))}[/green]: mended.", soft_wrap=True)
    for change in mended.changes:
        console.print(f"  {escape(change)}", soft_wrap=True)


def _verdict(checked: Checked, *, fix: bool) -> str:
    errors = checked.errors
    if not errors:
        rows = sum(len(file.rows) for file in checked.files)
        return f"[green]The seeds are sound[/green]: {rows:,} rows in {len(checked.files)} files."
    count = "1 problem" if len(errors) == 1 else f"{len(errors):,} problems"
    mended = sum(problem.is_mended for problem in errors)
    if mended and not fix:
        each = "all of them" if mended == len(errors) else f"{mended:,} of them"
        return f"{count}. `streamgauge check --fix` mends {'it' if len(errors) == 1 else each}."
    return f"{count}. `dbt build` stops at {'it' if len(errors) == 1 else 'them'}, too."
