"""Listing capabilities, scaffolding them, and superseding what their products said before."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from noroshi.core.capability import Capability, labels_of, run, supersede
from noroshi.core.errors import InvalidRecord, NoroshiError, NotFound
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.record import Edition, Mode, Version
from noroshi.domains import Broken, all_capabilities, folder, get
from noroshi.domains.samples import cases, picture
from noroshi.domains.scaffold import write_capability
from scaffolded import SCAFFOLDED, case_inputs, scaffolded

__all__ = ["scaffolded"]

#: Nothing in this list may be loaded by listing capabilities.
HEAVY = (
    *("lxml", "shapely", "pyarrow", "pyogrio", "numpy", "scipy", "pandas", "xarray", "duckdb"),
    *("sqlite3", "click", "rich", "starlette", "uvicorn", "asyncio", "noroshi.formats"),
    *("noroshi.kinds", "noroshi.store", "noroshi.engine"),
)


# --- listing -----------------------------------------------------------------------------------


def test_listing_every_capability_loads_nothing_heavy() -> None:
    code = (
        "import sys, noroshi.domains as d; found = d.all_capabilities(); "
        "assert found; print('\\n'.join(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "noroshi.domains.disaster.alert_level" in loaded
    assert sorted(loaded & set(HEAVY)) == []


def test_no_capability_of_the_house_is_broken() -> None:
    broken = [one for one in all_capabilities().values() if isinstance(one, Broken)]
    assert broken == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import a_library_that_nobody_has", "a_library_that_nobody_has"),
        ("raise SystemExit(3)", "SystemExit"),
        ("def f(:", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError"),
        ("CAPABILITY = 'not one'", "declares no CAPABILITY"),
        ("", "declares no CAPABILITY"),
    ],
)
def test_a_capability_that_fails_to_import_is_reported_and_the_others_stay(
    source: str, said: str, tmp_path: Path
) -> None:
    before = all_capabilities()
    (tmp_path / "broken_one").mkdir()
    (tmp_path / "broken_one" / "__init__.py").write_text(source)
    paths = importlib.import_module("noroshi.domains.cyber").__path__
    paths.append(str(tmp_path))
    try:
        found = all_capabilities()
        broken = found.pop("cyber/broken_one")
        assert isinstance(broken, Broken)
        assert said in broken.error
        assert found == before
        with pytest.raises(NoroshiError, match="cannot be used"):
            get("cyber/broken_one")
    finally:
        paths.remove(str(tmp_path))
        sys.modules.pop("noroshi.domains.cyber.broken_one", None)


def test_a_package_from_outside_joins_through_its_entry_point(tmp_path: Path) -> None:
    root = tmp_path / "outside_package"
    write_capability(root, "health/from_outside")
    for package in (root, root / "health"):
        (package / "__init__.py").write_text("")
    information = tmp_path / "outside-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[noroshi.capabilities]\n"
        "health/from_outside = outside_package.health.from_outside\n"
        "health/gone = outside_package.nowhere\n"
        "no slash = outside_package\n"
    )
    code = (
        "import noroshi.domains as d\n"
        "found = d.all_capabilities()\n"
        "one = found['health/from_outside']\n"
        "print(one.title, one.load_build().__module__)\n"
        "print(found['health/gone'].error)\n"
        "print(found['no slash'].error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, gone, unnamed = done.stdout.splitlines()
    assert first.endswith("outside_package.health.from_outside.products")
    assert "ModuleNotFoundError" in gone
    assert "not a capability name" in unnamed


# --- the scaffold ------------------------------------------------------------------------------


def test_the_scaffold_writes_the_one_shape_and_its_own_tests_pass(scaffolded: Path) -> None:
    short = SCAFFOLDED.partition("/")[2]
    assert {one.relative_to(scaffolded).parts[0] for one in scaffolded.rglob("*")} - {
        "__pycache__"
    } == {"README.md", "__init__.py", "products.py", "samples", f"test_{short}.py"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(scaffolded)],
        cwd=scaffolded,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_what_the_scaffold_writes_is_clean_for_the_linter(scaffolded: Path) -> None:
    settings = Path(__file__).resolve().parents[1] / "pyproject.toml"
    for verb in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *verb, "--config", str(settings)]
            + [str(one) for one in scaffolded.glob("*.py") if not one.name.startswith("test_")],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name",
    ["x", "disaster/", "disaster/Isolation", "disaster/class", "weather/x", "../x/y", "a/../b"],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(NoroshiError):
        write_capability(tmp_path / "inside", name)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_never_overwritten(tmp_path: Path) -> None:
    (first, *_) = write_capability(tmp_path, "frontier/orbits")
    first.write_text("mine")
    with pytest.raises(NoroshiError, match="already"):
        write_capability(tmp_path, "frontier/orbits")
    assert first.read_text() == "mine"


def test_an_unknown_capability_is_not_found() -> None:
    with pytest.raises(NotFound):
        get("disaster/no_such_thing")
    with pytest.raises(NotFound):
        folder("disaster/no_such_thing")


# --- superseding what stands -------------------------------------------------------------------


def committed(edition: Edition, first_id: int) -> list[Version]:
    """The versions a store would hold of a product's edition."""
    versions = picture([edition], at=edition.effective)
    return [msgspec.structs.replace(one, id=first_id + one.id) for one in versions]


def scaffold_inputs() -> dict[str, list[Version]]:
    return case_inputs(SCAFFOLDED, cases(folder(SCAFFOLDED))[0])


def test_computing_again_from_the_same_picture_changes_nothing() -> None:
    inputs = scaffold_inputs()
    (first,) = run(SCAFFOLDED, get(SCAFFOLDED), inputs)
    assert run(SCAFFOLDED, get(SCAFFOLDED), inputs, standing=committed(first, 900)) == []


def test_what_no_input_supports_any_more_ends_when_its_last_input_ended() -> None:
    inputs = scaffold_inputs()
    (first,) = run(SCAFFOLDED, get(SCAFFOLDED), inputs)
    end = first.issued + 60_000_000
    gone = [msgspec.structs.replace(one, ended_at=end) for one in inputs["disaster.bulletin"]]
    (cleared,) = run(
        SCAFFOLDED,
        get(SCAFFOLDED),
        {},
        standing=committed(first, 900),
        lookup=lambda ids: [one for one in gone if one.id in ids],
    )
    assert (cleared.series, cleared.records) == (first.series, [])
    assert cleared.effective == end
    assert picture([first, cleared]) == picture([cleared, first]) == []


def test_a_product_that_falls_back_to_older_inputs_still_comes_after_what_stood() -> None:
    inputs = scaffold_inputs()
    (first,) = run(SCAFFOLDED, get(SCAFFOLDED), inputs)
    older, newer = sorted(inputs["disaster.bulletin"], key=lambda one: one.issued)
    end = newer.issued + 60_000_000
    (fallen,) = run(
        SCAFFOLDED,
        get(SCAFFOLDED),
        {"disaster.bulletin": [older]},
        standing=committed(first, 900),
        lookup=lambda ids: [msgspec.structs.replace(newer, ended_at=end)],
    )
    assert fallen.effective == end
    assert fallen.records[0].basis == (older.id,)
    for editions in ([first, fallen], [fallen, first]):
        (standing,) = picture(editions)
        assert standing.basis == (older.id,)


def test_an_exercise_that_stands_is_cleared_as_an_exercise() -> None:
    inputs = {
        kind: [msgspec.structs.replace(one, mode=Mode.EXERCISE) for one in versions]
        for kind, versions in scaffold_inputs().items()
    }
    (first,) = run(SCAFFOLDED, get(SCAFFOLDED), inputs)
    (cleared,) = run(SCAFFOLDED, get(SCAFFOLDED), {}, standing=committed(first, 900))
    assert (cleared.mode, cleared.records) == (Mode.EXERCISE, [])


def test_products_of_another_capability_are_left_alone() -> None:
    (first,) = run(SCAFFOLDED, get(SCAFFOLDED), scaffold_inputs())
    other = msgspec.structs.replace(first, series="product/disaster/another/x")
    assert run(SCAFFOLDED, get(SCAFFOLDED), {}, standing=committed(other, 900)) == []


def test_a_build_that_breaks_the_contract_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = get(SCAFFOLDED)
    build = declared.load_build()
    (good,) = build(scaffold_inputs(), declared.load_params()())
    record = good.records[0]
    replace = msgspec.structs.replace
    broken = [
        [good, good],
        [replace(good, mode=Mode.TEST)],
        [replace(good, issued=good.issued + 3_600_000_000)],
        [replace(good, whole=False)],
        [replace(good, records=[record, record])],
        [replace(good, records=[replace(record, kind="disaster.bulletin")])],
        [replace(good, records=[replace(record, basis=())])],
        [replace(good, records=[replace(record, basis=(12345,))])],
    ]
    for editions in broken:
        monkeypatch.setattr(Capability, "load_build", lambda _, made=editions: lambda *_: made)
        with pytest.raises(InvalidRecord):
            run(SCAFFOLDED, declared, scaffold_inputs())


def test_a_product_is_labelled_as_narrowly_as_what_it_was_made_from() -> None:
    inputs = scaffold_inputs()
    (edition,) = run(SCAFFOLDED, get(SCAFFOLDED), inputs)
    assert labels_of(edition.records, inputs) == {PUBLIC}
    first, *rest = inputs["disaster.bulletin"]
    mixed = {"disaster.bulletin": [msgspec.structs.replace(first, label=OWN), *rest]}
    assert labels_of(edition.records, mixed) >= {OWN}
    unrelated = msgspec.structs.replace(first, id=777, label=OWN)
    assert labels_of(edition.records, {"disaster.bulletin": [unrelated, first, *rest]}) == {PUBLIC}
    assert labels_of([], mixed) == set()


def test_superseding_nothing_with_nothing_is_nothing() -> None:
    assert supersede([], [], {}) == []
    assert supersede([Edition("product/a/b/c", 1, [])], [], {}) == []


def test_a_node_that_starts_loads_no_statistics() -> None:
    """What only a product with inputs needs is loaded when there are some: every start of a node
    would cost half a second more."""
    code = (
        "import importlib, sys\n"
        "from noroshi.domains import all_capabilities\n"
        "from noroshi.web.app import MODULES\n"
        "for one in MODULES: importlib.import_module('noroshi.web.' + one)\n"
        "for one in all_capabilities().values(): one.load_scope(), one.load_params()\n"
        "print([one for one in sys.modules if one.split('.')[0] in ('scipy', 'pydantic', 'fhir')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
