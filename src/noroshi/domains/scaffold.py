"""`noroshi new`: write the folder of a new capability that keeps the contract from the start.

The folder is a small working product (bulletins in force by office) to be replaced part by part.
"""

from __future__ import annotations

import keyword
from pathlib import Path
from string import Template

from noroshi.core.capability import series_prefix
from noroshi.core.errors import NoroshiError
from noroshi.domains import FIELDS

_TEMPLATE = Path(__file__).parent / "template"


def write_capability(root: Path, name: str) -> list[Path]:
    """Write `root/<field>/<name>/` for `name` = `field/name`, and return the files written.

    `root` is `src/noroshi/domains` of a checkout, or the package of someone outside. Nothing is
    ever overwritten. Raises NoroshiError for a name that cannot be, or a folder that exists.
    """
    series_prefix(name)
    field, _, short = name.partition("/")
    if field not in FIELDS:
        raise NoroshiError(
            f"no field {field!r}", where=name, remedy=f"choose one of {', '.join(FIELDS)}"
        )
    if keyword.iskeyword(short):
        raise NoroshiError(f"{short!r} is a word of Python itself", where=name)
    folder = root / field / short
    if folder.exists():
        raise NoroshiError(
            "there is already such a folder", where=str(folder), remedy="choose another name"
        )
    written = []
    for source in sorted(_TEMPLATE.rglob("*")):
        if not source.is_file():
            continue
        relative = source.relative_to(_TEMPLATE).as_posix()
        relative = relative.removesuffix(".txt").replace("test_capability", f"test_{short}")
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        text = Template(source.read_text(encoding="utf-8"))
        target.write_text(text.substitute(name=name, field=field, short=short), encoding="utf-8")
        written.append(target)
    return written
