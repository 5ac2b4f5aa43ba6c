"""Addresses in messages."""

from __future__ import annotations

import pytest

from pipelines.publish.addresses import redacted, without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@db/flow", "postgresql://me@db/flow"),
        ("postgresql://me:sec#ret@db/flow", "postgresql://me@db/flow"),
        ("postgresql://me:sec/ret@db/flow", "postgresql://me@db/flow"),
        ("postgresql://me:sec?ret@db/flow", "postgresql://me@db/flow"),
        ("postgresql://me:sec@ret:@db/flow", "postgresql://me@db/flow"),
        ("postgresql://me:secret@db/flow?password=secret", "postgresql://me@db/flow"),
        ("postgresql://db:5432/flow?user=me&password=sec@ret", "postgresql://db:5432/flow"),
        ("postgresql://me@/flow?host=/tmp", "postgresql://me@/flow"),
        ("ftp://:secret@db/flow", "ftp://@db/flow"),
        ("simplecache::ftp://me:secret@db/flow", "simplecache::ftp://me@db/flow"),
        ("s3://bucket/flow", "s3://bucket/flow"),
        ("file:///srv/a:b@c", "file:///srv/a:b@c"),
        ("/mnt/share/me:x@flow", "/mnt/share/me:x@flow"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        ("ftp://me:secret@db/flow", "no route to ftp://me:secret@db/flow", "no route to ftp://me@db/flow"),
        ("ftp://me:secret@db/flow", "530 secret is wrong", "530 *** is wrong"),
        ("ftp://me:sec%2Fret@db/flow", "530 sec/ret is wrong", "530 *** is wrong"),
        ("postgresql://me:secret/word@db/flow", 'bad port: "secret"', 'bad port: "***"'),
        ("postgresql://db/flow?password=secret", "password=secret is wrong", "password=*** is wrong"),
        ("s3://bucket/flow", "no such bucket: bucket", "no such bucket: bucket"),
    ],
)
def test_what_a_library_says_is_shown_without_the_password(url: str, text: str, shown: str) -> None:
    assert redacted(text, url) == shown
