"""Filters that somebody hostile or clumsy would send: none ends the process, takes long or much
memory, or fails without saying why."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
import time

import pytest

from data import ROOT
from noroshi.channels.filters import compile_filter
from noroshi.channels.parsing import BRACKETS, LONGEST, InvalidFilter
from shelter_version import KIND, holds, op, version

#: Pieces that are repeated, before and after which something may stand.
_PIECES = (
    "-",
    "- ",
    "+",
    "=1",
    "<1",
    "+1",
    "*1",
    "^1",
    "NOT ",
    "(",
    "f(",
    "-(",
    "NOT(",
    "casei(",
    "a IN (",
    " is null",
    " and a=1",
    " or a=1 and b=2",
    "'",
    '"',
    "--",
    "=-(1)",
    "a like (",
    "GEOMETRYCOLLECTION(",
    "POLYGON((",
    "((1),",
    "interval(",
)


@pytest.mark.parametrize("piece", _PIECES)
def test_no_text_ends_the_process_or_takes_long(piece: str) -> None:
    """In a thread, as in the server; the parser's own recursion would end the process."""
    faults: list[BaseException] = []

    def run() -> None:
        for before, after in (("", ""), ("name=", "1"), ("name='x' and ", "?"), ("name=1", "")):
            for closes in (0, 1):
                count = (LONGEST - 60) // (len(piece) + closes * piece.count("("))
                text = (
                    before + piece * count + "1" + ")" * closes * piece.count("(") * count + after
                )
                try:
                    compile_filter(text[:LONGEST], "cql2-text", None, KIND).keep(version())
                except InvalidFilter:
                    pass
                except BaseException as error:
                    faults.append(error)

    started = time.monotonic()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert not faults
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("piece", ["(", "NOT (", "casei(", "-(", "1+(", "f(1,", "a in ("])
def test_nesting_within_the_bound_is_quick(piece: str) -> None:
    for core in ("", "1", "name='x'", "?"):
        for closes in (0, BRACKETS - 1, BRACKETS):
            text = "name=1 or name=" + piece * BRACKETS + core + ")" * closes
            started = time.monotonic()
            with contextlib.suppress(InvalidFilter):
                compile_filter(text, "cql2-text", None, KIND)
            assert time.monotonic() - started < 1, text


def test_brackets_in_texts_are_no_brackets() -> None:
    assert holds(f"name <> '{'(' * 50}'")
    assert holds(op("<>", {"property": "name"}, "[{(" * 50))
    hidden = (
        "name <> ')))))))))))))))' and " + "(" * (BRACKETS + 1) + "name='x'" + ")" * (BRACKETS + 1)
    )
    with pytest.raises(InvalidFilter, match="nested"):
        compile_filter(hidden, "cql2-text", None, KIND)
    named = '"a\'" = 1 or ' + "(" * 30 + " or name = 'x'"
    with pytest.raises(InvalidFilter, match="nested"):
        compile_filter(named, "cql2-text", None, KIND)


def test_no_value_takes_memory() -> None:
    """`'%2000000000d' % 7` is 2 GB in Python."""
    code = (
        "import resource, shelter_version as t\n"
        "t.holds('headcount = 1')\n"
        "used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for text in (\"'%2000000000d' % record_id = 'x'\", \"name * 900000000 = 'x'\",\n"
        '             "headcount ^ 63 ^ 63 ^ 63 = 1", "2 ^ headcount ^ 60 > 1"):\n'
        "    assert t.holds(text) in (True, False)\n"
        "assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used < 20_000\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cannot be read"),
        ("name = ", "1:"),
        ("nane = 1", "has no property 'nane'.*name"),
        ("foo(name) = 1", "function 'foo'"),
        ("name", "no condition"),
        ("headcount + 1", "no condition"),
        ("T_AFTER(issued, TIMESTAMP('soon'))", "soon"),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 0)))", "cannot be"),
        ("S_INTERSECTS(geometry, BBOX(1000,0,2000,1))", "off the globe"),
        ("S_INTERSECTS(geometry, POINT(37 136))", "off the globe"),
        ("name LIKE name", "LIKE takes a text"),
        ("x" * (LONGEST + 1), "longer than"),
    ],
)
def test_what_cannot_be_says_why(text: str, says: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        compile_filter(text, "cql2-text", None, KIND)
    assert re.search(says, str(caught.value), re.DOTALL), str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "1",
        "null",
        "{}",
        '{"op":1}',
        '{"op":"="}',
        '{"op":"=","args":[]}',
        '{"op":"not","args":[]}',
        '{"op":"=","args":[{"property":1},1]}',
        '{"op":"like","args":["a"]}',
        '{"args":[]}',
        "not json",
        '{"op":"in","args":[{"property":"name"},1]}',
        '{"op":"between","args":[1]}',
        '{"op":"t_after","args":[{"interval":[1]},{"date":"x"}]}',
        '{"op":"s_within","args":[{"property":"geometry"},{"type":"Point","coordinates":[]}]}',
        '{"op":"s_within","args":[{"property":"geometry"},{"bbox":[1,2]}]}',
        '{"op":"not","args":[' * 30 + "true" + "]}" * 30,
    ],
)
def test_json_of_any_shape_is_refused_or_read(text: str) -> None:
    with contextlib.suppress(InvalidFilter):
        compile_filter(text, "cql2-json", None, KIND).keep(version())
