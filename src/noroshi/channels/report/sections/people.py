"""避難所・避難者, 孤立."""

from __future__ import annotations

from typing import Any

from noroshi.channels.report.facts import Fact, Facts, total, unsaid
from noroshi.channels.report.model import Number, Section

MERGED, SHELTER = "disaster.shelter_merged", "disaster.shelter"
ISOLATION, REPORT = "disaster.isolation", "disaster.report"


def shelters(facts: Facts) -> Section:
    """避難所・避難者: of shelters that are open, each counted once whoever lists it."""
    opened = open_shelters(facts)
    known = facts.of(MERGED) or facts.of(SHELTER)
    full = [
        one for one in opened
        if (count := one.number("headcount")) is not None
        and (capacity := one.number("capacity")) is not None and 0 < capacity < count
    ]  # fmt: skip
    figures = [
        facts.figure("shelters.open", "開設避難所", "Shelters open", "箇所", len(opened),
                     opened or _stated(known)),
        facts.figure("shelters.persons", "避難者数", "People in shelters", "人",
                     total(opened, "headcount"), opened,
                     unsaid(opened, "headcount", "人数")),
        facts.figure("shelters.households", "避難世帯数", "Households in shelters", "世帯",
                     total(opened, "households"), opened),
        facts.figure("shelters.full", "収容人数を超える避難所", "Shelters over capacity", "箇所",
                     len(full), opened),
    ]  # fmt: skip
    towns: dict[str, list[Fact]] = {}
    for one in opened:
        towns.setdefault(facts.town(one) or "（市町村不明）", []).append(one)
    rows: list[list[Any]] = [
        [town, len(some), total(some, "headcount"),
         sum(one.number("headcount") is None for one in some), total(some, "capacity"),
         sum(one in full for one in some)]
        for town, some in sorted(towns.items(), key=lambda each: facts.towns.order(each[0]))
    ]  # fmt: skip
    sums: list[Any] = ["計", *(_sum([row[place] for row in rows]) for place in range(1, 6))]
    tables = [
        facts.table("市町村別の避難所", "Shelters by municipality",
                    ("市町村", "開設", "避難者数", "人数未報告", "収容人数", "超過"), rows, opened,
                    wide=(4, 2, 3, 3, 3, 2), total=sums if rows else None, most=80),
        facts.table("収容人数を超える避難所", "Shelters over capacity",
                    ("避難所", "市町村", "避難者数", "収容人数"),
                    [[one.text("name"), facts.town(one), one.number("headcount"),
                      one.number("capacity")] for one in
                     sorted(full, key=lambda one: -(one.number("headcount") or 0))],
                    full, wide=(6, 3, 2, 2), most=15),
    ]  # fmt: skip
    return Section(code="shelters", title="避難所・避難者", en="Shelters", figures=figures,
                   tables=[one for one in tables if one.rows])  # fmt: skip


def open_shelters(facts: Facts) -> list[Fact]:
    """Shelters that are open. Where nobody merged the lists, those of one code, or of one name in
    one municipality, are one shelter, and what was said last of it counts."""
    if merged := facts.of(MERGED):
        return [one for one in merged if one.text("status") == "open"]
    return [one for one in _once(facts, _stated(facts.of(SHELTER))) if one.text("status") == "open"]


def _stated(found: list[Fact]) -> list[Fact]:
    """Those that say of the shelter whether it is open; a list of designated ones does not."""
    return [one for one in found if one.body.get("status", "unknown") != "unknown"]


def _once(facts: Facts, found: list[Fact]) -> list[Fact]:
    kept: list[Fact] = []
    seen: set[tuple[str, str]] = set()
    for one in sorted(found, key=lambda one: (-one.version.issued, -one.version.id)):
        names = {("code", one.text("code")), (facts.town(one), one.text("name"))}
        names = {each for each in names if each[1]}
        if seen.isdisjoint(names):
            kept.append(one)
        seen |= names
    return kept


def isolation(facts: Facts) -> Section:
    """孤立集落: without an open road by the closures, or reported to be. Each counts once."""
    kind, found, cut = isolated(facts)
    own = [one for one, _, _ in cut]
    silent = sum(count is None for _, count, _ in cut)
    figures = [
        facts.figure("isolation.places", "孤立集落", "Isolated settlements", "集落", len(own),
                     found),
        facts.figure("isolation.persons", "孤立人数", "People isolated", "人",
                     _sum([count for _, count, _ in cut]) if cut else 0, own or found,
                     f"うち人数未報告 {silent}" if silent else ""),
        facts.figure("isolation.households", "孤立世帯", "Households isolated", "世帯",
                     _sum([count for _, _, count in cut]) if cut else 0, own or found),
    ]  # fmt: skip
    if kind == ISOLATION:
        for status, name, en in (
            ("isolated", "うち道路の通行止めによる", "of these, by closures"),
            ("reported", "うち報告のみ（道路は通行可の情報）", "of these, reported only"),
            ("possible", "ほかに孤立のおそれ", "Besides, possibly isolated"),
        ):
            some = [one for one in found if one.text("status") == status]
            figures.append(facts.figure(f"isolation.{status}", name, en, "集落", len(some), found))
    ranked = sorted(cut, key=lambda each: (-(each[1] or 0), each[0].version.key))
    rows: list[list[Any]] = [
        [_name(one), _town(facts, one), persons, households, _cause(one)]
        for one, persons, households in ranked
    ]
    table = facts.table("孤立集落（人数の多い順）", "Isolated settlements",
                        ("集落", "市町村", "人数", "世帯", "原因・通信"), rows, own,
                        wide=(4, 4, 2, 2, 6), most=25)  # fmt: skip
    told = "道路の通行状況からの推計と報告" if kind == ISOLATION else "市町村の報告"
    return Section(
        code="isolation", title="孤立", en="Isolation", figures=figures,
        tables=[table] if rows else [], remarks=[f"{told}による。"] if found else [],
    )  # fmt: skip


Cut = tuple[Fact, Number | None, Number | None]


def isolated(facts: Facts) -> tuple[str, list[Fact], list[Cut]]:
    """The kind that was used, all that is said, and the settlements that are cut off with their
    people and households: as the product has them, else as reported."""
    kind, found = facts.first(ISOLATION, REPORT)
    if kind == REPORT:
        found = [one for one in found if one.text("category") == "孤立集落"]
        return kind, found, [(one, _attribute(one, "人数"), _attribute(one, "世帯"))
                             for one in found]  # fmt: skip
    cut = [one for one in found if one.text("status") in ("isolated", "reported")]
    return kind, found, [(one, _people(one, "persons"), _people(one, "households")) for one in cut]


def _people(one: Fact, field: str) -> Number | None:
    """Of a settlement as it is registered; where that is not known, as the last report has it."""
    if (known := one.number(field)) is not None:
        return known
    reports = sorted(one.list("reports"), key=lambda each: str(each.get("reported", "")))
    said = [each[field] for each in reports if isinstance(each.get(field), int)]
    return said[-1] if said else None


def _name(one: Fact) -> str:
    return one.text("name") or one.text("title")


def _town(facts: Facts, one: Fact) -> str:
    return facts.town(one) or str((one.body.get("attributes") or {}).get("市町村", ""))


def _cause(one: Fact) -> str | None:
    attributes = one.body.get("attributes") or {}
    reports = [each for each in one.list("reports") if isinstance(each, dict)]
    told = [str(attributes.get(name) or "") for name in ("原因", "通信手段")]
    told += [str(each.get(name) or "") for each in reports[:1] for name in ("cause", "remarks")]
    if reopen := one.list("reopen"):
        told.append(
            f"啓開候補 {reopen[0].get('name') or '、'.join(reopen[0].get('links', [])[:2])}"
        )
    return "、".join(filter(None, told)) or None


def _attribute(one: Fact, name: str) -> int | None:
    value = (one.body.get("attributes") or {}).get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value or "").replace(",", "").strip()
    return int(text) if text.isdecimal() else None


def _sum(values: list[Any]) -> Any:
    known = [one for one in values if one is not None]
    return sum(known) if known else None
