"""The demo's whole plan: work items, code and deliveries, and how to write it down for each load."""

from dataclasses import dataclass
from functools import cached_property

from pipelines.demo.changesets import (
    Deployment,
    Pull,
    Release,
    write_deployments,
    write_pulls,
    write_releases,
)
from pipelines.demo.edges import write_edges
from pipelines.demo.github_records import GitHubWriter
from pipelines.demo.jira_records import JiraWriter
from pipelines.demo.lives import Author
from pipelines.demo.organisation import CLOUD, DATA_CENTER
from pipelines.demo.plan import Item
from pipelines.demo.truth import Truth

DEFAULT_SIZE = 10_000
DEFAULT_SEED = 1


@dataclass(frozen=True)
class Company:
    """Lumenport's history, the same for the same seed and size on any machine."""

    items: list[Item]
    pulls: list[Pull]
    deployments: list[Deployment]
    releases: list[Release]

    @cached_property
    def cloud(self) -> JiraWriter:
        """Writes the Jira Cloud site."""
        return JiraWriter(CLOUD, self.items)

    @cached_property
    def data_center(self) -> JiraWriter:
        """Writes the Jira Data Center."""
        return JiraWriter(DATA_CENTER, self.items)

    @cached_property
    def github(self) -> GitHubWriter:
        """Writes the GitHub host."""
        for jira in (self.cloud, self.data_center):
            assert jira.items  # it gives them the keys that the code refers to
        return GitHubWriter(self.items, self.pulls, self.deployments, self.releases)

    @cached_property
    def truth(self) -> Truth:
        """The true figures; the writers give the items their ids."""
        assert self.github.items
        return Truth(self.items, self.deployments)


def found(size: int = DEFAULT_SIZE, seed: int = DEFAULT_SEED) -> Company:
    """Found the company: about `size` work items over 18 months."""
    author = Author(seed, size)
    items = author.write()
    list(write_edges(author))
    pulls = write_pulls(seed, items)
    deployments = list(write_deployments(seed, pulls))
    return Company(items, pulls, deployments, list(write_releases(deployments)))
