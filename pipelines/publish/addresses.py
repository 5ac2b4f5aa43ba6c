"""Addresses to publish to, as messages may show them: without passwords, whatever characters these hold."""

from __future__ import annotations

import re
from urllib.parse import unquote

# A password may hold any character, even one that should be percent-encoded, so it ends before the last @.
PASSWORD = re.compile(r"(?P<before>://[^:/?#@]*):(?P<password>.*)@", re.DOTALL)
QUERY_PASSWORD = re.compile(r"(?P<before>[?&](?:ssl)?password=)(?P<password>[^&]*)", re.IGNORECASE)
SHORTEST_PART = 3


def without_password(url: str) -> str:
    """An address without password and query."""
    shown = PASSWORD.sub(r"\g<before>@", QUERY_PASSWORD.sub(r"\g<before>", url))
    return shown.partition("?")[0]


def redacted(text: str, url: str) -> str:
    """What a library says of an address, without the address's password and without its parts.

    A library that misreads an address calls a part of the password a port or a host.
    """
    shown = text.replace(url, without_password(url))
    for secret in sorted(_secrets(url), key=len, reverse=True):
        shown = shown.replace(secret, "***")
    return shown


def _secrets(url: str) -> set[str]:
    passwords = {match["password"] for found in (PASSWORD, QUERY_PASSWORD) for match in found.finditer(url)}
    parts = {part for password in passwords for part in re.split("[:/?#@]", password)}
    whole = passwords | {unquote(password) for password in passwords}
    return (whole | {part for part in parts if len(part) >= SHORTEST_PART}) - {""}
