"""Real lists of shelters, merged: of all Japan, of the Aichi drill, of Nanao in January 2024."""

from __future__ import annotations

import csv
import io
import re
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from data import DATA, needs_data
from noroshi import formats
from noroshi.core.parts import DECLARED, Towns, split
from noroshi.core.record import Edition, Version
from noroshi.domains.disaster.shelter_merge.addresses import short_town
from noroshi.domains.disaster.shelter_merge.products import Params, build, scope
from noroshi.domains.samples import picture
from noroshi.formats import Hints
from noroshi.formats.gsi_shelter.reader import read as read_gsi
from noroshi.kinds import decode

KIND = "disaster.shelter"
ARCHIVE = DATA / "shelters" / "gsi_20251027.tar.gz"
SIP4D = DATA / "sip4d_zip" / "shelters_drill.zip"


class Named(Towns):
    """Municipalities by the names that a list itself writes."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self.areas = {
            said.municipality: one.area
            for one in versions
            if one.area and (said := decode(KIND, one.body)).municipality
        }
        self.short = {short_town(name): area for name, area in self.areas.items()}

    def of(self, version: Version) -> str:
        return version.area or ""

    def named(self, name: str, near: str = "") -> str:
        return self.areas.get(name) or self.short.get(short_town(name), "")


def parts_of(versions: Sequence[Version], towns: Towns) -> dict[tuple[str, str], tuple[str, str]]:
    """The facility of each row."""
    found = {}
    for part, inputs in split({KIND: versions}, scope, (), towns).items():
        for edition in build(inputs, Params()):
            for record in edition.records:
                for one in decode(record.kind, record.body).members:
                    found[one.series, one.key] = (part, record.key)
    return found


def national(choose: Callable[[str], bool]) -> list[Edition]:
    found: list[Edition] = []
    with tarfile.open(fileobj=io.BytesIO(ARCHIVE.read_bytes())) as archive:
        for one in archive:
            name = re.search(r"/v0/e\w+/(\d{6})\.json$", one.name)
            if name and choose(name[1]):
                opened = archive.extractfile(one)
                assert opened is not None
                found += read_gsi(opened.read(), Hints(received=9)).editions
    return found


def held_out(code: str) -> bool:
    """A tenth of the municipalities, all of the half on which nothing was tuned."""
    number = int(sha256(f"city:{code[:5]}00".encode()).hexdigest(), 16)
    return number % 2 == 1 and number % 9 == 4


@needs_data("shelters/gsi_20251027.tar.gz")
def test_sites_and_shelters_of_japan_join_as_the_labels_say() -> None:
    versions = picture(national(held_out))
    found = parts_of(versions, Named(versions))
    keys = {key: facility for (_, key), facility in found.items()}
    right = wrong = missed = 0.0
    with Path(__file__).with_name("labels.csv").open(encoding="utf-8") as file:
        for one in csv.DictReader(file):
            if one["same"] == "?" or not held_out(one["site"][1:6]):
                continue
            joined = keys[one["site"]] == keys[one["shelter"]]
            weight = float(one["weight"])
            right += weight * (joined and one["same"] == "1")
            wrong += weight * (joined and one["same"] == "0")
            missed += weight * (not joined and one["same"] == "1")
    assert right / (right + wrong) >= 0.99
    assert right / (right + missed) >= 0.97


@needs_data("sip4d_zip/shelters_drill.zip")
def test_the_564_doubled_rows_of_the_aichi_drill_are_one_facility_each() -> None:
    reading = formats.read(SIP4D.read_bytes(), Hints(name=SIP4D.name, received=9))
    versions = [one for one in picture(reading.editions) if one.kind == KIND]
    rows: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for one in versions:
        said = decode(KIND, one.body)
        rows[said.name, said.address].append((one.series, one.key))
    doubled = [pair for pair in rows.values() if len(pair) == 2]
    found = parts_of(versions, DECLARED)
    assert len(doubled) == 564
    assert [pair for pair in doubled if found[pair[0]] != found[pair[1]]] == []


@needs_data("shelters")
def test_people_counted_in_nanao_reach_the_facility_on_the_national_list() -> None:
    listed = national(lambda code: code == "172022")
    counted = reached = 0
    alone = set()
    for path in sorted((DATA / "shelters" / "nanao_2024").glob("*.csv"))[::6]:
        told = formats.read(path.read_bytes(), Hints(name=path.name, received=9)).editions
        versions = picture(listed + told)
        for inputs in split({KIND: versions}, scope, (), Named(versions)).values():
            for edition in build(inputs, Params()):
                for one in (decode(record.kind, record.body) for record in edition.records):
                    counted += one.headcount or 0
                    if any(row.series.startswith("gsi_shelter") for row in one.members):
                        reached += one.headcount or 0
                    elif one.headcount:
                        alone.add(one.name)
    # 寄合い処みそぎ was opened without being on any list.
    assert alone == {"寄合い処みそぎ"}
    assert reached / counted > 0.97
