"""Writes docs/reference.md from the code: verbs, kinds, formats, capabilities, settings, limits.

`make reference` writes it; a test fails when it is out of date.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from noroshi import domains, formats, kinds
from noroshi.cli import VERBS, noroshi
from noroshi.core.place import SCHEMES

OUT = Path(__file__).resolve().parents[1] / "docs" / "reference.md"


def reference() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_verbs(), *_formats(), *_kinds(), *_capabilities(), *_places()])


def _head() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Written from the code by `make reference`; do not edit it by hand."
    yield ""


def _verbs() -> Iterator[str]:
    yield "## Verbs"
    context = click.Context(noroshi, info_name="noroshi")
    for verb in VERBS:
        command = noroshi.get_command(context, verb)  # type: ignore[attr-defined]
        yield from _command(command, f"noroshi {verb}")


def _command(command: click.Command, path: str) -> Iterator[str]:
    yield f"\n### `{path}`\n\n```"
    # The names that the command itself inherits: what is asked for first is remembered.
    context = click.Context(command, info_name=path, terminal_width=96, max_content_width=96,
                            help_option_names=["-h", "--help"])  # fmt: skip
    yield command.get_help(context)
    yield "```"
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from _command(one, f"{path} {name}")


def _formats() -> Iterator[str]:
    yield "\n## Formats\n\n| name | | 日本語 | read | write | validate |\n|---|---|---|---|---|---|"
    for one in formats.all_formats().values():
        marks = " | ".join(
            "✓" if has else "" for has in (one.read, one.write, one.validate or one.read)
        )
        yield f"| `{one.name.replace('_', '-')}` | {one.en} | {one.ja} | {marks} |"
    yield "\nSettings under `[limits]`, with their defaults:\n\n| setting | default |\n|---|---|"
    for name, value in msgspec.structs.asdict(formats.Limits()).items():
        yield f"| `{name}` | {value:,} |"


def _kinds() -> Iterator[str]:
    yield "\n## Kinds\n\nWhat a record of each kind says. SI units. Times are RFC 3339 text."
    for one in kinds.all_kinds().values():
        yield f"\n### `{one.name}` {one.en} {one.ja}\n"
        if one.body.__doc__:
            yield " ".join(one.body.__doc__.split()) + "\n"
        yield "| field | 日本語 | meaning |\n|---|---|---|"
        hints = typing.get_type_hints(one.body, include_extras=True)
        names = zip(one.body.__struct_fields__, one.body.__struct_encode_fields__, strict=True)
        for attribute, name in names:
            metas = getattr(hints[attribute], "__metadata__", ())
            note = next((meta for meta in metas if isinstance(meta, msgspec.Meta)), None)
            ja, en = (note.title or "", note.description or "") if note else ("", "")
            yield f"| `{name}` | {_cell(ja)} | {_cell(en)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _capabilities() -> Iterator[str]:
    yield "\n## Capabilities\n\n| name | | 日本語 | consumes | produces |\n|---|---|---|---|---|"
    for name, one in domains.all_capabilities().items():
        assert not isinstance(one, domains.Broken), one
        consumes, produces = (", ".join(f"`{kind}`" for kind in some)
                              for some in (one.consumes, one.produces))  # fmt: skip
        yield f"| `{name}` | {one.title} | {one.title_ja} | {consumes} | {produces} |"


def _places() -> Iterator[str]:
    yield "\n## Area schemes\n\nAn area is written `scheme:code`.\n"
    yield ", ".join(f"`{scheme}`" for scheme in SCHEMES)
    yield ""


if __name__ == "__main__":
    OUT.write_text(reference(), encoding="utf-8")
    print(OUT)
