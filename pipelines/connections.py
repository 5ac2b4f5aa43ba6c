"""Connections: which instances of which tools to load, read from dlt's configuration.

`.dlt/config.toml` holds one section a connection, `.dlt/secrets.toml` or the environment its secrets::

    [connections.acme_jira]
    tool = "jira"
    url = "https://acme.atlassian.net"
    projects = ["SHOP"]
    start_date = 2024-01-01

    CONNECTIONS__ACME_JIRA__EMAIL, CONNECTIONS__ACME_JIRA__API_TOKEN

Every key can come from the environment, so a connection may exist there alone.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dlt
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers.toml import TomlProviderReadException
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.json import json

from pipelines.errors import LoadError

NAME = re.compile(r"[a-z][a-z0-9_]*")
ENVIRONMENT_KEY = re.compile(r"CONNECTIONS__([A-Za-z0-9_]+?)__([A-Za-z0-9_]+)")
COMMON_SETTINGS = frozenset({"tool", "url", "start_date", "pseudonymous", "sweep_limit"})
SECRETS = frozenset({"api_token", "email"})
SWEEP_LIMIT = 0.05


@dataclass(frozen=True)
class Connection:
    """One instance of a tool and what to load of it.

    `settings` holds the keys that the tool's module declares (`Source.settings`), as they were given.
    `sweep_limit` is the share of the connection's artifacts that one sweep may record as removed.
    """

    name: str
    tool: str
    url: str
    api_token: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    start_date: dt.datetime | None = None
    pseudonymous: bool = True
    sweep_limit: float = SWEEP_LIMIT
    settings: Mapping[str, Any] = field(default_factory=dict)

    def error(self, resource: str, problem: str, remedy: str) -> LoadError:
        """A `LoadError` of this connection."""
        return LoadError(self.name, resource, problem, remedy)

    def texts(self, key: str) -> tuple[str, ...]:
        """A setting that is a list of texts; one text, comma-separated or JSON, is read as a list too."""
        value = self.settings.get(key)
        if isinstance(value, str):
            value = json.loads(value) if value.lstrip().startswith("[") else value.split(",")
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(entry, str | int) for entry in value):
            raise self.error("configuration", f"{key} is not a list of texts", f'Write {key} = ["A", "B"]')
        return tuple(text for text in (str(entry).strip() for entry in value) if text)

    def choice(self, key: str, allowed: Iterable[str], default: str) -> str:
        """A setting that is one of a few words."""
        value = self.settings.get(key, default)
        if value not in (words := tuple(allowed)):
            raise self.error("configuration", f"{key} is '{value}'", f"Use one of: {', '.join(words)}")
        return str(value)


def reload_configuration() -> None:
    """Read `.dlt/*.toml` of the current folder again: dlt reads them once a process.

    Raises:
        LoadError: one of them is no TOML
    """
    try:
        Container()[PluggableRunContext].reload(str(Path.cwd()))
    except TomlProviderReadException as error:
        where = str(error).splitlines()[-1]
        raise LoadError(
            "load", f".dlt/{error.file_name}", f"it cannot be read: {where}", "Mend that line: it is no TOML"
        ) from None


def connection_names() -> list[str]:
    """Names of all configured connections, in order: those of the files first."""
    configured = _configured("connections")
    names = list(configured)
    for key in sorted(os.environ):
        match = ENVIRONMENT_KEY.fullmatch(key)
        if match and (name := match[1].lower()) not in names:
            names.append(name)
    return names


def read_connection(name: str, tool_settings: Mapping[str, Iterable[str]]) -> Connection:
    """The configuration of one connection, checked.

    Args:
        name: the connection's name
        tool_settings: for each known tool, the settings that it takes beside the common ones

    Raises:
        LoadError: a name that does not match, a missing or unknown key, an unknown tool, a bad value
    """

    def fail(problem: str, remedy: str) -> LoadError:
        return LoadError(name, "configuration", problem, remedy)

    section = f"[connections.{name}]"
    if not NAME.fullmatch(name):
        raise fail(f"'{name}' is no name for a connection", "Use a-z, 0-9 and _, beginning with a letter")
    tool = _text(name, "tool")
    if not tool:
        raise fail("no tool is named", f'Add tool = "{min(tool_settings)}" (or another) to {section}')
    if tool not in tool_settings:
        raise fail(f"the tool '{tool}' is not known", f"Known tools: {', '.join(sorted(tool_settings))}")
    allowed = COMMON_SETTINGS | frozenset(tool_settings[tool])
    _reject_unknown_keys(name, allowed)
    return Connection(
        name=name,
        tool=tool,
        url=_url(name),
        api_token=_token(name),
        email=_text(name, "email", secret=True) or _text(name, "email"),
        start_date=_start_date(name),
        pseudonymous=_truth(name, "pseudonymous", default=True),
        sweep_limit=_share(name, "sweep_limit", default=SWEEP_LIMIT),
        settings={key: value for key in tool_settings[tool] if (value := _value(name, key)) is not None},
    )


def _configured(section: str) -> dict[str, Any]:
    """A whole section, of all files together (dlt itself gives that of the first file that has it)."""
    *outer, name = section.split(".")
    together: dict[str, Any] = {}
    for provider in dlt.config.config_providers:
        found, _ = provider.get_value(name, dict, None, *outer)
        if isinstance(found, Mapping):
            together |= {key: value for key, value in found.items() if key not in together}
    return together


def _value(name: str, key: str, secret: bool = False) -> Any:
    accessor = dlt.secrets if secret else dlt.config
    return accessor.get(f"connections.{name}.{key}")


def _text(name: str, key: str, secret: bool = False) -> str:
    value = _value(name, key, secret)
    return "" if value is None else str(value).strip()


def _reject_unknown_keys(name: str, allowed: frozenset[str]) -> None:
    """A mistyped key must not silently load something else."""
    keys = set(_configured(f"connections.{name}"))
    keys |= {m[2].lower() for m in map(ENVIRONMENT_KEY.fullmatch, os.environ) if m and m[1].lower() == name}
    for key in sorted(keys - allowed - SECRETS):
        near = difflib.get_close_matches(key, allowed, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(sorted(allowed | SECRETS))}"
        raise LoadError(name, "configuration", f"the key '{key}' is not known", hint)


def _url(name: str) -> str:
    url = _text(name, "url").rstrip("/")
    section = f"[connections.{name}]"
    if not url:
        raise LoadError(name, "configuration", "no url is given", f'Add url = "https://..." to {section}')
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise LoadError(name, "configuration", "url is not a web address", f"Write https://host in {section}")
    if parts.username or parts.password or parts.query:
        raise LoadError(
            name,
            "configuration",
            "url holds a user, a password or a query",
            "Give the plain address, and the secrets in .dlt/secrets.toml or the environment",
        )
    return url


def _token(name: str) -> str:
    token = _text(name, "api_token", secret=True)
    if not token:
        raise LoadError(
            name,
            "configuration",
            "no api_token is given",
            f"Add api_token to [connections.{name}] in .dlt/secrets.toml, "
            f"or set CONNECTIONS__{name.upper()}__API_TOKEN",
        )
    return token


def _start_date(name: str) -> dt.datetime | None:
    """The configured day or instant, as UTC; a day begins at midnight UTC."""
    text = _text(name, "start_date")
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise LoadError(
            name, "configuration", f"start_date is '{text}'", "Write an ISO date such as 2024-01-31"
        ) from None
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _truth(name: str, key: str, default: bool) -> bool:
    text = _text(name, key).lower()
    if text in ("", "true", "false"):
        return default if not text else text == "true"
    raise LoadError(name, "configuration", f"{key} is '{text}'", f"Write {key} = true or {key} = false")


def _share(name: str, key: str, default: float) -> float:
    text = _text(name, key)
    try:
        share = float(text) if text else default
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise LoadError(name, "configuration", f"{key} is '{text}'", f"Write a share such as {default}")
    return share
