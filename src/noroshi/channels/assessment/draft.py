"""A draft of a risk assessment from what records say, with time and source of every fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from noroshi.channels.assessment.agents import AGENTS, MEASURES
from noroshi.channels.assessment.sheets import Sheets, sheets
from noroshi.channels.assessment.text import RISK_COLUMNS, TITLE, Draft, table
from noroshi.channels.report.facts import Fact, Facts
from noroshi.channels.report.make import area_name
from noroshi.channels.report.model import MARKS, day_time, full_time, span
from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.place import area_ranges
from noroshi.core.record import Mode
from noroshi.core.time import JST, parse, to_datetime
from noroshi.domains.health.tick_sheets import LAPSE
from noroshi.kinds.risk_report import AssessmentSection
from noroshi.store import Store

RISK, ALARM, CLUSTER = "health.risk", "health.shelter_alarm", "health.shelter_cluster"
SHEET = "health.shelter_syndrome"
_METHOD = (
    "国立感染症研究所「避難所におけるリスクアセスメントの方法・考え方について（解説）」2016年. "
    "<https://www.niid.go.jp/niid/images/idsc/disasters/RAguidance20160419.pdf>",
    "厚生労働省「感染症法に基づく医師及び獣医師の届出について」",
    "日本環境感染学会「大規模自然災害の被災地における感染制御マネージメントの手引き」2014年",
)
_WORDS = {1: "低", 2: "中", 3: "高"}


def draft(
    store: Store, reader: Reader, mode: Mode, at: int, as_of: int, *, event: str = "",
    area: str = "", author: str = "", titles: Mapping[str, str] | None = None,
    lapse: int = LAPSE,
) -> Draft:  # fmt: skip
    """What the records say that are true `at` and known `as_of` (µs), for `reader`.

    `lapse`: days after which an alarm without a new sheet ends, as health/shelter_alarm has it.
    Raises NotFound where no municipality of the area was assessed, ValueError for an area.
    """
    areas = tuple(area_ranges(area)) if area else None
    facts = Facts(store, reader, mode, at, as_of, areas, dict(titles or {}))
    risks = sorted(facts.of(RISK), key=lambda one: facts.towns.order(facts.town(one)))
    if not risks:
        raise NotFound(
            f"nothing was assessed in {area or 'any municipality'} in mode {mode.name.lower()}",
            remedy="health/disaster_risk assesses where shelters are open: `noroshi doctor`",
        )
    where = area_name(store, area)
    seen = sheets(facts.of(SHEET))
    parts = {
        "summary": _summary(facts, risks, where, seen, lapse),
        "epidemiology": _epidemiology(facts, risks, seen),
        "pathogen": _pathogen(risks), "situation": _situation(facts, risks),
        "risk": _risk(facts, risks), "response": _response(facts, risks),
        "references": _references(facts, risks, seen),
    }  # fmt: skip
    used = [*risks, *facts.of(ALARM), *facts.of(CLUSTER), *seen.used]
    return Draft(
        title=f"{where}の{TITLE}" if where else TITLE, mode=mode, at=at, as_of=as_of, event=event,
        area=area, author=author, records=tuple(sorted(one.version.id for one in used)),
        sections=[AssessmentSection(code=code, text=_marked(text, mode))
                  for code, text in parts.items()],
    )  # fmt: skip


def _marked(text: str, mode: Mode) -> str:
    """Every section of an exercise begins with saying so."""
    mark = MARKS[mode]
    return f"**{mark}** これは実際の状況ではありません。\n\n{text}" if mark else text


def _cells(risks: Iterable[Fact]) -> dict[str, list[tuple[Fact, dict[str, Any]]]]:
    """Cells by disease over municipalities, the highest first."""
    found: dict[str, list[tuple[Fact, dict[str, Any]]]] = defaultdict(list)
    for one in risks:
        for cell in one.list("cells"):
            found[cell["disease"]].append((one, cell))
    for some in found.values():
        some.sort(key=lambda one: (-one[1]["risk"], -one[1]["likelihood"]))
    ranked = sorted(found.items(), key=lambda one: _rank(one[1][0][1]))
    return dict(ranked)


def _rank(cell: Mapping[str, Any]) -> tuple[int, int, int]:
    return -cell["risk"], -cell["likelihood"], -cell["importance"]


def _summary(
    facts: Facts, risks: Sequence[Fact], where: str, seen: Sheets, lapse: int
) -> str:  # fmt: skip
    opened = sum(int(one.number("open") or 0) for one in risks)
    known = [number for one in risks if (number := one.number("sheltered")) is not None]
    silent = sum(int(one.number("without_headcount") or 0) for one in risks)
    people = f"{sum(known):,}人" if known else "人数の報告なし"
    rest = f"、ほか人数未報告{silent}か所" if silent else ""
    high = [some[0][1]["name"] for some in _cells(risks).values() if some[0][1]["risk"] == 3]
    loud = [one for one in facts.of(ALARM) if one.text("level") == "alarm"]
    lines = [
        f"- 対象：{where or '全域'}の{len(risks)}市町村。開設避難所{opened:,}か所、避難者{people}"
        f"{rest}{_told(facts, risks)}。",
        f"- リスクが高い（3）と評価した感染症：{'、'.join(high) or 'なし'}。",
    ]
    if loud:
        names = sorted({f"{one.text('name')}（{one.text('syndrome_name')}）" for one in loud})
        lines.append(f"- 症候群のアラームが出ている避難所：{'、'.join(names[:10])}"
                     f"{f'ほか{len(names) - 10}' if len(names) > 10 else ''}"
                     f"{_told(facts, loud)}。")  # fmt: skip
    elif seen.newest is None:
        lines.append("- 避難所の診療日報がなく、症候群のアラームの有無は不明。")
    elif seen.silent(facts.at, lapse):
        lines.append(f"- 症候群のアラームの有無は不明（{_newest(seen)}で、{lapse}日より古い。"
                     f"{full_time(facts.at)}現在）。")  # fmt: skip
    else:
        lines.append(f"- 症候群のアラームが出ている避難所はない（{_newest(seen)}、"
                     f"{full_time(facts.at)}現在）。日報がないか古い避難所は不明。")  # fmt: skip
    return "\n".join(lines)


def _newest(seen: Sheets) -> str:
    if seen.newest is None:
        return "診療日報なし"
    day = date.fromordinal(seen.newest)
    return f"最新の診療日報は{day.year}年{day.month}月{day.day}日"


def _epidemiology(facts: Facts, risks: Sequence[Fact], seen: Sheets) -> str:
    rows: dict[str, list[str]] = {}
    for one in risks:
        for cell in one.list("cells"):
            for each in cell.get("evidence", ()):
                if each["factor"] == "circulation":
                    rows[each["what"]] = [each["what"], _moment(facts, each), "感染症発生動向調査"]
    text = "### 発生動向\n\n"
    text += (
        table(("内容", "時点", "情報源"), sorted(rows.values())) if rows else
        "発生動向調査の記録はない（流行状況は不明）。"
    )  # fmt: skip
    wrong = (
        f"\n\n日付が発行日より先か、読めない診療日報{len(seen.wrong)}枚は数えていない。"
        if seen.wrong else ""
    )  # fmt: skip
    if not seen.shown:
        return f"{text}\n\n### 避難所の症候群\n\n避難所の診療日報はない。{wrong}"
    totals: dict[tuple[str, str], list[int]] = defaultdict(list)
    for sheet in seen.shown:
        for code, name in (("fever_respiratory", "急性呼吸器感染症"), ("diarrhoea", "下痢・嘔吐"),
                           ("rash", "発疹"), ("fever", "原因不明の発熱"),
                           ("injury", "外傷")):  # fmt: skip
            if (number := sheet.number(code)) is not None:
                totals[sheet.text("date"), name].append(int(number))
    days = sorted({sheet.text("date") for sheet in seen.shown})
    names = list(dict.fromkeys(name for _, name in totals))
    body = [[name, *(_count(totals.get((day, name))) for day in days)] for name in names]
    told = f"{_newest(seen)}。{_told(facts, seen.shown).strip('（）')}"
    made = table(("症候群", *days), body)
    return f"{text}\n\n### 避難所の症候群（診療日報の合計）\n\n{made}\n\n{told}{wrong}"


def _pathogen(risks: Sequence[Fact]) -> str:
    rows = []
    for code, some in _cells(risks).items():
        cell = some[0][1]
        if cell["risk"] >= 2 and (agent := AGENTS.get(code)):
            rows.append([cell["name"], agent.agent, agent.passes, agent.incubation])
    made = table(("疾病", "病原体", "感染経路", "潜伏期間"), rows)
    return f"{made}\n\n検査で確定した病原体があれば、検体・検査法・検査日とともにここに記す。"


def _situation(facts: Facts, risks: Sequence[Fact]) -> str:
    rows = []
    for one in risks:
        told: dict[str, dict[str, Any]] = {}
        for cell in one.list("cells"):
            for each in cell.get("evidence", ()):
                if each["factor"] in ("crowding", "water", "sewage", "power", "flood", "injury",
                                      "debris"):  # fmt: skip
                    told[each["what"]] = each
        said = "、".join(f"{what}（{_moment(facts, each)}）" for what, each in told.items())
        people = one.number("sheltered")
        rows.append([facts.town(one), str(one.number("open") or 0),
                     "－" if people is None else f"{people:,}", said or "情報なし"])  # fmt: skip
    text = table(("市町村", "開設避難所", "避難者", "生活環境（時点）"), rows)
    text += f"\n\n{_told(facts, risks).strip('（）')}"
    loud = sorted(facts.of(ALARM), key=lambda one: (one.text("level"), one.version.key))
    if loud:
        alarms = [
            [one.text("name"), one.text("syndrome_name"), _count([int(one.number("count") or 0)]),
             _count([int(one.number("count_window") or 0)]), one.text("since"), one.text("date"),
             "アラーム" if one.text("level") == "alarm" else "注意"]
            for one in loud
        ]  # fmt: skip
        text += "\n\n### 症候群のアラーム\n\n" + table(
            ("避難所", "症候群", "当日", "３日間", "継続", "最新の日報", "水準"), alarms
        )
        text += f"\n\n{_told(facts, loud).strip('（）')}"
    return text


def _risk(facts: Facts, risks: Sequence[Fact]) -> str:
    rows = []
    several = len(risks) > 1
    for some in _cells(risks).values():
        fact, cell = some[0]
        why = [f"{each['what']}（{time}）" if (time := _moment(facts, each)) else each["what"]
               for each in cell.get("evidence", ()) if each.get("effect")]  # fmt: skip
        dark = [_FACTORS.get(one, one) for one in cell.get("unknown", ())]
        if dark:
            why.append(f"不明：{'・'.join(dark)}")
        if several:
            same = sum(other["risk"] == cell["risk"] for _, other in some)
            why.insert(0, f"{facts.town(fact)}ほか{same - 1}" if same > 1 else facts.town(fact))
        rows.append([cell["name"], str(cell["likelihood"]), str(cell["importance"]),
                     str(cell["risk"]), "；".join(why)])  # fmt: skip
    text = "各1（低）・2（中）・3（高）。リスクは流行する可能性と公衆衛生上の重要性から求めた。"
    if several:
        text += "市町村のうち最も高いものを示す。"
    text += "\n\n" + table(RISK_COLUMNS, rows)
    shelters = [
        [cell["name"], cell["disease_name"], _WORDS[cell["risk"]],
         "；".join(each["what"] for each in cell.get("evidence", ()))]
        for one in risks for cell in one.list("shelters")
    ]  # fmt: skip
    if shelters:
        text += "\n\n### 市町村の評価より高い避難所\n\n"
        text += table(("避難所", "疾病", "高さ", "理由"), shelters[:40])
    return text


#: What the factors of health/disaster_risk are called.
_FACTORS = {
    "crowding": "混雑", "water": "断水", "sewage": "下水道", "power": "停電", "flood": "浸水",
    "injury": "負傷", "debris": "損壊", "circulation": "流行状況",
}  # fmt: skip


def _response(facts: Facts, risks: Sequence[Fact]) -> str:
    lines = []
    for one in sorted(facts.of(ALARM), key=lambda one: one.version.key):
        if one.text("level") == "alarm":
            actions = "。".join(map(str, one.list("action")))
            lines.append(f"- **{one.text('name')}・{one.text('syndrome_name')}**：{actions}。")
    groups = [some[0][1]["group"] for some in _cells(risks).values() if some[0][1]["risk"] == 3]
    for group in dict.fromkeys(groups):
        lines += [f"- {measure}" for measure in MEASURES.get(group, ())]
    return "\n".join(lines) or "- 平常の感染対策を続ける。"


def _references(facts: Facts, risks: Sequence[Fact], seen: Sheets) -> str:
    facts.origins([*risks, *facts.of(ALARM), *seen.shown])
    lines = [f"{number}. {one}" for number, one in enumerate(_METHOD, 1)]
    rows = [[one.name, str(one.records), _time(facts, one.oldest), _time(facts, one.newest)]
            for one in facts.sources()]  # fmt: skip
    sources = table(("情報源", "件数", "最も古い発表", "最新の発表"), rows) if rows else ""
    return "\n".join([*lines, "", "### 用いた記録", "", sources]).strip()


def _told(facts: Facts, some: Sequence[Fact]) -> str:
    """As of when, and by whom."""
    origins = facts.origins(some)
    times = [one.issued for one in origins]
    names = facts.names(origins)
    shown = "、".join(names[:4]) + (f"ほか{len(names) - 4}" if len(names) > 4 else "")
    if not times:
        return ""
    first, last = min(times), max(times)
    if {_year(first), _year(last)} == {_year(facts.at)}:
        said = span(first, last)
    else:
        said = "～".join(dict.fromkeys(_time(facts, one) for one in (first, last)))
    return f"（時点 {said}、情報源 {shown}）"


def _time(facts: Facts, time: int | None) -> str:
    """A moment, with its year where that is not the draft's."""
    text = day_time(time)
    return text if time is None or _year(time) == _year(facts.at) else f"{_year(time)}/{text}"


def _year(time: int) -> int:
    return to_datetime(time, JST).year


def _moment(facts: Facts, evidence: Mapping[str, Any]) -> str:
    try:
        return _time(facts, parse(evidence["time"])) if evidence.get("time") else ""
    except ValueError:
        return str(evidence["time"])


def _count(numbers: Sequence[int] | None) -> str:
    return "－" if numbers is None else f"{sum(numbers):,}"
