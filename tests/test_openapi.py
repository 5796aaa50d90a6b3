"""The API's own description: valid OpenAPI, and what schemathesis finds when it takes it at its
word, over a budget that is the same every time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from data import ROOT
from every_kind import send_every_kind, settings
from served import Served

#: What must hold of every answer. `negative_data_rejection` is left out: OGC API – Features has a
#: `limit` above the maximum answered with the maximum, not refused (17-069r4, req. 22).
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance", "unsupported_method",
)  # fmt: skip
EXAMPLES = 6
#: Streams have no end. Of the paths that are there once for each collection one will do.
LEFT_OUT = r"^/(events|collections/(?!disaster\.shelter/)(disaster|report)\..*)$"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("openapi")
    settings(found)
    return found


@pytest.fixture(scope="module")
def token(home: Path) -> str:
    return Served(home).token("--send", "--source", "test")


@pytest.fixture(scope="module")
def node(home: Path, token: str) -> Iterator[Served]:
    with Served(home) as served:
        send_every_kind(served, token)
        yield served


@pytest.fixture(scope="module")
def document(node: Served) -> Any:
    return node.http.get("/api").json()


def test_every_operation_says_what_it_takes_and_gives(document: Any) -> None:
    assert document["openapi"] == "3.0.3"
    names = []
    for path, operations in document["paths"].items():
        for method, one in operations.items():
            names.append(one["operationId"])
            assert one["summary"], (path, method)
            declared = {each["name"] for each in one["parameters"] if each["in"] == "path"}
            assert declared == set(re.findall(r"{(\w+)}", path))
            for each in one["parameters"]:
                assert each["description"], (path, each["name"])
                OAS30Validator.check_schema(each["schema"])
            for answer in one["responses"].values():
                for media in answer.get("content", {}).values():
                    if "$ref" not in media["schema"]:
                        OAS30Validator.check_schema(media["schema"])
    assert len(names) == len(set(names))


def test_both_languages_say_the_same(node: Served, document: Any) -> None:
    english = node.http.get("/api?lang=en").json()
    assert english["paths"].keys() == document["paths"].keys()
    for path, operations in document["paths"].items():
        for method, one in operations.items():
            other = english["paths"][path][method]
            assert one["operationId"] == other["operationId"]
            assert one["summary"] != other["summary"], path
            assert one["responses"].keys() == other["responses"].keys()


def test_what_is_not_described_is_refused(node: Served, document: Any) -> None:
    asked = 0
    for path, operations in document["paths"].items():
        if "get" in operations and "{" not in path and path != "/events":
            answer = node.http.get(path, params={"no-such-parameter": "1"})
            assert answer.status_code == 400, path
            assert answer.headers["content-type"].startswith("application/problem+json")
            asked += 1
    assert asked > 10


def test_the_examples_of_the_documentation_are_answered(node: Served) -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    examples = re.findall(r"^GET (\S.*)$", text, re.MULTILINE)
    assert len(examples) > 15
    for one in examples:
        answer = node.http.get(one)
        assert answer.status_code == 200, (one, answer.text)


def _run(node: Served, folder: Path, *more: str) -> str:
    """What schemathesis says; ids are given, so that more than refusals is met."""
    shelter = node.http.get("/collections/disaster.shelter/items").json()["features"][0]
    message = node.http.get("/messages").json()["messages"][0]
    known = {"path.featureId": shelter["id"], "path.id": message["id"], "path.code": "17202"}
    lines = ["[parameters]", *(f'"{name}" = {json.dumps(one)}' for name, one in known.items())]
    for path in ("", "/history"):
        lines += [
            "[[operations]]",
            f'include-path = "/collections/{{collection}}/items/{{featureId}}{path}"',
            "[operations.parameters]", '"path.collection" = "disaster.shelter"',
        ]  # fmt: skip
    config = folder / "schemathesis.toml"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", config,
         "run", f"{node.url}/api", "--checks", ",".join(CHECKS),
         "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES),
         "--generation-deterministic", "--exclude-path-regex", LEFT_OUT,
         "--continue-on-failure", "--request-timeout", "30", "--no-color", *more],
        cwd=folder, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr
    return done.stdout


def test_schemathesis_finds_nothing_in_what_is_read(node: Served, tmp_path: Path) -> None:
    said = _run(node, tmp_path, "--include-method", "GET")
    tested = re.search(r"Tested: (\d+)", said)
    assert tested
    assert int(tested[1]) > 25, said
    generated = re.search(r"(\d+) generated", said)
    assert generated
    assert int(generated[1]) > 1000, said


def test_schemathesis_finds_nothing_in_what_is_sent(
    node: Served, token: str, tmp_path: Path
) -> None:
    before = len(node.http.get("/messages?limit=1000").json()["messages"])
    _run(node, tmp_path, "--include-method", "POST", "-H", f"Authorization: Bearer {token}")
    # What it sent was taken in as messages are: kept, and read or quarantined with a reason.
    after = node.http.get("/messages?limit=1000").json()["messages"]
    assert len(after) > before
    assert all(one["state"] != "waiting" for one in after)
    assert all(one["reason"] for one in after if one["state"] == "quarantined")
