"""`streamgauge mf`: MetricFlow's own command line, which then asks nobody for a newer version of itself."""

from __future__ import annotations

import typer


class NoUpdates:
    """Stands in for the checker of updates, and finds none."""

    def check(self, *_: object) -> None:
        """Find nothing."""


def metricflow(context: typer.Context) -> None:
    """Query the metrics of models/semantic with MetricFlow. All arguments are those of `mf`."""
    from dbt_metricflow.cli import main  # slow to import, and only needed here

    vars(main)["UpdateChecker"] = NoUpdates
    main.cli(args=context.args, prog_name="streamgauge mf")
