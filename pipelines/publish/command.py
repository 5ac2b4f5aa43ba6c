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
from pipelines.publish.addresses import without_password
from pipelines.publish.postgres import copy_to_postgres
from pipelines.publish.remote import copy_to_folder
from pipelines.publish.snapshot import Manifest, publish, read_manifest, rollback
from pipelines.publish.versions import Published, published_folder

DEFAULT_KEEP = 7
DEFAULT_SCHEMA = "streamgauge"


def publish_command(
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest versions stay.")] = DEFAULT_KEEP,
    back: Annotated[
        bool, typer.Option("--rollback", help="Let readers read the version before the current one again.")
    ] = False,
    version: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --rollback: the version to go back to.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the versions that are there.")] = False,
    hyper: Annotated[bool, typer.Option("--hyper", help="Add a Tableau extract to the version.")] = False,
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            envvar="STREAMGAUGE_PUBLISH_TO",
            help="Also copy it there: postgresql://user@host/database, or a folder such as s3://bucket/path.",
        ),
    ] = None,
    schema: Annotated[str, typer.Option(help="The schema of PostgreSQL to copy into.")] = DEFAULT_SCHEMA,
) -> None:
    """Put the figures of a green build in place for readers: whole and at once, the former ones kept."""
    console, complaints = Console(), Console(stderr=True)
    folder = published_folder()
    failed = False

    def complain(error: PublishError) -> None:
        nonlocal failed
        complaints.print(f"[red]{escape(str(error))}", soft_wrap=True)
        failed = True

    def say_and_copy(manifest: Manifest) -> None:
        print_outcome(console, folder, manifest, is_back=back)
        for url in to or ():
            try:
                copy(folder / "versions" / manifest["version"], url, schema, keep)
                console.print(f"  copied  {escape(without_password(url))}", soft_wrap=True, highlight=False)
            except PublishError as error:
                complain(error)

    try:
        if version and not back:
            raise PublishError("--version", "it says where to go back to", "Give --rollback with it")
        if show:
            console.print(version_list(Published(folder)))
        elif back:
            rollback(folder, version, then=say_and_copy)
        else:
            publish(database_path(), folder, Path.cwd(), keep=keep, now=now, hyper=hyper, then=say_and_copy)
    except PublishError as error:
        complain(error)
    if failed:
        raise typer.Exit(1)


def copy(snapshot: Path, url: str, schema: str, keep: int) -> None:
    """Copy a version to where a URL points."""
    if url.startswith(("postgresql://", "postgres://")):
        copy_to_postgres(snapshot, url, schema)
    else:
        copy_to_folder(snapshot, url, keep, now())


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
