"""人的被害, 建物被害, and the table of 第４号様式."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from noroshi.channels.report.facts import Fact, Facts
from noroshi.channels.report.model import Figure, Number, Section, day_time
from noroshi.core.capability import run
from noroshi.core.record import Edition, Version
from noroshi.core.time import FOREVER, parse
from noroshi.domains import get
from noroshi.kinds.damage_total import ITEMS

PRODUCT, CAPABILITY = "disaster.damage_total", "disaster/damage_totals"
_HUMAN = ("dead", "related_dead", "missing", "severe", "slight", "injured")
_BUILDINGS = (
    "destroyed", "large_half", "medium_half", "half", "near_half", "partial", "above_floor",
    "below_floor", "public_buildings", "other_buildings", "fires",
)  # fmt: skip
#: Written even where nobody reports them.
_ALWAYS = frozenset({"dead", "missing", "severe", "slight", "destroyed", "half", "partial",
                     "above_floor", "below_floor", "fires"})  # fmt: skip
_EN = {
    "dead": "Dead", "related_dead": "of these, indirectly", "missing": "Missing",
    "severe": "Severely injured", "slight": "Slightly injured", "injured": "Injured",
    "destroyed": "Destroyed", "half": "Half destroyed", "partial": "Partly damaged",
    "above_floor": "Flooded above floor", "below_floor": "Flooded below floor", "fires": "Fires",
    "large_half": "Half destroyed, large", "medium_half": "Half destroyed, middle",
    "near_half": "Nearly half destroyed", "public_buildings": "Public buildings",
    "other_buildings": "Other buildings",
}  # fmt: skip
_FORM = ("dead", "missing", "severe", "slight", "destroyed", "half", "partial", "above_floor",
         "below_floor", "fires")  # fmt: skip


def totals(facts: Facts) -> list[Fact]:
    """Damage totals: the product's, else computed here and now from the same reports by the same
    rules, never both."""
    if found := facts.of(PRODUCT):
        return found
    kinds = get(CAPABILITY).consumes
    inputs: dict[str, list[Version]] = {}
    for kind in kinds:
        inputs[kind] = [one.version for one in facts.of(kind)]
    if not any(one.kind == "disaster.report" for some in inputs.values() for one in some):
        return []
    made = [
        _as_fact(number, edition, index)
        for number, edition in enumerate(run(CAPABILITY, get(CAPABILITY), inputs))
        for index in range(len(edition.records))
    ]
    facts.put(PRODUCT, made)
    return made


def _as_fact(number: int, edition: Edition, index: int) -> Fact:
    record = edition.records[index]
    version = Version(
        -1 - number, record.kind, record.key, edition.series, edition.mode, edition.action,
        edition.issued, edition.serial, edition.issued, edition.effective or edition.issued,
        FOREVER, FOREVER, FOREVER, 0, f"product/{CAPABILITY}", None, record.area, record.geometry,
        None, record.basis, record.body,
    )  # fmt: skip
    body: dict[str, Any] = msgspec.json.decode(record.body)
    return Fact(version, body)


def _of(facts: Facts, level: str) -> list[Fact]:
    return [one for one in totals(facts) if one.body.get("level", "municipality") == level]


def human(facts: Facts) -> Section:
    """人的被害."""
    return Section(code="human", title="人的被害", en="Casualties",
                   figures=_figures(facts, "human", _HUMAN), remarks=_remarks(facts))  # fmt: skip


def buildings(facts: Facts) -> Section:
    """建物被害."""
    return Section(code="buildings", title="建物被害", en="Buildings",
                   figures=_figures(facts, "buildings", _BUILDINGS))  # fmt: skip


def _figures(facts: Facts, section: str, items: Sequence[str]) -> list[Figure]:
    prefectures = _of(facts, "prefecture")
    return [
        figure
        for item in items
        if (figure := _figure(facts, section, item, prefectures)).value is not None
        or item in _ALWAYS
    ]


def _figure(facts: Facts, section: str, item: str, prefectures: list[Fact]) -> Figure:
    """One item over all prefectures, with how sure it is."""
    name, unit = ITEMS[item]
    said = [(one, each) for one in prefectures for each in one.list("items")
            if each.get("item") == item]  # fmt: skip
    given = [(one, each) for one, each in said if each.get("value") is not None]
    value: Number | None = sum(each["value"] for _, each in given) if given else None
    low = sum(each.get("low", each["value"]) for _, each in given)
    high = sum(each.get("high", each["value"]) for _, each in given)
    remarks = []
    silent = sum(len(each.get("not_reported", [])) for _, each in given)
    if given and low != high:
        remarks.append(f"情報源により{low:,}～{high:,}")
    if silent:
        remarks.append(f"{silent}市町村は未報告")
    for _, each in given:
        if each.get("difference"):
            remarks.append(f"県発表は{each['stated']:,}")
    towns = [each for one in _of(facts, "municipality") for each in one.list("items")
             if each.get("item") == item and each.get("value") is not None]  # fmt: skip
    times = [parse(one["time"]) for one in towns or [each for _, each in given] if one.get("time")]
    facts.origins(prefectures)
    sources = {one["source"] for one in towns or [each for _, each in given] if one.get("source")}
    return Figure(
        code=f"{section}.{item}", name=name, en=_EN.get(item, ""), unit=unit, value=value,
        oldest=min(times, default=None), newest=max(times, default=None),
        sources=tuple(sorted(facts.title(one) for one in sources)), remark="、".join(remarks),
    )  # fmt: skip


def _remarks(facts: Facts) -> list[str]:
    found = []
    for one in _of(facts, "prefecture"):
        silent = one.list("not_reported")
        if silent:
            found.append(f"{one.text('area_name')}：未報告の市町村 {'、'.join(silent)}")
        if one.body.get("municipalities") is None:
            found.append(f"{one.text('area_name')}：市町村の総数が分からず、未報告の数は示せない。")
    return found


def form_four(facts: Facts) -> Section:
    """第４号様式（その２）の項目による市町村別の集計, and where sources differ."""
    towns, prefectures = _of(facts, "municipality"), _of(facts, "prefecture")
    towns.sort(key=lambda one: facts.towns.order(one.text("area_name")))
    rows: list[list[Any]] = [
        [one.text("area_name"), *(one.number(item) for item in _FORM), _short(one.text("newest"))]
        for one in towns
    ]
    named = {one.text("area_name") for one in towns}
    rows += [
        [name, *(None for _ in _FORM), None]
        for one in prefectures
        for name in one.list("not_reported")
        if name not in named
    ]
    rows.sort(key=lambda row: facts.towns.order(str(row[0])))
    total: list[Any] | None = None
    if prefectures:
        sums = [_sum([one.number(item) for one in prefectures]) for item in _FORM]
        total = ["計", *sums, None]
    others: list[list[Any]] = [
        [ITEMS[item][0], _sum([one.number(item) for one in prefectures]), ITEMS[item][1]]
        for item in ITEMS
        if item not in _FORM and any(one.number(item) is not None for one in prefectures)
    ]
    columns = ("市町村", "死者", "不明", "重傷", "軽傷", "全壊", "半壊", "一部", "床上", "床下",
               "火災", "時点")  # fmt: skip
    differ: list[list[Any]] = []
    for one in towns:
        for each in one.list("items"):
            if each.get("disputed"):
                differ.append([one.text("area_name"), each["name"], each.get("value"), _rule(each),
                               _statements(facts, each)])  # fmt: skip
    tables = [
        facts.table("被害集計（消防庁 第４号様式（その２）の主な項目）",
                    "Totals by the items of the FDMA form No. 4", columns, rows, [*towns],
                    wide=(5, 2, 2, 2, 2, 3, 3, 3, 3, 3, 2, 5), total=total, most=80,
                    remark="人的被害は人、建物は棟、火災は件。－は報告なし（0ではない）。"),
        facts.table("同 その他の項目（県計）", "Other items, prefecture", ("項目", "計", "単位"),
                    others, prefectures, wide=(5, 2, 1)),
        facts.table("情報源により値が異なる項目", "Where sources differ",
                    ("市町村", "項目", "採用", "理由", "各情報源（時点）"), differ, [*towns],
                    wide=(3, 3, 2, 3, 10), most=30),
    ]  # fmt: skip
    return Section(
        code="form4", title="第４号様式による被害集計", en="Damage totals (form No. 4)", figures=[],
        tables=[one for one in tables if one.rows],
        remarks=[] if rows else ["市町村別の被害報告は受信していない。"],
    )  # fmt: skip


_RULES = {
    "own": "市町村の最新", "own_stale": "市町村の報告が古い", "prefecture": "県の報告",
    "fire": "消防の報告", "police": "警察の報告", "other": "他の報告",
}  # fmt: skip


def _rule(item: dict[str, Any]) -> str:
    return _RULES.get(item.get("rule", ""), "")


def _statements(facts: Facts, item: dict[str, Any]) -> str:
    return "、".join(
        f"{facts.title(one['source'])} {one['value']:,}（{_short(one.get('time', ''))}）"
        for one in item.get("statements", [])
        if one.get("value") is not None
    )


def _short(text: str) -> str | None:
    return day_time(parse(text)) if text else None


def _sum(values: list[Any]) -> Any:
    known = [one for one in values if one is not None]
    return sum(known) if known else None
