"""Laws of the repository that no other tool watches."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from tests.project.repository import ROOT, files, name, project, sql_without_comments

MODELS = files("models", "*.sql")
AFTER_STAGING = [path for path in MODELS if path.relative_to(ROOT / "models").parts[0] != "staging"]
SQL = MODELS + files("macros", "*.sql") + files("tests", "*.sql")
PYTHON = files("pipelines", "*.py") + files("dashboards", "*.py") + files("tests", "*.py")

NAMES = {
    "staging": r"stg_[a-z]+__[a-z_]+",
    "intermediate": r"int_[a-z]+__[a-z_]+",
    "marts": r"[a-z][a-z_]*",
    "semantic": r"[a-z][a-z_]*",
}


@pytest.mark.parametrize("path", MODELS, ids=name)
def test_a_model_is_named_after_its_folder(path: Path) -> None:
    layer, folder, *rest = path.relative_to(ROOT / "models").parts
    assert re.fullmatch(NAMES[layer], path.stem)
    if layer in ("staging", "intermediate"):
        assert path.stem.split("__")[0].split("_", 1)[1] == folder, "the folder's name stands in the model's"
        assert len(rest) == 1


@pytest.mark.parametrize("path", AFTER_STAGING, ids=name)
def test_nothing_after_staging_names_a_tool(path: Path) -> None:
    tools = "|".join(project()["vars"]["tools"])
    assert re.findall(rf"(?i)\b\w*(?:{tools})\w*", sql_without_comments(path)) == []


@pytest.mark.parametrize("path", MODELS, ids=name)
def test_a_model_asks_neither_the_clock_nor_the_database(path: Path) -> None:
    """One clock, `as_of()`. No introspection while compiling: it hides lineage and blocks unit tests."""
    asked = (
        r"(?i)\b(now\(|current_timestamp|current_date|get_current_time|today\(|run_query|get_column_values)"
    )
    assert re.findall(asked, sql_without_comments(path)) == []


@pytest.mark.parametrize("path", MODELS + files("tests", "*.sql"), ids=name)
def test_engines_differ_in_macros_only(path: Path) -> None:
    assert re.findall(r"\btarget\.(?:type|name)|adapter\.type", sql_without_comments(path)) == []


@pytest.mark.parametrize("path", files("macros", "*.sql"), ids=name)
def test_one_macro_a_file(path: Path) -> None:
    """A file holds the macro that it is named after, and what an engine needs for it (`duckdb__...`).

    Of a macro of dbt's own it holds an engine's variant alone.
    """
    macros = re.findall(r"\{%-?\s*(?:macro|test)\s+(\w+)", path.read_text(encoding="utf-8"))
    own = [macro for macro in macros if "__" not in macro]
    assert own == [path.stem] or macros == [f"spark__{path.stem}"]


@pytest.mark.parametrize("path", SQL, ids=name)
def test_every_var_has_its_default_in_the_project_file(path: Path) -> None:
    used = re.findall(r"\bvar\(\s*['\"](\w+)['\"]", path.read_text(encoding="utf-8"))
    assert set(used) <= set(project()["vars"])


def test_every_var_is_used() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SQL + files("models", "*.yml"))
    assert [var for var in project()["vars"] if not re.search(rf"\bvar\(\s*['\"]{var}['\"]", text)] == []


@pytest.mark.parametrize("path", files("tests", "*.sql"), ids=name)
def test_a_law_across_models_says_what_it_asserts(path: Path) -> None:
    assert path.stem.startswith("assert_") or path.parent.name == "generic"


@pytest.mark.parametrize("path", SQL + files("models", "*.yml") + files("seeds", "*.yml"), ids=name)
def test_no_test_only_warns(path: Path) -> None:
    assert not re.search(r"(?i)severity\s*[:=]\s*['\"]?warn", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PYTHON + SQL, ids=name)
def test_what_is_switched_off_has_its_reason_beside_it(path: Path) -> None:
    """`noqa` and `type: ignore` name the rule, and a word on why follows."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for marker in re.finditer(r"(?:#|--)\s*(?:noqa|type:\s*ignore)", line):
            reason = re.sub(r"^(?:\[[\w, -]+\]|:\s*[\w., -]+?)(?=\s+[#(-]|$)", "", line[marker.end() :])
            assert re.search(r"[a-z]{4,}", reason), line


@pytest.mark.parametrize(
    ("path", "rules"),
    [(".sqlfluff", ["RF04", "ST06"]), ("models/staging/.sqlfluff", ["RF01", "RF03", "RF04", "ST06"])],
)
def test_a_sql_rule_that_is_off_has_its_reason_beside_it(path: str, rules: list[str]) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    settings = configparser.ConfigParser()
    settings.read_string(text)
    off = [rule.strip() for rule in settings["sqlfluff"]["exclude_rules"].split(",")]

    assert off == rules
    assert [rule for rule in off if not re.search(rf"^# .*\b{rule}\b.*: \w+", text, flags=re.MULTILINE)] == []


def test_sql_rules_are_switched_off_in_these_files_only() -> None:
    folders = ("models", "tests", "macros", "pipelines", "seeds")
    assert [name(path) for folder in folders for path in files(folder, ".sqlfluff")] == [
        "models/staging/.sqlfluff"
    ]


def test_every_macro_that_unpacks_is_in_the_fingerprint_of_the_code() -> None:
    """Else a change of it would leave rows behind that the old one made."""
    engine = {path.stem for path in files("macros/engine", "*.sql")} - {"record_materialization"}
    unpacking = [path for path in MODELS if "record_materialization()" in path.read_text(encoding="utf-8")]
    used = {
        macro
        for path in unpacking
        for macro in re.findall(r"\b(\w+)\(", sql_without_comments(path))
        if macro in engine
    }
    code = (ROOT / "macros/records/unpacking_code.sql").read_text(encoding="utf-8")
    assert unpacking
    assert sorted(macro for macro in used if f"{macro}(" not in code) == []
