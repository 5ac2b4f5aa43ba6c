"""Runs `dbt build` on a generated organisation and reads what its run took, model by model."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.generate import Organisation
from benchmark.measure import REPOSITORY, Cost, run

# What the floor computes too, and all that it rests on. The marts also give teams, value streams and so on.
COVERED = (
    "+fct_flow_items",
    "+flow_velocity",
    "+flow_distribution",
    "+flow_time",
    "+flow_efficiency",
    "+flow_load",
)
# What DuckDB may hold before it uses the disk, of the models and of the floor alike.
MEMORY = os.environ.get("STREAMGAUGE_MEMORY", "4GB")
MODELS_ONLY = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
LAYERS = ("staging", "intermediate", "marts", "seeds")


@dataclass(frozen=True)
class Build:
    """One `dbt build`: what the process took, and the seconds of each model (or seed) by its path."""

    cost: Cost
    seconds: dict[str, float]
    database_bytes: int

    @property
    def layers(self) -> dict[str, float]:
        """Seconds by layer. Models run side by side, so these add up to more than the wall time."""
        return {
            layer: sum(seconds for path, seconds in self.seconds.items() if path.split("/")[0] == layer)
            for layer in LAYERS
        }

    @property
    def slowest(self) -> list[tuple[str, float]]:
        """The ten slowest models."""
        models = ((path.rsplit("/", 1)[-1], seconds) for path, seconds in self.seconds.items())
        return sorted(models, key=lambda model: -model[1])[:10]


def build(organisation: Organisation, *, select: Sequence[str] = (), options: Sequence[str] = ()) -> Build:
    """Run `dbt build` on an organisation.

    Args:
        organisation: whose warehouse and seeds to use
        select: dbt's selection; everything if empty
        options: further options of `dbt build`

    Raises:
        RunError: the build failed
    """
    target = organisation.database.parent / "target"
    command = [_program("dbt"), "--no-use-colors", "build", "--target-path", str(target), *options]
    if select:
        command += ["--select", *select]
    cost = run(command, target / "build.log", environment(organisation))
    return Build(cost, _seconds(target), organisation.database.stat().st_size)


def prepare(organisation: Organisation) -> None:
    """Let dbt parse the project once: later runs parse what changed, as they do for a user."""
    target = organisation.database.parent / "target"
    run(
        [_program("dbt"), "parse", "--target-path", str(target)],
        target / "parse.log",
        environment(organisation),
    )


def environment(organisation: Organisation) -> dict[str, str]:
    """The variables that point the project to an organisation."""
    return {
        "STREAMGAUGE_DATABASE": str(organisation.database),
        "STREAMGAUGE_SEEDS": str(organisation.seeds),
        "STREAMGAUGE_MEMORY": MEMORY,
    }


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _seconds(target: Path) -> dict[str, float]:
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {
        _layered_path(manifest["nodes"][result["unique_id"]]): result["execution_time"]
        for result in results
        if result["unique_id"].split(".")[0] in ("model", "seed")
    }


def _layered_path(node: dict[str, str]) -> str:
    """`<layer>/<folders>/<name>`."""
    if node["resource_type"] == "seed":
        return f"seeds/{node['name']}"
    return str(Path(node["path"]).with_suffix(""))


def defaults_folder() -> Path:
    """The folder of the shipped default seeds."""
    return REPOSITORY / "seeds" / "defaults"
