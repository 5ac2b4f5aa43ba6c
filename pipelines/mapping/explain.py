"""`streamgauge explain`: one artifact's life, or the items behind a figure."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.database import database_path
from pipelines.mapping.errors import MappingError
from pipelines.mapping.explain_options import find_figure, find_period, find_scope, find_tool_state
from pipelines.mapping.explain_report import Clock, print_figure, print_life
from pipelines.mapping.explanation import explain_figure
from pipelines.mapping.life import find_artifact, read_life
from pipelines.mapping.records import FLOW_ITEMS, RECENT, Place, Records
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
    }
    if organisation:
        scopes["organisation"] = "organisation"
    periods = {"day": day, "week": week, "month": month, "quarter": quarter, "year": year}
    if recent:
        periods[RECENT] = RECENT
    try:
        root = project_root()
        with closing(Records(database_path())) as records:
            clock = Clock(str(records.settings.variables["reporting_timezone"]))
            if artifact is not None:
                of_figure = (metric, tool_state, flow_level, *scopes.values(), *periods.values())
                if any(of_figure) or flow_item != "all":
                    raise MappingError(f"Name a figure or the artifact {artifact}, not both.")
                artifact_id = find_artifact(records.connection, artifact)
                rows = Rows.of_folders(root / SHIPPED_SEEDS, seeds_folder(root))
                print_life(read_life(records.connection, artifact_id, records.as_of), rows, clock, Console())
                return
            scope_type, scope = _one(scopes, "a scope, such as --product checkout")
            period_type, period = _one(periods, "a period, such as --month 2026-03")
            if metric is None:
                raise MappingError(
                    "Name a figure too, such as --metric flow_time_p85; or an artifact by its key."
                )
            figure = find_figure(
                records, metric, is_of_state=tool_state is not None, is_recent=period_type == RECENT
            )
            if tool_state is not None and period_type in (RECENT, "day"):
                raise MappingError("Tool states have figures by week, month, quarter and year: name one.")
            scope_id = find_scope(records, scope_type, scope)
            place = Place(
                scope_type,
                scope_id,
                period_type,
                records.recent.start if recent else find_period(records, period_type, period),
                _level(records.levels(scope_type, scope_id), scope_id, flow_level),
                _flow_item(flow_item),
            )
            if tool_state is not None:
                place = replace(place, tool_state=find_tool_state(records, place, tool_state))
            explanation = explain_figure(records, place, figure)
            print_figure(records, place, explanation, clock, Console())
    except MappingError as error:
        Console(stderr=True).print(f"[red]{escape(str(error))}", soft_wrap=True, highlight=False)
        raise typer.Exit(1) from None
    if not explanation.agrees:
        raise typer.Exit(1)


def _one(options: dict[str, str | None], example: str) -> tuple[str, str]:
    given = [(name, value) for name, value in options.items() if value is not None]
    if len(given) != 1:
        named = " and ".join(f"--{name.replace('_', '-')}" for name, _ in given)
        raise MappingError(
            f"Name {example}" + (f": one, not {named}." if given else ", or an artifact by its key.")
        )
    return given[0]


def _level(levels: list[str], scope: str, chosen: str | None) -> str:
    if chosen in levels:
        return str(chosen)
    if chosen is None and len(levels) == 1:
        return levels[0]
    if not levels:
        raise MappingError(f"There are no figures of {scope}: nothing of what was loaded is in it.")
    known = ", ".join(levels)
    raise MappingError(
        f"{scope} has no single level '{chosen or 'item'}': name one of {known} with --flow-level."
    )


def _flow_item(name: str) -> str:
    if name not in (*FLOW_ITEMS, "all"):
        raise MappingError(f"There is no flow item '{name}': there are {', '.join(FLOW_ITEMS)} and all.")
    return name
