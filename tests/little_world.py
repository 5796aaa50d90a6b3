"""A prefecture of three municipalities, made by hand: enough for organisations to report of."""

from __future__ import annotations

import numpy as np

from noroshi.feeds.drill.world.model import (
    Area,
    Coast,
    District,
    Facility,
    Feeder,
    Land,
    Mesh,
    Municipality,
    People,
    Plane,
    Road,
    Route,
    SeismicStation,
    Settlement,
    Shelter,
    TideGauge,
    WaterZone,
    World,
)

ROWS, COLUMNS, CELL = 80, 90, 500.0


def _land(plane: Plane) -> Land:
    """An island: a dome 400 m high, sea floor sloping to −1500 m."""
    y, x = np.mgrid[0 : plane.rows, 0 : plane.columns]
    far = np.hypot((x - plane.columns / 2) / 0.42, (y - plane.rows / 2) / 0.42) / plane.columns
    height = np.where(far < 0.9, 420 * np.maximum(0.9 - far, 0) ** 1.4, -900 * (far - 0.9)).astype(
        np.float32
    )
    town = np.where(height > 0, 1 + (x * 3 // plane.columns), 0).astype(np.int32)
    zero = np.zeros_like(height)
    nothing = np.zeros_like(town)
    slope = np.hypot(*np.gradient(height, plane.cell)).astype(np.float32)
    return Land(
        elevation=height, downstream=nothing - 1, accumulation=nothing + 1, river=nothing,
        hand=np.maximum(height, zero), slope=slope, municipality=town,
    )  # fmt: skip


def little_world() -> World:
    """The same every time. Three towns side by side from west to east."""
    plane = Plane(144.75, 27.5, ROWS, COLUMNS, CELL)
    box = [[(144.6, 27.4), (144.9, 27.4), (144.9, 27.6), (144.6, 27.6), (144.6, 27.4)]]
    towns, districts, settlements, shelters, meshes = [], [], [], [], []
    facilities, feeders, zones, stations, gauges = [], [], [], [], []
    nodes: list[tuple[float, float]] = []
    roads: list[Road] = []
    names = [("51201", "風早市", "かざはやし", "市"), ("51202", "港町市", "みなとまちし", "市"),
             ("51301", "奥谷町", "おくたにちょう", "町")]  # fmt: skip
    for number, (code, name, kana, kind) in enumerate(names):
        x0 = -12_000.0 + 12_000 * number
        people = People(under15=2400, working=11_000, over65=3600, over75=3000, households=8200,
                        care=500)  # fmt: skip
        at = plane.lonlat(x0, 0)
        towns.append(
            Municipality(
                code=code,
                name=name,
                kana=kana,
                at=at,
                kind=kind,
                county="",
                boundary=[box],
                people=people,
                forecast="510010",
                group="510011",
                seismic="9801",
                coasts=["951" if number < 2 else "952"],
            )
        )
        facilities.append(
            _built(f"{code}H1", f"{stem(name)}総合病院", plane.lonlat(x0, 300), "hospital", code,
                   beds=320 - 100 * number, disaster_base=number == 0, hours=24.0,
                   feeder=f"F{code}A", zone=f"Z{code}")
        )  # fmt: skip
        facilities.append(
            _built(f"{code}S", f"{stem(name)}変電所", plane.lonlat(x0, 900), "substation", code)
        )
        for part in range(4):
            where = plane.lonlat(x0 + 1500 * (part - 1.5), -6500 + 2800 * part)
            district = f"{code}{part + 1:06d}"
            some = People(under15=600, working=2750, over65=900, over75=750, households=2050,
                          care=125)  # fmt: skip
            districts.append(
                District(code=district, name=f"{'東西南北'[part]}浜", kana="はま", at=where,
                         municipality=code, boundary=[box], people=some,
                         land="fishing" if part == 0 else "urban")
            )  # fmt: skip
            meshes.append(Mesh(code=f"5144{number}{part}", at=where, municipality=code,
                               people=some))  # fmt: skip
            nodes.append(where)
            settlements.append(
                Settlement(code=f"{district}s", name=f"{'東西南北'[part]}集落", kana="しゅうらく",
                           at=where, municipality=code, district=district, people=some,
                           node=len(nodes) - 1, mountain=part == 3)
            )  # fmt: skip
            for one in range(2):
                shelters.append(_shelter(plane, code, district, name, number, part, one, x0))
            facilities.append(
                _built(f"{district}B", f"{'東西南北'[part]}浜局", where, "base_station", code,
                       hours=3.0 + 7 * part, served=2500, feeder=f"F{code}{'AB'[part // 2]}")
            )  # fmt: skip
        for half in range(2):
            feeders.append(
                Feeder(code=f"F{code}{'AB'[half]}", name=f"{stem(name)}{half + 1}号線",
                       substation=f"{code}S",
                       districts=[f"{code}{2 * half + k + 1:06d}" for k in range(2)],
                       customers=4300, route=[plane.lonlat(x0, 900), nodes[-1]])
            )  # fmt: skip
        zones.append(
            WaterZone(code=f"Z{code}", name=f"{stem(name)}配水区", plant="",
                      districts=[f"{code}{k + 1:06d}" for k in range(4)], customers=8200)
        )  # fmt: skip
        stations.append(
            SeismicStation(code=f"{code}31", name=f"{stem(name)}役所", kana="", at=at,
                           municipality=code, seismic="9801", owner="気象庁", vs30=280.0)
        )  # fmt: skip
        gauges.append(
            TideGauge(code=f"5100{number + 1}", name=f"{stem(name)}港", kana="",
                      at=plane.lonlat(x0 * 0.5, -8_200), coast=towns[-1].coasts[0])
        )  # fmt: skip
    routes = [
        Route(code="R951", name="国道951号", rank="national", number=951, manager="国道事務所"),
        Route(code="R12", name="県道12号", rank="prefectural", number=12, manager="土木事務所"),
    ]
    for at in range(len(nodes) - 1):
        kind = "bridge" if at % 5 == 4 else "tunnel" if at % 7 == 6 else "road"
        route = routes[at % 2]
        roads.append(
            Road(code=f"E{at:05d}", start=at, end=at + 1, rank=route.rank, structure=kind,
                 route=route.code, name=route.name if kind == "road" else f"{at}号橋", river="",
                 line=[nodes[at], nodes[at + 1]], length=3000.0, width=7.0, lanes=2,
                 municipality=names[at // 4][0])
        )  # fmt: skip
    gauges.append(TideGauge(code="51009", name="風早沖", kana="", at=plane.lonlat(0, -19_000),
                            coast="951", offshore=True))  # fmt: skip
    coasts = [
        Coast(code=code, name=name, kana="", at=plane.lonlat(x, -8_000),
              line=[[plane.lonlat(x - 6000, -8_000), plane.lonlat(x + 6000, -8_000)]])
        for code, name, x in (("951", "風早県南部", -6000.0), ("952", "風早県東部", 9000.0))
    ]  # fmt: skip
    areas = [
        Area(code=code, name=name, kana="", at=plane.lonlat(0, 0), scheme=scheme, parent="",
             municipalities=[one.code for one in towns], boundary=[box])
        for scheme, code, name in (("jma.forecast", "510000", "風早県"),
                                   ("jma.forecast", "510010", "南部"),
                                   ("jma.seismic", "9801", "風早県南部"))
    ]  # fmt: skip
    return World(
        seed=1, number=0, code="51", name="風早県", kana="かざはやけん", plane=plane,
        land=_land(plane), rivers=[], municipalities=towns, districts=districts,
        settlements=settlements, meshes=meshes, nodes=nodes, roads=roads, routes=routes,
        facilities=facilities, shelters=shelters, feeders=feeders, zones=zones,
        seismic_stations=stations, tide_gauges=gauges, coasts=coasts, areas=areas,
    )  # fmt: skip


def stem(name: str) -> str:
    """A municipality's name without 市, 町, 村."""
    return name[:-1]


def _built(
    code: str, name: str, at: tuple[float, float], category: str, town: str, **more: object
) -> Facility:
    return Facility(
        code=code, name=name, kana="", at=at, category=category, operator="風早電力",
        address="本町1番地", municipality=town, district=f"{town}000001", elevation=12.0,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _shelter(
    plane: Plane, code: str, district: str, town: str, number: int, part: int, one: int, x0: float
) -> Shelter:
    where = plane.lonlat(x0 + 1500 * (part - 1.5) + 400 * one, -6300 + 2800 * part)
    return Shelter(
        code=f"{code}{part:02d}{one}", kana="だいいちしょうがっこう", at=where, category="shelter",
        name=f"{stem(town)}第{2 * part + one + 1}{('小学校', '公民館')[one]}", operator=town,
        address=f"{'東西南北'[part]}浜{one + 1}番地", municipality=code, district=district,
        elevation=8.0 + 20 * part, kind="小学校", capacity=(400, 120)[one],
        hazards=["地震", "洪水"], emergency=one == 0, stay=True, welfare=number == 2 and part == 3,
        feeder=f"F{code}{'AB'[part // 2]}", zone=f"Z{code}",
    )  # fmt: skip
