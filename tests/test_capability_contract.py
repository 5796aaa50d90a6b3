"""One quality scale for every capability, those of outsiders and a freshly scaffolded one too."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from noroshi import kinds
from noroshi.core.capability import Capability, newest, run
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Edition, Mode, Version
from noroshi.core.time import DAY, FOREVER
from noroshi.domains import all_capabilities, folder, get
from noroshi.domains.samples import AT, EXPECTED, cases, moment_of, outcome
from scaffolded import SCAFFOLDED, case_inputs, scaffolded

__all__ = ["scaffolded"]

ABOVE = ("store", "engine", "feeds", "channels", "web", "cli")
SECTIONS = ("What it answers", "For whom", "Method", "Measured skill", "Limits")

NAMES = [*all_capabilities(), SCAFFOLDED]


def consumed(name: str, inputs: Mapping[str, Sequence[Version]]) -> dict[str, list[Version]]:
    return {kind: list(inputs.get(kind, ())) for kind in get(name).consumes}


def build(declared: Capability, inputs: Mapping[str, Sequence[Version]]) -> list[Edition]:
    moment = (newest(inputs),) if declared.clock else ()
    return declared.load_build()(inputs, declared.load_params()(), *moment)


@pytest.mark.parametrize("name", NAMES)
def test_it_declares_itself_in_both_languages_with_known_kinds_and_noted_params(name: str) -> None:
    declared = get(name)
    assert declared.title.strip()
    assert declared.sentence.strip().endswith(".")
    for text in (declared.title_ja, declared.sentence_ja):
        assert re.search(r"[぀-ヿ一-鿿]", text), "no Japanese"
    assert declared.consumes
    assert declared.produces
    for kind in declared.consumes + declared.produces:
        kinds.get(kind)
    assert not set(declared.consumes) & set(declared.produces), "it would feed itself"
    declared.load_params()()
    schema = msgspec.json.schema(declared.load_params())
    (definition,) = schema["$defs"].values()
    for field, said in definition["properties"].items():
        assert said.get("title"), f"parameter {field} has no Japanese name"
        assert said.get("description"), f"parameter {field} has no English meaning"


@pytest.mark.parametrize("name", NAMES)
def test_its_samples_give_exactly_what_is_expected(name: str) -> None:
    found = cases(folder(name))
    assert found, "no samples"
    seen: set[str] = set()
    for case in found:
        size = sum(one.stat().st_size for one in case.iterdir() if one.name not in (EXPECTED, AT))
        assert size <= 64_000, f"{case.name}: samples are a few kilobytes"
        inputs = case_inputs(name, case)
        seen |= {kind for kind, versions in inputs.items() if versions}
        expected = json.loads((case / EXPECTED).read_text(encoding="utf-8"))
        assert outcome(name, inputs, moment_of(case)) == expected, case.name
    assert seen >= set(get(name).consumes), "a consumed kind has no sample"


@pytest.mark.parametrize("name", NAMES)
def test_what_it_makes_is_valid_declared_and_rests_on_its_inputs(name: str) -> None:
    declared = get(name)
    produced = 0
    for case in cases(folder(name)):
        inputs = case_inputs(name, case)
        known = {one.id: one for kind in declared.consumes for one in inputs.get(kind, ())}
        for edition in run(name, declared, inputs, at=moment_of(case)):
            assert edition.series.startswith(f"product/{name}/")
            for record in edition.records:
                produced += 1
                assert record.kind in declared.produces
                body = kinds.decode(record.kind, record.body)
                assert isinstance(body, kinds.get(record.kind).body)
                assert kinds.encode(body) == record.body, "not in the form kinds are written"
                basis = [known[one] for one in record.basis]
                assert basis, "no lineage"
                assert {one.mode for one in basis} == {edition.mode}
                newest_issue = max(one.issued for one in basis)
                assert newest_issue <= edition.issued
                if not declared.clock:
                    assert edition.issued in {one.issued for one in known.values()}, "uses a clock"
    assert produced


@pytest.mark.parametrize("name", NAMES)
def test_the_same_inputs_in_any_order_give_the_same_bytes(name: str) -> None:
    declared = get(name)
    for case in cases(folder(name)):
        inputs = case_inputs(name, case)
        moment = moment_of(case)
        first = run(name, declared, inputs, at=moment)
        for seed in range(5):
            shuffled = {kind: list(versions) for kind, versions in inputs.items()}
            for versions in shuffled.values():
                random.Random(seed).shuffle(versions)
            again = run(name, declared, shuffled, at=moment)
            assert sorted(again, key=lambda one: (one.series, one.mode)) == sorted(
                first, key=lambda one: (one.series, one.mode)
            )


@pytest.mark.parametrize("name", [one for one in NAMES if one != SCAFFOLDED])
def test_another_process_with_another_hash_seed_gives_the_same_bytes(name: str) -> None:
    for case in cases(folder(name))[:1]:
        command = [sys.executable, "-m", "noroshi.domains.samples", name, case.name]
        found = [
            subprocess.run(
                command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
            ).stdout
            for seed in ("1", "2")
        ]
        assert found[0]
        assert found[0] == found[1]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bad", [b"", b"[]", b'{"nonsense": [', b"\xff\xfe", b'"text"', b"{}"])
def test_bad_input_is_refused_with_one_type_of_error(name: str, bad: bytes) -> None:
    declared = get(name)
    tried = set()
    for case in cases(folder(name)):
        inputs = consumed(name, case_inputs(name, case))
        for kind in declared.consumes:
            if not inputs[kind]:
                continue
            spoiled = [msgspec.structs.replace(inputs[kind][0], body=bad), *inputs[kind][1:]]
            with pytest.raises(InvalidRecord):
                run(name, declared, {**inputs, kind: spoiled}, at=moment_of(case))
            tried.add(kind)
    assert tried == set(declared.consumes)


@pytest.mark.parametrize("name", NAMES)
def test_modes_never_mix(name: str) -> None:
    declared = get(name)
    for case in cases(folder(name)):
        inputs = consumed(name, case_inputs(name, case))
        real = {
            kind: [msgspec.structs.replace(one, mode=Mode.ACTUAL) for one in versions]
            for kind, versions in inputs.items()
        }
        drill = {
            kind: [
                msgspec.structs.replace(one, mode=Mode.EXERCISE, id=one.id + 100_000)
                for one in versions
            ]
            for kind, versions in inputs.items()
        }
        both = {kind: [*real[kind], *drill[kind]] for kind in real}
        made = run(name, declared, both)
        assert [one for one in made if one.mode is Mode.ACTUAL] == run(name, declared, real)
        assert [one for one in made if one.mode is Mode.EXERCISE] == run(name, declared, drill)
        with pytest.raises(InvalidRecord):
            build(declared, both)


@pytest.mark.parametrize("name", NAMES)
def test_what_it_says_holds_until_it_says_that_it_ends(name: str) -> None:
    """With a clock: computed again at any moment before its first end, it says the same."""
    declared = get(name)
    assert set(declared.context) | declared.history.keys() <= set(declared.consumes)
    assert declared.scope or not declared.context, "context is of parts"
    if not declared.clock:
        return
    for case in cases(folder(name)):
        inputs = case_inputs(name, case)
        start = moment_of(case) or newest(inputs)
        first = run(name, declared, inputs, at=start)
        ends = [one.valid_to for versions in inputs.values() for one in versions]
        ends += [record.valid_to or FOREVER for edition in first for record in edition.records]
        end = min((one for one in ends if one > start), default=FOREVER)
        for share in (0.3, 0.9):
            later = start + round(share * (min(end, start + 30 * DAY) - start))
            again = run(name, declared, inputs, at=min(later, end - 1))
            assert [one.records for one in again] == [one.records for one in first]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_gives_nothing_out(name: str) -> None:
    declared = get(name)
    empty: dict[str, list[Version]] = {kind: [] for kind in declared.consumes}
    assert build(declared, empty) == []
    assert run(name, declared, {}) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_is_complete_and_cites_its_method(name: str) -> None:
    text = (folder(name) / "README.md").read_text(encoding="utf-8")
    parts = re.split(r"^## +(.+?)\s*$", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    for title in SECTIONS:
        assert len(sections.get(title, "").split()) >= 8, f"section {title!r} is missing or empty"
    method = sections["Method"]
    assert re.search(r"https?://\S+|doi\.org|\b(19|20)\d\d\b|ISBN", method), "no citation in Method"
    for field in get(name).load_params().__struct_fields__:
        assert f"`{field}`" in text, f"parameter {field} is not described"


@pytest.mark.parametrize("name", NAMES)
def test_it_imports_neither_the_store_nor_what_is_above_nor_another_capability(name: str) -> None:
    own = folder(name)
    package = "noroshi.domains." + name.replace("/", ".")
    for path in sorted(own.rglob("*.py")):
        if path.name.startswith("test_"):
            continue
        for imported in imports_of(path, package):
            parts = imported.split(".")
            assert not (parts[0] == "noroshi" and parts[1:2] and parts[1] in ABOVE), imported
            if parts[:2] == ["noroshi", "domains"] and not shared(name, parts[2:]):
                assert imported == package or imported.startswith(package + "."), imported
            if path.name == "__init__.py":
                light = imported.startswith("noroshi.core") or parts[0] in sys.stdlib_module_names
                assert light, f"__init__ imports {imported}"


def shared(name: str, parts: list[str]) -> bool:
    """Whether a module is one beside the capabilities of its field, for all of them."""
    beside = folder(name).parent
    return len(parts) == 2 and parts[0] == beside.name and (beside / f"{parts[1]}.py").is_file()


def imports_of(path: Path, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*up, *(node.module or "").split(".")]) if node.level else node.module
            base = (base or "").rstrip(".")
            yield from (
                f"{base}.{alias.name}" if base == "noroshi" else base for alias in node.names
            )


@pytest.mark.parametrize("name", [one for one in NAMES if one != SCAFFOLDED])
def test_its_folder_has_the_one_shape(name: str) -> None:
    own = folder(name)
    short = name.partition("/")[2]
    for wanted in ("__init__.py", "products.py", f"test_{short}.py", "README.md", "samples"):
        assert (own / wanted).exists(), f"no {wanted}"
    for path in own.rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) < 400, path.name
