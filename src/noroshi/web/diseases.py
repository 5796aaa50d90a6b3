"""Infectious diseases for residents and for those who watch over them: rendered here, with charts
where the reader's browser draws them; every chart has its table.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from noroshi.channels.advice import plain
from noroshi.channels.advice.actions import Both
from noroshi.channels.advice.health import advice_for
from noroshi.channels.features import thing_id
from noroshi.channels.surveillance.course import (
    COUNTRY,
    Area,
    Asking,
    Course,
    area_name,
    course_of,
    newest,
)
from noroshi.channels.surveillance.level import THRESHOLDS, Level, level_of, trend_of
from noroshi.core import weeks
from noroshi.core.errors import NotFound
from noroshi.core.prefectures import PREFECTURES, READINGS, ROMAJI
from noroshi.core.record import Version
from noroshi.core.time import DAY
from noroshi.kinds import decode
from noroshi.kinds.diseases import named
from noroshi.web import page, params
from noroshi.web.answers import answer_html
from noroshi.web.area import Words
from noroshi.web.routing import Asked, Moment, Param, Problem, operation

#: A weekly table is old once the one after the next should have come.
OLD = 21 * DAY
#: How many weeks the table beside a chart shows.
_ROWS = 26

_HTML = {"text/html": {"type": "string"}}
_DISEASE = {"disease": {"type": "string", "maxLength": 60, "example": "influenza"}}
_AREA = {**_DISEASE, "code": {"type": "string", "maxLength": 2, "example": "22"}}
_ABOUT = Param("area", "Code of a prefecture (JIS X 0401): its values beside the country's",
               "都道府県コード", {"type": "string", "maxLength": 2}, "22")  # fmt: skip


class Row(msgspec.Struct):
    """A disease in the list: its newest week in one area."""

    code: str
    name: str
    en: str
    category: int
    system: str
    week: str
    issued: int
    value: float | None
    count: float | None
    cumulative: float | None
    alarm: Any


@operation(
    "/diseases",
    en="Infectious diseases: the newest week of each", ja="感染症：疾病ごとの最新の週",
    tag="Residents", params=(_ABOUT, params.DATETIME, params.AS_OF, params.MODE), produces=_HTML,
    cached=True,
)  # fmt: skip
def diseases(asked: Asked) -> Response:
    """Every disease that is notified, those with an alarm first. HTML."""
    asked.form("html")
    moment, asking = _asking(asked)
    code = asked.params.get("area") or COUNTRY
    if code != COUNTRY and code not in PREFECTURES:
        raise Problem(404, f"no prefecture {code!r}", "01 to 47, as in JIS X 0401")
    alarms = {
        version.key.partition("/")[0]: decode(version.kind, version.body)
        for version in asking.picture("health.alarm")
        if version.key.partition("/")[2] == code
    }
    rows = [_row(key, *found, code, alarms.get(key)) for key, found in newest(asking).items()]
    rows.sort(key=lambda one: (one.alarm is None, -(one.count or 0), one.name))
    newest_week = max((one.week for one in rows), default="")
    return _answer(
        asked, moment, "diseases.html", rows=rows, code=code, area=area_name(code),
        prefectures=PREFECTURES, romaji=ROMAJI, week=newest_week,
        issued=max((one.issued for one in rows), default=0), old_after=OLD,
    )  # fmt: skip


def _row(key: str, version: Version, body: Any, code: str, alarm: Any) -> Row:
    found = body
    if code != COUNTRY:
        found = next((one for one in body.areas if one.code == code), None)
    known = named(key)
    sentinel = body.system == "sentinel"
    return Row(
        code=key, name=body.name, en=known.en if known else body.name,
        category=known.category if known else 0, system=body.system, week=body.week,
        issued=version.issued,
        value=None if found is None else found.per_sentinel if sentinel else found.count,
        count=None if found is None else found.count,
        cumulative=None if found is None else found.cumulative, alarm=alarm,
    )  # fmt: skip


@operation(
    "/diseases/{disease}",
    en="One infectious disease in the whole country", ja="感染症：全国の状況",
    tag="Residents", params=(params.DATETIME, params.AS_OF, params.MODE), produces=_HTML,
    path_params=_DISEASE, cached=True,
)  # fmt: skip
def disease(asked: Asked) -> Response:
    """Level, trend, what to do, how sure; series, alarms, map. HTML."""
    return _disease(asked, COUNTRY)


@operation(
    "/diseases/{disease}/{code}",
    en="One infectious disease in one prefecture", ja="感染症：都道府県の状況",
    tag="Residents", params=(params.DATETIME, params.AS_OF, params.MODE), produces=_HTML,
    path_params=_AREA, cached=True,
)  # fmt: skip
def disease_in_area(asked: Asked) -> Response:
    """The same of a prefecture (JIS X 0401). HTML."""
    return _disease(asked, asked.path["code"])


def _disease(asked: Asked, code: str) -> Response:
    asked.form("html")
    moment, asking = _asking(asked)
    course = course_of(asking, asked.path["disease"])
    area = course.areas.get(code)
    if area is None:
        raise NotFound(f"no area {code!r} in this table", remedy="01 to 47, as in JIS X 0401")
    level = level_of(course.disease, area.values, area.counts[-1], area.alarm)
    known = named(course.disease)
    return _answer(
        asked, moment, "disease.html", course=course, area=area, code=code,
        en=known.en if known else course.name, category=known.category if known else 0,
        level=level, trend=trend_of(area.counts), sure=_sure(course, area, level),
        steps=advice_for(course.disease).steps, threshold=THRESHOLDS.get(course.disease),
        nowcast=_of_area(course.nowcast, code), reproduction=_reproduced(course, code),
        forecast=course.forecast if code == COUNTRY else None,
        clusters=[one for one in course.clusters if code in (COUNTRY, *one.codes)],
        alarm=course.alarms.get(code), alarms=_alarmed(course), rows=_rows(course, area),
        record=(course.record.kind, thing_id(course.record)), prefectures=PREFECTURES,
        readings=READINGS, romaji=ROMAJI, old=moment.at - course.published > OLD,
        data=_chart_data(asked, course, code), script=page.built("src/diseases/main.ts"),
        called_area=area_name, of_areas=_newest_values(course),
    )  # fmt: skip


def _asking(asked: Asked) -> tuple[Moment, Asking]:
    moment = asked.moment()
    if moment.until is not None:
        raise Problem(400, "datetime is a time here, not an interval")
    return moment, Asking(asked.store, asked.reader, moment.at, moment.as_of, asked.mode)


def _of_area(body: Any, code: str) -> Any:
    """What a product says of one area, None where it says nothing."""
    return None if body is None else next((one for one in body.areas if one.code == code), None)


def _reproduced(course: Course, code: str) -> Any:
    """The newest reproduction number of an area: week, mean, lower, upper."""
    found = _of_area(course.reproduction, code)
    if found is None:
        return None
    said = [one for one in zip(found.weeks, found.mean, found.lower, found.upper, strict=True)
            if one[1] is not None]  # fmt: skip
    return said[-1] if said and weeks.number(said[-1][0]) >= weeks.number(course.week) - 2 else None


def _alarmed(course: Course) -> list[tuple[str, Any]]:
    """Areas in which the newest week is an alarm, those of the least chance first."""
    return sorted(course.alarms.items(), key=lambda one: (_least(one[1].p_value), one[0]))


def _least(value: float | None) -> float:
    return 1.0 if value is None else value


def _sure(course: Course, area: Area, level: Level) -> list[Both]:
    """How sure it is, in sentences."""
    found = []
    nowcast = _of_area(course.nowcast, area.code)
    if nowcast is not None and nowcast.estimate is not None:
        found.append(Both(
            "まだ {届|とど}いていない {報告|ほうこく}が あります。ぜんぶ {届|とど}くと、"
            f"この {{週|しゅう}}は {nowcast.lower:.0f}{{人|にん}}から "
            f"{nowcast.upper:.0f}{{人|にん}}くらいに なりそうです"
            "（10{回|かい}のうち 9{回|かい}）。",
            f"Some reports have not come yet. Once they have, this week is likely to have "
            f"{nowcast.lower:.0f} to {nowcast.upper:.0f} cases (9 times in 10).",
        ))  # fmt: skip
    if course.unit == "rate":
        found.append(Both(
            "えらばれた {医療機関|いりょうきかん}だけが {報告|ほうこく}します。"
            "{本当|ほんとう}の {患者|かんじゃ}の {数|かず}は もっと {多|おお}いです。",
            "Only chosen clinics report. The true number of patients is higher.",
        ))  # fmt: skip
    if course.disclosed:
        found.append(Both(
            "{少|すく}ない {数|かず}は、{人|ひと}が わからないように {出|だ}していません。"
            "「…」は 0では ありません。",
            "Small counts are kept back so that nobody is known by them. … is not 0.",
        ))  # fmt: skip
    alarm = course.alarms.get(area.code)
    if alarm is not None and alarm.q_value is not None:
        share = max(0.001, min(1.0, alarm.q_value))
        found.append(Both(
            f"「ふだんより {{多|おお}}い」と いう しらせは、100{{回|かい}}のうち "
            f"{100 * share:.1f}{{回|かい}}くらい まちがっています。",
            f"Of alarms like this one, about {100 * share:.1f} in 100 are false.",
        ))  # fmt: skip
    if level.number is None:
        found.append(Both("{少|すく}ないと いう {意味|いみ}では ありません。",
                          "This does not mean that there is little of it."))  # fmt: skip
    return found


def _rows(course: Course, area: Area) -> list[dict[str, Any]]:
    """The newest weeks, the newest first: the table of the chart."""
    corrected = _corrected(course, area.code)
    found = []
    for place in range(len(course.weeks) - 1, max(-1, len(course.weeks) - 1 - _ROWS), -1):
        week = course.weeks[place]
        found.append({
            "week": week, "monday": weeks.monday(week), "count": area.counts[place],
            "value": area.values[place], "cumulative": area.cumulative[place],
            "upper": area.upper[place], "alarm": area.alarms[place],
            "corrected": corrected.get(week),
        })  # fmt: skip
    return found


def _corrected(course: Course, code: str) -> dict[str, dict[str, Any]]:
    """By week, what it will be once late notifications have come: of the country the newest weeks,
    of a prefecture the newest."""
    said = course.nowcast
    if said is None:
        return {}
    if code == COUNTRY and said.weeks:
        columns = zip(said.weeks, said.estimate, said.lower, said.upper, strict=True)
        return {week: {"week": week, "estimate": e, "lower": a, "upper": b}
                for week, e, a, b in columns if e is not None}  # fmt: skip
    one = _of_area(said, code)
    if one is None or one.estimate is None:
        return {}
    return {said.week: {"week": said.week, "estimate": one.estimate, "lower": one.lower,
                        "upper": one.upper}}  # fmt: skip


def _newest_values(course: Course) -> list[tuple[str, float | None, bool]]:
    """The table of the map."""
    return [(code, one.values[-1], code in course.alarms or one.alarm is True)
            for code, one in sorted(course.areas.items()) if code != COUNTRY]  # fmt: skip


def _chart_data(asked: Asked, course: Course, code: str) -> Markup:
    """What the charts draw, as JSON that may stand in a page."""
    root: str = asked.scope.get("root_path", "")
    kept = _kept(asked)
    names = PREFECTURES if asked.language == "ja" else ROMAJI
    threshold = THRESHOLDS.get(course.disease)
    ja = asked.language == "ja"
    lines = [] if threshold is None else [
        {"value": threshold.begin, "label": "警報" if ja else "warning"},
        *([] if threshold.advisory is None or threshold.advisory == threshold.end else
          [{"value": threshold.advisory, "label": "注意報" if ja else "advisory"}]),
    ]  # fmt: skip
    known = named(course.disease)
    reproduced = _of_area(course.reproduction, code)
    said = {
        "lang": asked.language, "unit": course.unit, "here": code, "weeks": course.weeks,
        "name": course.name if ja or known is None else known.en,
        "areas": [
            {"code": one.code, "values": one.values, "expected": one.expected, "upper": one.upper,
             "alarms": [bool(alarm) for alarm in one.alarms],
             "name": names.get(one.code, "全国" if ja else "Japan"),
             "href": f"{root}/diseases/{course.disease}/{one.code}" + (f"?{kept}" if kept else "")}
            for one in course.areas.values()
        ],
        "corrected": sorted(_corrected(course, code).values(), key=lambda one: str(one["week"])),
        "ahead": _ahead(course, code),
        "reproduction": [] if reproduced is None else [
            {"week": week, "mean": mean, "lower": lower, "upper": upper}
            for week, mean, lower, upper in zip(reproduced.weeks, reproduced.mean,
                                                reproduced.lower, reproduced.upper, strict=True)
            if mean is not None
        ],
        "thresholds": lines, "clusters": [list(one.codes) for one in course.clusters],
    }  # fmt: skip
    text = msgspec.json.encode(said).decode()
    # JSON in a page: nothing in it may end the element.
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704


def _ahead(course: Course, code: str) -> list[dict[str, Any]]:
    """The weeks to come, from the quantiles of a forecast of the country."""
    said = course.forecast
    if said is None or code != COUNTRY or said.reference != course.week:
        return []
    at = {round(level, 3): place for place, level in enumerate(said.levels)}
    return [
        {"week": one.week, "median": one.quantiles[at[0.5]],
         "half": [one.quantiles[at[0.25]], one.quantiles[at[0.75]]],
         "most": [one.quantiles[at[0.05]], one.quantiles[at[0.95]]]}
        for one in said.horizons
    ]  # fmt: skip


def _kept(asked: Asked) -> str:
    found: dict[str, str] = {one: asked.params[one] for one in ("mode", "datetime", "as-of", "lang")
             if one in asked.params}  # fmt: skip
    return urlencode(found)


def _markup(text: str) -> Markup:
    return Markup(plain.show_readings(text))  # noqa: S704 (everything else is escaped there)


def _answer(asked: Asked, moment: Moment, template: str, **values: Any) -> Response:
    root: str = asked.scope.get("root_path", "")
    kept = {one: asked.params[one] for one in ("mode", "datetime", "as-of", "area")
            if one in asked.params}  # fmt: skip
    spoken = {"lang": asked.language} if "lang" in asked.params else {}
    other = "en" if asked.language == "ja" else "ja"

    def link(path: str, **more: str) -> str:
        asks = {key: one for key, one in (kept | spoken | more).items() if key != "area" or more}
        query = urlencode({key: one for key, one in asks.items() if one})
        return root + path + (f"?{query}" if query else "")

    def origin(record: tuple[str, str]) -> str:
        times = {name: kept[name] for name in ("datetime", "as-of") if name in kept}
        query = urlencode({"f": "html", "lang": asked.language} | times)
        return f"{root}/collections/{record[0]}/items/{record[1]}?{query}"

    here = asked.scope["path"].removeprefix(root)
    return answer_html(
        asked, template, mode=asked.mode.name.lower(), moment=moment, link=link, origin=origin,
        present=asked.scope["path"] + (f"?lang={asked.language}" if "lang" in asked.params else ""),
        t=lambda ja, en: _markup(ja) if asked.language == "ja" else en,
        both=lambda one: _markup(one.ja) if asked.language == "ja" else one.en,
        other=root + here + "?" + urlencode(kept | {"lang": other}),
        words=Words(asked, moment), number=_number, share=_share,
        called=lambda name, kana: _markup(plain.with_kana(name, kana)), **values,
    )  # fmt: skip


def _number(value: float | None, unit: str = "cases") -> str:
    """A count whole, a rate with two digits."""
    if value is None:
        return "…"
    return f"{value:,.0f}" if unit == "cases" else f"{value:.2f}"


def _share(value: float | None) -> str:
    """A probability with two digits; no method knows one smaller than a ten-thousandth."""
    if value is None:
        return "…"
    return "<0.0001" if value < 1e-4 else f"{value:.2g}"
