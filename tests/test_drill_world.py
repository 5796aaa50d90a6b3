"""The fictional prefecture as a whole: what stands on it, and its files, read by our readers."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import math
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest

import prefecture
from noroshi.core.record import Mode, Record
from noroshi.engine.settings import load_settings, load_toml
from noroshi.feeds.drill.files.basemap import draw
from noroshi.feeds.drill.files.paper import File
from noroshi.feeds.drill.files.places import world_places
from noroshi.feeds.drill.files.write import make_files, read_index, to_ingest
from noroshi.feeds.drill.world.dams import Upstream
from noroshi.feeds.drill.world.gauges import ROUGHNESS, depth_of, rating
from noroshi.feeds.drill.world.model import World
from noroshi.feeds.drill.world.moved import moved
from noroshi.feeds.drill.world.survey import Survey
from noroshi.feeds.drill.world.things import furnish
from noroshi.formats import Hints, Reading, read, recognise, validate
from noroshi.formats.boundaries.reader import read_places
from noroshi.formats.exercise import envelope
from noroshi.kinds import decode

ARRIVED = 1_790_000_000_000_000


@pytest.fixture(scope="module")
def world() -> World:
    return prefecture.world()


@pytest.fixture(scope="module")
def folder() -> Path:
    return prefecture.folder()


@pytest.fixture(scope="module")
def readings(folder: Path) -> list[tuple[File, Reading]]:
    """Every message of the folder as a node reads it from a source that drills."""
    found = []
    for file, path in to_ingest(folder, again=True):
        data = envelope(path.read_bytes())
        found.append((file, read(data, hints(folder, file))))
    return found


def hints(folder: Path, file: File) -> Hints:
    mapping = load_toml(folder / file.mapping) if file.mapping else None
    return Hints(Path(file.path).name, ARRIVED, file.source, mapping)


def records(of: Reading) -> list[Record]:
    return [
        one for edition in of.editions for one in edition.records if one.kind != "disaster.layer"
    ]


# --- files --------------------------------------------------------------------------------------


def test_every_file_is_read_without_an_error(readings: list[tuple[File, Reading]]) -> None:
    wrong = {
        file.path: [one for one in reading.faults if one.severity == "error"][:3]
        for file, reading in readings
        if any(one.severity == "error" for one in reading.faults)
    }
    assert not wrong


def test_every_file_states_as_many_things_as_the_world_has(
    readings: list[tuple[File, Reading]],
) -> None:
    for file, reading in readings:
        found = records(reading)
        assert len(found) == file.records, file.path
        assert {one.kind for one in found} <= {file.kind}, file.path
        assert all(one.geometry is not None for one in found), file.path


def test_every_record_is_an_exercise_and_lies_in_the_fictional_prefecture(
    readings: list[tuple[File, Reading]],
) -> None:
    for file, reading in readings:
        assert {edition.mode for edition in reading.editions} == {Mode.EXERCISE}, file.path
        areas = {one.area for one in records(reading) if one.area is not None}
        assert all(area.startswith("city:51") for area in areas), file.path


def test_only_lists_that_cannot_say_so_rest_on_their_sender_for_being_an_exercise(
    folder: Path,
) -> None:
    """国土地理院's lists have no place for it; every other file says 訓練 in its own bytes."""
    for file, path in to_ingest(folder, again=True):
        if "/gsi/" in file.path:
            continue
        reading = read(path.read_bytes(), hints(folder, file))
        assert {edition.mode for edition in reading.editions} == {Mode.EXERCISE}, file.path


def test_the_things_of_each_category_are_all_there(
    world: World, readings: list[tuple[File, Reading]]
) -> None:
    facilities = Counter(
        decode(one.kind, one.body).category
        for _, reading in readings
        for one in records(reading)
        if one.kind == "infrastructure.facility"
    )
    expected = Counter(one.category for one in world.facilities)
    expected |= Counter(
        dam=len(world.dams), rain_gauge=len(world.rain_gauges),
        water_gauge=len(world.water_gauges), flood_sensor=len(world.flood_sensors),
        seismic_station=len(world.seismic_stations), tide_gauge=len(world.tide_gauges),
        bridge=sum(one.structure == "bridge" for one in world.roads),
        tunnel=sum(one.structure == "tunnel" for one in world.roads),
        settlement=len(world.settlements),
        other=len(world.rivers) + len(world.feeders) + len(world.zones),
    )  # fmt: skip
    assert facilities == expected


def test_each_list_of_shelters_names_the_same_shelters(
    world: World, readings: list[tuple[File, Reading]]
) -> None:
    known = {one.code: one for one in world.shelters}
    own: dict[str, Record] = {}
    for file, reading in readings:
        if file.kind == "disaster.shelter" and not file.again:
            own |= {one.key: one for one in records(reading)}
    assert own.keys() == known.keys()
    for code, record in own.items():
        body = decode(record.kind, record.body)
        assert body.capacity == known[code].capacity
        assert body.hazards == known[code].hazards
        assert body.name == known[code].name
    said_again = {
        one.key
        for file, reading in readings if file.again for one in records(reading)
    }  # fmt: skip
    assert said_again == known.keys()


def test_the_package_of_shelters_passes_our_validator(folder: Path) -> None:
    [(file, path)] = [one for one in to_ingest(folder, again=True) if one[1].suffix == ".zip"]
    data = path.read_bytes()
    form = recognise(data)
    assert form is not None
    assert form.name == "sip4d_zip"
    assert validate(data, hints(folder, file)) == []


def test_people_by_grid_square_sum_to_those_of_the_municipalities(
    world: World, readings: list[tuple[File, Reading]]
) -> None:
    [meshes] = [reading for file, reading in readings if file.source.endswith("-census")]
    bodies = [decode(one.kind, one.body) for one in records(meshes)]
    total = sum(one.people.total for one in world.municipalities)
    assert sum(one.persons for one in bodies) == total
    ages = sum(one.age_0_14 + one.age_15_64 + one.age_65_74 + one.age_75 for one in bodies)
    assert ages == total
    assert sum(one.people.total for one in world.districts) == total


def test_backup_power_reads_the_same_from_hours_and_from_minutes(
    world: World, readings: list[tuple[File, Reading]]
) -> None:
    stations = {one.code: one for one in world.facilities if one.category == "base_station"}
    seen = 0
    for file, reading in readings:
        if "mobile" in file.source:
            for one in records(reading):
                seen += 1
                assert decode(one.kind, one.body).backup == stations[one.key].hours * 3600
    assert seen == len(stations)


def test_places_import_reads_boundaries_and_codes(world: World, folder: Path) -> None:
    found: dict[str, set[str]] = {}
    for file in read_index(folder).files:
        if file.use == "places":
            places = read_places((folder / file.path).read_bytes())
            assert not [one for one in places.faults if one.severity == "error"]
            for one in places.places:
                found.setdefault(one.area, set()).update(
                    ["boundary"] * (one.geometry is not None) + ["kana"] * bool(one.kana)
                )
    for town in world.municipalities:
        assert found[f"city:{town.code}00"] == {"boundary", "kana"}
    assert "boundary" in found[f"pref:{world.code}"]
    whole = {one.area: one for one in world_places(world)}
    assert found.keys() <= whole.keys()
    assert all(
        f"{one.scheme}:{one.code}" in whole for one in world.areas if one.scheme != "pref"
    )  # fmt: skip


@pytest.mark.parametrize("number", [31, 46])
def test_codes_that_look_like_shortened_ones_are_read_right(
    world: World, folder: Path, number: int
) -> None:
    """82201 could be 082201 (つくば市) without its zero, so tables have six digits."""
    other = moved(world, number)
    for file, data in make_files(other):
        if file.use != "ingest" or file.records > 3_000:
            continue
        reading = read(data, hints(folder, file))
        assert not [one for one in reading.faults if one.severity == "error"], file.path
        areas = {one.area for one in records(reading) if one.area is not None}
        assert all(area.startswith(f"city:{other.code}") for area in areas), file.path


def test_the_settings_name_a_mapping_for_every_odd_table(folder: Path) -> None:
    settings = load_settings(folder)
    for file, _ in to_ingest(folder, again=True):
        source = settings.source(file.source)
        assert (source.mapping is not None) == bool(file.mapping), file.path


def test_elevation_tiles_say_the_heights_of_the_land(world: World, folder: Path) -> None:
    """国土地理院's encoding: a height in a picture is that in the text, to a centimetre."""
    PIL = pytest.importorskip("PIL.Image")
    highest = 0.0
    for path in sorted((folder / "reference" / "dem_png").rglob("*.png")):
        pixels = np.asarray(PIL.open(io.BytesIO(path.read_bytes())), np.int64)
        value = pixels[..., 0] * 65536 + pixels[..., 1] * 256 + pixels[..., 2]
        heights = np.where(value < 2**23, value, np.where(value > 2**23, value - 2**24, 0)) * 0.01
        highest = max(highest, float(heights.max()))
    summit = float(world.land.elevation.max())
    assert 0.9 * summit < highest <= summit + 0.01
    texts = sorted((folder / "reference" / "dem").rglob("*.txt"))
    rows = texts[0].read_text().splitlines()
    assert len(rows) == 256
    assert all(len(row.split(",")) == 256 for row in rows)


def test_the_same_world_gives_the_same_bytes(world: World, folder: Path) -> None:
    for file, data in make_files(world):
        assert (folder / file.path).read_bytes() == data, file.path


def test_the_same_land_is_furnished_the_same(world: World) -> None:
    again = furnish(msgspec.structs.replace(world))
    for name in (
        "facilities", "shelters", "feeders", "zones", "dams", "rain_gauges", "water_gauges",
        "flood_sensors", "seismic_stations", "tide_gauges",
    ):  # fmt: skip
        assert getattr(again, name) == getattr(world, name), name


def test_the_basemap_is_a_pmtiles_file_and_the_same_each_time(world: World) -> None:
    reader = pytest.importorskip("pmtiles.reader")
    import mapbox_vector_tile

    data = draw(world)
    assert hashlib.sha256(data).digest() == hashlib.sha256(draw(world)).digest()
    assert len(data) < 15e6

    def get(offset: int, length: int) -> bytes:
        return data[offset : offset + length]

    found = reader.Reader(get)
    header = found.header()
    assert (header["min_zoom"], header["max_zoom"]) == (5, 13)
    layers = {one["id"] for one in found.metadata()["vector_layers"]}
    assert {"earth", "water", "waterway", "roads", "places", "boundaries", "hillshade"} <= layers
    town = max(world.municipalities, key=lambda one: one.people.total)
    z, side = 13, 1 << 13
    x = int((town.at[0] + 180) / 360 * side)
    north = math.radians(town.at[1])
    y = int((0.5 - math.asinh(math.tan(north)) / (2 * math.pi)) * side)
    tile = mapbox_vector_tile.decode(gzip.decompress(found.get(z, x, y)))
    assert town.name in {
        one["properties"].get("name") for one in tile["places"]["features"]
    }  # fmt: skip
    assert tile["roads"]["features"]
    assert tile["earth"]["features"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")


# --- things -------------------------------------------------------------------------------------


def test_nothing_is_built_in_the_sea(world: World) -> None:
    survey = Survey(world)
    for one in [*world.facilities, *world.shelters, *world.dams]:
        assert survey.dry[survey.cell(one.at)], one.name


def test_codes_and_names_are_each_given_once(world: World) -> None:
    for things in (
        world.facilities, world.shelters, world.feeders, world.zones, world.dams,
        world.rain_gauges, world.water_gauges, world.flood_sensors, world.seismic_stations,
        world.tide_gauges,
    ):  # fmt: skip
        codes = [one.code for one in things]
        assert len(set(codes)) == len(codes)
    for things in (world.facilities, world.shelters, world.water_gauges, world.seismic_stations):
        names = [one.name for one in things]
        assert len(set(names)) == len(names), Counter(names).most_common(3)


def test_every_household_is_on_one_feeder_and_in_one_zone(world: World) -> None:
    households = sum(one.people.households for one in world.districts)
    for supplies in (world.feeders, world.zones):
        listed = [code for one in supplies for code in one.districts]
        assert sorted(listed) == sorted(one.code for one in world.districts)
        assert sum(one.customers for one in supplies) == households
    feeders, zones = ({one.code for one in some} for some in (world.feeders, world.zones))
    for one in [*world.facilities, *world.shelters]:
        assert one.feeder in feeders
        assert one.zone in zones
    stations = [one for one in world.facilities if one.category == "substation"]
    assert sum(one.served for one in stations) == households


def test_shelters_are_not_designated_for_what_would_reach_them(world: World) -> None:
    survey = Survey(world)
    for one in world.shelters:
        cell = survey.cell(one.at)
        if world.land.hand[cell] < 3.0:
            assert "洪水" not in one.hazards
        if world.land.elevation[cell] < 10.0 and survey.to_sea[cell] < 5_000:
            assert "津波" not in one.hazards
        if survey.steepest[cell] >= 0.40:
            assert "崖崩れ、土石流及び地滑り" not in one.hazards
    stay = sum(one.capacity for one in world.shelters if one.stay)
    people = sum(one.people.total for one in world.municipalities)
    assert 0.15 < stay / people < 0.5
    assert 450 <= len(world.shelters) <= 720


def test_reservoirs_hold_more_the_higher_the_water(world: World) -> None:
    assert 3 <= len(world.dams) <= 5
    for dam in world.dams:
        levels, storages = zip(*dam.curve, strict=True)
        assert all(a < b for a, b in itertools.pairwise(levels))
        assert all(a < b for a, b in itertools.pairwise(storages))
        assert levels[0] < dam.normal < dam.flood < levels[-1]
        assert dam.basin > 5 * 1e6
        assert dam.reservoir


def test_a_reservoir_s_storage_is_the_water_over_the_land(world: World) -> None:
    upstream = Upstream(world)
    dam = world.dams[0]
    row, column = world.plane.cell_of(*dam.at)
    above = upstream.of(row * world.plane.columns + column)
    level, storage = dam.curve[-1]
    heights = world.land.elevation.ravel()[above].astype(float)
    by_hand = float(np.maximum(level - heights, 0).sum()) * world.plane.cell**2
    assert storage == pytest.approx(by_hand, rel=1e-3)
    assert len(above) * world.plane.cell**2 == pytest.approx(dam.basin, rel=1e-6)


def test_upstream_of_a_cell_are_as_many_cells_as_its_accumulation(world: World) -> None:
    upstream = Upstream(world)
    dry = np.flatnonzero(world.land.municipality.ravel() > 0)
    accumulation = world.land.accumulation.ravel()
    for cell in dry[:: len(dry) // 200]:
        assert len(upstream.of(int(cell))) == accumulation[cell]


def test_thresholds_of_gauges_ascend_and_the_rating_curve_follows_manning(world: World) -> None:
    assert 20 <= len(world.water_gauges) <= 35
    for one in world.water_gauges:
        levels = (0.0, one.standby, one.caution, one.evacuation, one.danger, one.crest)
        assert all(a < b for a, b in itertools.pairwise(levels)), one.name
        assert one.a > 0
    width, slope = 40.0, 0.002
    a, b = rating(width, slope, 6.0)
    for depth in (1.0, 2.5, 5.0):
        flow = width / ROUGHNESS * math.sqrt(slope) * depth ** (5 / 3)
        assert a * (depth + b) ** 2 == pytest.approx(flow, rel=0.08)
        assert depth_of(flow, width, slope) == pytest.approx(depth)


def test_batteries_of_base_stations_last_longer_in_the_mountains(world: World) -> None:
    stations = [one for one in world.facilities if one.category == "base_station"]
    assert all(3.0 <= one.hours <= 24.0 for one in stations)
    mean = {
        kind: np.mean([one.hours for one in stations if one.kind == kind])
        for kind in {one.kind for one in stations}
    }
    assert mean["山間局"] > mean["マクロ局"]


def test_there_are_as_many_sensors_and_stations_as_a_prefecture_has(world: World) -> None:
    assert 25 <= len(world.rain_gauges) <= 40
    assert 40 <= len(world.flood_sensors) <= 80
    assert 30 <= len(world.seismic_stations) <= 50
    assert {one.coast for one in world.tide_gauges} == {one.code for one in world.coasts}
    hospitals = [one for one in world.facilities if one.category == "hospital"]
    assert sum(one.disaster_base for one in hospitals) >= 2
    assert all(one.hours >= 72 for one in hospitals if one.disaster_base)
