"""A var that makes no sense stops the build with a sentence, before any figure is replaced."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any
from zoneinfo import available_timezones

import jinja2
import pytest

from tests.project.repository import ROOT


class CompilerError(Exception):
    """What dbt raises for a model that asks for it."""


def call(name: str, *arguments: Any, **variables: Any) -> str:
    """What a macro of the top folder gives, with the parts of dbt's context that it may use."""

    def stop(message: str) -> None:
        raise CompilerError(message)

    template = jinja2.Environment().from_string(
        (ROOT / "macros" / f"{name}.sql").read_text(encoding="utf-8"),
        globals={
            "modules": SimpleNamespace(re=re, pytz=SimpleNamespace(all_timezones_set=available_timezones())),
            "exceptions": SimpleNamespace(raise_compiler_error=stop),
            "var": variables.__getitem__,
        },
    )
    macro: Any = getattr(template.module, name)
    return str(macro(*arguments))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-31",
        "2026-03-31T09:00",
        "2026-03-31 09:00:00.25",
        "2026-03-31T09:00:00Z",
        "2026-03-31T09:00:00+02:00",
    ],
)
def test_an_iso_time_is_a_clock(text: str) -> None:
    assert call("checked_instant", text) == text


@pytest.mark.parametrize("text", ["yesterday", "20260331", 20260331, "31.03.2026", "2026-03", "2026-03-31Z"])
def test_what_is_no_iso_time_is_no_clock(text: object) -> None:
    with pytest.raises(CompilerError, match=f"as_of is '{text}', which is not a time such as"):
        call("checked_instant", text)


def test_periods_begin_in_a_time_zone_that_there_is() -> None:
    assert call("reporting_timezone", reporting_timezone="Europe/Berlin") == "'Europe/Berlin'"
    with pytest.raises(CompilerError, match="'Europe/Berln', which is not a time zone such as Europe/Berlin"):
        call("reporting_timezone", reporting_timezone="Europe/Berln")
