"""A screen in a public place: what is in force in one municipality, large, in two languages.

No scripts: the screen asks again every half minute. It says of when it is, so that a screen that
has stopped is not taken for the present.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import segno
from markupsafe import Markup
from starlette.responses import Response

from noroshi.channels.advice import plain
from noroshi.channels.advice.actions import LEVELS, SUBJECTS, Both
from noroshi.channels.advice.notices import Notice, Sought, gather
from noroshi.channels.advice.orders import Issued, Ordered, issued_in, orders_in
from noroshi.channels.advice.refuge import find_refuges
from noroshi.channels.advice.towns import Town, find_town
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.web import params
from noroshi.web.answers import answer_html
from noroshi.web.area import ORDER_NAMES, URGENT
from noroshi.web.places import boundaries_of
from noroshi.web.plainly import markup
from noroshi.web.routing import Asked, Problem, operation

#: Seconds after which the screen asks again.
REFRESH = 30
#: So much fits on a screen, and can be read in passing.
_MOST, _SHELTERS = 4, 4
_CODE = {"code": {"type": "string", "maxLength": 20, "example": "17202"}}


class Line(msgspec.Struct, frozen=True):
    """One thing on the screen, in both languages. `level`: with its number and colour; `urgency`
    stands for it where there is none."""

    ja: str
    en: str
    where: str
    issued: int
    by: str
    level: int | None
    urgency: int
    old: bool = False


@operation(
    "/signage/{code}",
    en="A screen for a public place: what is in force in a municipality",
    ja="公共の場所の表示画面：一つの市区町村に出ている情報", tag="Residents",
    params=(params.MODE,), produces={"text/html": {"type": "string"}}, path_params=_CODE,
    cached=True,
)  # fmt: skip
def signage(asked: Asked) -> Response:
    """HTML that renews itself. A code that is not known gets 404."""
    asked.form("html")
    moment = asked.moment()
    try:
        town = find_town(boundaries_of(asked.node).areas, asked.path["code"])
    except NotFound as error:
        raise Problem(404, str(error), "/area finds a municipality") from None
    sought = Sought(asked.store, asked.reader, town, moment.at, moment.as_of, asked.mode)
    lines = _lines(sought)
    fresh = [one for one in find_refuges(sought).open if not one.old]
    top = lines[0] if lines else None
    return answer_html(
        asked, "signage.html", {"Refresh": str(REFRESH)}, mode=asked.mode.name.lower(), town=town,
        name=town.name or town.code, romaji=plain.romanise(town.name, town.kana),
        called=markup(plain.with_kana(town.name or town.code, town.kana)),
        clock=plain.say_time(moment.at, moment.at, "ja"),
        clock_en=plain.say_time(moment.at, moment.at, "en"), top=top, steps=_steps(top, sought),
        lines=lines[1 : 1 + _MOST], more=max(0, len(lines) - 1 - _MOST), shelters=fresh[:_SHELTERS],
        open=len(fresh), urgent=URGENT, m=markup, refresh=REFRESH, code=_code(asked, town),
        say_time=lambda time, language: plain.say_time(time, moment.at, language),
    )  # fmt: skip


def _lines(sought: Sought) -> list[Line]:
    """Alerts, orders and warnings, the gravest first; what is stale is not on a screen."""
    english = {one.record: one for one in issued_in(sought, "en")}
    found = [_issued(one, english[one.record]) for one in issued_in(sought, "easy")]
    found += [_ordered(one) for one in orders_in(sought)]
    found += [_noticed(one) for one in gather(sought) if not one.stale]
    rank = {id(one): at for at, one in enumerate(found)}
    return sorted(found, key=lambda one: (-(one.level or one.urgency), rank[id(one)]))


def _issued(one: Issued, english: Issued) -> Line:
    return Line(one.text.headline, english.text.headline, one.text.place, one.issued, one.issuer,
                one.level, one.level or 2)  # fmt: skip


def _ordered(one: Ordered) -> Line:
    hazard = f"（{one.hazard}）" if one.hazard else ""
    places = "、".join(one.districts[:6]) + ("ほか" if len(one.districts) > 6 else "")
    return Line(
        plain.add_readings(one.kind + hazard), ORDER_NAMES[one.level], places, one.issued,
        one.source.removeprefix("drill/"), one.level, one.level, one.old,
    )  # fmt: skip


def _noticed(one: Notice) -> Line:
    if one.subject == "quake":
        shaking = one.name.replace("-", "弱").replace("+", "強")
        return Line(f"{{震度|しんど}}{shaking}", f"Earthquake: intensity {one.name}", one.where,
                    one.issued, one.office or one.source, None, one.urgency, one.old)  # fmt: skip
    return Line(
        plain.add_readings(one.name), plain.say_warning(one.name, one.hazard, one.category),
        one.where, one.issued, one.office or one.source, one.level, one.urgency, one.old,
    )  # fmt: skip


def _steps(top: Line | None, sought: Sought) -> Sequence[Both]:
    """What to do first."""
    if top is None:
        return ()
    if top.level in LEVELS:
        return LEVELS[top.level].steps[:2]
    subject = next((one.subject for one in gather(sought) if one.subject in SUBJECTS), "")
    return SUBJECTS[subject].steps[:2] if subject else ()


def _code(asked: Asked, town: Town) -> Markup:
    """The address of the town's page as a QR code (ISO/IEC 18004), drawn in the page itself."""
    more = "" if asked.mode is Mode.ACTUAL else f"?mode={asked.mode.name.lower()}"
    drawn: Any = segno.make(f"{asked.base}/area/{town.code}{more}", micro=False, error="m")
    # The library's own SVG: nothing of it comes from anybody else but the address, as modules.
    return Markup(drawn.svg_inline(scale=4, border=2, dark="#000", light="#fff"))  # noqa: S704
