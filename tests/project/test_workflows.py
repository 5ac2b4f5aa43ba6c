"""Workflows give what is proposed in a pull request nothing to steal and nothing to write with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.project.repository import document, files, name

WORKFLOWS = files(".github/workflows", "*.yml")
PULL_REQUEST_TARGET = "pull_request_target"


def triggers(workflow: Path) -> set[str]:
    """What starts a workflow. YAML reads the key `on` as a truth."""
    content: dict[Any, Any] = document(workflow)
    return set(content[True])


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=name)
def test_permissions_are_named_and_no_workflow_runs_foreign_code_with_rights(workflow: Path) -> None:
    assert "permissions" in document(workflow)
    assert PULL_REQUEST_TARGET not in triggers(workflow)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=name)
def test_a_job_that_may_write_checks_nothing_out(workflow: Path) -> None:
    for job in document(workflow)["jobs"].values():
        rights = job.get("permissions", document(workflow)["permissions"])
        if "write" in rights.values():
            assert [step for step in job["steps"] if "checkout" in step.get("uses", "")] == []


@pytest.mark.parametrize(
    "workflow", [path for path in WORKFLOWS if "pull_request" in triggers(path)], ids=name
)
def test_a_workflow_of_pull_requests_uses_no_secret(workflow: Path) -> None:
    assert "secrets." not in workflow.read_text(encoding="utf-8")
