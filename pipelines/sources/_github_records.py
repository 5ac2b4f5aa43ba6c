"""What is stored of GitHub's objects: the objects as they came, less what must not or need not be kept.

- Users are cut down to login, id and type; the core then makes pseudonyms of those that are people.
- Names of people in texts, links and branches become `[person]`: mentions, trailers of commit messages,
  owners of forks, and whoever the record itself names. Owners of the loaded repositories stay.
- Texts of comments, reviews and payloads are left out, and so is what changes although nothing was done
  (counters, mergeability, the state of an issue that merely refers to this one): a record would otherwise
  change for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.privacy import PersonShape, scrub_emails

Json = dict[str, Any]

PERSON = "[person]"
NOT_PEOPLE = ("Bot", "Organization")
WEB_COMMITTER = "noreply@github.com"  # commits made on the web site have "GitHub" as committer

TEXTS = frozenset(
    (
        "title",
        "body",
        "message",
        "description",
        "display_title",
        "from",
        "to",
        "commit_title",
        "commit_message",
    )
)
BRANCHES = frozenset(("ref", "label", "head_branch", "base_ref"))
# Left out at any depth
LEFT_OUT = frozenset(
    (
        "body_html",
        "body_text",
        "diff_hunk",
        "dismissal_message",
        "payload",
        "permissions",
        "signature",
        "temp_clone_token",
        # these change although nothing was done
        "closed_issues",
        "download_count",
        "forks",
        "forks_count",
        "mergeable",
        "mergeable_state",
        "network_count",
        "open_issues",
        "reactions",
        "rebaseable",
        "size",
        "stargazers_count",
        "subscribers_count",
        "watchers",
        "watchers_count",
    )
)
COMMENT = frozenset(("body",))
REPOSITORY_IN_RECORD = ("id", "node_id", "name", "private", "fork", "default_branch", "url", "html_url")
REFERRING_ISSUE = ("id", "node_id", "number", "title", "url", "html_url", "repository_url", "created_at")

MENTION = re.compile(r"(?<!\w)@([a-z\d][a-z\d_-]{0,38})", re.IGNORECASE)
REFERENCE = re.compile(r"\b([a-z\d][a-z\d_-]{0,38})(?=/[\w.-]+(?:#\d|@[\da-f]{7}))", re.IGNORECASE)
MERGED_FROM = re.compile(
    r"(\bmerge (?:pull request #\d+|(?:remote-tracking )?branch(?:es)? '[^']*')[^\S\n]+(?:from|of)[^\S\n]+)"
    r"([a-z\d][a-z\d_-]{0,38})(?=[/:])",
    re.IGNORECASE,
)
TRAILER = re.compile(
    r"^([ \t>]*(?:acked|approved|authored|co-authored|co-developed|committed|helped|inspired|mentored|noticed"
    r"|originally|pointed-out|proposed|reported|requested|reviewed|signed-off|suggested|tested|thanks)[- ]"
    r"(?:by|to):)[ \t]*\S.*$",
    re.IGNORECASE | re.MULTILINE,
)
NAME_AND_EMAIL = re.compile(r"(?:[^\s<>:,;()\[\]]+[ \t]+){1,4}<[^<>\s]+(?:@|%40)[^<>\s]+>")
UPLOADER = re.compile(r"((?:avatars\d*|(?:private-)?user-images)\.githubusercontent\.com/(?:u/)?)\d+")
PERSONAL_PAGE = re.compile(r"\b([a-z\d][a-z\d-]{0,38})(?=\.github\.io\b)", re.IGNORECASE)
# First parts of paths on GitHub's sites that name no owner
NO_OWNERS = frozenset(
    (
        *(
            "about",
            "advisories",
            "apps",
            "assets",
            "codespaces",
            "collections",
            "contact",
            "customer-stories",
        ),
        *("enterprise", "enterprises", "events", "explore", "features", "graphql", "issues", "login"),
        *("marketplace", "new", "notifications", "organizations", "orgs", "pricing", "pulls", "rate_limit"),
        *("readme", "repos", "repositories", "search", "security", "settings", "site", "sponsors", "stars"),
        *("team", "teams", "topics", "trending", "u", "user", "user-attachments", "users"),
    )
)


def person_shapes() -> tuple[PersonShape, ...]:
    """People in GitHub's records: users that are neither bots nor organisations, and authors of commits."""
    return (
        PersonShape(is_person, hashed=frozenset(("login", "id")), kept=frozenset(("type",))),
        PersonShape(_is_git_identity, hashed=frozenset(("name", "email")), kept=frozenset(("date",))),
    )


def is_person(value: Mapping[str, Any]) -> bool:
    """Whether an object is a user who is a person; a bot is known by its type or its `[bot]`."""
    login = value.get("login")
    return bool(login) and value.get("type") not in NOT_PEOPLE and not str(login).endswith("[bot]")


def _is_git_identity(value: Mapping[str, Any]) -> bool:
    return "name" in value and "email" in value and "login" not in value and "full_name" not in value


class Records:
    """Cuts and cleans GitHub's objects of one connection.

    Args:
        owners: whose names stay: the owners of the loaded repositories, and other organisations
        hosts: hosts of this instance, beside those of github.com
        pseudonymous: false leaves the names of people in texts
    """

    def __init__(self, owners: Iterable[str], hosts: Iterable[str], pseudonymous: bool = True) -> None:
        self._owners = {owner.lower() for owner in owners} | NO_OWNERS
        self._pseudonymous = pseudonymous
        own = "|".join(re.escape(host) for host in hosts)
        self._owner_in_link = re.compile(
            rf"((?<![\w.-])(?:(?:(?:api|codeload|gist|raw|uploads|www)\.)?github(?:usercontent)?\.com|{own})"
            r"(?::\d+)?[/:](?:api/v3/)?(?:(?:repos|sponsors|stars|users)/)?)([a-z\d][a-z\d_-]{0,38})(?![\w-])",
            re.IGNORECASE,
        )

    def keep_owner(self, owner: str) -> None:
        """The name of this owner stays from now on (a repository that moved)."""
        self._owners.add(owner.lower())

    def record(self, value: Json) -> Json:
        """An issue, pull request, commit, release, tag, deployment, status, run or repository."""
        return self._object(value, self._names(value), LEFT_OUT)

    def comment(self, value: Json) -> Json:
        """A review or an event of a timeline: without the texts that people wrote in it."""
        shortened = {**value, "source": _referring(value["source"])} if "source" in value else value
        return self._object(shortened, self._names(shortened), LEFT_OUT | COMMENT)

    def _names(self, value: Any) -> list[str]:
        """Logins and names of the people in a record, in lower case, the longest first."""
        if not self._pseudonymous:
            return []
        return sorted(
            {name for name in _names_in(value) if len(name) > 2}, key=lambda name: (-len(name), name)
        )

    def _object(self, value: Json, names: list[str], left_out: frozenset[str]) -> Json:
        return {
            key: self._value(key, entry, names, left_out)
            for key, entry in value.items()
            if key not in left_out
        }

    def _value(self, key: str, value: Any, names: list[str], left_out: frozenset[str]) -> Any:
        if isinstance(value, str):
            return self._text(key, value, names) if self._pseudonymous else value
        if isinstance(value, list):
            return [self._value(key, entry, names, left_out) for entry in value]
        if not isinstance(value, dict):
            return value
        if "login" in value:
            return {name: value[name] for name in ("login", "id", "type") if name in value}
        if "full_name" in value:
            return self._repository(value)
        if key == "performed_via_github_app":
            return {name: value.get(name) for name in ("id", "slug", "name")}
        return self._object(value, names, left_out)

    def _repository(self, value: Json) -> Json:
        """A repository inside another record: which one it is, not how it is doing."""
        kept = {name: value[name] for name in REPOSITORY_IN_RECORD if name in value}
        owner, _, name = str(value["full_name"]).partition("/")
        kept["full_name"] = f"{self._owner(owner)}/{name}"
        return self._object({**kept, "owner": value.get("owner")}, [], LEFT_OUT)

    def _owner(self, owner: str) -> str:
        return owner if not self._pseudonymous or owner.lower() in self._owners else PERSON

    def _text(self, key: str, text: str, names: list[str]) -> str:
        text = self._owner_in_link.sub(lambda found: found[1] + self._owner(found[2]), text)
        text = UPLOADER.sub(rf"\1{PERSON}", text)
        text = PERSONAL_PAGE.sub(lambda found: self._owner(found[1]), text)
        if key in TEXTS:
            text = self._free_text(text)
        elif key == "label" and ":" in text:  # owner:branch
            owner, _, branch = text.partition(":")
            text = f"{self._owner(owner)}:{branch}"
        return self._without(names, text) if key in TEXTS or key in BRANCHES else text

    def _free_text(self, text: str) -> str:
        text = TRAILER.sub(rf"\1 {PERSON}", text)
        text = scrub_emails(NAME_AND_EMAIL.sub(PERSON, text))
        text = MERGED_FROM.sub(lambda found: found[1] + self._owner(found[2]), text)
        text = REFERENCE.sub(lambda found: self._owner(found[1]), text)
        return MENTION.sub(lambda found: f"@{self._owner(found[1])}", text)

    def _without(self, names: list[str], text: str) -> str:
        """The text without these names where they are words: in `ada-patch-1`, but not in the key `ADA-1`."""
        lower = text.lower()
        found = [re.escape(name) for name in names if name in lower and name not in self._owners]
        if not found:
            return text
        return re.sub(rf"(?<![\w\[])(?:{'|'.join(found)})(?!\w|-\d)", PERSON, text, flags=re.IGNORECASE)


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _names_in(entry)
    elif isinstance(value, dict):
        if is_person(value):
            yield str(value["login"]).lower()
        elif _is_git_identity(value) and value["name"] and value["email"] != WEB_COMMITTER:
            yield str(value["name"]).strip().lower()
        elif "login" not in value:
            for entry in value.values():
                yield from _names_in(entry)


def _referring(source: Any) -> Any:
    """The source of a `cross-referenced` event: which issue or pull request refers to this one."""
    issue = source.get("issue") if isinstance(source, dict) else None
    if not issue:
        return source
    kept = {name: issue[name] for name in REFERRING_ISSUE if name in issue}
    if "repository" in issue:
        kept["repository"] = issue["repository"]
    if issue.get("pull_request"):
        kept["pull_request"] = {name: issue["pull_request"].get(name) for name in ("url", "html_url")}
    return {**source, "issue": kept}
