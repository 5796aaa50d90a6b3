"""Towns of an invented node for the tests of the residents' page, and how its pages are read."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from noroshi.channels.advice import plain
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import DAY, HOUR, JST, MINUTE, now, show
from noroshi.kinds import encode, name_of
from noroshi.kinds.alert_level import AlertLevel, HazardLevel
from noroshi.kinds.bulletin import Named
from noroshi.kinds.earthquake import Earthquake, Intensity
from noroshi.kinds.report import Report
from noroshi.kinds.shelter import Shelter
from noroshi.kinds.tsunami import TsunamiWarning
from noroshi.kinds.volcano import VolcanicWarningArea
from noroshi.kinds.weather import AreaWarnings, LandslideAlert, WarningKind, WeatherWarning
from noroshi.store import Store
from served import Served

HOSTILE = "\"><script>alert(1)</script>{x|<b>y</b>}'&"
#: Pages for residents: of a town, and of infectious diseases (the half for officers is another).
TEMPLATES = [
    one
    for pattern in (
        "area*.html",
        "disease.html",
        "diseases.html",
        "subscribe*.html",
        "me*.html",
        "safety*.html",
        "chat*.html",
    )
    for one in sorted((Path(plain.__file__).parents[2] / "web" / "templates").glob(pattern))
]


def publish(
    store: Store, body: msgspec.Struct, key: str, age: int, *, area: str | None = None,
    mode: Mode = Mode.ACTUAL, label: int = PUBLIC, geometry: bytes | None = None,
    series: str = "", action: Action = Action.ISSUE, source: str = "fixture",
) -> None:  # fmt: skip
    issued = now() - age
    record = Record(name_of(type(body)), key, encode(body), geometry, area, valid_from=issued)
    edition = Edition(series or f"{record.kind}/{key}/{label}", issued, [record], action, mode,
                      effective=issued)  # fmt: skip
    assert store.publish([edition], source=source, label=label) == 1


def warn(
    store: Store, code: str, name: str, age: int, *, level: int | None = None,
    hazard: str = "大雨", category: str = "warning", area_name: str = "例示市", **more: Any,
) -> None:  # fmt: skip
    kind = WarningKind(name=name, hazard=hazard, category=category, level=level,
                       basis="name" if level else "")  # fmt: skip
    body: AreaWarnings = WeatherWarning(
        area_name=area_name, product="例示", office="例示気象台", kinds=[kind]
    )
    publish(store, body, f"{code}/{name}", age, area=f"city:{code}00", **more)


def fill(store: Store) -> None:
    warn(store, "17202", "レベル４大雨危険警報", 3 * HOUR, level=4, category="danger")
    warn(store, "17202", "雷注意報", 2 * HOUR, hazard="雷", category="advisory")
    for number, status in enumerate(("open", "open", "closed", "not_open", "unknown")):
        shelter = Shelter(name=f"避難所{number}", kana=f"ヒナンジョ{number}", status=status,
                          address="例示市一丁目", hazards=["洪水", "津波"])  # fmt: skip
        publish(store, shelter, f"S{number}", HOUR, area="city:1720200",
                geometry=point(137.0 - number * 0.01, 37.0))  # fmt: skip
    report = Report(title="避難情報", attributes={"内容": "一部に避難指示を発令"})
    publish(store, report, "R", HOUR, area="city:1720200")
    warn(store, "20204", "大雨警報", 5 * HOUR, series="ended")
    warn(store, "20204", "大雨警報", 2 * HOUR, series="ended", action=Action.CANCEL)
    warn(store, "20205", "レベル３大雨警報", 3 * DAY, level=3)
    warn(store, "20206", "レベル４大雨危険警報", 30 * DAY, level=4, category="danger")
    publish(store, Shelter(name="古い避難所", status="open"), "OLD", 30 * DAY, area="city:2020600")
    warn(store, "20207", "レベル５大雨特別警報", HOUR, level=5, category="emergency", label=OWN)
    warn(store, "17209", HOSTILE, HOUR, area_name=HOSTILE)
    publish(store, Shelter(name=HOSTILE, kana=HOSTILE, status="open", address=HOSTILE,
                           phone=HOSTILE, hazards=[HOSTILE]), "H", HOUR,
            area="city:1720900")  # fmt: skip
    warn(store, "20210", "レベル５大雨特別警報", HOUR, level=5, category="emergency",
         mode=Mode.EXERCISE)  # fmt: skip
    publish(store, Shelter(name="訓練の避難所", status="open"), "D", HOUR, area="city:2021000",
            mode=Mode.EXERCISE)  # fmt: skip
    alert = LandslideAlert(
        area_name="例示町", product="土砂災害警戒情報", office="例示",
        kinds=[WarningKind(name="土砂災害警戒情報", hazard="土砂災害")],
    )  # fmt: skip
    publish(store, alert, "L", HOUR, area="city:1736100")
    for number in range(400):
        shelter = Shelter(name=f"指定{number}", address="例示" * 20, hazards=["洪水"] * 8,
                          facility="shelter", phone="0767-00-0000")  # fmt: skip
        publish(store, shelter, f"G{number}", 900 * DAY, area="city:1736500")
    for coast, kind in (("福島県", "大津波警報"), ("石川県能登", "津波予報（若干の海面変動）"),
                        ("遠い海", "津波注意報")):  # fmt: skip
        wave = TsunamiWarning(events=["E"], name=coast, code=coast, kind=kind, kind_code="53",
                              height_text="巨大")  # fmt: skip
        publish(store, wave, coast, 20 * MINUTE)
    for event, age in (("E1", 2 * HOUR), ("E0", 30 * HOUR)):
        place = Intensity(event=event, level="city", name="例示市", code="0420200", intensity="5+")
        publish(store, place, f"{event}/city", age, area="city:0420200")
        quake = Earthquake(event=event, name=f"例示沖{event}", magnitude=7.0,
                           origin=show(now() - age, JST))  # fmt: skip
        publish(store, quake, event, age, geometry=point(142.0, 38.0))
    product = AlertLevel(area_name="例示村", level=3, hazards=[HazardLevel(
        hazard="洪水", name="洪水警報", office="例示気象台", products=["例示"],
        since=show(now() - HOUR, JST) or "", level=3, basis="derived", category="warning",
    )])  # fmt: skip
    publish(store, product, "P", HOUR, area="city:2021100")
    aged = Shelter(name="二日前の避難所", status="open")
    publish(store, aged, "AGED", 2 * DAY, area="city:2021100")
    volcano = VolcanicWarningArea(
        name="例示町", code="2032300", volcanoes=[Named(name="浅間山", code="306")],
        kind="火口周辺警報", response="火口周辺警報：入山規制等",
    )  # fmt: skip
    publish(store, volcano, "V", 400 * DAY, area="city:2032300")


def get(node: Served, path: str, status: int = 200, **headers: str) -> str:
    answer = node.http.get(path, headers=headers)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    return answer.text


class Reading(HTMLParser):
    """The text of a page, block by block, without readings; data (names as senders write them)
    and English left out if `own`; `bare` are its characters that have no reading above them."""

    def __init__(self, html: str, *, own: bool = False) -> None:
        super().__init__()
        self.blocks: list[str] = [""]
        self.bare = ""
        self.own = own
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("meta", "link", "input", "br"):
            return
        foreign = "data" in (given.get("class") or "").split() or given.get("lang") == "en"
        self._open.append((tag, self.own and foreign and tag != "html"))
        if tag in ("p", "li", "h1", "h2", "h3", "title", "button", "label"):
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag in ("p", "li", "h1", "h2", "h3", "title"):
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if {"rt", "rp"} & set(tags) or any(hidden for _, hidden in self._open):
            return
        self.blocks[-1] += " ".join(data.split("\n"))
        if not {"ruby", "title"} & set(tags):
            self.bare += data

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.blocks))


def text(html: str) -> str:
    return Reading(html).text


def hero(html: str) -> str:
    found = re.search(r'<section aria-labelledby="now".*?</section>', html, re.DOTALL)
    assert found
    return found[0]


KANJI = r"[\u4e00-\u9fff]"


def bare(text: str) -> str:
    """What of a text with readings has none."""
    return re.sub(r"\{[^}]*\}", "", text)
