"""What a fictional prefecture consists of.

Positions are longitude, latitude in degrees unless said otherwise; the land is a grid in a local
plane, metres east (x) and north (y) of the centre. SI units throughout.
"""

from __future__ import annotations

import hashlib
import math

import msgspec
import numpy as np
import numpy.typing as npt

Lonlat = tuple[float, float]
Line = list[Lonlat]
Grid = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]

#: Metres in a degree of longitude at the equator, and of latitude near 30° (GRS80).
_LONGITUDE, _LATITUDE = 111_319.49, 110_940.0


def rng(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one part of a world: they do not change with what other parts draw."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


class Plane(msgspec.Struct, frozen=True):
    """The grid's place on the earth. Row 0 is the northernmost, column 0 the westernmost.

    The projection is equirectangular about the centre: within 1 % of true over 80 km.
    """

    longitude: float
    latitude: float
    rows: int
    columns: int
    cell: float = 100.0

    def lonlat(self, x: float, y: float) -> Lonlat:
        """The position of a point of the plane [m], to 1e-6 degrees."""
        width = _LONGITUDE * math.cos(math.radians(self.latitude))
        return round(self.longitude + x / width, 6), round(self.latitude + y / _LATITUDE, 6)

    def xy(self, longitude: float, latitude: float) -> tuple[float, float]:
        """The point of the plane [m] at a position."""
        width = _LONGITUDE * math.cos(math.radians(self.latitude))
        return (longitude - self.longitude) * width, (latitude - self.latitude) * _LATITUDE

    def cell_of(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Row and column of the cell that holds a position (clipped to the grid)."""
        x, y = self.xy(longitude, latitude)
        row = int((self.rows * self.cell / 2 - y) // self.cell)
        column = int((x + self.columns * self.cell / 2) // self.cell)
        return min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def centre_of(self, row: float, column: float) -> Lonlat:
        """The position of the middle of a cell."""
        x = (column + 0.5) * self.cell - self.columns * self.cell / 2
        y = self.rows * self.cell / 2 - (row + 0.5) * self.cell
        return self.lonlat(x, y)


class Land(msgspec.Struct):
    """The grids. `elevation`: metres above sea level, negative in the sea (depth). `downstream`:
    flat index of the cell each land cell drains to, −1 for sea and outlets. `accumulation`: cells
    upstream, itself included. `river`: 1-based index into `World.rivers` of the basin a cell lies
    in, 0 for none. `hand`: height above the nearest drainage [m] (Nobre et al. 2011). `slope`:
    tangent. `municipality`: 1-based index into `World.municipalities`, 0 in the sea."""

    elevation: Grid
    downstream: Codes
    accumulation: Codes
    river: Codes
    hand: Grid
    slope: Grid
    municipality: Codes


class Named(msgspec.Struct, kw_only=True):
    """Something with a code, a name, its reading (ひらがな) and a position."""

    code: str
    name: str
    kana: str
    at: Lonlat


class River(Named, kw_only=True):
    """A river from its source to its mouth. `line` runs downstream, `widths` [m] and `slopes` go
    with its points. `order` is Strahler's; `grade` 一級, 二級 or 準用; `basin` [m2]."""

    line: Line
    widths: list[float]
    slopes: list[float]
    length: float
    basin: float
    order: int
    grade: str
    joins: str = ""  # code of the river it flows into; empty: the sea


class People(msgspec.Struct, kw_only=True):
    """Persons by age, households, and those who need care (要介護3以上)."""

    under15: int = 0
    working: int = 0  # 15–64
    over65: int = 0  # 65–74
    over75: int = 0
    households: int = 0
    care: int = 0

    @property
    def total(self) -> int:
        """All persons."""
        return self.under15 + self.working + self.over65 + self.over75


class Municipality(Named, kw_only=True):
    """A city, town or village. `code` has five digits; `at` is its office. `kind` 市, 町 or 村;
    `county` the 郡 of a town or village. `boundary`: GeoJSON coordinates of a MultiPolygon.
    `forecast`, `seismic`, `coasts`: codes of the areas of the weather agency it lies in."""

    kind: str
    county: str
    boundary: list[list[Line]]
    people: People
    forecast: str
    group: str
    seismic: str
    coasts: list[str]


class District(Named, kw_only=True):
    """A 町丁・大字 of a municipality: `code` is the municipality's and six digits. `municipality`
    is a code of five. `boundary` as above. `land`: urban, suburban, farming, fishing, mountain."""

    municipality: str
    boundary: list[list[Line]]
    people: People
    land: str


class Settlement(Named, kw_only=True):
    """Where people live close together: a 集落 or a quarter of a town. `node` is the nearest node
    of the road network. `mountain`: it has one or two ways out."""

    municipality: str
    district: str
    people: People
    node: int
    mountain: bool


class Mesh(msgspec.Struct, kw_only=True):
    """People on a half grid square (JIS X 0410, 500 m). `at` is its centre."""

    code: str
    at: Lonlat
    municipality: str
    people: People


class Road(msgspec.Struct, kw_only=True):
    """One edge of the road network, between two nodes. `rank`: expressway, national, prefectural,
    municipal, lane. `structure`: road, bridge or tunnel. `name` of the route or structure; `river`
    the code of the river a bridge crosses. `length`, `width` [m]; `lanes` both ways together."""

    code: str
    start: int
    end: int
    rank: str
    structure: str
    route: str  # code of its route
    name: str
    river: str
    line: Line
    length: float
    width: float
    lanes: int
    municipality: str


class Route(msgspec.Struct, kw_only=True):
    """A numbered road: 国道951号, 県道12号港町線. `manager` who closes it."""

    code: str
    name: str
    rank: str
    number: int
    manager: str


class Facility(Named, kw_only=True):
    """Something built. `category`: school, hospital, clinic, fire_station, police, city_hall,
    substation, water_plant, base_station, dam, port, power_plant. `beds` of a hospital or clinic;
    `disaster_base` 災害拠点病院; `hours` of batteries or generator fuel; `served` persons or
    customers; `feeder` and `zone`: codes of the power feeder and water zone it hangs on."""

    category: str
    operator: str
    address: str
    municipality: str
    district: str
    elevation: float
    beds: int = 0
    disaster_base: bool = False
    hours: float = 0.0
    served: int = 0
    feeder: str = ""
    zone: str = ""
    kind: str = ""  # 小学校, 中学校, 高等学校, 公民館; 重力式 …


class Shelter(Facility, kw_only=True):
    """A place to flee to or to stay in (`category` shelter). `hazards` it serves, in the law's
    words (洪水, 崖崩れ、土石流及び地滑り, 高潮, 地震, 津波, 大規模な火事, 内水氾濫).
    `capacity`: persons.
    `designation`: 指定緊急避難場所, 指定避難所 or both; `welfare`: 福祉避難所."""

    capacity: int
    hazards: list[str]
    emergency: bool
    stay: bool
    welfare: bool = False


class Feeder(msgspec.Struct, kw_only=True):
    """A power feeder (配電線): which substation feeds which districts. `route` runs from it."""

    code: str
    name: str
    substation: str
    districts: list[str]
    customers: int
    route: Line


class WaterZone(msgspec.Struct, kw_only=True):
    """A zone of water supply (配水区): its plant and districts."""

    code: str
    name: str
    plant: str
    districts: list[str]
    customers: int


class Dam(Facility, kw_only=True):
    """A dam. `curve`: pairs of reservoir level [m above sea level] and storage [m3], rising.
    `normal` and `flood` are levels [m]: 常時満水位, 洪水時最高水位; `basin` [m2];
    `release` [m3/s] the most it lets out before the flood level is reached. `reservoir`: as a
    boundary."""

    river: str
    curve: list[tuple[float, float]]
    normal: float
    flood: float
    basin: float
    release: float
    height: float
    reservoir: list[list[Line]]


class RainGauge(Named, kw_only=True):
    """A rain gauge. `owner`: 気象庁, 国土交通省 or the prefecture."""

    owner: str
    municipality: str
    elevation: float


class WaterGauge(Named, kw_only=True):
    """A water level gauge on a river, at point `index` of its line. Levels are metres above its
    zero, which lies `zero` metres above sea level: 水防団待機, 氾濫注意, 避難判断, 氾濫危険, and
    the levee's crest. Discharge = a (level + b)² [m3/s] (rating curve). `basin` [m2]."""

    river: str
    index: int
    municipality: str
    zero: float
    standby: float
    caution: float
    evacuation: float
    danger: float
    crest: float
    a: float
    b: float
    basin: float


class FloodSensor(Named, kw_only=True):
    """A cheap sensor at a road or low ground that tells water at `steps` [m] above the ground."""

    municipality: str
    district: str
    elevation: float
    river: str
    steps: tuple[float, ...] = (0.1, 0.2, 0.3)


class SeismicStation(Named, kw_only=True):
    """A seismic intensity meter. `vs30` [m/s] of its ground; `owner` 気象庁, the prefecture …"""

    municipality: str
    seismic: str
    owner: str
    vs30: float


class TideGauge(Named, kw_only=True):
    """A tide gauge on a coast; `offshore` for a buoy out at sea."""

    coast: str
    offshore: bool = False


class Coast(Named, kw_only=True):
    """A tsunami forecast area (津波予報区), as a line along the shore."""

    line: list[Line]


class Area(Named, kw_only=True):
    """An area of the weather agency: 府県予報区, 一次細分区域, まとめた地域, or a seismic
    area. `scheme` as in `noroshi.core.place`; `municipalities` are codes of five digits.
    `boundary` as above."""

    scheme: str
    parent: str
    municipalities: list[str]
    boundary: list[list[Line]]


class World(msgspec.Struct, kw_only=True):
    """A fictional prefecture. `code` is its two digits (51–97), `name` ends with 県."""

    seed: int
    number: int
    code: str
    name: str
    kana: str
    plane: Plane
    land: Land
    rivers: list[River]
    municipalities: list[Municipality]
    districts: list[District]
    settlements: list[Settlement]
    meshes: list[Mesh]
    nodes: list[Lonlat]
    roads: list[Road]
    routes: list[Route]
    facilities: list[Facility] = []
    shelters: list[Shelter] = []
    feeders: list[Feeder] = []
    zones: list[WaterZone] = []
    dams: list[Dam] = []
    rain_gauges: list[RainGauge] = []
    water_gauges: list[WaterGauge] = []
    flood_sensors: list[FloodSensor] = []
    seismic_stations: list[SeismicStation] = []
    tide_gauges: list[TideGauge] = []
    coasts: list[Coast] = []
    areas: list[Area] = []
