"""Every policy turned from its default at once: the laws hold, and every figure is still explained."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.demo.command import DBT_VARIABLES, build
from pipelines.mapping.records import Records
from pipelines.mapping.scratch import POLICIES
from tests.demo.explained import disagreements, recent_disagreements

OTHERS = {name: choices[-1] for name, choices in POLICIES.items()}


@pytest.fixture(scope="module")
def records(demo_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """The demo under other policies: what follows from them built anew, with its data tests."""
    database = tmp_path_factory.mktemp("policies") / "demo.duckdb"
    shutil.copy(demo_database, database)
    variables = {**DBT_VARIABLES, **{f"policy_{name}": choice for name, choice in OTHERS.items()}}
    options = ["--select", "int_flow__counted+", "build_settings", "--exclude-resource-type", "unit_test"]
    options += ["--vars", json.dumps(variables), "--target-path", str(database.parent / "target")]
    build(database, Console(quiet=True), *options)
    with closing(Records(database)) as opened:
        yield opened


def test_every_figure_of_all_products_and_months_adds_up(records: Records) -> None:
    assert records.settings.policies == OTHERS
    explained, wrong = disagreements(records, "scope_type = 'product' and period_type = 'month'")
    assert explained > 0
    assert wrong == []


def test_the_flow_times_of_lately_add_up(records: Records) -> None:
    explained, wrong = recent_disagreements(records)
    assert explained > 0
    assert wrong == []


def test_every_figure_of_wider_scopes_adds_up_by_year(records: Records) -> None:
    explained, wrong = disagreements(records, "scope_type != 'product' and period_type = 'year'")
    assert explained > 0
    assert wrong == []
