"""`streamgauge impact`: which figures move if the edited seeds are merged, or other policies chosen."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.database import database_path
from pipelines.mapping.check import check_seeds
from pipelines.mapping.comparison import Impact, compare
from pipelines.mapping.errors import MappingError
from pipelines.mapping.impact_report import markdown, print_impact, write_html
from pipelines.mapping.rows import compare_rows
from pipelines.mapping.scratch import (
    Scratch,
    Settings,
    base_seeds,
    edited_seeds,
    parse_policies,
    policy_variables,
    project_root,
    seeds_folder,
)

PROBLEMS_SHOWN = 20


def impact(
    base: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="A branch, tag or commit to compare with. Default: where this branch left the default one.",
        ),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=CHOICE", help="Compare another policy, such as completion=first. May stand often."
        ),
    ] = None,
    months: Annotated[int, typer.Option(min=1, help="How many of the last complete months to show.")] = 3,
    limit: Annotated[int, typer.Option(min=1, help="How many rows of each table to show.")] = 20,
    markdown_file: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Also write it as Markdown, for a comment."),
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Also write it as one HTML page with charts."),
    ] = None,
) -> None:
    """Show which figures move if the edited seeds are merged. Only reads the warehouse."""
    errors = Console(stderr=True)
    try:
        with errors.status("Building the marts before and after, over the same raw data ..."):
            found = find_impact(project_root(), database_path(), base, parse_policies(policy or []), months)
        if markdown_file:
            markdown_file.parent.mkdir(parents=True, exist_ok=True)
            markdown_file.write_text(markdown(found, limit), encoding="utf-8")
        if html_file:
            write_html(found, html_file)
    except (MappingError, OSError) as error:
        errors.print(f"[red]{escape(str(error))}", soft_wrap=True, highlight=False)
        raise typer.Exit(1) from None
    print_impact(found, Console(), limit)


def find_impact(
    root: Path,
    warehouse: Path,
    base: str | None = None,
    policies: Mapping[str, str] | None = None,
    months: int = 3,
) -> Impact:
    """Build the marts with the base's seeds and with the edited ones, and compare them.

    Args:
        root: the project's folder
        warehouse: the DuckDB file whose staging both builds rest on; it is only read
        base: what git has to compare with; none means where this branch left the default branch
        policies: policies to choose anew, by name, besides those that dbt_project.yml was edited to
        months: how many of the last complete months to report

    Raises:
        MappingError: a row is broken, the base or the warehouse is not there, or one of the builds failed
    """
    after = edited_seeds(root)
    _refuse_broken(seeds_folder(root))
    settings = Settings.of(warehouse)
    before = base_seeds(root, base, after)
    edited = {
        name.removeprefix("policy_"): str(after.variables[name])
        for name in policy_variables()
        if after.variables.get(name) != before.variables.get(name) and name in after.variables
    }
    settings_after = settings.with_policies({**edited, **(policies or {})})
    found = Impact(before, after, settings, settings_after, compare_rows(before.rows, after.rows))
    if not found.row_changes and not found.policy_changes:
        return found
    with tempfile.TemporaryDirectory(prefix="streamgauge-impact-") as folder:
        scratch = Scratch(root, warehouse, Path(folder))
        edited_marts = scratch.build("after", after, settings_after)
        base_marts = scratch.build("before", before, settings)
        return compare(found, base_marts, edited_marts, months)


def _refuse_broken(folder: Path) -> None:
    """Say in a second, and with the user's own files and lines, what dbt would stop at."""
    errors = check_seeds(folder).errors
    said = [f"{problem.place}: {problem.text}" for problem in errors[:PROBLEMS_SHOWN]]
    if len(errors) > PROBLEMS_SHOWN:
        said.append(f"and {len(errors) - PROBLEMS_SHOWN:,} more: `streamgauge check` has them all")
    if said:
        raise MappingError("\n".join(said))
