"""`streamgauge demo`: a made-up company from its tools' APIs to its flow metrics, on this machine alone."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipelines.demo import github_api, jira_api
from pipelines.demo.clock import moment
from pipelines.demo.company import DEFAULT_SEED, DEFAULT_SIZE, Company, found
from pipelines.demo.organisation import (
    AS_OF,
    CLOUD,
    CONNECTIONS,
    DATA_CENTER,
    GITHUB,
    LOADED_AT,
    REPORTING_TIME_ZONE,
)
from pipelines.demo.report import print_report
from pipelines.load import LoadResult
from pipelines.loading import configured_connections, load_all
from pipelines.warehouse import Warehouse

ROOT = Path(__file__).resolve().parents[2]
DATABASE = Path("demo.duckdb")
SEEDS = "pipelines/demo/seeds"
PSEUDONYM_KEY = "the people of the demo are made up"
DBT_VARIABLES = {
    "tools": sorted({connection.tool for connection in CONNECTIONS}),
    "as_of": f"{moment(AS_OF):%Y-%m-%dT%H:%M:%SZ}",
    "reporting_timezone": REPORTING_TIME_ZONE.key,
}
DBT_STEP = re.compile(r"(\d+) of (\d+) (?:OK|PASS|SKIP|ERROR|FAIL|WARN|NO-OP)")


class DemoError(Exception):
    """The demo could not be made; the message says at which step and what was said there."""


def demo(
    size: Annotated[int, typer.Option(min=500, help="About how many work items to make.")] = DEFAULT_SIZE,
    seed: Annotated[int, typer.Option(help="Another seed tells another story.")] = DEFAULT_SEED,
) -> None:
    """Load a made-up company from stand-ins of its tools, build its metrics and print them."""
    console = Console()
    started = time.monotonic()
    try:
        company = make_company(size, seed, console)
        load_company(company, DATABASE, console)
        build(DATABASE, console, "--exclude-resource-type", "unit_test")  # they need no data
    except DemoError as error:
        console.print(f"[red]{error}", soft_wrap=True)
        raise typer.Exit(1) from None
    console.print()
    print_report(DATABASE, console)
    print_next_steps(console, time.monotonic() - started)


def make_company(size: int, seed: int, console: Console) -> Company:
    """Write the company's history."""
    company = found(size, seed)
    console.print(
        f"[bold]Lumenport[/bold], a made-up company: {len(company.items):,} work items and "
        f"{len(company.pulls):,} pull requests of 20 teams, in Jira Cloud, Jira Data Center and GitHub."
    )
    return company


def load_company(company: Company, database: Path | Warehouse, console: Console) -> None:
    """Load the company's tools as at three instants of its history, into a new warehouse.

    The second and third load sweep for what was deleted since.

    Raises:
        DemoError: a load failed
    """
    if isinstance(database, Path):
        for former in (database, database.with_name(f"{database.name}.wal")):
            former.unlink(missing_ok=True)
    with served(company) as tools:
        chosen, broken = configured_connections([connection.name for connection in CONNECTIONS])
        _check(broken)
        for at in LOADED_AT:
            is_sweep = at != LOADED_AT[0]
            tools.show(at)
            console.print(f"[dim]load as of {moment(at):%d %B %Y}{', with a sweep' if is_sweep else ''}")
            clock = partial(moment, at)
            _check(load_all(chosen, database, PSEUDONYM_KEY, sweep=is_sweep, console=console, clock=clock))


def _check(results: Sequence[LoadResult]) -> None:
    errors = [str(result.error) for result in results if result.error]
    if errors:
        raise DemoError("\n".join(errors))


class Tools:
    """The company's tools as stand-ins, whose records can be set to any instant while they serve."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.cloud = company.cloud.site(LOADED_AT[0])
        self.data_center = company.data_center.site(LOADED_AT[0])
        self.github = company.github.host(LOADED_AT[0])

    def show(self, at: int) -> None:
        """Serve what the tools held at an instant."""
        vars(self.cloud).update(vars(self._company.cloud.site(at)))
        vars(self.data_center).update(vars(self._company.data_center.site(at)))
        vars(self.github).update(vars(self._company.github.host(at)))


@contextmanager
def served(company: Company) -> Iterator[Tools]:
    """Serve the company's tools on free loopback ports, and name them in the environment as connections."""
    tools = Tools(company)
    with ExitStack() as stack:
        cloud = stack.enter_context(jira_api.serve(tools.cloud, deployment="cloud"))
        data_center = stack.enter_context(jira_api.serve(tools.data_center, deployment="datacenter"))
        github = stack.enter_context(github_api.serve(tools.github, enterprise=True))
        cloud_projects = ",".join(project.key for project in company.cloud.projects)
        data_center_projects = ",".join(project.key for project in company.data_center.projects)
        settings: dict[str, dict[str, str | None]] = {
            CLOUD.name: {"url": cloud, "email": tools.cloud.email, "projects": cloud_projects},
            DATA_CENTER.name: {"url": data_center, "projects": data_center_projects},
            GITHUB.name: {"url": github, "repositories": ",".join(company.github.repositories)},
        }
        for connection in CONNECTIONS:
            tool = {"tool": connection.tool, "deployment": connection.deployment}
            settings[connection.name].update({**tool, "api_token": tools.cloud.token})
        stack.enter_context(environment(settings))
        yield tools


@contextmanager
def environment(settings: dict[str, dict[str, str | None]]) -> Iterator[None]:
    """Set connections in the environment, as a user could, and put back what was there before."""
    former = dict(os.environ)
    for name, keys in settings.items():
        for key, value in keys.items():
            if value is not None:
                os.environ[f"CONNECTIONS__{name.upper()}__{key.upper()}"] = value
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(former)


def build(database: Path, console: Console, *options: str, seeds: str = SEEDS) -> None:
    """Run `dbt build` on the demo's database and seeds.

    Args:
        database: the DuckDB file
        console: where to show how far it is
        options: further options of `dbt build`
        seeds: the folder of seeds

    Raises:
        DemoError: dbt failed; with the end of what it said
    """
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "--no-use-colors",
        "build",
        "--target-path",
        "target/demo",
    ]
    command += ["--vars", json.dumps(DBT_VARIABLES), *options]
    surroundings = {**os.environ, "STREAMGAUGE_DATABASE": str(database.resolve()), "STREAMGAUGE_SEEDS": seeds}
    columns = (TextColumn("  dbt build        "), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    said: list[str] = []
    done = total = 0
    with (
        Progress(*columns, console=console) as progress,
        subprocess.Popen(
            command, cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as dbt,
    ):
        task = progress.add_task("dbt build", total=None)
        for line in dbt.stdout or ():
            said.append(line.rstrip())
            if step := DBT_STEP.search(line):
                # Hooks before and after the build are counted on their own.
                done, total = max(done, int(step[1])), max(total, int(step[2]))
                progress.update(task, total=total, completed=done)
    if dbt.returncode:
        raise DemoError("\n".join(["dbt build failed:", *said[-40:]]))


def print_next_steps(console: Console, seconds: float) -> None:
    """Where the figures are, and what to try with them."""
    variables = json.dumps(DBT_VARIABLES)
    console.print(
        f"""
Made in {seconds:.0f} s. The warehouse is [bold]{DATABASE}[/bold]; the table above is one query away:
  [green].venv/bin/python -c "import duckdb; print(duckdb.connect('{DATABASE}', read_only=True).sql('''
    select product_id, period_start, flow_item, velocity, flow_time_p50_seconds, flow_efficiency, load_end
    from product_flow_metrics where period_type = 'month' order by all desc'''))"[/green]

[bold]Next[/bold]
  1. Change what a state means: edit [bold]{SEEDS}/state_mapping.csv[/bold] (say, SHOP's Peer Review from
     active to waiting), then run dbt again; all of history moves:
     [green]STREAMGAUGE_DATABASE={DATABASE} STREAMGAUGE_SEEDS={SEEDS} \\
       .venv/bin/dbt build --vars '{variables}'[/green]
  2. See what is not mapped yet, worst first, with rows to add:
     [green]STREAMGAUGE_DATABASE={DATABASE} STREAMGAUGE_SEEDS={SEEDS} .venv/bin/streamgauge gaps[/green]
  3. Connect your own tools: README.md, ten minutes
""",
        soft_wrap=True,
        highlight=False,
    )
