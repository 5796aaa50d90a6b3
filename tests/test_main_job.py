"""The main job on real bytes: whatever the order of arrival, one timed picture."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from data import DATA, JMA_SAMPLES, jma_files, needs_data
from noroshi import kinds
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import JST, from_datetime, now
from noroshi.engine.ingest import Offered, Totals, ingest
from noroshi.engine.settings import Source
from noroshi.store import Query, Store, open_store
from run import Node

Picture = dict[tuple[str, str, str, str], bytes]


def take(store: Store, paths: Iterable[Path]) -> Totals:
    totals, _ = ingest(
        store, (Offered(str(path), path.read_bytes()) for path in paths), Source("test")
    )
    return totals


def picture(store: Store, mode: Mode = Mode.ACTUAL, at: int | None = None) -> Picture:
    moment = now()
    found: Picture = {}
    for kind in kinds.all_kinds():
        query = Query(OPERATOR, moment if at is None else at, moment, kind, mode)
        for one in store.picture(query):
            place = (one.kind, one.series, one.key, str(one.geometry))
            assert place not in found
            found[place] = one.body
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    assert opened.check() == []
    opened.close()


@needs_data("jma_xml/samples")
def test_every_telegram_is_read_whole(store: Store) -> None:
    totals = take(store, jma_files())
    assert (totals.messages, totals.read) == (362, 362)
    assert (totals.faults, totals.quarantined) == (0, 0)
    assert store.counts(OPERATOR)["records"]["disaster.bulletin"] >= 362 - 10


@needs_data("jma_xml/samples")
@pytest.mark.parametrize("seed", range(4))
def test_the_early_warning_burst_ends_in_nothing_in_force_in_any_order(
    seed: int, store: Store
) -> None:
    burst = sorted(JMA_SAMPLES.glob("*_VXSE4[45].xml"))
    assert len(burst) == 66
    times = [
        from_datetime(datetime.fromisoformat(found))
        for path in burst
        for found in re.findall(
            r"<ReportDateTime>([^<]+)</ReportDateTime>", path.read_text(encoding="utf-8")
        )
    ]
    random.Random(seed).shuffle(burst)
    take(store, burst)
    assert picture(store) == {}
    assert picture(store, at=max(times)) == {}, "the cancellations have the last word"
    lapsed = Query(OPERATOR, now(), now(), "disaster.bulletin", lapsed=True)
    assert list(store.picture(lapsed)) == []
    during = {kind for kind, *_ in picture(store, at=sorted(times)[len(times) // 2])}
    assert len(during) >= 3, "in the middle of it, warnings were in force"


@needs_data("jma_xml/samples")
def test_the_order_of_arrival_never_changes_any_picture(tmp_path: Path) -> None:
    files = jma_files()
    moments = sorted(
        from_datetime(datetime.fromisoformat(found))
        for path in files
        for found in re.findall(
            r"<ReportDateTime>([^<]+)</ReportDateTime>", path.read_text(encoding="utf-8")
        )
    )
    reference: list[Picture] = []
    for seed in range(4):
        if seed:
            random.Random(seed).shuffle(files)
        store = open_store(tmp_path / str(seed))
        take(store, files)
        pictures = [picture(store, mode) for mode in Mode]
        pictures += [picture(store, at=moment + 1) for moment in moments[::30]]
        assert store.check() == []
        store.close()
        reference = reference or pictures
        assert pictures == reference, f"seed {seed}"
    assert sum(map(len, reference)) > 5_000


@needs_data("jma_xml/samples")
def test_ingesting_again_changes_nothing(store: Store) -> None:
    take(store, jma_files())
    before, pictured = store.counts(OPERATOR), picture(store)
    again = take(store, reversed(jma_files()))
    assert (again.duplicate, again.records) == (362, 0)
    after = store.counts(OPERATOR)
    assert {**after, "arrivals": 0, "bytes": 0} == {**before, "arrivals": 0, "bytes": 0}
    assert picture(store) == pictured


@needs_data("jma_xml/samples")
def test_exercise_and_test_telegrams_never_change_the_actual_picture(tmp_path: Path) -> None:
    drills = [path for path in jma_files() if "<Status>通常<" not in path.read_text("utf-8")]
    assert len(drills) >= 8
    real = [path for path in jma_files() if path not in drills]
    pictures = []
    for name, files in (("real", real), ("mixed", [*real, *drills])):
        store = open_store(tmp_path / name)
        take(store, files)
        pictures.append(picture(store))
        drilled = picture(store, Mode.EXERCISE, at=None)
        store.close()
    assert pictures[0] == pictures[1]
    assert drilled


# --- the shelters of Nanao -----------------------------------------------------------------------

NANAO = DATA / "shelters" / "nanao_2024"


def _snapshots() -> list[tuple[int, Path, dict[str, int]]]:
    """(time in the world, file, headcount by shelter ID), read without Noroshi."""
    found = []
    for path in sorted(NANAO.glob("*.csv")):
        stamp = re.search(r"(\d{4})-(\d\d)-(\d\d)-(\d\d)(\d\d)", path.name)
        assert stamp
        moment = datetime(*map(int, stamp.groups()), tzinfo=JST)  # type: ignore[arg-type,misc]
        with path.open(encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
        column = next(name for name in rows[0] if name.startswith("人数"))
        counts = {row["ID"]: int(row[column]) for row in rows if row[column].strip().isdigit()}
        found.append((from_datetime(moment), path, counts))
    return found


def _headcounts(store: Store, at: int, as_of: int) -> dict[str, int]:
    query = Query(OPERATOR, at, as_of, "disaster.shelter")
    return {
        one.key: one.fields()["headcount"]
        for one in store.picture(query)
        if one.fields().get("headcount") is not None
    }


@needs_data("shelters/nanao_2024")
@pytest.mark.parametrize("seed", range(3))
def test_nanao_has_the_right_headcount_at_any_time_and_as_known_at_any_time(
    seed: int, store: Store
) -> None:
    snapshots = _snapshots()
    assert len(snapshots) == 35
    arrival = list(snapshots)
    if seed:
        random.Random(seed).shuffle(arrival)
    known: list[tuple[int, dict[str, int]]] = []
    hour = 3_600_000_000
    for moment, path, counts in arrival:
        take(store, [path])
        as_of = now()
        known.append((moment, counts))
        known.sort()
        for probe in (moment - hour, moment, moment + hour, snapshots[-1][0] + hour):
            right = [counts for time, counts in known if time <= probe]
            assert _headcounts(store, probe, as_of) == (right[-1] if right else {})
    checks = [(moment, counts) for moment, _, counts in snapshots]
    for moment, counts in checks:
        assert _headcounts(store, moment, now()) == counts


# --- packages through the command line ------------------------------------------------------------


@needs_data("sip4d_zip")
def test_real_packages_are_read_and_a_drill_stays_a_drill(tmp_path: Path) -> None:
    node = Node(tmp_path / "home")
    *_, totals = node.lines("ingest", "--json", DATA / "sip4d_zip")
    assert (totals["messages"], totals["read"]) == (5, 5)
    assert node.features("disaster.shelter") == []
    shelters = node.features("disaster.shelter", "--mode", "exercise")
    assert len(shelters) == 5555
    out = tmp_path / "again.zip"
    node("export", "sip4d-zip", "--kind", "disaster.shelter", "--mode", "exercise", "--out", out)
    other = Node(tmp_path / "other")
    other("ingest", out)
    again = other.features("disaster.shelter", "--mode", "exercise")
    assert len(again) == 5555

    def essence(found: list[dict[str, object]]) -> list[str]:
        return sorted(
            str((one["geometry"], one["properties"]["name"], one["properties"].get("headcount")))  # type: ignore[index,attr-defined]
            for one in found
        )

    assert essence(again) == essence(shelters)


@needs_data("sip4d_zip")
def test_a_layer_sent_again_with_ten_changes_stores_ten_records(store: Store) -> None:
    import io
    import json
    import zipfile

    first = (DATA / "sip4d_zip" / "shelters_drill.zip").read_bytes()
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(first)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".geojson"):
                layer = json.loads(data)
                for feature in layer["features"][100:110]:
                    feature["properties"]["remarks"] = "満員"
                data = json.dumps(layer).encode()
            if name == "sip4d_zip_meta.json":
                meta = json.loads(data)
                meta["updated"] = meta["information_date"] = "2026-04-14T15:00:00"
                data = json.dumps(meta).encode()
            new.writestr(name, data)
    offered = [Offered("first", first), Offered("second", changed.getvalue())]
    receipts = []
    ingest(store, offered, Source("test"), acknowledge=lambda one, _: receipts.append(one))
    assert [one.records for one in receipts] == [5556, 10]
