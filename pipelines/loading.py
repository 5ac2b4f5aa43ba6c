"""`streamgauge load`: what is new in the configured connections, with progress and a summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines.connections import Connection, connection_names, read_connection, reload_configuration
from pipelines.errors import LoadError
from pipelines.lake import chosen_warehouse
from pipelines.load import Clock, LoadResult, Reporter, load_connection, missing_tools, now
from pipelines.privacy import pseudonym_key
from pipelines.sources import source_class, tools
from pipelines.warehouse import Warehouse

DBT_PROJECT = Path("dbt_project.yml")


def load(
    connections: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CONNECTION ...]", help="Which to load; all if none is named."),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Also find artifacts that vanished, and record them as removed.")
    ] = False,
) -> None:
    """Load what is new in the configured connections into the warehouse."""
    console = Console(stderr=True)
    try:
        chosen, broken = configured_connections(connections or [])
        key = pseudonym_key()
    except (LoadError, OSError) as error:
        console.print(f"[red]{escape(str(error))}")
        raise typer.Exit(1) from None
    results = broken + load_all(chosen, chosen_warehouse(), key, sweep=sweep, console=console)
    Console().print(summary(results))
    print_remarks(console, results, missing_tools(chosen, DBT_PROJECT))
    if any(result.error for result in results):
        raise typer.Exit(1)


def configured_connections(names: Sequence[str]) -> tuple[list[Connection], list[LoadResult]]:
    """The named connections (all, if none is named), and a failed result for each that is misconfigured.

    Raises:
        LoadError: there is no connection, or none of a given name
    """
    reload_configuration()
    known = connection_names()
    if not known:
        raise LoadError(
            "load", "configuration", "there is no connection", "Add [connections.<name>] to .dlt/config.toml"
        )
    for name in names:
        if name not in known:
            raise LoadError(
                name, "configuration", "there is no such connection", f"Known ones: {', '.join(known)}"
            )
    settings = {tool: source_class(tool).settings for tool in tools()}
    chosen, broken = [], []
    for name in dict.fromkeys(names or known):
        try:
            chosen.append(read_connection(name, settings))
        except LoadError as error:
            broken.append(LoadResult(name, error=error))
    return chosen, broken


def load_all(
    connections: Sequence[Connection],
    database: Path | Warehouse,
    key: str,
    *,
    sweep: bool,
    console: Console,
    clock: Clock = now,
) -> list[LoadResult]:
    """Load one connection after the other, each with a line of progress."""
    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        TextColumn("[cyan]{task.fields[rows]:>9,} rows"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[doing]}"),
    )
    results = []
    with Progress(*columns, console=console) as progress:
        for connection in connections:
            task = progress.add_task(connection.name, total=None, rows=0, doing="")
            reporter = _reporter(progress, task)
            result = load_connection(connection, database, key, sweep=sweep, reporter=reporter, clock=clock)
            outcome = "[red]failed" if result.error else "done"
            progress.update(task, total=1, completed=1, doing=outcome)
            results.append(result)
    return results


def _reporter(progress: Progress, task: Any) -> Reporter:
    """Shows a load's progress in its line."""
    read: dict[str, int] = {}

    def rows(table: str, count: int) -> None:
        read[table] = count
        progress.update(task, rows=sum(read.values()))

    return Reporter(status=lambda text: progress.update(task, doing=escape(text)), rows=rows)


def summary(results: Sequence[LoadResult]) -> Table:
    """What each load did, table by table, and in all."""
    table = Table(title="Loaded", title_justify="left", header_style="bold", box=None, pad_edge=False)
    table.add_column("connection")
    table.add_column("table")
    for column in ("read", "new", "changed", "seconds"):
        table.add_column(column, justify="right")
    for result in results:
        for name, count in result.tables.items():
            table.add_row(
                result.connection,
                name,
                f"{count.read:,}",
                f"{count.new:,}",
                f"{count.changed:,}",
                f"{count.seconds:.1f}",
            )
        counts = result.tables.values()
        table.add_row(
            result.connection,
            "failed" if result.error else "all",
            f"{sum(count.read for count in counts):,}",
            f"{sum(count.new for count in counts):,}",
            f"{sum(count.changed for count in counts):,}",
            f"{result.seconds:.1f}",
            style="red" if result.error else "bold",
            end_section=True,
        )
    return table


def print_remarks(console: Console, results: Sequence[LoadResult], remarks: Sequence[str]) -> None:
    """Notes, remarks, and what failed and why."""
    for result in results:
        for note in result.notes:
            console.print(f"{result.connection}: {escape(note)}", soft_wrap=True)
    for remark in remarks:
        console.print(f"[yellow]{escape(remark)}", soft_wrap=True)
    for result in results:
        if result.error:
            console.print(f"[red]{escape(str(result.error))}", soft_wrap=True)
