"""OGC API – Features by `ogctests`, a test suite of others, against a running node.

The suite runs unchanged, in a process of its own. What of it no server at all can pass stands in
`_BROKEN` with what it fails of; the abstract tests that those are meant to be are carried out here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from every_kind import send_every_kind, settings
from served import Served

_found = find_spec("ogctests")
assert _found is not None
assert _found.submodule_search_locations
SUITE = Path(_found.submodule_search_locations[0])
#: ct3 hands httpx a list where an address belongs; the others need what ct3 would have found.
_BROKEN = {
    "test_ct3": "Invalid type for url",
    "test_ct5": "KeyError: 'queryable'",
    "test_ct7": "KeyError: 'queryable'",
    "test_ct8": "KeyError: 'queryable'",
    "test_ct9": "KeyError: 'additional_properties'",
    "test_ct10": "KeyError: 'spatial_queryable'",
}
SCHEMA = {"Accept": "application/schema+json"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    # Without areas: the suite's schemas know no feature without geometry, as RFC 7946 does.
    home = tmp_path_factory.mktemp("ogc")
    settings(home)
    token = Served(home).token("--send", "--source", "test")
    with Served(home) as served:
        send_every_kind(served, token, area=None)
        yield served


@pytest.fixture(scope="module")
def kinds(node: Served) -> list[str]:
    found = [one["id"] for one in node.http.get("/collections").json()["collections"]]
    assert len(found) > 40
    return found


def _run_suite(part: str, node: Served, folder: Path) -> dict[str, str]:
    """What came of each test of a part of the suite: `passed`, or what it said."""
    report, nothing = folder / "report.xml", folder / "pytest.ini"
    nothing.write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", SUITE / part, "-c", nothing, f"--rootdir={folder}",
         "-p", "no:cacheprovider", "-p", "no:schemathesis", f"--junit-xml={report}", "-q"],
        env={**os.environ, "INSTANCE_URL": node.url}, cwd=folder,
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    found = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        faults = [one for one in case if one.tag in ("failure", "error", "skipped")]
        found[case.attrib["name"]] = faults[0].attrib.get("message", "") if faults else "passed"
    return found


def test_part_1_passes_the_suite(node: Served, tmp_path: Path) -> None:
    found = _run_suite("features/core", node, tmp_path)
    assert len(found) == 29
    assert {name: said for name, said in found.items() if said != "passed"} == {}


def test_part_3_passes_what_of_the_suite_can_be_passed(node: Served, tmp_path: Path) -> None:
    found = _run_suite("features/filtering", node, tmp_path)
    assert len(found) == 10
    failed = {name: said for name, said in found.items() if said != "passed"}
    assert failed.keys() == _BROKEN.keys(), failed
    for name, why in _BROKEN.items():
        assert why in failed[name]


def _queryables(node: Served, kind: str) -> dict[str, Any]:
    """The queryables, by the Link header of the items as ct2 has it."""
    header = node.http.head(f"/collections/{kind}/items").headers["link"]
    addresses = re.findall(r"<([^>]+)>; rel=\"?http\S+/queryables", header)
    assert addresses
    answer = node.http.get(addresses[0], headers=SCHEMA)
    assert answer.headers["content-type"] == "application/schema+json"
    found: dict[str, Any] = answer.json()
    assert found["$id"] == addresses[0]
    return found


def test_ct3_queryables_are_a_schema(node: Served, kinds: list[str]) -> None:
    for kind in kinds:
        found = _queryables(node, kind)
        jsonschema.Draft202012Validator.check_schema(found)
        assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert found["type"] == "object"
        assert found["additionalProperties"] is False
        for name, one in found["properties"].items():
            assert "type" in one or one["format"].startswith("geometry-"), (kind, name)
        assert found["properties"]["geometry"]["format"] == "geometry-any"
        for part in ("schema", "sortables"):
            other = node.http.get(f"/collections/{kind}/{part}", headers=SCHEMA).json()
            jsonschema.Draft202012Validator.check_schema(other)
            assert other["properties"].keys() - {"geometry"}
        described = node.http.get(f"/collections/{kind}/schema").json()
        page = node.http.get(f"/collections/{kind}/items").json()
        form = {**described, "properties": _nullable(described)}
        jsonschema.Draft202012Validator.check_schema(form)
        valid = jsonschema.Draft202012Validator(form)
        for feature in page["features"]:
            assert feature["properties"].keys() <= described["properties"].keys(), kind
            valid.validate(feature["properties"])


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The envelope's properties may be null where nothing is known."""
    return {name: {"anyOf": [one, {"type": "null"}]} if "anyOf" not in one else one
            for name, one in schema["properties"].items() if name != "geometry"}  # fmt: skip


def _first(node: Served, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = node.http.get(f"/collections/{kind}/items").json()["features"][0]
    return found


def test_ct5_every_queryable_of_one_value_is_a_parameter(node: Served, kinds: list[str]) -> None:
    for kind in kinds:
        properties = _first(node, kind)["properties"]
        for name, one in _queryables(node, kind)["properties"].items():
            value = properties.get(name)
            if not isinstance(value, str | int | float):
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            where = f"/collections/{kind}/items"
            answer = node.http.get(where, params={name: text})
            assert answer.status_code == 200, (kind, name, answer.text)
            found = answer.json()["features"]
            assert found, (kind, name)
            assert {each["properties"][name] for each in found} == {value}
            if one["type"] in ("integer", "number", "boolean") or one.get("format") == "date-time":
                wrong = node.http.get(where, params={name: "[invalid-value]"})
                assert wrong.status_code == 400, (kind, name)
            else:
                assert node.http.get(where, params={name: "¥"}).status_code in (200, 400)


def _ask(node: Served, kind: str, **params: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in params.items()}
    return node.http.get(f"/collections/{kind}/items", params=names)


def test_ct7_and_ct8_filters_in_both_languages(node: Served, kinds: list[str]) -> None:
    for kind in kinds:
        key = _first(node, kind)["properties"]["key"]
        name = "record_key" if "record_key" in _first(node, kind)["properties"] else "key"
        tree = {"op": "=", "args": [{"property": name}, key]}
        text = f"{name} = '{key}'"
        for params in (
            {"filter": text},
            {"filter": text, "filter_lang": "cql2-text"},
            {"filter": msgspec.json.encode(tree).decode(), "filter_lang": "cql2-json"},
        ):
            answer = _ask(node, kind, **params)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "application/geo+json"
            assert [one["properties"]["key"] for one in answer.json()["features"]] == [key]
        for params in (
            {"filter": f"{name} = = 1"}, {"filter": ""}, {"filter": name},
            {"filter": "{}", "filter_lang": "cql2-json"},
            {"filter": text, "filter_lang": "cql2-json"},
            {"filter": text, "filter_lang": "sql"},
        ):  # fmt: skip
            answer = _ask(node, kind, **params)
            assert answer.status_code == 400, (params, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"


def test_ct9_unknown_queryables_are_refused(node: Served, kinds: list[str]) -> None:
    for kind in kinds:
        for text in ("this_is_not_a_queryable = 1", "ooga=booga"):
            answer = _ask(node, kind, filter=text)
            assert answer.status_code == 400
            assert "has no property" in answer.json()["detail"]


def test_ct10_coordinates_of_filters_are_longitude_and_latitude(
    node: Served, kinds: list[str]
) -> None:
    for kind in kinds:
        whole = node.http.get(f"/collections/{kind}/items").json()["features"]
        extent = node.http.get(f"/collections/{kind}").json()["extent"]["spatial"]["bbox"][0]
        for box, status in ((extent, 200), ((1e6, 1e6, 2e6, 2e6), 400)):
            tree = {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": list(box)}]}
            answer = _ask(node, kind, filter_lang="cql2-json",
                          filter=msgspec.json.encode(tree).decode())  # fmt: skip
            assert answer.status_code == status, answer.text
            if status == 200:
                located = [one["id"] for one in whole if one["geometry"] is not None]
                assert [one["id"] for one in answer.json()["features"]] == located
        away = _ask(node, kind, filter="s_intersects(geometry, BBOX(37.0, 136.9, 37.1, 137.0))")
        assert away.status_code in (200, 400)
        assert not away.json().get("features")
