"""A town made by hand for conversations: streets in a grid, shelters, an order, an outage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely

from noroshi.core.label import PUBLIC
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import HOUR, MINUTE, parse, show
from noroshi.engine.node import Node
from noroshi.formats.boundaries import Place
from noroshi.kinds import encode, get

AT = parse("2026-09-01T18:00:00+09:00")
MODE = Mode.EXERCISE
WEST, SOUTH, STEP = 144.0, 27.0, 0.004
TOWN, OTHER, TWIN = "city:5190100", "city:5190200", "city:5290100"


def body(name_: str, /, **fields: Any) -> bytes:
    made: bytes = encode(get(name_).body(**fields))
    return made


def publish(
    node: Node, kind: str, records: Sequence[tuple[str, bytes, Any, str | None]], *,
    issued: int = AT - 10 * MINUTE, series: str = "", source: str = "made", label: int = PUBLIC,
    mode: Mode = MODE,
) -> None:  # fmt: skip
    """Records of one kind: (key, body, geometry or None, area)."""
    made = [
        Record(kind, key, said, None if shape is None else shapely.to_wkb(shape), area)
        for key, said, shape, area in records
    ]
    edition = Edition(series or f"{source}/{kind}", issued, made, mode=mode, effective=issued)
    node.store.publish([edition], source=source, label=label)


def crossing(x: int, y: int) -> tuple[float, float]:
    return round(WEST + x * STEP, 6), round(SOUTH + y * STEP, 6)


def square(west: float, south: float, size: float) -> bytes:
    made: bytes = shapely.to_wkb(shapely.box(west, south, west + size, south + size))
    return made


PLACES = [
    Place("pref:51", "狼煙県", "prefecture", "のろしけん"),
    Place("pref:52", "灯台県", "prefecture", "とうだいけん"),
    Place(TOWN, "汐見市", "municipality", "しおみし", ("pref:51",), square(143.98, 26.98, 0.06)),
    Place(OTHER, "谷川町", "municipality", "たにがわちょう", ("pref:51",),
          square(144.1, 26.98, 0.06)),
    Place(TWIN, "汐見市", "municipality", "しおみし", ("pref:52",), square(150.0, 30.0, 0.06)),
]  # fmt: skip


def streets(node: Node) -> None:
    """A grid of 5 × 5 crossings; the street of y = 2 is 国道5号."""
    links = []
    for y in range(5):
        for x in range(5):
            for dx, dy in ((1, 0), (0, 1)):
                if x + dx > 4 or y + dy > 4:
                    continue
                one, other = crossing(x, y), crossing(x + dx, y + dy)
                code = f"L{x}{y}{'h' if dx else 'v'}"
                said = body(
                    "infrastructure.road_link", code=code, start=f"N{x}{y}",
                    end=f"N{x + dx}{y + dy}", rank="national" if dx and y == 2 else "municipal",
                    name="国道5号" if dx and y == 2 else "", length=400.0 if dx else 440.0,
                )  # fmt: skip
                links.append((code, said, shapely.LineString([one, other]), TOWN))
    publish(node, "infrastructure.road_link", links, issued=AT - 24 * 30 * HOUR)


def shelter(name: str, x: int, y: int, **more: Any) -> tuple[str, bytes, Any, str]:
    kana = more.pop("kana", "")
    said = body(
        "disaster.shelter_merged", name=name, kana=kana, codes=[f"E{x}{y}"],
        **{"hazards": ["洪水", "土砂災害"], "status": "open", "capacity": 100, "headcount": 20,
           "reported": show(AT - 10 * MINUTE), "address": f"汐見市{x}番地{y}", **more},
    )  # fmt: skip
    return f"E{x}{y}", said, shapely.Point(crossing(x, y)), TOWN


def fill(node: Node) -> None:
    """The town on the evening of a flood."""
    node.store.put_places(PLACES)
    streets(node)
    publish(node, "disaster.shelter_merged", [
        shelter("北小学校", 0, 4, kana="きたしょうがっこう"),
        shelter("南小学校", 4, 0),
        shelter("満員公民館", 1, 0, headcount=100, crowding="full"),
        shelter("川辺会館", 0, 1),
        shelter("閉鎖体育館", 1, 1, status="closed"),
        shelter("地震公園", 2, 0, hazards=["地震"]),
    ])  # fmt: skip
    publish(node, "disaster.shelter_risk", [
        ("E01", body("disaster.shelter_risk", name="川辺会館", codes=["E01"], grade="danger",
                     reasons=[_reason()]), shapely.Point(crossing(0, 1)), TOWN),
    ])  # fmt: skip
    publish(node, "disaster.evacuation_order", [
        ("o1", body("disaster.evacuation_order", kind="避難指示", level=4, municipality="汐見市",
                    hazard="洪水", districts=["川辺", "港町"],
                    ordered=show(AT - HOUR)), None, TOWN),
    ], issued=AT - HOUR, source="city")  # fmt: skip
    publish(node, "disaster.issued_alert", [
        ("a1", body("disaster.issued_alert", number=1, hazard="flood", level=4, action="evacuate",
                    areas=[TOWN], area_names=["汐見市"], issuer="汐見市",
                    texts=[_text("easy", "{警戒|けいかい}レベル4 {川|かわ}から にげてください。",
                                 "{汐見市|しおみし}"),
                           _text("en", "Level 4: leave the river", "Shiomi-shi")]), None, TOWN),
        ("a2", body("disaster.issued_alert", number=1, hazard="flood", level=5, areas=[OTHER],
                    texts=[_text("easy", "よその {町|まち}", "")]), None, OTHER),
    ], issued=AT - 17 * MINUTE, series="alerts", source="alerts")  # fmt: skip
    publish(node, "disaster.road_state", [
        ("L22h", body("disaster.road_state", status="closed", code="L22h", name="国道5号",
                      municipality="汐見市", reason="冠水"), None, TOWN),
    ], issued=AT - 5 * HOUR, source="roads")  # fmt: skip
    publish(node, "infrastructure.outage_area", [
        ("power", body("infrastructure.outage_area", area_name="汐見市", service="power",
                       status="partial", customers_out=1250, since=show(AT - 3 * HOUR),
                       observed=show(AT - 20 * MINUTE),
                       feeders=[_feeder()]), None, TOWN),
    ])  # fmt: skip
    publish(node, "health.hospital_status", [
        ("h1", body("health.hospital_status", name="汐見病院", status="normal", accepts=True,
                    municipality="汐見市", observed=show(AT - 7 * HOUR), phone="000-111-2222"),
         shapely.Point(crossing(2, 4)), TOWN),
    ])  # fmt: skip
    publish(node, "infrastructure.facility", [
        ("w1", body("infrastructure.facility", name="応急給水所 中央公園", category="other",
                    kind="給水所"), shapely.Point(crossing(3, 3)), TOWN),
    ])  # fmt: skip


def _reason() -> Any:
    from noroshi.kinds.shelter_risk import Reason

    return Reason(reason="in_hazard", grade="danger", what="氾濫発生情報", hazard="flood", level=5)


def _text(language: str, headline: str, place: str) -> Any:
    from noroshi.kinds.issued_alert import Text

    return Text(language=language, headline=headline, place=place)


def _feeder() -> Any:
    from noroshi.kinds.lifeline_state import FeederState

    return FeederState(name="汐見01線", status="partial", customers_out=1250,
                       expected=show(AT + 5 * HOUR), sender="狼煙電力",
                       observed=show(AT - 20 * MINUTE))  # fmt: skip


def made_node(home: Path, settings: str = "") -> Node:
    """A node that does not run, with the town in it."""
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text(settings or "[node]\nname = 'made'\n")
    node = Node(home)
    fill(node)
    return node
