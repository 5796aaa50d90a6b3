"""Shelters of all Japan, merged: precision and recall on the labelled pairs, seconds for all, and
for one municipality of which one row changes."""

from __future__ import annotations

import csv
import io
import re
import tarfile
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec

from bench.data import DATA
from bench.result import Result, skipped
from noroshi.core.parts import Towns, split
from noroshi.core.record import Edition, Version
from noroshi.domains.disaster import shelter_merge
from noroshi.domains.disaster.shelter_merge.products import Params, build, scope
from noroshi.domains.samples import picture
from noroshi.formats import Hints
from noroshi.formats.gsi_shelter.reader import read
from noroshi.kinds import decode

KIND = "disaster.shelter"
ARCHIVE = DATA / "shelters" / "gsi_20251027.tar.gz"
LABELS = Path(shelter_merge.__file__).with_name("labels.csv")


class Named(Towns):
    """Municipalities by the names that the national list itself writes."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._areas = {
            said.municipality: one.area
            for one in versions
            if one.area and (said := decode(KIND, one.body)).municipality
        }

    def of(self, version: Version) -> str:
        return version.area or ""

    def named(self, name: str, near: str = "") -> str:
        return self._areas.get(name, "")


def run(big: bool) -> list[Result]:
    """Merge the national lists, and compare with the labelled pairs."""
    if not ARCHIVE.exists():
        return skipped("shelters merged", "no real data")
    versions = picture(editions())
    towns = Named(versions)
    start = time.process_time()
    parts = split({KIND: versions}, scope, (), towns)
    facility: dict[str, tuple[str, str]] = {}
    for part, inputs in parts.items():
        for edition in build(inputs, Params()):
            for record in edition.records:
                for one in decode(record.kind, record.body).members:
                    facility[one.key] = (part, record.key)
    took = time.process_time() - start
    found = len(set(facility.values()))
    update = _update(min(parts.values(), key=lambda one: abs(len(one[KIND]) - 300))[KIND])
    results = [
        Result(
            "shelters merged", f"{took:.0f} s", "< 120 s", took < 120,
            f"{len(facility):,} rows of {len(parts):,} municipalities are {found:,} facilities",
        ),
        Result("one row of 300 changes", f"{update:.0f} ms", "< 50 ms", update < 50, "CPU time"),
    ]  # fmt: skip
    for half, name in ((0, "tuned on"), (1, "held out")):
        precision, recall, count = _agreement(facility, half)
        results.append(
            Result(
                f"pairs joined, {name}", f"{precision:.4f} / {recall:.4f}", ">= 0.99 / 0.97",
                precision >= 0.99 and recall >= 0.97,
                f"precision / recall, {count} labelled pairs weighted to all candidates",
            )
        )  # fmt: skip
    return results


def editions() -> list[Edition]:
    """The national lists, one edition for each municipality and list."""
    found: list[Edition] = []
    with tarfile.open(fileobj=io.BytesIO(ARCHIVE.read_bytes())) as archive:
        for one in archive:
            if re.search(r"/v0/e\w+/\d{6}\.json$", one.name):
                opened = archive.extractfile(one)
                assert opened is not None
                found += read(opened.read(), Hints(received=9)).editions
    return found


def _update(versions: list[Version]) -> float:
    """Milliseconds of CPU for a municipality that has been merged before."""
    build({KIND: versions}, Params())
    start = time.process_time()
    for number in range(5):
        body = versions[7].body.replace(b'{"name"', b'{"headcount":%d,"name"' % number, 1)
        changed = msgspec.structs.replace(versions[7], body=body, id=10**9 + number)
        build({KIND: [*versions[:7], changed, *versions[8:]]}, Params())
    return (time.process_time() - start) / 5 * 1000


def _agreement(facility: dict[str, tuple[str, str]], half: int) -> tuple[float, float, int]:
    right = wrong = missed = 0.0
    count = 0
    with LABELS.open(encoding="utf-8") as file:
        for one in csv.DictReader(file):
            town = f"city:{one['site'][1:6]}00"
            if one["same"] == "?" or int(sha256(town.encode()).hexdigest(), 16) % 2 != half:
                continue
            count += 1
            joined, weight = facility[one["site"]] == facility[one["shelter"]], float(one["weight"])
            if joined:
                right += weight * (one["same"] == "1")
                wrong += weight * (one["same"] == "0")
            else:
                missed += weight * (one["same"] == "1")
    return right / (right + wrong), right / (right + missed), count
