"""Builds the marts of two versions of the seeds over one warehouse's staging, in databases of their own.

The user's warehouse is only read. What dbt needs of it (staging, and the loads) is copied into a scratch
database; seeds, intermediate and marts are built there by dbt itself, from a scratch project that shares
everything with the real one but its seeds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.database import sql_name, sql_text
from pipelines.mapping.errors import MappingError
from pipelines.mapping.rows import Rows, is_seed, read_texts
from pipelines.mapping.seed_files import DEFAULT_SEEDS, SEEDS_VARIABLE

SHIPPED_SEEDS = "seeds/defaults"
PROJECT = "dbt_project.yml"
SHARED_PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "tests")
POLICIES = {
    "completion": ("last", "first"),
    "duration": ("flow_time", "elapsed"),
    "cancelled": ("excluded", "included"),
    "time": ("calendar", "working"),
}
# What the comparison reads, and the check that stops the build of broken seeds.
SELECTED = (
    "fct_flow_items",
    "flow_velocity",
    "flow_distribution",
    "flow_time",
    "flow_efficiency",
    "flow_load",
    "dim_products",
    "dim_teams",
    "dim_value_streams",
    "build_settings",
)


@dataclass(frozen=True)
class Seeds:
    """One version of all seeds.

    Args:
        label: what people call it
        organisation: the text of each of the organisation's CSVs, by seed
        shipped: the same of the shipped defaults
        properties: the text of each YAML file beside the defaults
        variables: the policies that dbt_project.yml sets
    """

    label: str
    organisation: Mapping[str, str]
    shipped: Mapping[str, str]
    properties: Mapping[str, str]
    variables: Mapping[str, Any]

    @property
    def rows(self) -> Rows:
        """Their rows."""
        return Rows({**self.organisation, **self.shipped})

    def write(self, folder: Path) -> None:
        """Write them as the seeds of a dbt project."""
        for place, files in ((DEFAULT_SEEDS, self.organisation), (SHIPPED_SEEDS, self.shipped)):
            (folder / place).mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (folder / place / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        for name, text in self.properties.items():
            (folder / SHIPPED_SEEDS / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Settings:
    """What a build rests on besides data and seeds, as dbt vars."""

    variables: Mapping[str, Any]

    @classmethod
    def of(cls, warehouse: Path) -> Settings:
        """The settings that a warehouse was built with.

        Raises:
            MappingError: there is no such warehouse, or nothing was built in it
        """
        with opened(warehouse) as connection:
            names = ["as_of", "tools", "reporting_timezone", *policy_variables()]
            rows = connection.execute(f"select {', '.join(names)} from build_settings").fetchall()
        found = dict(zip(names, rows[0], strict=True))
        as_of = f"{found['as_of']:%Y-%m-%dT%H:%M:%S.%fZ}"
        return cls({**found, "as_of": as_of, "tools": found["tools"].split(",")})

    def with_policies(self, policies: Mapping[str, str]) -> Settings:
        """The same with some policies chosen anew."""
        return Settings({**self.variables, **{f"policy_{name}": choice for name, choice in policies.items()}})

    @property
    def policies(self) -> dict[str, str]:
        """The choice of each policy."""
        return {name: str(self.variables[f"policy_{name}"]) for name in POLICIES}


def policy_variables() -> list[str]:
    """The names of the dbt vars that hold policies."""
    return [f"policy_{name}" for name in POLICIES]


def opened(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """A built warehouse, read-only.

    Raises:
        MappingError: it is not there, is locked, or holds no marts of this version
    """
    if not warehouse.exists():
        raise MappingError(
            f"There is no warehouse {warehouse}: load and build one, or name another in STREAMGAUGE_DATABASE."
        )
    try:
        connection = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.IOException as error:
        raise MappingError(
            f"The warehouse {warehouse} cannot be read: {str(error).splitlines()[0]} "
            "Wait for the load or build that holds it, or close the tool that has it open."
        ) from None
    try:
        connection.execute("set timezone = 'UTC'")
        connection.execute("select * from build_settings limit 0").fetchall()
    except duckdb.CatalogException:
        connection.close()
        raise MappingError(
            f"The warehouse {warehouse} was not built by this version: run `dbt build`."
        ) from None
    return connection


def seeds_folder(root: Path) -> Path:
    """The folder of the organisation's seeds.

    Raises:
        MappingError: it is not there
    """
    folder = (root / (os.environ.get(SEEDS_VARIABLE) or DEFAULT_SEEDS)).resolve()
    if not folder.is_dir():
        raise MappingError(f"There is no folder {folder}: {SEEDS_VARIABLE} names the folder of your seeds.")
    return folder


def project_root() -> Path:
    """The folder of the dbt project: where the command runs.

    Raises:
        MappingError: there is none
    """
    root = Path.cwd()
    if not (root / PROJECT).is_file():
        raise MappingError(f"There is no {PROJECT} in {root}: run this in the folder of your clone.")
    return root


def edited_seeds(root: Path) -> Seeds:
    """The seeds as they stand in the working tree."""
    folder, shipped = seeds_folder(root), root / SHIPPED_SEEDS
    return Seeds(
        "the edited seeds",
        read_texts(folder),
        read_texts(shipped),
        {path.name: path.read_text(encoding="utf-8") for path in sorted(shipped.glob("*.yml"))},
        _variables((root / PROJECT).read_text(encoding="utf-8")),
    )


def base_seeds(root: Path, reference: str | None, edited: Seeds) -> Seeds:
    """The seeds as git has them at a reference.

    Args:
        root: the project's folder
        reference: a branch, tag or commit; none means where this branch left the default branch
        edited: the seeds of today, which say what stands where git has no file

    Raises:
        MappingError: the seeds are in no git repository, or git does not know the reference
    """
    folder = seeds_folder(root)
    repository = Path(_git(folder, "rev-parse", "--show-toplevel"))
    commit = _commit(repository, reference)
    headers = {
        name: text.splitlines()[0] + "\n" for name, text in edited.organisation.items() if text.strip()
    }
    known = _texts_at(repository, commit, folder)
    in_project = root.resolve().is_relative_to(repository)
    shipped = _texts_at(repository, commit, (root / SHIPPED_SEEDS).resolve()) if in_project else {}
    project = _show(repository, commit, (root / PROJECT).resolve()) if in_project else None
    name = f"{reference or 'the default branch'} ({commit[:9]})"
    return Seeds(
        name if known else f"{name}, which has no seeds in {folder.name},",
        {**headers, **known},
        {**edited.shipped, **shipped},
        edited.properties,
        _variables(project) if project else edited.variables,
    )


def _variables(project: str) -> dict[str, Any]:
    variables = (yaml.safe_load(project) or {}).get("vars") or {}
    return {name: variables[name] for name in policy_variables() if name in variables}


def _commit(repository: Path, reference: str | None) -> str:
    if reference is not None:
        return _git(
            repository,
            "rev-parse",
            "--verify",
            "--quiet",
            f"{reference}^{{commit}}",
            says=(
                f"git knows no '{reference}' in {repository}: name a branch, a tag or a commit with --base, "
                "and fetch it first if it is on a server."
            ),
        )
    for branch in (
        "origin/HEAD",
        "origin/main",
        "origin/master",
        "main",
        "master",
        *_other_defaults(repository),
    ):
        try:
            return _git(repository, "merge-base", "HEAD", branch)
        except MappingError:
            continue
    raise MappingError(f"git tells no default branch of {repository}: name it with --base.")


def _other_defaults(repository: Path) -> list[str]:
    """Default branches of other names: what new repositories of the user begin with, and an only branch."""
    configured = _git(repository, "config", "--default", "", "--get", "init.defaultBranch")
    branches = _git(repository, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes").split()
    only = branches if len(branches) == 1 else []
    return [configured, *only] if configured else only


def _texts_at(repository: Path, commit: str, folder: Path) -> dict[str, str]:
    place = folder.relative_to(repository.resolve()).as_posix()
    listed = _git(repository, "ls-tree", "--name-only", "-z", commit, f"{place}/" if place != "." else "./")
    texts = {}
    for path in map(Path, listed.split("\0")):
        if path.suffix == ".csv" and is_seed(path.stem):
            content = _git_output(repository, "show", f"{commit}:{path.as_posix()}")
            try:
                texts[path.stem] = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise MappingError(
                    f"{path} at {commit[:9]} is not UTF-8: name another version with --base."
                ) from None
    return texts


def _show(repository: Path, commit: str, path: Path) -> str | None:
    try:
        return _git(repository, "show", f"{commit}:{path.relative_to(repository.resolve()).as_posix()}")
    except MappingError:
        return None


def _git(folder: Path, *arguments: str, says: str = "") -> str:
    return _git_output(folder, *arguments, says=says).decode("utf-8").strip()


def _git_output(folder: Path, *arguments: str, says: str = "") -> bytes:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise MappingError(says or f"git {arguments[0]} failed in {folder}: {told or 'it says nothing'}.")
    return done.stdout


class Scratch:
    """A folder with a scratch project and the databases that are built in it."""

    def __init__(self, root: Path, warehouse: Path, folder: Path) -> None:
        self._warehouse = warehouse
        self._folder = folder
        self._project = folder / "project"
        self._project.mkdir()
        for part in SHARED_PARTS:
            (self._project / part).symlink_to((root / part).resolve())

    def build(self, name: str, seeds: Seeds, settings: Settings) -> Path:
        """Build the marts of a version of the seeds; give their database.

        Raises:
            MappingError: the seeds need mending, or dbt failed; with what it said
        """
        # Always under one name: dbt parses the whole project anew when the profile's variables change.
        database = self._folder / "warehouse.duckdb"
        self._copy_staging(database)
        seeds.write(self._project)
        command = [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "build"]
        command += ["--select", *(f"+{model}" for model in SELECTED), "assert_seeds_are_sound"]
        command += ["--exclude", "path:models/staging", "--indirect-selection", "empty"]
        command += ["--exclude-resource-type", "unit_test", "--vars", json.dumps(dict(settings.variables))]
        command += ["--target-path", str(self._folder / "target"), "--log-path", str(self._folder / "logs")]
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DBT_")}
        environment = {**kept, "STREAMGAUGE_DATABASE": str(database), SEEDS_VARIABLE: DEFAULT_SEEDS}
        done = subprocess.run(
            command, cwd=self._project, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise MappingError(f"The marts of {seeds.label} cannot be built:\n{_complaint(done.stdout)}")
        return database.rename(self._folder / f"{name}.duckdb")

    def _copy_staging(self, database: Path) -> None:
        """Copy staging, views as what they show: a view names the warehouse that it was made in."""
        with opened(self._warehouse) as connection:
            (name,) = connection.execute("select current_database()").fetchall()[0]
            copy = "scratch" if name != "scratch" else "scratch_copy"
            connection.execute(f"attach {sql_text(database)} as {copy} (read_write)")
            tables = connection.execute(
                """
                select table_schema, table_name from information_schema.tables where table_catalog = ?
                    and (table_schema = 'staging' or (table_schema like 'raw_%' and table_name = 'loads'))
                """,
                [name],
            ).fetchall()
            for schema, table in tables:
                connection.execute(f"create schema if not exists {copy}.{schema}")
                connection.execute(
                    f"create table {copy}.{schema}.{table} as from {sql_name(name)}.{schema}.{table}"
                )


def _complaint(told: str) -> str:
    """The end of what dbt said, from its first error on, without the times before its lines."""
    lines = [
        line.split("  ", 1)[1] if line[:8].count(":") == 2 and "  " in line else line
        for line in told.splitlines()
    ]
    first = next(
        (number for number, line in enumerate(lines) if "need mending" in line or "Error" in line), -30
    )
    return "\n".join(line.rstrip() for line in lines[first:] if line.strip())[:4000]


def parse_policies(chosen: Sequence[str]) -> dict[str, str]:
    """Policies as `--policy` gives them: `completion=first`.

    Raises:
        MappingError: there is no such policy or choice
    """
    policies = {}
    for text in chosen:
        name, _, choice = text.partition("=")
        if choice not in POLICIES.get(name, ()):
            known = "; ".join(f"{policy}={'|'.join(choices)}" for policy, choices in POLICIES.items())
            raise MappingError(f"--policy {text} is none of {known}.")
        policies[name] = choice
    return policies
