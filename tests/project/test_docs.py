"""The documentation stays true: links lead somewhere, commands exist, every seed column is explained."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.project.repository import ROOT, files, name, resources

PAGES = sorted([*ROOT.glob("*.md"), *files("docs", "*.md")])


def prose(page: Path) -> str:
    """A page without its code blocks, whose brackets and hashes are no Markdown."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ +(.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)\s]*)\)", prose(page))
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    assert set(
        re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    ) <= {pair for target in targets for pair in ((target, ""), ("", target))}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_that_are_named_exist(page: Path) -> None:
    """Whole paths in backticks that begin with a folder of the repository."""
    folders = r"models|macros|seeds|pipelines|tests|docs|\.github|\.ci|\.dlt"
    paths = re.findall(rf"`((?:{folders})/[\w./-]+)`", prose(page))
    made_by_the_user = {".dlt/secrets.toml"}
    assert [path for path in paths if path not in made_by_the_user and not (ROOT / path).exists()] == []


def test_every_seed_column_is_explained() -> None:
    text = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    explained = {
        seed: set(re.findall(r"`(\w+)`", section))
        for seed, section in re.findall(r"^### `(\w+)`(.*?)(?=^##|\Z)", text, flags=re.DOTALL | re.MULTILINE)
    }
    for _, seed in resources("seeds"):
        if not seed["name"].startswith("default_"):
            columns = {column["name"] for column in seed["columns"]}
            assert columns - explained.get(seed["name"], set()) == set(), (
                f"in docs/mapping.md, {seed['name']}"
            )


def test_every_mart_is_in_the_guide() -> None:
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert [path.stem for path in files("models/marts", "*.sql") if f"`{path.stem}`" not in text] == []


def test_the_readme_lists_every_folder_once() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.partition("## Folders\n\n```\n")[2].partition("```")[0]
    listed = re.findall(r"^(\S+)/ ", block, flags=re.MULTILINE)
    assert sorted(set(listed)) == sorted(listed)
    assert [folder for folder in listed if not (ROOT / folder).is_dir()] == []
    packages = {path.parent.name for path in ROOT.glob("pipelines/*/__init__.py")} - {"sources"}
    assert {f"pipelines/{package}" for package in packages} <= set(listed)


def test_the_changelog_has_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = re.findall(
        r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert versions[0] == project["version"]
