"""電力, 水道, ガス, 通信."""

from __future__ import annotations

from typing import Any

from noroshi.channels.report.facts import Fact, Facts, latest, total
from noroshi.channels.report.model import Section, day_time
from noroshi.core.time import parse

AREA, OUTAGE = "infrastructure.outage_area", "infrastructure.outage"
OUTLOOK, STATION = "infrastructure.station_outlook", "infrastructure.base_station"
_OUT = ("out", "partial")


def outages(facts: Facts, service: str) -> tuple[str, list[Fact], list[Fact]]:
    """The kind that was used, all that is said of a service, and what of it is out now. Of one
    feeder or zone what was said last counts, whoever said it."""
    kind = AREA if any(one.text("service") == service for one in facts.of(AREA)) else OUTAGE
    said = [one for one in facts.of(kind) if one.text("service") == service]
    if kind == OUTAGE:
        said = latest(said, lambda one: one.text("code") or (facts.town(one), one.text("name")))
    return kind, said, [one for one in said if one.text("status") in _OUT]


def _supply(facts: Facts, code: str, service: str, title: str, en: str, word: str) -> Section:
    kind, said, out = outages(facts, service)
    silent = sum(one.number("customers_out") is None for one in out)
    silent += sum(int(one.number("uncounted") or 0) for one in out)
    count = total(out, "customers_out")
    figures = [
        facts.figure(f"{code}.customers", f"{word}戸数", f"Without {en.lower()}", "戸",
                     count if out else 0, out or said,
                     f"ほか戸数不明 {silent}系統" if silent else ""),
        facts.figure(f"{code}.towns", f"{word}のある市町村", "Municipalities concerned", "市町村",
                     len({facts.town(one) for one in out}), out or said),
    ]  # fmt: skip
    towns: dict[str, list[Fact]] = {}
    for one in out:
        towns.setdefault(facts.town(one) or "（市町村不明）", []).append(one)
    rows: list[list[Any]] = [
        [town, total(some, "customers_out"), total(some, "customers_total"),
         _systems(kind, some), _expected(some)]
        for town, some in sorted(towns.items(), key=lambda each: facts.towns.order(each[0]))
    ]  # fmt: skip
    rows.sort(key=lambda row: -(row[1] or 0))
    sums: list[Any] = ["計", total(out, "customers_out"), None, None, None]
    table = facts.table(
        f"市町村別の{word}", f"{en} by municipality",
        ("市町村", f"{word}戸数", "当該系統の供給戸数", "系統数", "復旧見込み"), rows, out,
        wide=(4, 3, 4, 2, 5), total=sums if rows else None, most=60,
        remark="復旧見込みは事業者の発表（最も遅いもの）。" if kind == OUTAGE
        else "復旧見込みは推計（半数・9割の復旧）。",
    )  # fmt: skip
    return Section(code=code, title=title, en=en, figures=figures, tables=[table] if rows else [])


def power(facts: Facts) -> Section:
    """電力."""
    return _supply(facts, "power", "power", "電力", "Power", "停電")


def water_supply(facts: Facts) -> Section:
    """水道."""
    return _supply(facts, "water", "water", "水道", "Water", "断水")


def gas(facts: Facts) -> Section:
    """ガス."""
    return _supply(facts, "gas", "gas", "ガス", "Gas", "供給停止")


def _systems(kind: str, some: list[Fact]) -> int:
    if kind == OUTAGE:
        return len(some)
    return sum(each.get("status") in _OUT for one in some for each in one.list("feeders"))


def _expected(some: list[Fact]) -> str | None:
    """Until when, as the operator says, or as it was computed."""
    told = []
    for name, label in (("half", "半数"), ("ninety", "9割")):
        times = [at for one in some if (at := (one.body.get(name) or {}).get("at"))]
        if times:
            told.append(f"{label} {day_time(max(map(parse, times)))}")
    if told:
        return "、".join(told)
    stated = [one.text("expected") for one in some if one.text("expected")]
    return day_time(max(map(parse, stated))) if stated else None


def telecom(facts: Facts) -> Section:
    """通信: mobile base stations, and telephone where operators tell of it."""
    kind, said = facts.first(OUTLOOK, STATION)
    if kind == STATION:
        said = latest(said, lambda one: one.text("code") or one.version.key)
        dark = [one for one in said if one.text("status") == "off"]
        weak = [one for one in said if one.text("status") != "off"
                and one.text("power") == "battery"]  # fmt: skip
        expected: list[Fact] = []
    else:
        dark = [one for one in said if one.text("state") == "dark"]
        weak = [one for one in said if one.text("state") == "on_battery"]
        expected = [one for one in said if one.text("state") == "expected_dark"]
    _, phones, _ = outages(facts, "telecom")
    figures = [
        facts.figure("telecom.dark", "停波中の携帯基地局", "Base stations dark", "局", len(dark),
                     said),
        facts.figure("telecom.battery", "蓄電池で運用中の基地局", "Base stations on battery", "局",
                     len(weak), said),
        facts.figure("telecom.served", "停波局の圏内人口", "People served by dark stations", "人",
                     total(dark, "served") if dark else 0, dark or said,
                     "他局でつながる場合を含む"),
    ]  # fmt: skip
    if kind == OUTLOOK:
        figures.insert(1, facts.figure(
            "telecom.expected", "停波の見込み（推計）", "Expected to be dark", "局",
            len(expected), said,
        ))  # fmt: skip
    if phones:
        out = [one for one in phones if one.text("status") in _OUT]
        figures.append(facts.figure(
            "telecom.lines", "固定通信の支障", "Telephone lines out", "回線",
            total(out, "customers_out") if out else 0, out or phones,
        ))  # fmt: skip
    towns: dict[str, list[list[Fact]]] = {}
    for place, some in enumerate((dark, weak, expected)):
        for one in some:
            towns.setdefault(facts.town(one) or "（市町村不明）", [[], [], []])[place].append(one)
    rows: list[list[Any]] = [
        [
            town,
            len(found[0]),
            len(found[1]),
            len(found[2]) if kind == OUTLOOK else None,
            total(found[0], "served"),
        ]
        for town, found in sorted(towns.items(), key=lambda each: facts.towns.order(each[0]))
    ]
    table = facts.table("市町村別の携帯基地局", "Base stations by municipality",
                        ("市町村", "停波", "蓄電池", "停波見込み", "停波局の圏内人口"), rows,
                        [*dark, *weak, *expected], wide=(4, 2, 2, 2, 4), most=60)  # fmt: skip
    return Section(code="telecom", title="通信", en="Telecommunications", figures=figures,
                   tables=[table] if rows else [])  # fmt: skip
