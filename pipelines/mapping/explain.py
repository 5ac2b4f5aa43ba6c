"""`streamgauge explain`: one artifact's life, or the items behind a figure."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.database import database_path
from pipelines.mapping.errors import MappingError
from pipelines.mapping.explain_options import Asked, find_row
from pipelines.mapping.explain_report import Clock, print_figure, print_life
from pipelines.mapping.explanation import explain_figure
from pipelines.mapping.life import find_artifact, read_life
from pipelines.mapping.records import RECENT, Records
from pipelines.mapping.rows import Rows
from pipelines.mapping.scratch import SHIPPED_SEEDS, project_root, seeds_folder

SCOPE = "Scope of the figure: its key or name."


def explain(
    artifact: Annotated[
        str | None, typer.Argument(metavar="[ARTIFACT]", help="An artifact: its key, id or URL.")
    ] = None,
    product: Annotated[str | None, typer.Option(help=SCOPE)] = None,
    team: Annotated[str | None, typer.Option(help=SCOPE)] = None,
    value_stream: Annotated[str | None, typer.Option(help=SCOPE)] = None,
    art: Annotated[str | None, typer.Option(help=SCOPE)] = None,
    portfolio: Annotated[str | None, typer.Option(help=SCOPE)] = None,
    organisation: Annotated[bool, typer.Option("--organisation", help="All work.")] = False,
    day: Annotated[str | None, typer.Option(help="Such as 2026-03-05.")] = None,
    week: Annotated[str | None, typer.Option(help="Such as 2026-W10, or any day of it.")] = None,
    month: Annotated[str | None, typer.Option(help="Such as 2026-03.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Such as 2026-Q1.")] = None,
    year: Annotated[str | None, typer.Option(help="Such as 2026.")] = None,
    metric: Annotated[
        str | None, typer.Option(help="A column of a mart, such as flow_time_p85 or started_count.")
    ] = None,
    recent: Annotated[
        bool, typer.Option("--recent", help="Flow times of the 26 weeks up to as-of, instead of a period.")
    ] = False,
    tool_state: Annotated[
        str | None, typer.Option(help="Of this state of the tool, such as 'In Review': see flow_states.")
    ] = None,
    trust: Annotated[
        str | None, typer.Option(help="How far load or velocity can be trusted, instead of a period.")
    ] = None,
    connection: Annotated[
        str | None, typer.Option(help="Where the artifacts of this connection went, instead of a scope.")
    ] = None,
    bucket: Annotated[
        str | None, typer.Option(help="Which of them: unmapped, excluded, ... see artifact_accounting.")
    ] = None,
    flow_item: Annotated[str, typer.Option(help="feature, defect, debt, risk or all.")] = "all",
    flow_level: Annotated[
        str | None, typer.Option(help="Where the scope is measured at several levels, which of them.")
    ] = None,
) -> None:
    """Explain an artifact by its life, or a figure by the items behind it.

    For example: explain PAY-123; explain --product checkout --month 2026-03 --metric flow_time_p85.
    """
    scopes = {
        "product": product,
        "team": team,
        "value_stream": value_stream,
        "art": art,
        "portfolio": portfolio,
        "organisation": "organisation" if organisation else None,
    }
    periods = {
        "day": day,
        "week": week,
        "month": month,
        "quarter": quarter,
        "year": year,
        RECENT: RECENT if recent else None,
    }
    asked = Asked(scopes, periods, metric, tool_state, trust, connection, bucket, flow_item, flow_level)
    try:
        root = project_root()
        with closing(Records(database_path())) as records:
            clock = Clock(str(records.settings.variables["reporting_timezone"]))
            if artifact is not None:
                if asked.is_anything:
                    raise MappingError(f"Name a figure or the artifact {artifact}, not both.")
                artifact_id = find_artifact(records.connection, artifact)
                rows = Rows.of_folders(root / SHIPPED_SEEDS, seeds_folder(root))
                print_life(read_life(records.connection, artifact_id, records.as_of), rows, clock, Console())
                return
            row, figure = find_row(records, asked)
            explanation = explain_figure(records, row, figure)
            print_figure(records, row, explanation, clock, Console())
    except MappingError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}", soft_wrap=True, highlight=False)
        raise typer.Exit(1) from None
    if not explanation.agrees:
        raise typer.Exit(1)
