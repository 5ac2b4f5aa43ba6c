"""What dbt's sources say of raw tables is what loads make: Spark reads the lake's files by it."""

import pytest

from pipelines.sources import source_class, tools
from pipelines.warehouse import LOADS, SIGHTINGS, _load_columns, _raw_columns, _sighting_columns
from tests.project.repository import resources

TYPES = {"timestamp": "timestamp", "bool": "boolean"}
SOURCES = {source["name"]: source for _, source in resources("sources")}


@pytest.mark.parametrize("tool", tools())
def test_a_source_declares_each_raw_table_with_its_columns_and_their_types(tool: str) -> None:
    made = {table.name: _raw_columns(table) for table in source_class(tool).tables}
    made |= {SIGHTINGS: _sighting_columns(), LOADS: _load_columns()}
    declared = {table["name"]: table for table in SOURCES[f"raw_{tool}"]["tables"]}
    assert declared.keys() == made.keys()
    for name, columns in made.items():
        expected = {str(column["name"]): TYPES.get(str(column["data_type"])) for column in columns}
        assert {c["name"]: c.get("data_type") for c in declared[name]["columns"]} == expected, name


@pytest.mark.parametrize("tool", tools())
def test_the_primary_key_of_a_source_is_that_of_the_raw_table(tool: str) -> None:
    declared = {table["name"]: table for table in SOURCES[f"raw_{tool}"]["tables"]}
    for table in source_class(tool).tables:
        keys = [
            test["primary_key"]["arguments"]["columns"]
            for test in declared[table.name]["data_tests"]
            if "primary_key" in test
        ]
        assert keys == [["connection", *table.keys]], table.name
