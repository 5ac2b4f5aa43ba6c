"""The errors that a user of the command line sees."""

from __future__ import annotations


class LoadError(Exception):
    """A connection could not be loaded.

    Args:
        connection: name of the connection, as in `[connections.<name>]`
        resource: what was being read or written ("issues of project ACME", "configuration")
        problem: what went wrong, without secrets
        remedy: what the reader can do about it
    """

    def __init__(self, connection: str, resource: str, problem: str, remedy: str) -> None:
        self.connection = connection
        self.resource = resource
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{connection}: {resource}: {_sentence(problem)} {_sentence(remedy)}")


class PublishError(Exception):
    """Nothing could be published, or nothing is.

    Args:
        subject: what it is about (a file, a mart, a server), without secrets
        problem: what went wrong
        remedy: what the reader can do about it
    """

    def __init__(self, subject: str, problem: str, remedy: str) -> None:
        super().__init__(f"{subject}: {_sentence(problem)} {_sentence(remedy)}")


def _sentence(text: str) -> str:
    stripped = text.strip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."
