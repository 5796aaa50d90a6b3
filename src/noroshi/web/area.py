"""One municipality for those who live there: what is in force, what to do, where to go.

Rendered here, without scripts, in やさしい日本語 or English; see docs/resident.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from noroshi.channels.advice import plain
from noroshi.channels.advice.actions import LEVELS, SUBJECTS, Advice, Both
from noroshi.channels.advice.notices import OLD, Notice, Sought, gather, last_told, levels_by_town
from noroshi.channels.advice.orders import issued_in, orders_in
from noroshi.channels.advice.refuge import Refuge, find_refuges
from noroshi.channels.advice.reports import evacuation_reports
from noroshi.channels.advice.towns import Town, find_town, prefectures, towns_of
from noroshi.channels.surveillance.course import DISCLOSED
from noroshi.channels.tiling.areas import Areas
from noroshi.core.errors import NotFound
from noroshi.core.place import area_ranges
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Mode
from noroshi.core.time import JST, MINUTE, now, show
from noroshi.domains.health.weekly import KIND
from noroshi.formats.boundaries import Place
from noroshi.web import params
from noroshi.web.health import standing
from noroshi.web.places import boundaries_of
from noroshi.web.plainly import KEPT, answer_plainly, markup
from noroshi.web.routing import Asked, Moment, Param, Problem, operation

#: At most so many shelters, and notices that are old: the page stays below 100 kB.
MOST, MOST_STALE = 12, 8

#: Kinds that are warnings of the weather.
_WEATHER = {
    "disaster.weather_warning", "disaster.landslide_alert", "disaster.tornado_watch",
    "disaster.alert_level", "disaster.weather_warning_region", "disaster.flood_warning",
}  # fmt: skip

_HTML = {"text/html": {"type": "string"}}
_CODE = {"code": {"type": "string", "maxLength": 20, "example": "17202"}}
_NEAR = Param("near", "Longitude,latitude: nearest shelters first", "経度,緯度（近い避難所から）",
              {"type": "string"}, "136.967,37.043")  # fmt: skip
_NAME = Param("q", "Name, reading or code of a municipality", "市区町村の名前・よみ・コード",
              {"type": "string", "maxLength": 100}, "ななお")  # fmt: skip


@operation(
    "/area/{code}",
    en="One municipality for its residents, in plain words; two digits: a prefecture's list",
    ja="住民向け：一つの市区町村のいまの情報、すること、避難所（やさしい日本語）",
    tag="Residents", params=(_NEAR, params.DATETIME, params.AS_OF, params.MODE),
    produces=_HTML, path_params=_CODE, cached=True,
)  # fmt: skip
def area(asked: Asked) -> Response:
    """What is in force, what to do, and the nearest shelters. HTML; a code that is not known gets
    404 with a search."""
    asked.form("html")
    code = asked.path["code"]
    moment = asked.moment()
    if moment.until is not None:
        raise Problem(400, "datetime is a time here, not an interval")
    near = _near(asked)
    areas = boundaries_of(asked.node).areas
    if code in prefectures(areas):
        return _list(asked, moment, areas, code)
    try:
        town = find_town(areas, code)
    except NotFound:
        return _search(asked, moment, [], code, unknown=True)
    sought = Sought(asked.store, asked.reader, town, moment.at, moment.as_of, asked.mode)
    notices = gather(sought)
    current = [one for one in notices if not one.stale]
    stale = [one for one in notices if one.stale]
    refuges = find_refuges(sought, near)
    top = current[0] if current else None
    words = Words(asked, moment)
    return _answer(
        asked, moment, "area.html", words=words, town=town, urgent=URGENT,
        name=town.name or next((one for one in _names(sought)), town.code),
        top=top, level=None if top is None else top.level, current=current,
        warned=any(one.record[0] in _WEATHER for one in current),
        stale=stale[:MOST_STALE], stale_count=len(stale),
        told=last_told(sought), advice=list(_advice(current)), headline=_headline(top),
        orders=orders_in(sought),
        issued=issued_in(sought, "easy" if words.language == "ja" else "en"),
        reports=evacuation_reports(sought), refuges=refuges, most=MOST, near=near,
        sources=_sources(asked, moment, current, refuges.open),
        diseases=town.prefecture in PREFECTURES
        and any(any(sought.picture(kind, areas=())) for kind in (KIND, DISCLOSED)),
    )  # fmt: skip


@operation(
    "/area",
    en="Find a municipality by name or reading", ja="住民向け：市区町村をさがす",
    tag="Residents", params=(_NAME, params.MODE), produces=_HTML, cached=True,
)  # fmt: skip
def areas(asked: Asked) -> Response:
    """A search; HTML."""
    asked.form("html")
    text = asked.params.get("q", "").strip()
    if len(text) > 100:
        raise Problem(400, "q is longer than 100 characters")
    found: list[Place] = []
    if text:
        found, _ = boundaries_of(asked.node).areas.find("city", None, text, 60)
    return _search(asked, asked.moment(), found, text)


def _near(asked: Asked) -> tuple[float, float] | None:
    text = asked.params.get("near")
    if text is None:
        return None
    try:
        longitude, latitude = (float(one) for one in text.split(","))
    except ValueError:
        longitude = latitude = 1e9
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Problem(400, f"near={text!r} is not a position", "write it as longitude,latitude")
    return longitude, latitude


def _answer(asked: Asked, moment: Moment, template: str, **values: Any) -> Response:
    return answer_plainly(
        asked, moment, template, (*KEPT, "near"), searched=("q",), romaji=plain.romanise,
        read=lambda printed: markup(plain.add_readings(printed)), said=markup,
        order_names=ORDER_NAMES, **values,
    )  # fmt: skip


class Words:
    """Times, ages and names in the language of the page."""

    def __init__(self, asked: Asked, moment: Moment) -> None:
        self.language, self.at = asked.language, moment.at

    def time(self, time: int | None) -> Markup:
        """A time as an element, or nothing."""
        if time is None:
            return Markup("")
        # To the minute, as it is said: so the page keeps its ETag within one.
        stamp = show(time - time % MINUTE, JST) or ""
        said = plain.say_time(time, now(), self.language)
        return Markup('<time datetime="{}">{}</time>').format(stamp, said)

    def age(self, time: int) -> str:
        """How long before the moment of the page, in brackets; nothing for a time that lies ahead:
        a clock is wrong, and it must not seem new."""
        age = self.at - time
        if age < -5 * MINUTE:
            return ""
        said = plain.say_age(max(0, age), self.language)
        return f"（{said}）" if self.language == "ja" else f" ({said})"

    def distance(self, metres: float) -> str:
        """A distance."""
        return plain.say_distance(metres, self.language)

    def warning(self, one: Notice) -> str:
        """A notice's name in English."""
        if one.subject == "quake":
            return f"Earthquake: intensity {one.name}"
        return plain.say_warning(one.name, one.hazard, one.category)

    def easy(self, one: Notice) -> Markup:
        """What the hazard means in plain words, or nothing."""
        term = plain.HAZARDS.get(one.hazard)
        return markup(term.easy if term else "")

    def intensity(self, printed: str) -> str:
        """震度5弱 for 5-."""
        return printed.replace("-", "{弱|じゃく}").replace("+", "{強|きょう}")

    def shaking(self, printed: str) -> Markup:
        """A JMA intensity, with readings."""
        return markup("{震度|しんど}" + self.intensity(printed))


#: Evacuation orders in English, by level (内閣府's own translations).
ORDER_NAMES = {5: "Emergency safety measures", 4: "Evacuation order",
               3: "Evacuation of the elderly, etc."}  # fmt: skip
#: What a level or a warning without one amounts to, in a word that stands beside its colour.
URGENT = {
    5: Both("{命|いのち}が あぶない", "Life in danger"),
    4: Both("とても あぶない", "Very dangerous"),
    3: Both("あぶない", "Dangerous"),
    2: Both("{気|き}をつける", "Take care"),
    1: Both("{知|し}らせ", "For information"),
}


def _headline(top: Notice | None) -> Advice | None:
    if top is None:
        return None
    if top.level is not None:
        return LEVELS[top.level]
    advice = SUBJECTS.get(top.subject)
    return Advice(URGENT[top.urgency], ()) if advice is None else advice


def _advice(current: Iterable[Notice]) -> Iterable[Advice]:
    """What to do: for the highest level, then for each subject, most urgent first."""
    current = list(current)
    levels = [one.level for one in current if one.level is not None]
    subjects = list(dict.fromkeys(one.subject for one in current if one.urgency > 1))
    grave = [one for one in subjects if one == "tsunami_grave"]
    if levels and not grave:
        yield LEVELS[max(levels)]
    for one in [*grave, *(each for each in subjects if each not in grave)][:5]:
        if one in SUBJECTS:
            yield SUBJECTS[one]
    if levels and grave:
        yield LEVELS[max(levels)]


def _names(sought: Sought) -> Iterable[str]:
    """What records call a town of which no boundary was imported."""
    for kind in ("disaster.alert_level", "disaster.weather_warning"):
        for version in sought.picture(kind):
            if version.area == sought.town.area:
                yield str(version.fields().get("area_name", ""))


def _sources(
    asked: Asked, moment: Moment, notices: Iterable[Notice], refuges: Iterable[Refuge]
) -> list[dict[str, Any]]:
    """Sources of what is shown, and those that are late: how each stands now."""
    used = {one.source for one in notices} | {one.source for one in refuges}
    if not moment.now:
        return []
    return [
        {"name": one.name, "state": fresh.state, "newest": one.newest_issued,
         "received": one.last_received, "trouble": fresh.state in ("late", "stale", "silent"),
         "reason_ja": fresh.reason_ja, "reason": fresh.reason}
        for one, fresh in standing(asked.node, asked.reader)
        if one.name in used or fresh.state in ("late", "stale", "silent")
    ][:12]  # fmt: skip


def _list(asked: Asked, moment: Moment, areas: Areas, code: str) -> Response:
    """The municipalities of a prefecture, each with its highest level."""
    ranges = tuple(area_ranges(code))
    # The prefecture as such stands in for the town: only ranges are asked for.
    name, kana = prefectures(areas)[code]
    town = Town(code, name, kana, f"pref:{code}", code, ranges, prefecture_name=name,
                prefecture_kana=kana)  # fmt: skip
    sought = Sought(asked.store, asked.reader, town, moment.at, moment.as_of, asked.mode)
    return _answer(
        asked, moment, "area_list.html", words=Words(asked, moment), town=town,
        places=towns_of(areas, code), levels=levels_by_town(sought, ranges), urgent=LEVELS,
        old_after=OLD,
    )  # fmt: skip


def _search(
    asked: Asked, moment: Moment, found: list[Place], text: str, *, unknown: bool = False
) -> Response:
    known = prefectures(boundaries_of(asked.node).areas)
    response = _answer(
        asked, moment, "area_search.html", words=Words(asked, moment), found=found, text=text,
        unknown=unknown,
        # Those that are made up stand among the real ones in exercises only.
        prefectures=[(one, *called) for one, called in known.items()
                     if one in PREFECTURES or asked.mode is not Mode.ACTUAL],
        homes={one: known.get(one.partition(":")[2], ("",))[0]
               for place in found for one in place.parents},
    )  # fmt: skip
    if unknown:
        response.status_code = 404
    return response
