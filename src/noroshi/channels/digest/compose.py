"""A week's digest in words: what rose, alarms and how sure they are, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import msgspec

from noroshi.channels.alerts.health import place_of
from noroshi.channels.digest import products
from noroshi.channels.digest.week import PRODUCTS, Said, Week, cell
from noroshi.channels.digest.words import MOST, Part, Words, moment, short
from noroshi.core import weeks
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Mode
from noroshi.core.time import DAY
from noroshi.domains.health.weekly import COUNTRY

#: A rise is told where it is no more than chance would bring once in so many weeks (one-sided
#: probability of a Poisson count as far above the mean of the weeks before).
_CHANCE = 0.01
#: … and where it is at least so many times that mean: large counts vary more than chance alone.
_LEAST = 1.2
#: The newest table is old so long after the end of its week (it comes in about ten days).
_OLD = 21 * DAY
_MARKS = {
    Mode.EXERCISE: ("訓練：これは訓練の情報です", "EXERCISE: this is not real"),
    Mode.TEST: ("試験：これは試験の情報です", "TEST: this is not real"),
}


class Digest(msgspec.Struct, frozen=True):
    """The page. `mark` is what a drill says of itself; empty for the real thing."""

    language: str
    title: str
    mark: str
    lead: list[str]
    parts: list[Part]


def compose(week: Week, language: str = "ja", titles: Mapping[str, str] | None = None) -> Digest:
    """The digest of a week in `ja` or `en`. `titles` are what sources are called."""
    words = Words(week, language == "ja")
    place = place_of(week.area)
    monday = weeks.monday(week.name)
    sunday = monday.fromordinal(monday.toordinal() + 6)
    year, number = week.name[:4], int(week.name[6:])
    marks = _MARKS.get(week.mode)
    parts = [
        _rose(words),
        products.alarms(words),
        products.clusters(words),
        products.nowcast(words),
        products.reproduction(words),
        products.forecast(words),
        _missing(words),
        _sources(words, titles or {}),
    ]
    published = sorted({str(one.table.body.get("published", "")) for one in week.diseases} - {""})
    lead = [
        words.say(
            f"{place.ja}　{monday:%Y-%m-%d} 〜 {sunday:%Y-%m-%d}",
            f"{place.en}, {monday:%Y-%m-%d} to {sunday:%Y-%m-%d}",
        ),
        words.say(
            f"{len(week.diseases)}疾病の週報から作成。",
            f"From weekly tables of {len(week.diseases)} diseases.",
        ),
    ]
    if published:
        lead.append(words.say("週報の作成日：", "Tables made on: ") + ", ".join(published[-2:]))
    if week.latest > week.number:
        newest = weeks.numbered(week.latest)
        lead.append(
            words.say(
                f"これより新しい週（{newest}）の週報がある。",
                f"There is a newer week: {newest}.",
            )
        )
    return Digest(
        "ja" if words.ja else "en",
        words.say(
            f"感染症週報ダイジェスト {year}年第{number}週",
            f"Infectious diseases, week {number} of {year}",
        ),
        "" if marks is None else marks[0 if words.ja else 1],
        lead,
        parts,
    )


def _rose(words: Words) -> Part:
    """Counts well above those of the weeks before."""
    found = []
    for one in words.week.diseases:
        now = cell(one.table, words.week.area)
        past = [
            seen.count
            for seen in (cell(said, words.week.area) for said in one.before.values())
            if seen.count is not None
        ]
        if now.count is None or len(past) < 2:
            continue
        mean = sum(past) / len(past)
        # The square root of a Poisson count varies by 1/2, whatever its mean (Bartlett 1936).
        far = 2 * (max(now.count, 0) ** 0.5 - (mean + 0.25) ** 0.5) / (1 + 1 / len(past)) ** 0.5
        if NormalDist().cdf(-far) <= _CHANCE and now.count >= _LEAST * mean:
            found.append((far, one, now, mean))
    found.sort(key=lambda one: (-one[0], one[1].code))
    rows = [
        (
            words.name(one),
            str(now.count),
            short(now.per_sentinel),
            short(mean),
            f"×{now.count / mean:.1f}"
            if mean and now.count is not None
            else words.say("新たに", "new"),
        )
        for _, one, now, mean in found[:MOST]
    ]
    return Part(
        words.say("増えた疾病", "What rose"),
        (
            words.say("疾病", "disease"),
            words.say("報告数", "cases"),
            words.say("定点当たり", "per site"),
            words.say("前4週平均", "mean of 4 weeks"),
            words.say("比", "ratio"),
        ),
        rows,
        words.more(len(found), rows) or []
        if rows
        else [
            words.say(
                "前4週を明らかに上回る疾病はない。",
                "No disease is clearly above the four weeks before.",
            )
        ],
    )


def _missing(words: Words) -> Part:
    """What a reader might take for zero, and is not."""
    rows: list[tuple[str, ...]] = []
    absent: dict[str, list[str]] = {}
    back = 0
    for one in words.week.diseases:
        codes = {area["code"]: area for area in one.table.body.get("areas", [])}
        for code in PREFECTURES if words.week.area == COUNTRY else (words.week.area,):
            seen = cell(one.table, code) if code in codes else None
            if seen is not None and "count" in seen.back:
                back += 1
            elif seen is None or (seen.count is None and seen.per_sentinel is None):
                absent.setdefault(code, []).append(words.name(one))
    for code, names in sorted(absent.items()):
        said = words.say("、", ", ").join(names[:3])
        if len(names) > 3:
            said += words.say(f" ほか{len(names) - 3}疾病", f" and {len(names) - 3} more")
        rows.append(
            (
                words.say(*place_of(code)),
                words.say("報告なし（0ではない）", "not reported (not 0)"),
                said,
            )
        )
    remarks = words.more(len(rows), rows[: 2 * MOST])
    rows = rows[: 2 * MOST]
    if back:
        remarks.append(
            words.say(
                f"{back}セルは少数のため秘匿（0ではない）。",
                f"{back} cells are kept back as too small (not 0).",
            )
        )
    weeks_there = {number for one in words.week.diseases for number in one.before}
    gaps = [
        weeks.numbered(number)
        for number in range(words.week.number - 4, words.week.number)
        if number not in weeks_there
    ]
    if gaps:
        remarks.append(words.say("週報がない週：", "No table of: ") + ", ".join(gaps))
    none = [name for kind, name in PRODUCTS.items() if not words.week.products[kind]]
    if none:
        remarks.append(
            words.say("この週について算出されていないもの：", "Not computed for this week: ")
            + ", ".join(none)
        )
    if (
        words.week.as_of - weeks.ends(words.week.name) > _OLD
        and words.week.latest == words.week.number
    ):
        remarks.append(
            words.say("この週より新しい週報は届いていない。", "No newer table has come.")
        )
    if not rows and not remarks:
        remarks.append(words.say("欠けている報告はない。", "Nothing is missing."))
    return Part(
        words.say("欠けているもの", "What is missing"),
        (words.say("地域", "area"), words.say("状態", "state"), words.say("疾病", "diseases"))
        if rows
        else (),
        rows,
        remarks,
    )


def _sources(words: Words, titles: Mapping[str, str]) -> Part:
    at, known = moment(words.week.at), moment(words.week.as_of)
    said: dict[str, list[Said]] = {}
    everything = [one.table for one in words.week.diseases]
    everything += [one for found in words.week.products.values() for one in found]
    for one in everything:
        said.setdefault(one.version.source, []).append(one)
    rows = [
        (
            titles.get(source, source),
            str(len(found)),
            moment(min(one.version.issued for one in found)),
            moment(max(one.version.issued for one in found)),
            moment(max(one.version.recorded for one in found)),
        )
        for source, found in sorted(said.items())
    ]
    return Part(
        words.say("情報源と時刻", "Sources and times"),
        (
            words.say("情報源", "source"),
            words.say("記録", "records"),
            words.say("最古の発表", "first issued"),
            words.say("最新の発表", "last issued"),
            words.say("把握", "known here"),
        ),
        rows,
        [
            words.say(
                f"{at}の状況、{known}までに把握した情報による（日本時間）。",
                f"As it stood at {at}, as known at {known} (JST).",
            )
        ],
    )
