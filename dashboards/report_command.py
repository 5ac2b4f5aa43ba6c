"""`streamgauge report`: what it asks for and says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dashboards.report import write_reports
from dashboards.snapshot import NothingPublishedError, Snapshot, find_source


def report(
    folder: Annotated[Path, typer.Option("--output", help="Where the files go.")] = Path("reports"),
) -> None:
    """Write the dashboards' charts of what is published, as one HTML file per value stream."""
    console = Console()
    try:
        source = find_source()
    except NothingPublishedError as error:
        console.print(f"[red]{escape(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from None
    if source.is_demo:
        console.print("Nothing is published yet: these are reports of the demo organisation.")
    for path in write_reports(Snapshot(source), folder):
        console.print(f"{path}  {path.stat().st_size / 1e6:.1f} MB", soft_wrap=True, highlight=False)
