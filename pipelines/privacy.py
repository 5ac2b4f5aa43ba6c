"""People stay pseudonymous, and e-mail addresses are never stored.

A tool's module says how it writes people (`PersonShape`). What identifies a person becomes a keyed hash: the
same person is the same pseudonym in every record and load, and nobody without the key can go back. E-mail
addresses are taken out of every text that is left.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import dlt
import tomlkit
from dlt.common.json import json

KEY_SETTING = "privacy.pseudonym_key"
SECRETS_FILE = Path(".dlt/secrets.toml")
REDACTED = "[e-mail]"
EMAIL = re.compile(
    r"[^\s@<>()\[\]{},;:\"|\\/=&?#]{1,128}"  # the mailbox
    r"(?:@|%40)"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}",  # a domain with a top level of letters
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PersonShape:
    """How a tool writes a person, or a change of one.

    An object for which `matches` is true keeps the keys in `kept`, has the values of the keys in `hashed`
    replaced by pseudonyms (null stays null), and loses all others, unless `rest_kept`: then the others stay
    and are cleaned as any other value (for a record that mentions a person beside its own data).
    """

    matches: Callable[[Mapping[str, Any]], bool]
    hashed: frozenset[str]
    kept: frozenset[str] = frozenset()
    rest_kept: bool = False


class Privacy:
    """Makes pseudonyms and cleans records of one connection.

    Args:
        key: the secret key of the pseudonyms
        pseudonymous: false keeps people as the tool shows them; e-mail addresses go all the same
    """

    def __init__(self, key: str, pseudonymous: bool = True) -> None:
        self._key = key.encode()
        self.pseudonymous = pseudonymous
        self._cached = lru_cache(maxsize=100_000)(self._hash)

    def _hash(self, identity: str) -> str:
        digest = hmac.new(self._key, identity.encode(), hashlib.sha256).hexdigest()
        return f"person:{digest[:20]}"

    def pseudonym(self, identity: object) -> str | None:
        """The pseudonym of a login, an account id or a name. Nothing (null, blank) stays null."""
        text = "" if identity is None else str(identity).strip()
        return self._cached(text) if text else None

    def clean(self, value: Any, shapes: Sequence[PersonShape] = ()) -> Any:
        """A copy of a JSON value without people (as `shapes` finds them) and without e-mail addresses."""
        return _scrubbed(self._without_people(value, shapes))

    def clean_json(self, value: Any, shapes: Sequence[PersonShape] = ()) -> bytes:
        """The same as JSON text with sorted keys, faster: without people, few records hold an @."""
        without_people = self._without_people(value, shapes)
        text = json.dumpb(without_people, sort_keys=True)
        if b"@" in text or b"%40" in text:
            return json.dumpb(_scrubbed(without_people), sort_keys=True)
        return text

    def _without_people(self, value: Any, shapes: Sequence[PersonShape]) -> Any:
        if isinstance(value, dict):
            for shape in shapes:
                if shape.matches(value):
                    return self._person(value, shape, shapes)
            return {
                key: self._without_people(entry, shapes) if isinstance(entry, dict | list) else entry
                for key, entry in value.items()
            }
        if isinstance(value, list):
            return [self._without_people(entry, shapes) for entry in value]
        return value

    def _person(
        self, value: dict[str, Any], shape: PersonShape, shapes: Sequence[PersonShape]
    ) -> dict[str, Any]:
        person: dict[str, Any] = {}
        for key, entry in value.items():
            if key in shape.hashed:
                person[key] = self._identity(entry)
            elif key in shape.kept:
                person[key] = entry
            elif shape.rest_kept:
                person[key] = self._without_people(entry, shapes)
        return person

    def _identity(self, entry: Any) -> Any:
        """A pseudonym; with people kept, only of what is an e-mail address, so that logins stay distinct."""
        if self.pseudonymous or (isinstance(entry, str) and scrub_emails(entry) != entry):
            return self.pseudonym(entry)
        return entry


def scrub_emails(text: str) -> str:
    """The text with each e-mail address replaced by a mark."""
    if "@" not in text and "%40" not in text:
        return text
    return EMAIL.sub(REDACTED, text)


def _scrubbed(value: Any) -> Any:
    """A copy of a JSON value whose texts and keys hold no e-mail addresses."""
    if isinstance(value, str):
        return scrub_emails(value)
    if isinstance(value, dict):
        return {scrub_emails(key): _scrubbed(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_scrubbed(entry) for entry in value]
    return value


def pseudonym_key() -> str:
    """The key of all pseudonyms: from the secrets or the environment, else made now and added to the secrets.

    Whoever loses it gets new pseudonyms for the same people, so it is kept like the warehouse itself.

    Raises:
        OSError: it had to be made, and `.dlt/secrets.toml` cannot be written
    """
    configured: Any = dlt.secrets.get(KEY_SETTING)
    if configured:
        return str(configured)
    made = secrets.token_hex(32)
    section, name = KEY_SETTING.split(".")
    document = tomlkit.parse(SECRETS_FILE.read_text(encoding="utf-8")) if SECRETS_FILE.exists() else None
    document = document or tomlkit.document()
    document.setdefault(section, tomlkit.table())[name] = made
    SECRETS_FILE.parent.mkdir(exist_ok=True)
    _replace(SECRETS_FILE.resolve(), tomlkit.dumps(document))
    return made


def _replace(file: Path, text: str) -> None:
    """Give a file another content, at once: it is for its owner only, and a kill loses nothing of it."""
    draft = file.with_name(f"draft.{file.name}")
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
