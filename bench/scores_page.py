"""`docs/scores.md`, made of the figures in `scores.json`: what every product achieved on the
drills, and what the figures do not tell."""

from __future__ import annotations

import msgspec

from bench.data import ROOT

FIGURES = ROOT / "bench" / "scores.json"
PAGE = ROOT / "docs" / "scores.md"
_READMES = "../src/noroshi/domains"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared of one kind of truth as told in one kind of record. Shares 0–1; seconds,
    None where nothing was shown. `said` is by the time that the issuer gives, `known` by when the
    node's picture had it (up to a step later)."""

    facts: int
    complete: float
    said_p50: float | None = None
    said_p90: float | None = None
    known_p50: float | None = None
    known_p90: float | None = None
    wrong: float = 0.0
    absent: float = 0.0
    false: int = 0
    outlived: float = 0.0


#: By scenario, by truth kind (in brackets: in which kind of record it is told), and `total`.
Figures = dict[str, dict[str, Row]]

TITLES = {
    "typhoon": "typhoon 台風と線状降水帯（48 h）",
    "nankai": "nankai 大地震と津波（24 h）",
    "multithreat": "multithreat 地震・感染症・サイバー攻撃（36 h）",
}

#: What is scored above of each product, by the kinds that it makes.
SCORED: dict[str, tuple[str, ...]] = {
    "disaster/alert_level": ("disaster.alert_level",),
    "disaster/alert_overview": ("disaster.alert_overview",),
    "disaster/damage_totals": ("disaster.damage_total",),
    "disaster/flood_watch": ("disaster.flood_state",),
    "disaster/inundation": ("disaster.inundation",),
    "disaster/isolation": ("disaster.isolation",),
    "disaster/lifelines": ("infrastructure.station_outlook",),
    "disaster/road_merge": ("disaster.road_state",),
    "disaster/shelter_merge": ("disaster.shelter_merged",),
    "health/shelter_alarm": ("health.shelter_alarm",),
}

#: What the drills' truth does not tell, and the READMEs measured.
MEASURED: dict[str, str] = {
    "disaster/exposure": "People under 225 evacuation orders: the true number lies within low–high "
    "in 100 %; median error of `best` 0.8 %. "
    "避難指示の範囲225件：真の人数は全て幅の中、`best` の誤差の中央値0.8 %。",
    "disaster/shelter_risk": "Overfull shelters: 154 of 154 shelter-hours found, 3 said in error. "
    "Power cut: 12,883 of 13,056. Expected evacuees: the true most within low–high in 35 of 37 "
    "municipalities. 定員超過154避難所時間を全て検出（誤り3）、停電13,056中12,883、"
    "避難者数の最大は37市町村中35で幅の中。",
    "disaster/lifelines": "Forecast of customers without power 12 h ahead: mean error 977 "
    "(typhoon), 1,973 (nankai); by “nothing is restored” 1,527, 5,560. Truth within the 80 % band "
    "in 78–100 % for power, 34–62 % for water. 12時間先の停電戸数の平均誤差977戸・1,973戸"
    "（復旧しないとすると1,527戸・5,560戸）。断水の幅は狭すぎる（34–62 %）。",
    "disaster/source_health": "All 9 senders that go wrong in a way that shows from outside are "
    "found; 3 spans of silence in error. 外から分かる異常9件を全て検出、誤った途絶3区間。",
    "disaster/incidents": "Typhoon with 400 residents (`bench residents`): all 201 reports became "
    "records; each of the 28 things they told of became an incident, half of them 75 minutes after "
    "it began (nobody had told of it before); of pairs of reports of one place put together 9 of "
    "10 belong together. 住民400人の台風訓練：通報201件は全て記録になり、"
    "28の出来事を全て把握（発生から中央値75分）。",
    "disaster/inundation": "Streets under water: Brier score 0.00191 (dry everywhere 0.00227). "
    "道路の浸水確率のブライアスコア0.00191（全て浸水なしとすると0.00227）。",
}

_HEAD = """\
# Scores of the products 処理の採点

What the node shows in each [drill](drills.md), products included, compared with what is true in
it. Played by `python -m bench scores` in steps of ten minutes of the drill (seed 1, from
2026-08-28 00:00 JST), so the figures are the same on every machine. The bench fails where one
becomes worse than here; `--write` keeps them and makes this page.
訓練の正解と突き合わせた結果です。悪くなるとベンチマークが失敗します。

**facts** 事実: changes of what is true. **complete** 完全性: the share of them that was ever shown.
**late** 遅れ: from the fact until its sender's time of issue, median and nine of ten.
**known** 把握: until it was in the node's picture, transmission and computing included (up to ten
minutes more than it took).
**wrong** 誤り: of the time in which a thing is shown, the share in which a field differs.
**absent** 欠け: of the time in which it is so, the share in which nothing is shown.
**false** 虚偽: things shown that are not true at all.
**outlived** 残存: of the time in which a thing is shown, the share after that was no more.

A kind with another in brackets is the same truth as told in records of that kind: what senders
say and what a product makes of it, side by side. The first line of each counts in the total."""

_COLUMNS = (
    "| kind 種別 | product 処理 | facts | complete | late p50 | p90 | known p50 | p90 | wrong "
    "| absent | false | outlived |\n|---|---|" + "---:|" * 10
)

_WITHOUT = """\
## What the truth of the drills does not tell 正解のないもの
Measured once by those who made the product, as its README says; not part of the bench."""

_NOTES = """\
## What is behind the figures 数字の読み方
"""

NOTES: tuple[str, ...] = (
    "**Isolation and roads, late**: managers of roads find closures in hours, and no product can "
    "know earlier. The product shows isolation 34 to 54 minutes (median) before the reports "
    "alone where the roads are known; where they are not, when it is reported (multithreat). "
    "遅れは道路管理者が規制を把握するまでの時間。",
    "**Isolation, 1 false (nankai)**: a settlement at which the road network read from the file "
    "and the drill's own disagree; its README tells why. **Road, 1 false**: sent in error on "
    "purpose.",
    "**Damage, wrong 100 % (nankai, multithreat)**: in the truth all damage is there at once, "
    "offices count for a day. The product adds no error to what they say. A town that reports 0 "
    "is not false. 正解の被害は一度に生じ、集計は一日かかる。",
    "**Shelters, complete 72–82 %**: people come and go between two counts; what nobody counted "
    "was never shown. Merged, it is right in more of the time in nankai and 2 % of the facts "
    "behind in multithreat: a count that the prefecture relays is taken for half an hour older "
    "than it says, which is so more often than not. 集計と集計の間の増減は誰も伝えない。",
    "**Sensors and gauges (`disaster.flood_state`)**: *absent* is when the product calls one "
    "silent rather than repeat an old value (rain: 3.2 % absent and 0.8 % wrong, against 4.0 % "
    "wrong as sent); a sensor is held wet for a while after its last wet report, so dry is said "
    "later. Depths of sensors are not compared, as the product tells ranges. "
    "途絶とした時間は「欠け」、濡れた状態は一定時間保つ。",
    "**Inundation**: compared is only whether streets by a gauge are said to be under water at "
    "all, as the truth has an area and the record a probability. Of two rivers that were "
    "forecast to overflow one did; both were told with a probability of 0.2.",
    "**Base stations**: the outlook foresees empty batteries, so on or off is wrong less often "
    "than in the operators' lists (0.5 %, 0.8 % in nankai), the power less so.",
    "**Hospitals (typhoon), late 0 s and known 50 min**: their clock is an hour slow on purpose. "
    "What senders write about themselves does not show it; when the node knew does.",
    "**Not products**: analyses of the typhoon are sent 42 minutes after their time, when the "
    "estimate for the next half hour is over; telegrams name no time of arrival once the wave "
    "has come; each shelter's health is looked at one to three times; the prefecture's rain "
    "gauges fall silent for three hours on purpose.",
    "**Not compared**: `infrastructure.outage_area` (the truth has feeders, which cross the "
    "borders of municipalities); totals of prefectures; orders in `disaster.alert_overview` "
    "(grouped, while the truth has districts; as sent they are scored); `disaster.reopening`.",
)


def read() -> Figures:
    """The figures that are kept. Raises OSError and msgspec.MsgspecError."""
    return msgspec.json.decode(FIGURES.read_bytes(), type=Figures)


def write(figures: Figures) -> None:
    """Keep figures, and the page of them."""
    data = msgspec.json.encode(figures)
    FIGURES.write_bytes(msgspec.json.format(data, indent=1) + b"\n")
    PAGE.write_text(page(figures), encoding="utf-8")


def page(figures: Figures) -> str:
    """The page, as Markdown."""
    makers = {kind: name for name, kinds in SCORED.items() for kind in kinds}
    lines = [_HEAD]
    for scenario, rows in figures.items():
        lines += ["", f"## {TITLES.get(scenario, scenario)}", "", _COLUMNS]
        lines += [_line(name, row, makers) for name, row in rows.items()]
    lines += ["", _WITHOUT, "", "| product 処理 | measured 測ったもの |", "|---|---|"]
    lines += [
        f"| [`{name}`]({_READMES}/{name}/README.md) | {said} |" for name, said in MEASURED.items()
    ]
    lines += ["", _NOTES + "\n".join(f"- {one}" for one in NOTES)]
    return "\n".join(lines) + "\n"


def _line(name: str, row: Row, makers: dict[str, str]) -> str:
    truth, _, told = name.partition(" (")
    maker = makers.get(told.rstrip(")") or truth, "")
    cells = [
        f"`{truth}`" + (f" (`{told.rstrip(')')}`)" if told else "") if name != "total" else
        "**total 計**",
        maker and f"`{maker}`", f"{row.facts:,}", _share(row.complete), duration(row.said_p50),
        duration(row.said_p90), duration(row.known_p50), duration(row.known_p90),
        _share(row.wrong), _share(row.absent), f"{row.false:,}", _share(row.outlived),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _share(value: float) -> str:
    return f"{value:.1%}"


def duration(seconds: float | None) -> str:
    """Seconds as a reader takes them; empty where there are none."""
    if seconds is None:
        return ""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
