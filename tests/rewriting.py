"""Real seismic telegrams as the values that writers take, to write them again and compare."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from data import DATA
from noroshi import formats
from noroshi.core.record import Action, Edition, Mode
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.formats.jma_xml.quantities import coordinates, number
from noroshi.formats.jma_xml.writing import eew, intensity, tsunami, waves
from noroshi.formats.jma_xml.writing.eew import EarlyWarning, Shaking
from noroshi.formats.jma_xml.writing.intensity import Region, Station
from noroshi.formats.jma_xml.writing.issue import Issue, cancellation
from noroshi.formats.jma_xml.writing.source import Accuracy, Source
from noroshi.formats.jma_xml.writing.telegram import Area, Kind

S = "{http://xml.kishou.go.jp/jmaxml1/body/seismology1/}"
E = "{http://xml.kishou.go.jp/jmaxml1/elementBasis1/}"
J = "{http://xml.kishou.go.jp/jmaxml1/}"
I = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"  # noqa: E741
SCHEMA = DATA / "jma_xml" / "schema" / "jmx.xsd"

Node = Any
_ACTIONS = {"発表": Action.ISSUE, "訂正": Action.CORRECT, "取消": Action.CANCEL}
_MODES = {"通常": Mode.ACTUAL, "訓練": Mode.EXERCISE, "試験": Mode.TEST}


@cache
def schema() -> Any:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def root(data: bytes) -> Node:
    return etree.fromstring(data, etree.XMLParser(remove_blank_text=True, remove_comments=True))


def check(data: bytes) -> list[Edition]:
    """Editions of a telegram that must be faultless, and valid where the schema is there."""
    if SCHEMA.exists():
        assert schema().validate(etree.fromstring(data)), schema().error_log
    reading = formats.read(data, Hints())
    assert reading.faults == []
    return reading.editions


def paths(node: Node, above: str = "") -> set[str]:
    """Every path of elements and attributes in a tree."""
    here = f"{above}/{etree.QName(node).localname}"
    found = {here} | {f"{here}@{name}" for name in node.attrib if not name.startswith("{")}
    for child in node:
        found |= paths(child, here)
    return found


def plain(node: Node) -> Any:
    """A tree without what carries no meaning: blanks around texts, the order of attributes, and
    that of places, which JMA gives sometimes by strength and sometimes by code.

    `datum` is left out: what was read says nothing of it, and the values are the same.
    """
    attributes = {name: value for name, value in node.attrib.items() if name != "datum"}
    lines = [line.strip() for line in (node.text or "").strip().splitlines()]
    children = [plain(child) for child in node]
    places = [child for child in children if child[0] in _PLACES]
    others = [child for child in children if child[0] not in _PLACES]
    return (
        etree.QName(node).localname,
        attributes,
        "\n".join(lines),
        [*others, *sorted(places, key=repr)],
    )


_PLACES = {"Pref", "Area", "City", "IntensityStation"}


def time(node: Node, path: str) -> int | None:
    found = node.findtext(path)
    return parse(found) if found else None


def named(node: Node) -> Area:
    return Area(node.findtext(S + "Name") or "", node.findtext(S + "Code") or "")


# --- values ------------------------------------------------------------------------------------


def issue(tree: Node) -> Issue:
    head, control = tree.find(I + "Head"), tree.find(J + "Control")
    serial = head.findtext(I + "Serial")
    return Issue(
        event=head.findtext(I + "EventID"),
        reported=parse(head.findtext(I + "ReportDateTime")),
        mode=_MODES[control.findtext(J + "Status")],
        action=_ACTIONS[head.findtext(I + "InfoType")],
        serial=int(serial) if serial else None,
        sent=parse(control.findtext(J + "DateTime")),
        editor=control.findtext(J + "EditorialOffice"),
    )


def target(tree: Node) -> int:
    return parse(tree.findtext(f"{I}Head/{I}TargetDateTime"))


def source(element: Node) -> Source:
    area = element.find(f"{S}Hypocenter/{S}Area")
    position = coordinates(area.findall(E + "Coordinate")[-1].text or "")
    longitude, latitude, height = position or (None, None, None)
    strength, distance = element.find(E + "Magnitude"), area.findtext(S + "Distance")
    detected = time(element, S + "ArrivalTime")
    assert detected is not None
    return Source(
        name=area.findtext(S + "Name"),
        code=area.findtext(S + "Code"),
        detected=detected,
        origin=time(element, S + "OriginTime"),
        longitude=longitude,
        latitude=latitude,
        depth=None if height is None else -height,
        magnitude=number(strength.text),
        magnitude_type=strength.get("type"),
        magnitude_text=strength.get("description"),
        condition=element.findtext(S + "Condition") or "",
        landmark=area.findtext(S + "NameFromMark") or "",
        landmark_code=area.findtext(S + "MarkCode") or "",
        direction=area.findtext(S + "Direction") or "",
        distance=int(distance) if distance else None,
        land_or_sea=area.findtext(S + "LandOrSea") or "",
        reduced_name=area.findtext(S + "ReduceName") or "",
        reduced_code=area.findtext(S + "ReduceCode") or "",
        detailed_name=area.findtext(S + "DetailedName") or "",
        detailed_code=area.findtext(S + "DetailedCode") or "",
        institution=element.findtext(f"{S}Hypocenter/{S}Source") or "",
    )


def sources(tree: Node) -> list[Source]:
    return [source(one) for one in tree.iterfind(f"{S}Body/{S}Earthquake")]


def codes(tree: Node, sort: str) -> list[str]:
    found = tree.findtext(f"{S}Body/{S}Comments/{S}{sort}/{S}Code") or ""
    return list(found.split())


def free(tree: Node) -> str:
    return tree.findtext(f"{S}Body/{S}Comments/{S}FreeFormComment") or ""


def stations(tree: Node, *, before: bool = False) -> list[Station]:
    """The stations of an intensity report; with `before`, those that the report before had."""
    found = []
    for pref in tree.iterfind(f".//{S}Observation/{S}Pref"):
        for region in pref.iterfind(S + "Area"):
            for city in region.iterfind(S + "City"):
                for one in city.iterfind(S + "IntensityStation"):
                    if before and one.findtext(S + "Revise") == "追加":
                        continue
                    place = named(one)
                    felt = one.findtext(S + "Int")
                    found.append(
                        Station(
                            place.name,
                            place.code,
                            felt,
                            named(city),
                            named(region),
                            named(pref),
                        )
                    )
    return found


def regions(tree: Node) -> list[Region]:
    return [
        Region(*_pair(one), one.findtext(S + "MaxInt"), named(pref))
        for pref in tree.iterfind(f".//{S}Observation/{S}Pref")
        for one in pref.iterfind(S + "Area")
    ]


def _pair(node: Node) -> tuple[str, str]:
    area = named(node)
    return area.name, area.code


def span(node: Node, tag: str) -> tuple[str, str] | None:
    found = node.find(S + tag)
    return None if found is None else (found.findtext(S + "From"), found.findtext(S + "To"))


def shaking(tree: Node) -> list[Shaking]:
    """The regions of an early warning; the body does not say what district they lie in."""
    found = []
    for pref in tree.iterfind(f".//{S}Forecast/{S}Pref"):
        for area in pref.iterfind(S + "Area"):
            kind = area.findtext(f"{S}Category/{S}Kind/{S}Code")
            found.append(
                Shaking(
                    region=named(area),
                    prefecture=named(pref),
                    district=Area("架空地方", "9990"),
                    intensity=span(area, "ForecastInt") or ("", ""),
                    long_period=span(area, "ForecastLgInt") or ("0", "0"),
                    arrival=time(area, S + "ArrivalTime"),
                    warned=kind.startswith("1"),
                    nearby=kind.endswith("9"),
                )
            )
    return found


def accuracy(tree: Node) -> Accuracy:
    found = tree.find(f".//{S}Accuracy")
    return Accuracy(
        epicentre=int(found.find(S + "Epicenter").get("rank")),
        hypocentre=int(found.find(S + "Epicenter").get("rank2")),
        depth=int(found.find(S + "Depth").get("rank")),
        magnitude=int(found.find(S + "MagnitudeCalculation").get("rank")),
        stations=int(found.findtext(S + "NumberOfMagnitudeCalculation")),
    )


# --- waves -------------------------------------------------------------------------------------


def first(node: Node) -> waves.First | None:
    found = node.find(S + "FirstHeight")
    if found is None:
        return None
    return waves.First(
        time(found, S + "ArrivalTime"),
        found.findtext(S + "Condition") or "",
        found.findtext(S + "Initial") or "",
        found.findtext(S + "Revise") or "",
    )


def highest(node: Node) -> waves.Highest | None:
    found = node.find(S + "MaxHeight")
    if found is None:
        return None
    figure, height = found.find(E + "TsunamiHeight"), None
    if figure is not None:
        metres = None if figure.text == "NaN" else float(figure.text)
        height = waves.Height(metres, figure.get("description"), figure.get("condition", ""))
    return waves.Highest(
        height,
        time(found, S + "DateTime"),
        found.findtext(S + "Condition") or "",
        found.findtext(S + "Revise") or "",
    )


def _kind(item: Node, tag: str) -> Kind:
    return Kind(*_pair(item.find(f"{S}Category/{S}{tag}")))


def coasts(tree: Node) -> list[waves.Coast]:
    return [
        waves.Coast(
            *_pair(item.find(S + "Area")),
            _kind(item, "Kind"),
            _kind(item, "LastKind"),
            first(item),
            highest(item),
            [
                waves.Gauge(
                    *_pair(one), first(one) or waves.First(), time(one, S + "HighTideDateTime")
                )
                for one in item.iterfind(S + "Station")
            ],
        )
        for item in tree.iterfind(f".//{S}Tsunami/{S}Forecast/{S}Item")
    ]


def observations(tree: Node) -> list[waves.Observation]:
    found = []
    for item in tree.iterfind(f".//{S}Tsunami/{S}Observation/{S}Item"):
        coast = named(item.find(S + "Area"))
        for one in item.iterfind(S + "Station"):
            found.append(
                waves.Observation(
                    *_pair(one),
                    first(one) or waves.First(),
                    highest(one),
                    coast if coast.name else None,
                    one.findtext(S + "Sensor") or "",
                )
            )
    return found


def estimates(tree: Node) -> list[waves.Estimate]:
    return [
        waves.Estimate(
            *_pair(item.find(S + "Area")),
            first(item) or waves.First(),
            highest(item) or waves.Highest(),
        )
        for item in tree.iterfind(f".//{S}Tsunami/{S}Estimation/{S}Item")
    ]


# --- whole telegrams ---------------------------------------------------------------------------


def again(code: str, tree: Node) -> bytes:
    """The telegram of type `code` in `tree`, written from the values in it."""
    said, title = issue(tree), tree.findtext(f"{I}Head/{I}Title")
    if said.action is Action.CANCEL:
        return cancellation(said, code, title=title)
    match code:
        case "VXSE43" | "VXSE44" | "VXSE45":
            writers = {"3": eew.warning, "4": eew.forecast, "5": eew.motion_forecast}
            return writers[code[-1]](said, _early_warning(tree))
        case "VXSE51":
            return intensity.flash(said, target(tree), regions(tree))
        case "VXSE52":
            forecast = codes(tree, "ForecastComment")
            return intensity.source_report(said, sources(tree)[0], forecast=forecast)
        case "VXSE53":
            revised = tree.find(f".//{S}Revise") is not None
            return intensity.source_and_intensity(
                said,
                sources(tree)[0],
                stations(tree),
                forecast=codes(tree, "ForecastComment"),
                notes=[one for one in codes(tree, "VarComment") if one != "0262"],
                distant=title == "遠地地震に関する情報",
                before=stations(tree, before=True) if revised else (),
                free=free(tree),
            )
        case "VXSE61":
            return intensity.precise_source(said, sources(tree)[0], target(tree))
        case "VTSE41":
            return tsunami.warning(
                said,
                coasts(tree),
                sources(tree),
                reasons=[one for one in codes(tree, "WarningComment") if one == "0143"],
                text=tree.findtext(f"{S}Body/{S}Text") or "",
                valid_to=time(tree, f"{I}Head/{I}ValidDateTime"),
                free=free(tree),
            )
        case "VTSE51":
            seen, known = observations(tree), coasts(tree)
            if title == tsunami.ARRIVALS:
                return tsunami.arrivals(said, known, sources(tree), seen)
            return tsunami.observations(said, seen, target(tree), sources(tree), known)
        case "VTSE52":
            seen = observations(tree)
            return tsunami.offshore(said, seen, target(tree), sources(tree), estimates(tree))
    raise AssertionError(code)


def _early_warning(tree: Node) -> EarlyWarning:
    forecast, appendix = tree.find(f".//{S}Forecast"), tree.find(f".//{S}Appendix")
    changes = None
    if appendix is not None:
        changes = tuple(
            int(appendix.findtext(S + one) or 0)
            for one in ("MaxIntChange", "MaxLgIntChange", "MaxIntChangeReason")
        )
    return EarlyWarning(
        source=sources(tree)[0],
        shaking=shaking(tree),
        accuracy=accuracy(tree),
        intensity=span(forecast, "ForecastInt"),
        long_period=span(forecast, "ForecastLgInt"),
        changes=changes,
    )
