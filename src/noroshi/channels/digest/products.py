"""What products say of a week: alarms, clusters, estimates and forecasts."""

from __future__ import annotations

from noroshi.channels.alerts.health import place_of
from noroshi.channels.alerts.scales import surveillance
from noroshi.channels.digest.week import Said, of_area
from noroshi.channels.digest.words import MOST, Part, Words, between, place_in, short
from noroshi.domains.health.weekly import COUNTRY
from noroshi.kinds.diseases import named

_SURE = {"Likely": ("確からしい", "likely"), "Possible": ("可能性がある", "possible")}


def alarms(words: Words) -> Part:
    def order(one: Said) -> tuple[float, float, str]:
        return (one.body.get("q_value") or 1.0, one.body.get("p_value") or 1.0, one.version.key)

    area = words.week.area
    found = sorted(
        (
            one
            for one in words.week.products["health.alarm"]
            if area == COUNTRY or one.body.get("area_code") == area
        ),
        key=order,
    )
    rows = []
    for one in found[:MOST]:
        body = one.body
        known, methods = named(str(body.get("disease"))), body.get("methods", [])
        scale = surveillance(known.category if known else 0, body.get("q_value"), len(methods))
        place = place_of(str(body.get("area_code", "")))
        rows.append(
            (
                words.disease(body),
                words.say(*place),
                short(body.get("count")),
                f"{short(body.get('expected'))} (≤ {short(body.get('upper'))})",
                f"{words.say(*_SURE[scale.certainty])}, q {short(body.get('q_value'))}",
                str(body.get("since", "")),
                " ".join(methods),
            )
        )
    return words.part(
        "health.alarm",
        words.say("統計的な異常増加", "Alarms"),
        found,
        rows,
        (
            words.say("疾病", "disease"),
            words.say("地域", "area"),
            words.say("報告数", "cases"),
            words.say("見込み（上限）", "expected (upper)"),
            words.say("確からしさ", "how sure"),
            words.say("開始", "since"),
            words.say("方法", "methods"),
        ),
        words.say("この週のアラームはない。", "No alarm in this week."),
    )


def clusters(words: Words) -> Part:
    area = words.week.area
    found = [
        one
        for one in words.week.products["health.cluster"]
        if area == COUNTRY or area in one.body.get("codes", [])
    ]
    found.sort(key=lambda one: (one.body.get("p_value") or 1.0, one.version.key))
    rows = [
        (
            words.disease(one.body),
            words.say("・", ", ").join(
                words.say(*place_of(code)) for code in one.body.get("codes", [])
            ),
            f"{one.body.get('first')} – {one.body.get('last')}",
            f"{short(one.body.get('observed'))} / {short(one.body.get('expected'))}",
            short(one.body.get("relative_risk")),
            short(one.body.get("p_value")),
        )
        for one in found[:MOST]
    ]
    return words.part(
        "health.cluster",
        words.say("地域的な集積", "Clusters"),
        found,
        rows,
        (
            words.say("疾病", "disease"),
            words.say("都道府県", "prefectures"),
            words.say("週", "weeks"),
            words.say("報告／期待", "observed / expected"),
            words.say("相対リスク", "relative risk"),
            "p",
        ),
        words.say("集積は検出されていない。", "No cluster was found."),
    )


def nowcast(words: Words) -> Part:
    found, rows = [], []
    for one in words.week.products["health.nowcast"]:
        of = of_area(one.body, words.week.area)
        if of.get("estimate") is None or not of.get("count"):
            continue
        found.append(one)
        rows.append(
            (
                of["estimate"],
                (
                    words.disease(one.body),
                    short(of.get("count")),
                    between(of.get("estimate"), of.get("lower"), of.get("upper")),
                    short(of.get("cumulative")),
                    between(of.get("final"), of.get("final_lower"), of.get("final_upper")),
                ),
            )
        )
    rows.sort(key=lambda one: -one[0])
    return words.part(
        "health.nowcast",
        words.say("遅れを補正した報告数（推定）", "Totals corrected for delay (estimates)"),
        found,
        [row for _, row in rows[:MOST]],
        (
            words.say("疾病", "disease"),
            words.say("報告数", "as reported"),
            words.say("推定（範囲）", "estimate (range)"),
            words.say("累積", "year so far"),
            words.say("最終の見込み（範囲）", "final (range)"),
        ),
        words.say("補正する報告はない。", "Nothing to correct."),
    )


def reproduction(words: Words) -> Part:
    found, rows = [], []
    for one in words.week.products["health.reproduction"]:
        of = of_area(one.body, words.week.area)
        mean, lower, upper = ((of.get(name) or [None])[-1] for name in ("mean", "lower", "upper"))
        if mean is None or (of.get("weeks") or [""])[-1] != words.week.name:
            continue
        found.append(one)
        trend = (
            words.say("増加", "rising")
            if (lower or 0) > 1
            else (
                words.say("減少", "falling")
                if upper is not None and upper < 1
                else words.say("どちらとも言えない", "not clear")
            )
        )
        rows.append((mean, (words.disease(one.body), between(mean, lower, upper), trend)))
    rows.sort(key=lambda one: -one[0])
    return words.part(
        "health.reproduction",
        words.say("実効再生産数", "Reproduction number"),
        found,
        [row for _, row in rows[:MOST]],
        (
            words.say("疾病", "disease"),
            words.say("推定（範囲）", "estimate (range)"),
            words.say("傾向", "course"),
        ),
        words.say("この週の推定はない。", "No estimate for this week."),
    )


def forecast(words: Words) -> Part:
    found, rows = [], []
    for one in words.week.products["health.forecast"]:
        levels, horizons = one.body.get("levels", []), one.body.get("horizons", [])
        if one.body.get("code", COUNTRY) != words.week.area or not horizons:
            continue
        places = [place_in(levels, level) for level in (0.5, 0.1, 0.9)]
        if None in places:
            continue
        found.append(one)
        for ahead in (horizons[0], horizons[-1])[: len(horizons)]:
            values = [ahead["quantiles"][place] for place in places if place is not None]
            rows.append(
                (
                    words.disease(one.body),
                    str(ahead["week"]),
                    short(one.body.get("value")),
                    between(*values),
                )
            )
    return words.part(
        "health.forecast",
        words.say("予測（定点当たり）", "Forecasts (per sentinel site)"),
        found,
        rows[: 2 * MOST],
        (
            words.say("疾病", "disease"),
            words.say("対象週", "week"),
            words.say("最新値", "newest"),
            words.say("中央値（80%の範囲）", "median (80 % range)"),
        ),
        words.say("この地域の予測はない。", "No forecast for this area."),
    )
