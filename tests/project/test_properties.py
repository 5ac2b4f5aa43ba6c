"""dbt's YAML: no mistyped key passes in silence, and everything is described."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.project.repository import (
    ROOT,
    document,
    files,
    name,
    project,
    property_files,
    resources,
    unknown_project_settings,
    unknown_properties,
)

Resource = tuple[Path, dict[str, Any]]


def named(resource: Resource) -> str:
    return str(resource[1]["name"])


MODELS = resources("models")
SEEDS = resources("seeds")


@pytest.mark.parametrize("path", property_files(), ids=name)
def test_dbt_knows_every_key(path: Path) -> None:
    assert unknown_properties(document(path)) == []


def test_dbt_knows_every_project_setting() -> None:
    assert unknown_project_settings(project()) == []


@pytest.mark.parametrize(
    ("mistyped", "place"),
    [
        ("models: [{name: a, descripton: b}]", "models.0"),
        ("models: [{name: a, config: {materialised: table}}]", "models.0.config"),
        ("models: [{name: a, config: {contract: {enforcd: true}}}]", "models.0.config.contract"),
        ("models: [{name: a, columns: [{name: b, test: [unique]}]}]", "models.0.columns.0"),
        (
            "models: [{name: a, columns: [{name: b, data_tests: [{unique: {confg: {where: c}}}]}]}]",
            "models.0.columns.0.data_tests.0.unique",
        ),
        (
            "unit_tests: [{name: a, model: b, given: [], expect: {row: []}}]",
            "unit_tests.0.expect",
        ),
        ("seeds: [{name: a, config: {delimeter: ;}}]", "seeds.0.config"),
        ("sources: [{name: a, tables: [{name: b, colums: []}]}]", "sources.0.tables.0"),
        ("modles: []", ""),
    ],
)
def test_a_mistyped_key_is_found(mistyped: str, place: str) -> None:
    assert [problem.split(": ")[0] for problem in unknown_properties(yaml.safe_load(mistyped))] == [place]


def test_a_rendered_value_is_not_held_against_its_type() -> None:
    assert unknown_properties(yaml.safe_load("""models: [{name: a, config: {enabled: "{{ b }}"}}]""")) == []


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_a_model_says_its_grain(model: Resource) -> None:
    properties = model[1]
    grain = properties.get("config", {}).get("meta", {}).get("grain")
    columns = {column["name"] for column in properties.get("columns", [])}

    assert properties.get("description", "").startswith("One row per "), "the first sentence says the grain"
    assert grain, "config.meta.grain names the columns that make a row unique"
    assert set(grain) <= columns, "the grain's columns are columns of the model"


@pytest.mark.parametrize("resource", MODELS + SEEDS, ids=named)
def test_every_column_is_described_once(resource: Resource) -> None:
    columns = resource[1].get("columns", [])
    names = [column["name"] for column in columns]

    assert names, "its columns are listed"
    assert len(names) == len(set(names)), "a column is listed once"
    assert [column["name"] for column in columns if not column.get("description", "").strip()] == []


@pytest.mark.parametrize("kind", ["models", "seeds"])
def test_nothing_is_described_twice(kind: str) -> None:
    names = [named(resource) for resource in resources(kind)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", files("models", "*.sql"), ids=name)
def test_a_model_is_described_in_its_own_folder(path: Path) -> None:
    assert [name(where.parent) for where, entry in MODELS if entry["name"] == path.stem] == [
        name(path.parent)
    ]


def test_every_description_has_its_file() -> None:
    assert {named(model) for model in MODELS} == {path.stem for path in files("models", "*.sql")}
    assert {named(seed) for seed in SEEDS} == {path.stem for path in files("seeds", "*.csv")}


@pytest.mark.parametrize("seed", SEEDS, ids=named)
def test_a_seed_is_described_column_by_column(seed: Resource) -> None:
    listed = [column["name"] for column in seed[1].get("columns", [])]

    assert seed[1].get("description", "").strip()
    for path in files("seeds", f"{named(seed)}.csv") + files("pipelines/demo/seeds", f"{named(seed)}.csv"):
        with path.open(encoding="utf-8", newline="") as text:
            assert next(csv.reader(text)) == listed, f"the header of {name(path)}"


def test_an_organisations_folder_holds_only_csv() -> None:
    assert [name(path) for path in files("seeds/organisation", "*.*") if path.suffix != ".csv"] == []
    assert (ROOT / "seeds" / "organisation").is_dir()


@pytest.mark.parametrize("kind", ["exposures", "metrics", "semantic_models", "saved_queries"])
def test_what_readers_ask_for_is_described(kind: str) -> None:
    found = [entry for _, entry in resources(kind)]
    parts = [part for entry in found for key in ("dimensions", "measures") for part in entry.get(key, [])]
    assert found
    assert [part["name"] for part in found + parts if not part.get("description", "").strip()] == []


def test_exposures_name_what_is_read() -> None:
    """BI tools get every mart; the dashboard what its queries read, so that lineage leads there."""
    named = {
        entry["name"]: set(re.findall(r"ref\('(\w+)'\)", " ".join(entry["depends_on"])))
        for _, entry in resources("exposures")
    }
    marts = {path.stem for path in files("models/marts", "*.sql")}
    pages = " ".join(path.read_text(encoding="utf-8") for path in files("dashboards", "*.py"))
    assert named["bi_tools"] == marts
    assert named["dashboard"] == marts & set(re.findall(r"\b(?:from|join) (\w+)", pages))
