"""CQL2 filters as trees: the library `cql2` reads them, within bounds that it does not have."""

from __future__ import annotations

import re
import threading
from typing import Any

import cql2

from noroshi.core.errors import NoroshiError

#: Bounds of a filter: characters of its text, depth of its JSON, and of its tree.
LONGEST, DEEPEST, TALLEST = 10_000, 40, 200
#: Depth of brackets in text. The library's parser tries twice as long with each further one.
BRACKETS = 10
#: What the library's parser needs of the stack for the worst text of that length, with room to
#: spare: on a usual stack `a=` and four thousand minus signs end the process.
_STACK = 128 * 2**20


class InvalidFilter(NoroshiError):
    """A filter that cannot be read, or that asks for what the collection does not have."""


#: Parses, one after another, for which the stack of new threads is made larger.
_parsing = threading.Lock()


def parse_filter(text: str, lang: str) -> Any:
    """The JSON of the filter `text` in `lang` (cql2-text or cql2-json). Raises InvalidFilter."""
    if len(text) > LONGEST:
        raise InvalidFilter(f"the filter is longer than {LONGEST} characters")
    deepest = BRACKETS if lang == "cql2-text" else DEEPEST
    if _depth(text, lang) > deepest:
        raise InvalidFilter(f"the filter is nested more than {deepest} deep")
    found: list[Any] = []
    read = cql2.parse_text if lang == "cql2-text" else cql2.parse_json

    def parse() -> None:
        try:
            found.append(read(text).to_json())
        except BaseException as error:
            found.append(error)

    with _parsing:
        usual = threading.stack_size(_STACK)
        try:
            thread = threading.Thread(target=parse, name="cql2")
            thread.start()
        finally:
            threading.stack_size(usual)
    thread.join()
    tree = found[0]
    if isinstance(tree, BaseException):
        where = str(tree).replace("\n", " ")
        raise InvalidFilter(f"the filter cannot be read: {where[:300]}") from None
    if _height(tree) > TALLEST:
        raise InvalidFilter(f"the filter's conditions are nested more than {TALLEST} deep")
    return tree


#: Texts and quoted names, whose brackets are only letters, as each language has them.
_QUOTED = {
    "cql2-text": re.compile("'(?:[^']|'')*'|\"[^\"]*\""),
    "cql2-json": re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL),
}


def _depth(text: str, lang: str) -> int:
    """How deep the brackets of a filter are nested; those in texts do not count."""
    depth = most = 0
    for one in re.findall(r"[\[({})\]]", _QUOTED[lang].sub("", text)):
        if one in "([{":
            depth += 1
            most = max(most, depth)
        elif depth:
            depth -= 1
    return most


def _height(tree: Any) -> int:
    """How many operations lie within each other."""
    level, height = [tree] if isinstance(tree, dict) else [], 0
    while level:
        inner: list[Any] = []
        for one in level:
            parts = one.get("args", ()) if isinstance(one, dict) else one
            inner += [each for each in parts if isinstance(each, dict | list)]
        level, height = inner, height + 1
    return height
