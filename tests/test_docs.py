"""Docs say what the code does: verbs, kinds, formats, capabilities, settings."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import msgspec
import pytest

from data import ROOT
from noroshi import __version__, domains, kinds
from noroshi.cli import VERBS
from noroshi.engine.settings import Output, Provider
from noroshi.formats import Limits, all_formats

DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def test_the_reference_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.reference() == REFERENCE, "run `make reference`"


def test_every_verb_kind_format_capability_and_setting_is_documented() -> None:
    names = [
        *(f"noroshi {verb}" for verb in VERBS),
        *kinds.all_kinds(),
        *(name.replace("_", "-") for name in all_formats()),
        *domains.all_capabilities(),
    ]
    assert [name for name in names if f"`{name}`" not in REFERENCE] == []
    operate = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    for name, value in msgspec.structs.asdict(Limits()).items():
        assert re.search(rf"^{name} = {value}\b", operate, re.MULTILINE), name
    for field in (*Provider.__struct_fields__, "label", "mapping", "NOROSHI_HOME", "--strict"):
        word = "[oidc." if field == "name" else field
        assert word in operate


def test_every_kind_and_field_has_a_name_in_both_languages() -> None:
    import typing

    missing = []
    for one in kinds.all_kinds().values():
        assert one.en
        assert one.ja
        hints = typing.get_type_hints(one.body, include_extras=True)
        for field in one.body.__struct_fields__:
            metas = getattr(hints[field], "__metadata__", ())
            if not any(isinstance(meta, msgspec.Meta) and meta.title for meta in metas):
                missing.append(f"{one.name}.{field}")
    assert missing == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / target).exists(), f"{path.name} → {target}"


def test_both_readmes_tell_the_same_commands() -> None:
    def commands(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        return re.findall(r"^(?:\$ )?((?:noroshi|make) [a-z]+)", text, re.MULTILINE)

    assert commands("README.md") == commands("README.ja.md")
    assert len(commands("README.md")) >= 8


def test_the_changelog_knows_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sorted((ROOT / "src").rglob("*.py"))
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_every_setting_of_an_output_is_told() -> None:
    told = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    missing = [one for one in Output.__struct_fields__ if f"`{one}`" not in told]
    assert missing == []
