"""The command line, `streamgauge`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# Where each command is. It is imported when it is called: dlt alone takes seconds to start.
COMMANDS = {
    "load": "pipelines.loading:load",
    "check": "pipelines.mapping.check_command:check",
    "gaps": "pipelines.mapping.gaps_command:gaps",
    "impact": "pipelines.mapping.impact:impact",
    "explain": "pipelines.mapping.explain:explain",
    "publish": "pipelines.publish.command:publish_command",
    "report": "dashboards.report_command:report",
    "mf": "pipelines.semantic:metricflow",
    "demo": "pipelines.demo.command:demo",
}
# Those that hand all their arguments on.
PASSING: dict[str, dict[str, Any]] = {
    "mf": {
        "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
        "add_help_option": False,
    },
}


class LazyCommands(TyperGroup):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, for the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of them, None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        single = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        single.command(cmd_name, **PASSING.get(cmd_name, {}))(getattr(import_module(module), function))
        return typer.main.get_command(single)


app = typer.Typer(
    cls=LazyCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold secrets
)


@app.callback()
def root() -> None:
    """Flow metrics per product, from the records of the tools you already use."""


def main() -> None:
    """Entry point of `streamgauge`."""
    app()
