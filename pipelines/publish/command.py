"""`streamgauge publish`: put the figures of a green build in place for readers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.database import database_path
from pipelines.errors import PublishError
from pipelines.load import now
from pipelines.publish.snapshot import Manifest, publish, read_manifest, rollback
from pipelines.publish.versions import Published, published_folder

DEFAULT_KEEP = 7


def publish_command(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest versions stay.")] = DEFAULT_KEEP,
    back: Annotated[
        bool, typer.Option("--rollback", help="Let readers read the version before the current one again.")
    ] = False,
    version: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --rollback: the version to go back to.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the versions that are there.")] = False,
) -> None:
    """Put the figures of a green build in place for readers: whole and at once, the former ones kept."""
    console = Console()
    folder = published_folder()
    try:
        if version and not back:
            raise PublishError("--version", "it says where to go back to", "Give --rollback with it")
        if show:
            console.print(version_list(Published(folder)))
            return
        if back:
            manifest = rollback(folder, version)
        else:
            manifest = publish(database_path(), folder, Path.cwd(), keep=keep, now=now)
    except PublishError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from None
    print_outcome(console, folder, manifest, is_back=back)


def print_outcome(console: Console, folder: Path, manifest: Manifest, *, is_back: bool) -> None:
    """What readers read now, and what it rests on."""
    results = manifest["build"]["results"]
    passed = sum(results.get(kind, {}).get("pass", 0) for kind in ("test", "unit_test"))
    done = "Rolled back to" if is_back else "Published"
    console.print(
        f"{done} [bold]{manifest['version']}[/bold]: {len(manifest['rows']):,} tables,"
        f" {sum(manifest['rows'].values()):,} rows, as of {manifest['as_of']}",
        soft_wrap=True,
        highlight=False,
    )
    console.print(
        f"  tests   {passed:,} passed, {len(manifest['build']['warnings'])} warned", highlight=False
    )
    for seed in manifest["seeds"]:
        revision = f"at {seed['revision'][:12]}" if seed["revision"] else "(not in git)"
        edited = ", with edits that are not committed" if seed["is_modified"] else ""
        console.print(
            f"  seeds   {escape(seed['folder'])} {revision}{edited}", soft_wrap=True, highlight=False
        )
    console.print(
        f"  readers {escape(str(folder / 'latest' / 'streamgauge.duckdb'))}", soft_wrap=True, highlight=False
    )


def version_list(published: Published) -> Table:
    """The versions, newest first, with the one that is read marked."""
    table = Table(header_style="bold", box=None, pad_edge=False)
    for column in ("", "version", "as of", "tables", "rows"):
        table.add_column(column, justify="right" if column in ("tables", "rows") else "left", no_wrap=True)
    current = published.current()
    for version in reversed(published.versions()):
        manifest = read_manifest(published.path(version))
        table.add_row(
            "current" if version == current else "",
            version,
            manifest["as_of"],
            f"{len(manifest['rows']):,}",
            f"{sum(manifest['rows'].values()):,}",
        )
    return table
