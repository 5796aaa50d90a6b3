"""The tick sheet of a shelter's day on a phone: a page without scripts for a medical team.

What is sent becomes a table like those that teams send as files, and goes in by the same door: so
it is kept as it was stated, read by the same reader, and replaced by what the same team sends later
of the same day and shelter.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from noroshi.core.errors import NotPermitted
from noroshi.core.time import DAY, JST, now, parse, show
from noroshi.engine.roles import What
from noroshi.formats.emt_mds import FORM_TITLE
from noroshi.formats.emt_mds.cells import count
from noroshi.formats.japanese import header
from noroshi.kinds import decode
from noroshi.kinds.shelter import Shelter
from noroshi.store import QUARANTINED, WAITING, Query
from noroshi.store.directory import Organisation
from noroshi.web import params
from noroshi.web.account import demand_person
from noroshi.web.callers import SessionOver
from noroshi.web.login import form_page, led
from noroshi.web.messages import source_of, taken
from noroshi.web.routing import Asked, Param, Problem, operation

KIND = "health.shelter_syndrome"
#: No shelter holds more than this, and no sheet is of a day longer ago.
_MOST, _OLDEST = 99_999, 60 * DAY
_OFFERED = 300
_LONGEST = {"shelter": 100, "team": 100, "code": 60, "remarks": 500}
_HTML = {"text/html": {"type": "string"}}


class Item(msgspec.Struct, frozen=True):
    """A count on the page: its field, the title of its column, and what is said of it."""

    field: str
    ja: str
    en: str
    hint_ja: str = ""
    hint_en: str = ""


def _items(*rows: str) -> tuple[Item, ...]:
    return tuple(Item(*(part.strip() for part in row.split("|"))) for row in rows)


#: The counts by group. The Japanese names are the columns of the table that is sent.
GROUPS: tuple[tuple[str, str, tuple[Item, ...]], ...] = (
    ("診た人の数", "Persons seen", _items(
        "seen|診療者数|Persons seen|1人を2回診たら2と数えます|Who was seen twice counts twice",
        "children|5歳未満|Under 5|診療者数のうち|of the persons seen",
        "elderly|65歳以上|65 or more|診療者数のうち|of the persons seen",
        "pregnant|妊婦|Pregnant women|診療者数のうち|of the persons seen",
    )),
    ("感染症", "Infections", _items(
        "fever_respiratory|急性呼吸器感染症|Acute respiratory infection|せき・のどの痛みと熱"
        "|cough or sore throat with fever",
        "diarrhoea|急性水様性下痢・嘔吐|Acute watery diarrhoea or vomiting"
        "|3回以上の水のような便、吐く|three or more watery stools, or vomiting",
        "bloody_diarrhoea|急性血性下痢|Acute bloody diarrhoea",
        "fever|原因不明の発熱|Fever of unknown cause|38℃以上で、ほかに当てはまらない"
        "|38 °C or more, nothing else fits",
        "measles|麻疹疑い|Suspected measles|熱と発疹|fever with rash",
        "rash|皮膚疾患|Skin disease",
    )),
    ("けが・環境", "Injuries and surroundings", _items(
        "injury|外傷|Injuries", "heat|熱中症|Heat stroke", "cold|低体温症|Hypothermia",
        "thrombosis|深部静脈血栓症疑い|Suspected deep-vein thrombosis|足のはれ・痛み"
        "|swollen, painful leg",
    )),
    ("持病・こころ", "Long-term illness and mind", _items(
        "hypertension|高血圧状態|High blood pressure",
        "asthma|喘息・慢性肺疾患|Asthma, chronic lung disease",
        "diabetes|糖尿病|Diabetes", "dialysis|人工透析|Need dialysis",
        "interrupted|治療中断|Treatment interrupted|薬がない・通院できない"
        "|no medicine, no access to care",
        "stress|災害ストレス関連諸症状|Stress after the disaster|眠れない・不安|sleepless, anxious",
        "mental|緊急のメンタルケアニーズ|Urgent mental health care",
        "other|その他|Other",
    )),
)  # fmt: skip
COUNTS = {item.field: item for _, _, items in GROUPS for item in items}
_PARTS = ("children", "elderly", "pregnant")

_SAYS = {
    "empty": ("入力してください。", "Please fill this in."),
    "number": ("0以上の整数で入力してください。数えていなければ空欄のままにします。",
               "A whole number, 0 or more. Leave it empty if it was not counted."),
    "long": ("長すぎます。", "This is too long."),
    "day": ("日付を選んでください。", "Choose a day."),
    "ahead": ("これからの日付です。", "This day is yet to come."),
    "old": ("60日より前の日付です。", "This day is more than 60 days ago."),
    "more": ("診療者数より多くなっています。", "This is more than the persons seen."),
    "nothing": ("数を一つも入力していません。だれも診ていない日は、診療者数に0を入れます。",
                "No count is filled in. For a day on which nobody was seen, write 0 persons seen."),
    "several": ("同じ名前の避難所が複数あります。施設IDも入力してください：",
                "Several shelters have this name; give the facility ID too: "),
    "wrong": ("送信していません。印のついた項目を直してください。",
              "Nothing was sent. Correct the fields that are marked."),
}  # fmt: skip
_DATE = Param("date", "Day to begin with", "最初に入る日付")
_TEAM = Param(
    "team", "Team to begin with", "最初に入るチーム名", {"type": "string", "maxLength": 100}
)
_DONE = Param("done", "Message that was sent", "送信した電文", {"type": "string", "maxLength": 64})


@operation(
    "/tick-sheet", en="Tick sheet of a shelter's day, for medical teams",
    ja="避難所の診療日報を入力する（医療チーム）", tag="Account", private=True, same_origin=True,
    params=(params.MODE, _DATE, _TEAM, _DONE), produces=_HTML,
)  # fmt: skip
def sheet(asked: Asked) -> Response:
    """The form; to sign in first, for those who are not known."""
    if asked.caller.session is None:
        query = _kept(asked)
        own = asked.scope["path"] + (f"?{urlencode(query)}" if query else "")
        return led(asked, "/login", next=own)
    _demand(asked)
    given = {"date": asked.params.get("date") or _today(), "team": asked.params.get("team", "")}
    given["team"] = given["team"] or _organisation(asked)
    done = asked.params.get("done", "")
    return _page(asked, given, {}, done=done if done.isalnum() else "")


@operation(
    "/tick-sheet", method="POST", en="Send a tick sheet", ja="診療日報を送る", tag="Account",
    private=True, same_origin=True, params=(params.MODE,), produces=_HTML, refuses=(403,),
)  # fmt: skip
async def send(asked: Asked) -> Response:
    """Back to an empty form once the sheet is durable; or the form as it was, with what is wrong
    beside each field."""
    demand_person(asked)
    await asked.run(_demand, asked)
    given = {name: text.strip() for name, text in asked.form_fields.items()}
    unknown = given.keys() - {*COUNTS, "date", "shelter", "code", "team", "headcount", "remarks"}
    if unknown:
        raise Problem(400, "the form has fields that are not known")
    wrong = _check(given, asked.language)
    place: Mapping[str, str] = {}
    if "shelter" not in wrong and given.get("shelter"):
        place, said = await asked.run(_place, asked, given["shelter"], given.get("code", ""))
        if said:
            wrong["code" if place else "shelter"] = said
    if wrong:
        return await asked.run(lambda: _page(asked, given, wrong, status=400))
    data = table(given, place)
    receipt = await taken(
        asked, data, f"tick-sheet-{given['date']}.csv", "emt_mds",
        source_of(asked, None, asked.mode),
    )  # fmt: skip
    if receipt.state == QUARANTINED:
        wrong = {"": receipt.reason}
        return await asked.run(lambda: _page(asked, given, wrong, status=400))
    query = {"date": given["date"], "team": given["team"], "done": receipt.id}
    if receipt.state == WAITING:
        query["done"] = "waiting"
    if "mode" in asked.params:
        query["mode"] = asked.params["mode"]
    return led(asked, "/tick-sheet", **query)


def _demand(asked: Asked) -> None:
    """Raises NotPermitted where neither the role nor the settings let them send one."""
    if asked.caller.session is None:
        raise SessionOver("nobody is signed in here", remedy="sign in")
    caller, allowed = asked.caller, asked.node.settings.web.create
    if caller.may(What.SEND) or (caller.may(What.CREATE) and KIND in allowed):
        return
    raise NotPermitted(
        "your role does not allow to send tick sheets",
        remedy=f"an operator makes you an editor, or lets reporters create {KIND} ([web] create)",
    )


def _check(given: Mapping[str, str], language: str) -> dict[str, str]:
    """What is wrong, by field."""
    wrong: dict[str, str] = {}
    for name, most in _LONGEST.items():
        if len(given.get(name, "")) > most:
            wrong[name] = _say("long", language)
    for name in ("shelter", "team"):
        if not given.get(name):
            wrong[name] = _say("empty", language)
    try:
        day = parse(f"{given.get('date', '')}T00:00:00+09:00")
        if day > now():
            wrong["date"] = _say("ahead", language)
        elif day < now() - _OLDEST:
            wrong["date"] = _say("old", language)
    except (ValueError, OverflowError):
        wrong["date"] = _say("day", language)
    counts = {}
    for name in (*COUNTS, "headcount"):
        try:
            counts[name] = count(given.get(name, ""))
            if (counts[name] or 0) > _MOST:
                raise ValueError
        except ValueError:
            wrong[name] = _say("number", language)
    if not wrong and all(counts[name] is None for name in COUNTS):
        wrong["seen"] = _say("nothing", language)
    seen = counts.get("seen")
    if seen is not None:
        for name in COUNTS:
            if (counts.get(name) or 0) > seen:
                wrong[name] = _say("more", language)
    return wrong


def _say(name: str, language: str) -> str:
    return _SAYS[name][language != "ja"]


def _place(asked: Asked, name: str, code: str) -> tuple[dict[str, str], str]:
    """Code, position and municipality of the shelter that is meant, as far as it is known here;
    and what to say where several have its name."""
    wanted = header(name)
    found: dict[str, dict[str, str]] = {}
    for version in _shelters(asked):
        body: Shelter = decode(version.kind, version.body)
        own = body.code or version.key
        if header(body.name) == wanted and (not code or code == own):
            found[own] = {"code": own, "municipality": body.municipality} | _at(version.geometry)
    if len(found) > 1:
        listed = "、".join(
            own + (f"（{town}）" if (town := one["municipality"]) else "")
            for own, one in sorted(found.items())
        )
        return {"code": ""}, _say("several", asked.language) + listed[:300]
    return (next(iter(found.values())) if found else {"code": code}), ""


def _at(geometry: bytes | None) -> dict[str, str]:
    if geometry is None:
        return {}
    import shapely

    point = shapely.from_wkb(geometry).representative_point()
    return {"longitude": f"{point.x:.6f}", "latitude": f"{point.y:.6f}"}


def _shelters(asked: Asked) -> Any:
    moment = asked.moment()
    return asked.store.picture(
        Query(asked.reader, moment.at, moment.as_of, "disaster.shelter", asked.mode)
    )


def table(given: Mapping[str, str], place: Mapping[str, str]) -> bytes:
    """A sheet as a table of one row, as teams send it."""
    columns = {
        "日付": given["date"], "施設ID": place.get("code", ""), "避難所名": given["shelter"],
        "市町村": place.get("municipality", ""), "チーム": given["team"],
        "経度": place.get("longitude", ""), "緯度": place.get("latitude", ""),
        "避難者数": given.get("headcount", ""),
        **{item.ja: given.get(item.field, "") for item in COUNTS.values()},
        # Else counts that are taken back would be the bytes of the sheet before the last.
        "送信日時": show(now(), JST) or "", "備考": given.get("remarks", ""),
    }  # fmt: skip
    text = io.StringIO()
    text.write(f"{FORM_TITLE}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    # A line break in a remark is no row.
    writer.writerow([" ".join(one.split()) for one in columns.values()])
    return text.getvalue().encode()


def _kept(asked: Asked) -> dict[str, str]:
    """What a page passes on to the next: mode and language."""
    return {name: asked.params[name] for name in ("mode", "lang") if name in asked.params}


def _today() -> str:
    return (show(now(), JST) or "")[:10]


def _organisation(asked: Asked) -> str:
    found = asked.node.directory.file.get(Organisation, id=asked.caller.organisation)
    if found is None:
        return ""
    return (asked.language == "ja" and found.name_ja) or found.name


def _page(
    asked: Asked, given: Mapping[str, str], wrong: Mapping[str, str], *, done: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    offered = []
    for version in _shelters(asked):
        body: Shelter = decode(version.kind, version.body)
        if body.status == "open":
            offered.append((body.name, body.municipality))
    english = asked.language != "ja"
    query = _kept(asked)
    other = query | {"lang": "ja" if english else "en"}
    return form_page(
        asked, "tick_sheet.html", status, given=given, wrong=wrong, done=done,
        mode=asked.mode.name.lower(), groups=GROUPS, english=english,
        offered=sorted(set(offered))[:_OFFERED], today=_today(),
        summary=_say("wrong", asked.language) if wrong else "",
        action="/tick-sheet" + (f"?{urlencode(query)}" if query else ""),
        other=f"/tick-sheet?{urlencode(other)}",
    )  # fmt: skip
