"""Vector tiles show what `/items` shows at the same moment to the same reader."""

from __future__ import annotations

import hashlib
import itertools
import math
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data import cases
from noroshi import kinds
from noroshi.channels.features import thing_id
from noroshi.channels.tiling import draw, pictures
from noroshi.channels.tiling.columns import Codes, Texts
from noroshi.channels.tiling.draw import draw_tile
from noroshi.channels.tiling.fields import GREATEST, severity
from noroshi.channels.tiling.grid import EXTENT, tile_box
from noroshi.channels.tiling.layer import build_layer
from noroshi.channels.tiling.pictures import Kept, Pictures
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, RESPONDERS, Reader
from noroshi.core.place import point, point_z
from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, HOUR, SECOND, now
from noroshi.kinds.earthquake import Intensity
from noroshi.kinds.shelter import Shelter
from noroshi.store import Incoming, Outcome, Query, Store, open_store

KIND = "disaster.shelter"
_count = itertools.count()


def give(store: Store, *editions: Edition, label: int = PUBLIC, data: bytes = b"") -> None:
    data = data or f"tiles {next(_count)}".encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=label)
    store.commit([(incoming, Outcome(editions=editions, stated=1))])


def shelter(key: str, geometry: bytes | None, **more: Any) -> Record:
    times = {name: more.pop(name) for name in ("valid_from", "valid_to", "area") if name in more}
    body = kinds.encode(Shelter(name=f"避難所{key}", **more))
    return Record(KIND, key, body, geometry, **times)


def edition(*records: Record, series: str = "s", issued: int | None = None, **more: Any) -> Edition:
    time = now() - HOUR if issued is None else issued
    return Edition(series, time, list(records), **{"effective": time, **more})


def decoded(data: bytes) -> list[dict[str, Any]]:
    if not data:
        return []
    layers = mapbox_vector_tile.decode(data, default_options={"y_coord_down": True})
    assert len(layers) == 1
    (layer,) = layers.values()
    assert layer["extent"] == EXTENT
    assert layer["version"] == 2
    found: list[dict[str, Any]] = layer["features"]
    return found


def on_map(longitude: float, latitude: float) -> tuple[float, float]:
    """Parts of the world's side by the formula of the OpenStreetMap wiki (slippy map tile
    names), for positions that the map has."""
    down = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return (longitude + 180) / 360, min(max(down, 0.0), 1.0)


def _all_on_map(pairs: Any) -> Any:
    return np.array([on_map(*one) for one in pairs])


def address(z: int, longitude: float, latitude: float) -> tuple[int, int]:
    """Column and row of a position."""
    side = 1 << z
    across, down = on_map(longitude, latitude)
    return min(int(across * side), side - 1), min(int(down * side), side - 1)


# --- every feature of a picture is in its tiles --------------------------------------------------

_degrees = st.tuples(
    st.floats(-180, 180, width=32), st.floats(-89, 89, width=32)
) | st.tuples(st.floats(135, 137, width=32), st.floats(35, 37, width=32))  # fmt: skip


def _shapes(place: tuple[float, float], size: float, sort: int) -> bytes:
    x, y = max(min(place[0], 179.0 - size), -179.0), max(min(place[1], 80.0 - size), -80.0)
    if sort == 0:
        return point(*place)
    if sort == 1:
        return point_z(*place, 12.5)
    made = [
        shapely.box(x, y, x + size, y + size),
        shapely.LineString([(x, y), (x + size, y + size / 3)]),
        shapely.Polygon([(x, y), (x + size, y + size), (x + size, y), (x, y + size)]),  # crossed
        shapely.MultiPoint([(x, y), (x + size, y + size)]),
        shapely.GeometryCollection(
            [shapely.Point(x, y), shapely.LineString([(x, y), (x + size, y)]),
             shapely.box(x, y, x + size / 2, y + size / 2)]
        ),
        shapely.LineString([(x, y), (x, y)]),
        shapely.LineString([(x, y), (x, y + size)]),
    ]  # fmt: skip
    return bytes(shapely.to_wkb(made[sort - 2], byte_order=1))


_geometries = st.builds(
    _shapes, _degrees, st.sampled_from([0.0001, 0.01, 0.5, 10.0]), st.integers(0, 8)
)


def _version(number: int, geometry: bytes, **body: Any) -> Version:
    data = kinds.encode(Shelter(name=str(number), **body))
    return Version(number, KIND, f"k{number}", "s", Mode.ACTUAL, Action.ISSUE, 0, 0, number, 0,
                   FOREVER, FOREVER, FOREVER, 0, "test", None, None, geometry, None, (), data,
                   1)  # fmt: skip


@settings(max_examples=cases(30), deadline=None)
@given(
    st.lists(_geometries, min_size=1, max_size=25), st.sampled_from([0, 1, 4, 7, 11]),
    st.integers(0, 10),
)  # fmt: skip
def test_all_that_lies_in_a_tile_is_in_it_or_counted(
    geometries: list[bytes], z: int, singles: int
) -> None:
    versions = [_version(number, one) for number, one in enumerate(geometries, 1)]
    layer = build_layer(KIND, versions)
    kept, draw.SINGLES = draw.SINGLES, singles
    try:
        wanted: dict[tuple[int, int], set[int]] = {}
        for version in versions:
            shape = shapely.make_valid(shapely.from_wkb(version.geometry))
            west, south, east, north = shape.bounds
            at = address(z, (west + east) / 2, (south + north) / 2)
            wanted.setdefault(at, set())
            if shape.geom_type == "Point":
                wanted[at].add(version.id)
                continue
            (x0, y1), (x1, y0) = address(z, west, south), address(z, east, north)
            for x, y in itertools.product(range(x0, x1 + 1), range(y0, y1 + 1)):
                side = 1 << z
                inside = shapely.box(
                    (x + 0.001) / side, (y + 0.001) / side, (x + 0.999) / side, (y + 0.999) / side
                )
                # Sides are straight on the map, so they cross there and not where degrees do.
                drawn = shapely.make_valid(
                    shapely.transform(shapely.from_wkb(version.geometry), _all_on_map)
                )
                if inside.intersects(drawn):
                    wanted.setdefault((x, y), set())
                    if max(east - west, north - south) > 10 * 360 / 512 / (1 << z):
                        wanted[x, y].add(version.id)
        everywhere: set[int] = set()
        clustered = 0
        for (x, y), ids in wanted.items():
            tile = draw_tile(layer, z, x, y)
            found = decoded(tile.data)
            shown = {one["id"] for one in found if not one["properties"].get("cluster")}
            counted = sum(one["properties"].get("point_count", 0) for one in found)
            assert counted == tile.clustered
            assert all(one["properties"]["point_count"] > 1 for one in found
                       if one["properties"].get("cluster"))  # fmt: skip
            if not counted:
                assert ids <= shown
            else:
                assert len(ids - shown) <= counted
                assert len(ids) <= len(shown) + counted
            everywhere |= shown
            clustered += counted
            for one in found:
                names = {"id": f"1.k{one['id']}", "name": str(one["id"]), "status": "unknown"}
                assert one["properties"].get("cluster") or one["properties"] == names
        assert len({one.id for one in versions} - everywhere) <= clustered
    finally:
        draw.SINGLES = kept


def test_a_point_on_the_border_of_two_tiles_is_in_one() -> None:
    layer = build_layer(KIND, [_version(1, point(0.0, 0.0)), _version(2, point(180.0, 89.0))])
    found = Counter(
        one["id"] for x in range(4) for y in range(4)
        for one in decoded(draw_tile(layer, 2, x, y).data)
    )  # fmt: skip
    assert found == {1: 1, 2: 1}
    assert [one["id"] for one in decoded(draw_tile(layer, 2, 3, 0).data)] == [2]


def test_a_feature_stands_where_it_is() -> None:
    layer = build_layer(KIND, [_version(1, point(136.967, 37.043))])
    x, y = address(14, 136.967, 37.043)
    (one,) = decoded(draw_tile(layer, 14, x, y).data)
    west, south, east, north = tile_box(14, x, y)
    across, down = one["geometry"]["coordinates"]
    assert abs(west + (east - west) * across / EXTENT - 136.967) < 1e-5
    assert abs(north - (north - south) * down / EXTENT - 37.043) < 1e-5


def test_a_cluster_says_how_many_how_grave_and_how_many_people() -> None:
    some = [
        _version(n, point(136 + n / 1e4, 37), status="open" if n % 4 == 0 else "closed",
                 headcount=n if n % 2 else None)
        for n in range(400)
    ]  # fmt: skip
    found = decoded(draw_tile(build_layer(KIND, some), 6, *address(6, 136.0, 37.0)).data)
    said = Counter[str]()
    for one in found:
        said.update({k: v for k, v in one["properties"].items() if isinstance(v, int)})
    assert said["point_count"] == 400
    assert (said["status:open"], said["status:closed"]) == (100, 300)
    assert said["sum_headcount"] == sum(range(1, 400, 2))
    shaken = [
        msgspec.structs.replace(
            one, kind="disaster.intensity",
            body=kinds.encode(Intensity(event="e", level="station", name="n", code="c",
                                        intensity=("", "4", "5-", "5+", "3")[n % 5])),
        )
        for n, one in enumerate(some)
    ]  # fmt: skip
    found = decoded(draw_tile(build_layer("disaster.intensity", shaken), 0, 0, 0).data)
    assert [one["properties"]["max_intensity"] for one in found] == ["5+"]


def test_gravity_of_official_scales() -> None:
    order = ["1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"]
    assert sorted(order, key=lambda one: severity("intensity", one) or 0) == order
    warnings = ["advisory", "warning", "danger", "emergency"]
    assert sorted(warnings, key=lambda one: severity("category", one) or 0) == warnings
    assert severity("level", "station") is None
    assert severity("level", 5) == 5.0
    assert "intensity" in GREATEST


def test_more_shapes_than_a_tile_can_draw_are_still_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(draw, "SHAPES", 10)
    boxes = [shapely.box(130 + n / 9, 33, 131 + n / 9, 34) for n in range(50)]
    layer = build_layer(KIND, [_version(n + 1, shapely.to_wkb(one, byte_order=1))
                               for n, one in enumerate(boxes)])  # fmt: skip
    tile = draw_tile(layer, 5, *address(5, 133.0, 33.5))
    assert tile.thinned > 0
    found = decoded(tile.data)
    assert sum(one["geometry"]["type"] == "Polygon" for one in found) == 10
    reach = shapely.box(*tile_box(5, *address(5, 133.0, 33.5)))
    assert len(found) >= sum(reach.intersects(one) for one in boxes)


@settings(max_examples=cases(100), deadline=None)
@given(
    st.lists(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.floats()),
    st.lists(st.none() | st.integers(-9, 9) | st.text(max_size=3)), st.data(),
)  # fmt: skip
def test_columns_give_back_what_was_put_in(
    one: list[Any], other: list[Any], data: st.DataObject
) -> None:
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(one), max_size=len(one))), bool)
    both = Codes.of(one).take(keep).join(Codes.of(other))
    wanted = [value for value, stays in zip(one, keep, strict=True) if stays] + other
    for row, value in enumerate(wanted):
        said = None if value is None or value is False or value == "" else value
        assert repr(both[row]) == repr(said)
    texts = [str(value) for value in wanted]
    joined = Texts.of([str(v).encode() for v in one]).take(keep)
    joined = joined.join(Texts.of([str(v).encode() for v in other]))
    assert [joined[row] or "" for row in range(len(texts))] == texts


# --- the present is followed ---------------------------------------------------------------------

_READERS = (ANONYMOUS, OPERATOR, Reader("r", frozenset({PUBLIC, RESPONDERS})))
_statements = st.lists(
    st.tuples(
        st.integers(0, 2),  # series
        st.integers(-3, 3),  # issued [h]
        st.sampled_from([None, -2, 0, 2]),  # effective [h], None: for all times
        st.sampled_from([PUBLIC, PUBLIC, RESPONDERS, OWN]),
        st.sampled_from(list(Mode)),
        st.sampled_from([Action.ISSUE, Action.ISSUE, Action.CANCEL]),
        st.booleans(),  # whole
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.sampled_from([None, -1, 1]))),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


def _state(store: Store, drawn: tuple[Any, ...], start: int) -> None:
    series, issued, effective, label, mode, action, whole, named = drawn
    records = {
        str(key): shelter(
            str(key), None if value == 9 else point(130 + value, 35), headcount=value,
            valid_to=None if until is None else start + until * HOUR,
        )
        for key, value, until in named
    }  # fmt: skip
    give(store, Edition(
        f"series {series}", start + issued * HOUR, list(records.values()), action, mode,
        effective=None if effective is None else start + effective * HOUR, whole=whole,
    ), label=label)  # fmt: skip


def _things(versions: Iterator[Version]) -> dict[str, int]:
    return {thing_id(one): one.id for one in versions if one.geometry is not None}


@settings(max_examples=cases(40), deadline=None)
@given(_statements)
def test_the_present_is_followed_through_every_commit(statements: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        seen = Pictures(store)
        for drawn in statements:
            _state(store, drawn, now())
            for reader, mode in itertools.product(_READERS, Mode):
                layer = seen.present(KIND, mode, reader)
                moment = now()
                wanted = _things(store.picture(Query(reader, moment, moment, KIND, mode)))
                ids = layer.columns["id"]
                shown = {ids[row]: int(layer.ids[row]) for row in range(len(layer))}
                assert shown == wanted
        store.close()


def test_a_layer_is_changed_thing_by_thing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path)
    give(store, edition(*(shelter(str(n), point(136 + n / 100, 37)) for n in range(500))))
    seen = Pictures(store)
    before = seen.present(KIND, Mode.ACTUAL, ANONYMOUS)
    built: list[int] = []
    whole = pictures.build_layer
    monkeypatch.setattr(pictures, "build_layer", lambda *a: built.append(1) or whole(*a))
    give(store, edition(shelter("7", point(140, 40), status="open"), whole=False, issued=now()))
    after = seen.present(KIND, Mode.ACTUAL, ANONYMOUS)
    assert not built
    assert after is not before
    assert len(after) == 500
    assert {(round(x, 6), s) for x, s in
            zip(after.x, map(after.columns["status"].__getitem__, range(500)), strict=True)
            if s == "open"} == {(round(320 / 360, 6), "open")}  # fmt: skip
    give(store, edition(shelter("1", None), series="other kind"), label=OWN)
    assert seen.present(KIND, Mode.ACTUAL, ANONYMOUS) is after
    store.close()


def test_what_begins_and_ends_by_the_clock_does_so_in_tiles(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    soon = now() + SECOND
    give(store, edition(
        shelter("ends", point(136, 37), valid_to=soon),
        shelter("begins", point(137, 37), valid_from=soon),
    ))  # fmt: skip
    seen = Pictures(store)

    def names() -> set[str | None]:
        layer = seen.present(KIND, Mode.ACTUAL, ANONYMOUS)
        return {layer.columns["name"][row] for row in range(len(layer))}  # type: ignore[misc]

    assert names() == {"避難所ends"}
    while now() <= soon:
        pass
    assert names() == {"避難所begins"}
    store.close()


@settings(max_examples=cases(60), deadline=None)
@given(_statements, st.integers(-4, 4))
def test_the_next_change_of_a_picture_is_the_first(
    statements: list[tuple[Any, ...]], hour: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        start = now()
        for drawn in statements:
            # Series of their own for each label.
            _state(store, (f"{drawn[0]} {drawn[3]}", *drawn[1:]), start)
        as_of = store.recorded()

        def picture(at: int) -> set[int]:
            return {one.id for one in store.picture(Query(OPERATOR, at, as_of, KIND))}

        at = start + hour * HOUR + 5
        found = store.next_change(Query(OPERATOR, at, as_of, KIND))
        hours = [start + h * HOUR for h in range(-5, 6)]
        differ = [one for one in hours if one > at and picture(one) != picture(one - 1)]
        assert (found is None) == (not differ)
        if differ and found is not None:
            # An end and a beginning that cancel each other out may come before.
            assert found <= differ[0]
            assert found > at
            assert found in hours
        store.close()


@settings(max_examples=cases(40), deadline=None)
@given(_statements, st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 8)), max_size=12))
def test_pictures_of_other_moments_are_those_of_the_store(
    statements: list[tuple[Any, ...]], moments: list[tuple[int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        seen = Pictures(store)
        start, known = now(), [now() - HOUR]
        for drawn in statements:
            _state(store, drawn, start)
            known.append(store.recorded())
            seen.present(KIND, Mode.ACTUAL, OPERATOR)
        for (hour, back), reader in itertools.product(moments, _READERS):
            at, as_of = start + hour * HOUR + 7, known[-1 - back % len(known)]
            layer = seen.past(KIND, Mode.ACTUAL, reader, at, as_of, None)
            shown = {int(one) for one in layer.ids}
            wanted = store.picture(Query(reader, at, as_of, KIND))
            assert shown == {one.id for one in wanted if one.geometry is not None}
        store.close()


def test_a_moment_since_which_nothing_changed_is_not_read_again(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    give(store, edition(shelter("1", point(136, 37)), issued=now() - 10 * HOUR))
    seen = Pictures(store)
    present = seen.present(KIND, Mode.ACTUAL, ANONYMOUS)
    for hours in (9, 5, 1, -3):
        at = now() - hours * HOUR
        assert seen.past(KIND, Mode.ACTUAL, ANONYMOUS, at, FOREVER, None) is present
    early = seen.past(KIND, Mode.ACTUAL, ANONYMOUS, now() - 11 * HOUR, FOREVER, None)
    assert len(early) == 0
    assert seen.past(KIND, Mode.ACTUAL, ANONYMOUS, now() - 12 * HOUR, FOREVER, None) is early
    store.close()


def test_memory_for_layers_is_bounded() -> None:
    class Piece(msgspec.Struct):
        size: int

    kept: Kept[Piece] = Kept(100)
    for number in range(50):
        kept.put(number, Piece(30))
        assert kept.bytes <= 100
    assert [n for n in range(50) if kept.get(n)] == [47, 48, 49]
    kept.put("large", Piece(1000))
    assert kept.get("large")
    assert not kept.get(49)


def _surveyed(ring: list[list[float]]) -> float:
    pairs = itertools.pairwise([*ring, ring[0]])
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)


@pytest.mark.parametrize("reverse", [False, True])
def test_rings_wind_as_the_specification_says(reverse: bool) -> None:
    # MVT 2.1 §4.3.4.4: by the surveyor's formula outer rings are positive, inner ones negative.
    hole = shapely.box(136.4, 36.4, 136.6, 36.6).exterior.coords
    outer = shapely.box(136, 36, 137, 37).exterior.coords
    turn = -1 if reverse else 1
    shape = shapely.Polygon(outer[::turn], [hole[::turn]])
    layer = build_layer(KIND, [_version(1, shapely.to_wkb(shape, byte_order=1))])
    (one,) = decoded(draw_tile(layer, 7, *address(7, 136.5, 36.5)).data)
    found = one["geometry"]["coordinates"]
    assert len(found) == 2
    assert _surveyed(found[0]) > 0 > _surveyed(found[1])
