"""Which members the JSON files of a package have, and a checker for such rules.

The rules are those of JSA-S1016:2023 as NIED's public checker (NIED-DIR/SIP4D-ZIP_Checker, 1.2.4,
MIT) tests them; where that checker is more lenient than its own rules by accident (a number out
of range that is written with a decimal point, a trailing line feed, full-width digits in a time,
booleans anywhere), these are not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from noroshi.formats import Finding
from noroshi.formats.sip4d_zip.vocabulary import AUDIENCES, CATEGORIES, FLAGS, LICENCES

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
_UUID = r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}"
_E_MAIL = r"[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+"


class Rule(msgspec.Struct, frozen=True):
    """What a member of an object must be.

    `type`: String, Integer, Number, Text or Number, Bool, Object, Strings, Objects. `form` is a
    regular expression for the whole text and `shown` how to write it. `count` names the member
    that says how many elements there are. `filled`: an empty text says nothing and is no value.
    """

    key: str
    type: str = "String"
    required: bool = True
    filled: bool = False
    values: Sequence[str] = ()
    form: str = ""
    shown: str = ""
    least: float = -math.inf
    most: float = math.inf
    count: str = ""
    members: tuple[Rule, ...] = ()


def _may(key: str, type: str = "String", **more: Any) -> Rule:
    return Rule(key, type, required=False, **more)


_NAMED_TIME: dict[str, Any] = {"form": _TIME, "shown": "2026-05-20T10:05:02"}


def metadata_rules(version: str) -> tuple[Rule, ...]:
    """The members of `sip4d_zip_meta.json` in a version, "1" or "1.1"."""
    new = version != "1"
    address: dict[str, Any] = {"form": _E_MAIL, "shown": "name@example.jp"}
    code = r"[0-9]{2}-[0-9]{3}-[0-9]{2}" + (r"|[0-9]{4}-[0-9]{2}" if new else "")
    entry = (
        Rule("type", values=("GeoJSON",)),
        Rule("title", filled=True),
        Rule("file", filled=True),
        Rule("updated", **_NAMED_TIME),
    )
    return (
        Rule("format", values=("SIP4D-ZIP",)),
        Rule("version", values=("1", "1.1")),
        Rule("title", filled=True),
        Rule("ttid", form=_UUID, shown="a UUID"),
        Rule("code", form=code, shown="01-001-01" + (" or 0304-02" if new else "")),
        Rule("category", values=CATEGORIES),
        Rule("tags", "Strings", required=new),
        Rule("payload_type", required=new, values=("VECTOR",)),
        Rule("updated", **_NAMED_TIME),
        Rule("information_date", **_NAMED_TIME),
        Rule(
            "author",
            "Object",
            members=(Rule("name", filled=True), _may("e-mail", **address)),
        ),
        Rule(
            "maintainer",
            "Object",
            members=(Rule("name", filled=True), Rule("e-mail", required=new, **address)),
        ),
        Rule(
            "disaster",
            "Object",
            members=(
                Rule("name"),
                _may("id"),
                _may("report", "Integer", least=0, most=9999),
            ),
        ),
        _may(
            "lgcode",
            "Strings",
            form=r"[0-9]{5}(,[0-9]{5})*" if new else r"[0-9]{5}",
            shown="a municipality code of five digits",
        ),
        Rule("openflg", values=AUDIENCES),
        Rule("testflg", values=FLAGS),
        Rule("character", values=("UTF-8",)),
        *((_may("remark"), _may("license_note")) if new else ()),
        Rule("license_id", values=LICENCES),
        _may("credit", "Strings"),
        Rule("note"),
        Rule("entry_num", "Integer", least=1),
        Rule("entry", "Objects", count="entry_num", members=entry),
    )


COLUMN_RULES = (
    Rule("version"),
    Rule("code"),
    Rule("num_column", "Integer", least=1),
    Rule(
        "columns",
        "Objects",
        count="num_column",
        members=(
            Rule("name", filled=True),
            _may("jname"),
            _may("connid"),
            Rule("show", "Bool"),
            _may("description"),
            _may("type", filled=True, values=("String", "Integer", "Double", "List", "Datetime")),
            _may("num_key", "Integer"),
            _may("key_list", "Strings", count="num_key"),
            _may("value_list", "Strings", count="num_key"),
            _may("conn_attr_list", "Strings", count="num_key"),
        ),
    ),
)

_HEX: dict[str, Any] = {"form": r"[0-9a-fA-F]{6}", "shown": "six hexadecimal digits, FF2800"}
STYLE_RULES = (
    Rule("num_class", "Integer"),
    Rule("type", values=("point", "line", "polygon")),
    _may("note"),
    _may("column"),
    _may("minvalue", "Number"),
    Rule(
        "classes",
        "Objects",
        count="num_class",
        members=(
            Rule("title"),
            _may("value", "Text or Number"),
            _may("point_type", values=("icon", "circle")),
            _may("icon"),
            _may("color", **_HEX),
            _may("stroke", "Number"),
            _may("stroke_opacity", "Number", least=0, most=1),
            _may("fill", **_HEX),
            _may("fill_opacity", "Number", least=0, most=1),
            _may("size", "Number"),
        ),
    ),
)
#: What each class of a legend of some type needs, and what a point of some type needs.
STYLE_NEEDS = {
    "point": ("point_type", "size"),
    "line": ("color", "stroke"),
    "polygon": ("color", "stroke", "fill"),
}
POINT_NEEDS = {"icon": ("icon", "size"), "circle": ("color", "stroke", "fill", "size")}

_NAMES = {
    "String": (str,),
    "Integer": (int,),
    "Number": (int, float),
    "Text or Number": (str, int, float),
    "Bool": (bool, int),
    "Object": (dict,),
    "Strings": (list,),
    "Objects": (list,),
}


def check(value: Any, rules: Sequence[Rule], where: str) -> list[Finding]:
    """Everything in which the object `value` breaks `rules`; `where` names it."""
    if not isinstance(value, dict):
        return [Finding("error", where, "is not a JSON object", "write { … }")]
    found: list[Finding] = []
    for rule in rules:
        _check_member(value, rule, f"{where} {rule.key}", found)
    return found


def _check_member(value: dict[str, Any], rule: Rule, where: str, found: list[Finding]) -> None:
    member = value.get(rule.key)
    if member is None:
        if rule.required:
            what = "is null" if rule.key in value else "is missing"
            found.append(Finding("error", where, f"required, but {what}", _advice(rule)))
        return
    allowed = _NAMES[rule.type]
    if type(member) not in allowed:
        found.append(Finding("error", where, f"{_brief(member)} is no {rule.type}", _advice(rule)))
        return
    if rule.type == "Bool" and not isinstance(member, bool):
        found.append(
            Finding("warning", where, f"{member} for true or false", "write true or false")
        )
    elif isinstance(member, str):
        _check_text(member, rule, where, found)
    elif isinstance(member, int | float) and not isinstance(member, bool):
        if not rule.least <= member <= rule.most:
            bounds = f"at least {rule.least:g}"
            if rule.most < math.inf:
                bounds += f" and at most {rule.most:g}"
            found.append(Finding("error", where, f"{_brief(member)} is out of range", bounds))
    elif isinstance(member, dict):
        found += check(member, rule.members, where)
    elif isinstance(member, list):
        _check_list(value, member, rule, where, found)


def _check_list(
    value: dict[str, Any], member: list[Any], rule: Rule, where: str, found: list[Finding]
) -> None:
    stated = value.get(rule.count) if rule.count else None
    if stated is not None and stated != len(member):
        what = f"{len(member)} elements, but {rule.count} says {_brief(stated)}"
        found.append(Finding("error", where, what, "make the two agree"))
    for at, each in enumerate(member):
        place = f"{where}[{at}]"
        if rule.type == "Objects":
            found += check(each, rule.members, place)
        elif not isinstance(each, str):
            found.append(Finding("error", place, f"{_brief(each)} is no text", 'write "…"'))
        else:
            _check_text(each, rule, place, found)


def _check_text(text: str, rule: Rule, where: str, found: list[Finding]) -> None:
    constrained = bool(rule.values or rule.form)
    if not text or (not text.strip() and not constrained):
        if rule.filled or (rule.required and constrained):
            found.append(Finding("error", where, "required, but empty", _advice(rule)))
        elif rule.required:
            found.append(Finding("warning", where, "is empty", "say it, or write -"))
        return
    if (rule.values and text not in rule.values) or (
        rule.form and not re.fullmatch(rule.form, text)
    ):
        found.append(Finding("error", where, f"{_brief(text)} is not allowed", _advice(rule)))


def _advice(rule: Rule) -> str:
    if rule.values:
        return "one of " + ", ".join(rule.values)
    if rule.shown:
        return f"write it as {rule.shown}"
    return f"give a {rule.type}"


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
