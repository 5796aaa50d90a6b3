"""Ash-fall forecasts: areas and municipalities (VFVO53 定時, VFVO54 速報, VFVO55 詳細).

Elements: jmx_volc.xsd `type.ashInfo`, `type.property`. A Polygon is a closed isoline; several in
one Property are one area of several parts. One that lies in another bounds a hole (even-odd rule):
the schema says only that they are closed isolines.

Series: `jma/ashfall/{product}/{volcano}`. 定時 supposes that the volcano erupts; 速報 and 詳細
follow an eruption. A 速報 ends by itself within the hour, and alone forecasts falling stones, so a
詳細 leaves it standing.

Each record holds for its time step. The steps of 詳細 all begin at the eruption and add up
(降灰量 until 1, 2 … 6 hours after it); each holds from the end of the one before, so that one is
shown at any time: what will have fallen by its end. The body has its start as printed.
"""

from __future__ import annotations

from typing import Any

from noroshi.core.record import Action, Edition, Record
from noroshi.core.time import JST, parse, show
from noroshi.formats.jma_xml.eruption import observation
from noroshi.formats.jma_xml.quantities import number, positions
from noroshi.formats.jma_xml.shapes import Ring, closed, nested, polygons
from noroshi.formats.jma_xml.telegram import EB, VOLC, Element, Telegram, text
from noroshi.formats.jma_xml.volcano import VOLCANO, Place, content, places
from noroshi.kinds import encode
from noroshi.kinds.bulletin import Named
from noroshi.kinds.volcano import AshfallArea, AshfallForecast, AshfallMunicipality

_SIZES = {
    "降灰の厚さ": ("thickness", {"mm": 1e-3, "cm": 1e-2, "m": 1.0}),
    "小さな噴石の大きさ": ("stone_size", {"mm": 1e-3, "cm": 1e-2, "m": 1.0}),
}


def read(telegram: Telegram) -> list[Edition]:
    """The edition of one forecast: it as a whole, its areas, and its municipalities.

    Raises ValueError where it is not about exactly one volcano.
    """
    if telegram.action is Action.CANCEL:
        return [
            telegram.edition(_series(telegram, telegram.event), [], effective=telegram.reported)
        ]
    volcano = _volcano(telegram)
    steps = _steps(telegram)
    shared = {
        "product": telegram.product,
        "volcano": volcano.fields["name"],
        "volcano_code": volcano.code,
    }
    records = [_whole(telegram, volcano, shared, steps)]
    for step in steps:
        records += _areas(step, shared)
        records += _municipalities(step, shared)
    begins = min([telegram.reported, *(step.holds_from for step in steps)])
    return [telegram.edition(_series(telegram, volcano.code), records, effective=begins)]


def _series(telegram: Telegram, volcano: str) -> str:
    return f"jma/ashfall/{telegram.product}/{volcano}"


def _volcano(telegram: Telegram) -> Place:
    path = f"{VOLC}VolcanoInfo/{VOLC}Item"
    for item in telegram.body.iterfind(path):
        code_type, found = places(item)
        if code_type == VOLCANO and len(found) == 1:
            return found[0]
    raise ValueError("an ash-fall forecast that is not for one volcano")


class _Step:
    """A time step: when it is for, when it holds, and its items."""

    __slots__ = ("ends", "holds_from", "items", "name", "starts")

    def __init__(self, element: Element, after: int | None) -> None:
        self.name = element.get("type", "")
        self.starts = parse(text(element, VOLC + "StartTime"))
        self.ends = parse(text(element, VOLC + "EndTime"))
        self.holds_from = self.starts if after is None else max(self.starts, after)
        if not self.holds_from < self.ends:
            raise ValueError(f"a time step that ends before it starts: {self.name}")
        self.items = element.findall(VOLC + "Item")

    def fields(self) -> dict[str, Any]:
        return {
            "step": self.name,
            "starts": show(self.starts, JST),
            "ends": show(self.ends, JST),
        }


def _steps(telegram: Telegram) -> list[_Step]:
    found: list[_Step] = []
    for element in telegram.body.iterfind(f"{VOLC}AshInfos/{VOLC}AshInfo"):
        found.append(_Step(element, found[-1].ends if found else None))
    return found


def _whole(
    telegram: Telegram, volcano: Place, shared: dict[str, Any], steps: list[_Step]
) -> Record:
    """The forecast as a whole, at the crater."""
    texts, seen = content(telegram), observation(telegram)
    path = f"{VOLC}VolcanoObservation/{VOLC}EventTime/{VOLC}EventDateTime"
    erupted = text(telegram.body, path)
    body = AshfallForecast(
        **shared,
        serial=telegram.serial_text,
        office=telegram.office,
        starts=show(steps[0].starts, JST) if steps else None,
        ends=show(steps[-1].ends, JST) if steps else None,
        crater=volcano.fields.get("crater", ""),
        headline=texts.get("VolcanoHeadline", ""),
        activity=texts.get("VolcanoActivity", ""),
        prevention=texts.get("VolcanoPrevention", ""),
        eruption=show(parse(erupted), JST) if erupted else None,
        plume=seen.get("plume"),
        observed=seen.get("other", ""),
    )
    last = [step.ends for step in steps]
    if telegram.valid_to is not None:
        last.append(telegram.valid_to)
    return Record(
        "disaster.ashfall_forecast",
        f"{telegram.product}/{volcano.code}",
        encode(body),
        geometry=volcano.geometry,
        area="jma.volcano:" + volcano.code,
        valid_from=min([telegram.reported, *(step.starts for step in steps)]),
        valid_to=max(last) if last else None,
    )


# --- time steps --------------------------------------------------------------------------------


def _key(step: _Step, shared: dict[str, Any]) -> str:
    return f"{shared['product']}/{shared['volcano_code']}/{step.name}"


def _areas(step: _Step, shared: dict[str, Any]) -> list[Record]:
    """Where each kind of fall is expected; of a kind listed twice both areas are kept."""
    records: dict[str, Record] = {}
    for item in step.items:
        fields: dict[str, Any] = {}
        rings: list[Ring] = []
        for child in item.find(VOLC + "Kind"):
            tag = child.tag
            if tag == VOLC + "Name":
                fields["kind"] = (child.text or "").strip()
            elif tag == VOLC + "Code":
                fields["kind_code"] = (child.text or "").strip()
            elif tag == VOLC + "Property":
                fields |= _property(child, rings)
        body = AshfallArea(
            **shared,
            **step.fields(),
            **fields,
            municipalities=[one.named for one in places(item)[1]],
        )
        key = f"{_key(step, shared)}/{body.kind_code or body.kind}"
        if key in records:
            key = f"{key}/{len(records) + 1}"
        records[key] = Record(
            "disaster.ashfall_area",
            key,
            encode(body),
            geometry=polygons(nested(rings)) if rings else None,
            area="jma.volcano:" + body.volcano_code,
            valid_from=step.holds_from,
            valid_to=step.ends,
        )
    return list(records.values())


def _property(element: Element, rings: list[Ring]) -> dict[str, Any]:
    """Size, direction and distance. Rings of polygons are added to `rings`."""
    fields: dict[str, Any] = {}
    for child in element:
        tag = child.tag
        if tag == EB + "Polygon":
            found = positions(child.text or "")
            if found:
                rings.append(closed([position[:2] for position in found]))
        elif tag == EB + "PlumeDirection":
            fields["direction"] = child.get("description") or (child.text or "").strip()
        elif tag == VOLC + "Distance":
            far = number(child.text)
            if far is not None and child.get("unit") != "km":
                raise ValueError(f"unknown unit of distance {child.get('unit')!r}")
            fields["distance"] = None if far is None else far * 1000
            fields["distance_text"] = child.get("description", "")
        elif tag == VOLC + "Size":
            name, units = _SIZES.get(child.get("type", ""), ("", {}))
            size = number(child.text)
            if name and size is not None:
                fields[name] = float(f"{size * units[child.get('unit', '')]:.6g}")
        elif tag == VOLC + "Remark":
            fields["remark"] = (child.text or "").strip()
    return fields


def _municipalities(step: _Step, shared: dict[str, Any]) -> list[Record]:
    """What is expected to fall in each municipality."""
    names: dict[str, str] = {}
    kinds: dict[str, list[Named]] = {}
    for item in step.items:
        kind = Named(text(item, f"{VOLC}Kind/{VOLC}Name"), text(item, f"{VOLC}Kind/{VOLC}Code"))
        for one in places(item)[1]:
            names[one.code] = one.fields["name"]
            kinds.setdefault(one.code, []).append(kind)
    return [
        Record(
            "disaster.ashfall_municipality",
            f"{_key(step, shared)}/{code}",
            encode(
                AshfallMunicipality(
                    **shared, **step.fields(), name=names[code], code=code, kinds=found
                )
            ),
            area="city:" + code,
            valid_from=step.holds_from,
            valid_to=step.ends,
        )
        for code, found in kinds.items()
    ]
