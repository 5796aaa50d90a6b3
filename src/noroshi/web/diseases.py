"""Infectious diseases for residents and for those who watch over them: rendered here, with charts
where the reader's browser draws them; every chart has its table.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from noroshi.channels.advice.health import advice_for
from noroshi.channels.features import thing_id
from noroshi.channels.surveillance.course import (
    Area,
    Asking,
    Course,
    area_name,
    course_of,
    more_than_usual,
    newest,
)
from noroshi.channels.surveillance.level import level_of, trend_of
from noroshi.channels.surveillance.sure import how_sure
from noroshi.core import weeks
from noroshi.core.errors import NotFound
from noroshi.core.prefectures import PREFECTURES, READINGS, ROMAJI
from noroshi.core.record import Version
from noroshi.core.time import DAY
from noroshi.domains.health.levels import THRESHOLDS
from noroshi.domains.health.weekly import COUNTRY
from noroshi.kinds.diseases import named
from noroshi.web import page, params
from noroshi.web.area import Words
from noroshi.web.plainly import KEPT, answer_plainly
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
    kana: str
    en: str
    system: str
    week: str
    issued: int
    value: float | None
    count: float | None
    cumulative: float | None
    more: bool | None
    kept_back: bool


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
    more = more_than_usual(asking, code)
    rows = [_row(key, *found, code, more.get(key)) for key, found in newest(asking).items()]
    rows.sort(key=lambda one: (not one.more, -(one.count or 0), one.name))
    newest_week = max((one.week for one in rows), default="")
    return _answer(
        asked, moment, "diseases.html", rows=rows, code=code, area=area_name(code),
        prefectures=PREFECTURES, readings=READINGS, romaji=ROMAJI, week=newest_week, days=_days,
        issued=max((one.issued for one in rows), default=0), old_after=OLD,
    )  # fmt: skip


def _row(key: str, version: Version, body: Any, code: str, more: bool | None) -> Row:
    found = body
    if code != COUNTRY:
        found = next((one for one in body.areas if one.code == code), None)
    known = named(key)
    sentinel = body.system == "sentinel"
    return Row(
        code=key, name=known.ja if known else body.name, kana=known.kana if known else "",
        en=known.en if known else body.name, system=body.system, week=body.week,
        issued=version.issued,
        value=None if found is None else found.per_sentinel if sentinel else found.count,
        count=None if found is None else found.count,
        cumulative=None if found is None else found.cumulative, more=more,
        kept_back="count" in getattr(found, "suppressed", ()),
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
    level = level_of(
        course.disease, area.values, area.counts[-1], area.alarm, kept_back=area.kept_back,
        compared=course.detected,
    )  # fmt: skip
    known = named(course.disease)
    nowcast = _of_area(course.nowcast, code)
    ahead = course.forecast if code == COUNTRY else None
    return _answer(
        asked, moment, "disease.html", course=course, area=area, code=code, days=_days,
        name=known.ja if known else course.name, kana=known.kana if known else "",
        en=known.en if known else course.name, level=level,
        trend=trend_of(area.counts, weeks.number(course.week)),
        sure=how_sure(course, area, level, nowcast), steps=advice_for(course.disease).steps,
        nowcast=nowcast, interval=round(100 * course.nowcast.level) if course.nowcast else 90,
        reproduction=_reproduced(course, code), ahead=_ahead(course, code),
        missing=ahead.missing if ahead is not None else "",
        clusters=[one for one in course.clusters if code in (COUNTRY, *one.codes)],
        alarm=course.alarms.get(code), alarms=_alarmed(course), rows=_rows(course, area),
        alone=[one for one, each in course.areas.items()
               if each.alarm and one not in course.alarms],
        record=(course.record.kind, thing_id(course.record)), readings=READINGS, romaji=ROMAJI,
        old=moment.at - course.published > OLD, data=_chart_data(asked, course, code),
        script=page.built("src/diseases/main.ts"), called_area=area_name,
        of_areas=[(one, each.values[-1], each.alarm)
                  for one, each in sorted(course.areas.items()) if one != COUNTRY],
    )  # fmt: skip


def _days(week: str, language: str) -> str:
    """The days of a week, as people say them."""
    first = weeks.monday(week)
    last = first + timedelta(6)
    if language == "ja":
        return f"{first.year}年{first.month}月{first.day}日 から {last.month}月{last.day}日"
    return f"{first.day} {first:%b} to {last.day} {last:%b} {last.year}"


def _asking(asked: Asked) -> tuple[Moment, Asking]:
    moment = asked.moment()
    if moment.until is not None:
        raise Problem(400, "datetime is a time here, not an interval")
    return moment, Asking(asked.store, asked.reader, moment.at, moment.as_of, asked.mode)


def _of_area(body: Any, code: str) -> Any:
    """What a product says of one area, None where it says nothing."""
    return None if body is None else next((one for one in body.areas if one.code == code), None)


def _reproduced(course: Course, code: str) -> dict[str, tuple[float, float, float]]:
    """The reproduction numbers of an area by week: mean, lower, upper."""
    found = _of_area(course.reproduction, code)
    if found is None:
        return {}
    columns = zip(found.weeks, found.mean, found.lower, found.upper, strict=True)
    return {week: (mean, low, high) for week, mean, low, high in columns if mean is not None}


def _alarmed(course: Course) -> list[tuple[str, Any]]:
    """Areas in which the newest week is an alarm, those of the least chance first."""
    return sorted(course.alarms.items(), key=lambda one: (_least(one[1].p_value), one[0]))


def _least(value: float | None) -> float:
    return 1.0 if value is None else value


def _rows(course: Course, area: Area) -> list[dict[str, Any]]:
    """The newest weeks, the newest first: the table of the chart."""
    corrected, reproduced = _corrected(course, area.code), _reproduced(course, area.code)
    found = []
    for place in range(len(course.weeks) - 1, max(-1, len(course.weeks) - 1 - _ROWS), -1):
        week = course.weeks[place]
        found.append({
            "week": week, "monday": weeks.monday(week), "count": area.counts[place],
            "value": area.values[place], "cumulative": area.cumulative[place],
            "upper": area.upper[place], "alarm": area.alarms[place],
            "corrected": corrected.get(week), "reproduced": reproduced.get(week),
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


def _chart_data(asked: Asked, course: Course, code: str) -> Markup:
    """What the charts draw, as JSON that may stand in a page."""
    root: str = asked.scope.get("root_path", "")
    kept = urlencode({one: asked.params[one] for one in (*KEPT, "lang") if one in asked.params})
    names = PREFECTURES if asked.language == "ja" else ROMAJI
    threshold = THRESHOLDS.get(course.disease)
    ja = asked.language == "ja"
    lines = [] if threshold is None else [
        (threshold.begin, "警報" if ja else "warning"),
        (threshold.advisory, "注意報" if ja else "advisory"),
    ]  # fmt: skip
    known = named(course.disease)
    said = {
        "lang": asked.language, "unit": course.unit, "here": code, "weeks": course.weeks,
        "name": course.name if ja or known is None else known.en,
        "areas": [
            {"code": one.code, "values": one.values, "upper": one.upper,
             "alarms": [bool(alarm) for alarm in one.alarms],
             "name": names.get(one.code, "全国" if ja else "Japan"),
             "href": f"{root}/diseases/{course.disease}/{one.code}" + (f"?{kept}" if kept else "")}
            for one in course.areas.values()
        ],
        "corrected": sorted(_corrected(course, code).values(), key=lambda one: str(one["week"])),
        "ahead": _ahead(course, code),
        "reproduction": [
            {"week": week, "mean": mean, "lower": lower, "upper": upper}
            for week, (mean, lower, upper) in _reproduced(course, code).items()
        ],
        "thresholds": [{"value": at, "label": called} for at, called in lines if at is not None],
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


def _answer(asked: Asked, moment: Moment, template: str, **values: Any) -> Response:
    return answer_plainly(
        asked, moment, template, searched=("area",), words=Words(asked, moment), number=_number,
        share=_share, **values,
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
