"""What stops an impact report before anything is built."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.mapping.errors import MappingError
from pipelines.mapping.impact import find_impact
from pipelines.mapping.rules import ROOT


def test_a_broken_row_is_named_by_its_own_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(ROOT / "pipelines" / "demo" / "seeds", tmp_path / "my_seeds"))
    states = folder / "state_mapping.csv"
    lines = states.read_text(encoding="utf-8").splitlines()
    states.write_text("\n".join([*lines, "jira,,,,Somewhere,wating,,,,,", ""]), encoding="utf-8")
    monkeypatch.setenv("STREAMGAUGE_SEEDS", str(folder))
    with pytest.raises(MappingError) as error:
        find_impact(ROOT, tmp_path / "there is none.duckdb")
    assert f"{states} line {len(lines) + 1}: abstract_state 'wating' is not one of" in str(error.value)


def test_of_many_broken_rows_the_first_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(ROOT / "pipelines" / "demo" / "seeds", tmp_path / "my_seeds"))
    (folder / "products.csv").write_text(
        "product_id,product_name,value_stream_id,owner,calendar_id\n"
        + "".join(f"p{number},,nowhere,,\n" for number in range(30)),
        encoding="utf-8",
    )
    monkeypatch.setenv("STREAMGAUGE_SEEDS", str(folder))
    with pytest.raises(MappingError, match="more: `streamgauge check` has them all"):
        find_impact(ROOT, tmp_path / "there is none.duckdb")
