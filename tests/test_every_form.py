"""A record of every kind, with every field filled, in every form of file."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from every_kind import AREA, POINT, fields
from noroshi import kinds
from noroshi.channels.exports import FORMS, OF_ONE_KIND, Export, Wishes
from noroshi.core import place
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import parse
from noroshi.formats import Hints
from noroshi.formats.sip4d_zip.read import read
from noroshi.formats.sip4d_zip.validate import validate
from noroshi.kinds.resident_report import PERSONAL
from noroshi.store import Incoming, Outcome, Query, Store, open_store

TIME = parse("2026-09-01T10:00:00+09:00")
LATER = 2**61
#: Without what goes out with others of its series, and personal data, which never does.
LISTED = [name for name in kinds.all_kinds() if name not in {"disaster.layer", *PERSONAL}]
#: Alerts are of some kinds only (test_alerts), forecasts of a hub of one (test_hub).
FILES = sorted(FORMS.keys() - {"cap", "lalert", *OF_ONE_KIND})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(Path(tmp_path_factory.mktemp("home")))
    for name in kinds.all_kinds():
        body = kinds.encode(msgspec.convert(fields(name), kinds.get(name).body))
        record = Record(name, "一", body, place.point(*POINT["coordinates"]), AREA)
        for mode in (Mode.ACTUAL, Mode.EXERCISE):
            edition = Edition(f"of {name}", TIME, [record], mode=mode, effective=TIME)
            data = f"{name} {mode}".encode()
            incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=PUBLIC)
            opened.commit([(incoming, Outcome(editions=[edition], stated=1))])
    yield opened
    opened.close()


def written(store: Store, kind: str, form: str, mode: Mode = Mode.ACTUAL) -> bytes:
    out = io.BytesIO()
    export = Export(store, Query(OPERATOR, TIME + 1, LATER, kind, mode), form, Wishes())
    export.write(out)
    assert export.count == 1
    return out.getvalue()


@pytest.mark.parametrize("kind", LISTED)
@pytest.mark.parametrize("form", FILES)
def test_every_kind_goes_out_in_every_form(store: Store, kind: str, form: str) -> None:
    data = written(store, kind, form)
    if form == "sip4d-zip":
        assert [one for one in validate(data, Hints()) if one.severity == "error"] == []
        assert read(data, Hints()).faults == []
    elif form == "geojson":
        [feature] = json.loads(data)["features"]
        assert feature["geometry"] == POINT
        said = feature["properties"]
        body = kinds.encode(msgspec.convert(fields(kind), kinds.get(kind).body))
        for name, value in msgspec.json.decode(body).items():
            assert said[name] == value, name
    elif form == "csv":
        assert len(data.decode("utf-8-sig").splitlines()) >= 2
    elif form == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


@pytest.mark.parametrize("kind", LISTED)
def test_a_package_of_any_kind_comes_back_with_its_place_key_and_values(
    store: Store, kind: str
) -> None:
    reading = read(written(store, kind, "sip4d-zip", Mode.EXERCISE), Hints())
    editions = [one for one in reading.editions if any(r.key == "一" for r in one.records)]
    [edition] = editions
    [record] = [one for one in edition.records if one.kind != "disaster.layer"]
    assert edition.mode is Mode.EXERCISE
    assert (record.key, record.geometry) == ("一", place.point(*POINT["coordinates"]))
    body: dict[str, Any] = msgspec.json.decode(record.body)
    if record.kind == "disaster.report" and kind != "disaster.report":
        texts = set(map(str, body["attributes"].values()))
        wanted = (one for one in fields(kind).values() if isinstance(one, str) and one)
        assert all(one in texts for one in wanted)
