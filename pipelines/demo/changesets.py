"""The code behind the work items: pull requests, deployments, releases and runs, drawn from the same seed.

Pull requests are no flow items. They say in their branch, title, body or commits whose work they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha1
from random import Random
from typing import Literal

from pipelines.demo.clock import DAY, HOUR, MINUTE, SECOND, local_date, midnight
from pipelines.demo.lives import people
from pipelines.demo.organisation import GITHUB, HISTORY_END, HISTORY_START, PROJECTS, REPORTING_TIME_ZONE
from pipelines.demo.plan import Item

Reference = Literal["branch", "title", "body", "commit"]
REFERENCES: tuple[Reference, ...] = ("branch", "title", "body", "commit")
# Code of Jira's projects lies in repositories of its own; GitHub's issues have theirs beside them.
CODE_OF = {"SHOP": "lumenport/storefront", "WMS": "lumenport/warehouse"}
CODE_REPOSITORIES = tuple(CODE_OF.values())
SHARE_WITH_CODE = {"jira": 15, "github": 30}  # percent of the finished items


@dataclass(slots=True, eq=False)
class Pull:
    """A pull request for a work item, from its first commit to its end."""

    item: Item
    repository: str
    author: str
    reference: Reference
    opened_at: int
    commits: list[int]  # when each was made; the first before the pull request was opened
    reviews: list[tuple[int, str, str]] = field(default_factory=list)  # when, what, by whom
    ready_at: int | None = None  # opened as a draft, and ready then
    merged_at: int | None = None
    closed_at: int | None = None
    number: int = 0

    @property
    def ended_at(self) -> int | None:
        """When it was merged or closed."""
        return self.merged_at or self.closed_at

    def sha(self, place: int) -> str:
        """The hash of one of its commits; the one after the last is the merge."""
        return commit_hash(self.repository, self.item.number, place)


@dataclass(frozen=True)
class Deployment:
    """A deployment of a repository's main branch to an environment."""

    repository: str
    environment: str
    sha: str
    created_at: int
    ended_at: int
    state: Literal["success", "failure"]


@dataclass(frozen=True)
class Release:
    """A release with its tag."""

    repository: str
    tag: str
    sha: str
    at: int


def commit_hash(*parts: object) -> str:
    """A made-up commit hash."""
    return sha1("/".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()


def write_pulls(seed: int, items: list[Item]) -> list[Pull]:
    """Pull requests for a part of the finished work."""
    pulls = []
    for item in items:
        rng = Random(f"{seed} code of {item.number}")
        pull = _write_pull(rng, item)
        if pull:
            pulls.append(pull)
    return pulls


def _write_pull(rng: Random, item: Item) -> Pull | None:
    project = PROJECTS[item.area.project]
    repository = project.key if project.connection is GITHUB else CODE_OF.get(project.key)
    states = [change for change in item.changes if change.attribute == "state"]
    if repository is None or item.deleted_at or item.features & {"moved", "edge", "sub_task"}:
        return None
    if len(states) < 2 or rng.randrange(100) >= SHARE_WITH_CODE[project.connection.tool]:
        return None
    begun, ended = states[0].at, states[-1].at
    room = ended - begun
    if room < 4 * HOUR:
        return None
    author, *others = rng.sample(people(item.area), 3)
    first = begun + rng.randrange(room // 4)
    opened = first + MINUTE + rng.randrange(room // 4)
    last = opened + (ended - opened) // 2
    pull = Pull(
        item=item,
        repository=repository,
        author=author,
        reference=rng.choice(REFERENCES),
        opened_at=_second(opened),
        commits=sorted(_second(at) for at in (first, *_between(rng, opened, last, rng.randrange(3)))),
    )
    if rng.randrange(100) < 15:
        pull.ready_at = _second(opened + (last - opened) // 3)
    for at in _between(rng, opened + (last - opened) // 2, last, rng.randrange(1, 4)):
        pull.reviews.append((_second(at), rng.choice(("COMMENTED", "CHANGES_REQUESTED")), rng.choice(others)))
    _end_pull(rng, pull, ended, others)
    return pull


def _end_pull(rng: Random, pull: Pull, ended: int, reviewers: list[str]) -> None:
    at = _second(ended - MINUTE - rng.randrange(HOUR))
    if rng.randrange(100) < 7:
        pull.closed_at = at
        return
    pull.reviews.append((at - 10 * MINUTE, "APPROVED", rng.choice(reviewers)))
    pull.reviews.sort()
    pull.merged_at = at


def _between(rng: Random, start: int, end: int, amount: int) -> list[int]:
    return [start + rng.randrange(max(1, end - start)) for _ in range(amount)]


def _second(at: int) -> int:
    return at - at % SECOND


def write_deployments(seed: int, pulls: list[Pull]) -> Iterator[Deployment]:
    """Each repository goes to staging and then to production twice a week, if anything was merged."""
    for repository in sorted({pull.repository for pull in pulls}):
        rng = Random(f"{seed} deployments of {repository}")
        merged = sorted(
            (p.merged_at, p.sha(len(p.commits))) for p in pulls if p.repository == repository and p.merged_at
        )
        day = local_date(HISTORY_START, REPORTING_TIME_ZONE)
        deployed = ""
        while (at := midnight(day, REPORTING_TIME_ZONE) + 11 * HOUR + rng.randrange(3 * HOUR)) < HISTORY_END:
            sha = next((sha for merged_at, sha in reversed(merged) if merged_at < at), "")
            if day.weekday() in (1, 3) and sha != deployed:
                yield _deploy(rng, repository, "staging", sha, at)
                production = _deploy(rng, repository, "production", sha, at + HOUR)
                yield production
                deployed = sha if production.state == "success" else ""
            day += timedelta(days=1)


def _deploy(rng: Random, repository: str, environment: str, sha: str, at: int) -> Deployment:
    created = _second(at)
    ended = created + (2 + rng.randrange(9)) * MINUTE
    state: Literal["success", "failure"] = "failure" if rng.randrange(100) < 8 else "success"
    return Deployment(repository, environment, sha, created, ended, state)


def write_releases(deployments: list[Deployment]) -> Iterator[Release]:
    """Every fourth good production deployment is released under a version."""
    counts: dict[str, int] = {}
    for deployment in deployments:
        if deployment.environment != "production" or deployment.state != "success":
            continue
        number = counts[deployment.repository] = counts.get(deployment.repository, 0) + 1
        if number % 4 == 0:
            tag = f"v1.{number // 4}.0"
            yield Release(deployment.repository, tag, deployment.sha, deployment.ended_at + DAY // 24)
