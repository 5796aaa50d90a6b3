"""Small cells of the real weekly tables: how much is kept back, and what an attack still finds.

`python -m bench.disclosure FILE` draws the figure of the product's README.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from bench.data import DATA
from bench.result import Result, skipped
from noroshi.domains.health.disclosure.audit import audit
from noroshi.domains.health.disclosure.model import disclose
from noroshi.domains.health.disclosure.products import codes_of, disclosed, tables_of
from noroshi.formats import Hints, read
from noroshi.kinds import decode
from noroshi.kinds.notifications import Notifications
from noroshi.kinds.notifications_disclosed import NotificationsDisclosed

TABLES = DATA / "health" / "idwr"
THRESHOLDS = (5, 10)
#: Diseases whose year the attack is run on here (all of them take minutes).
ATTACKED = ("ehec", "measles", "influenza", "hepatitis_e", "syphilis")
Key = tuple[str, str, str]
Years = Mapping[Key, Sequence[Notifications]]


def run(big: bool) -> list[Result]:
    """Shares kept back of the tables as published; no small count that the attack narrows."""
    if not TABLES.is_dir():
        return skipped("disclosure", f"no {TABLES}")
    found, years = [], real_years()
    for threshold in THRESHOLDS:
        begun = process_time()
        said = {key: told(bodies, threshold) for key, bodies in years.items()}
        spent = process_time() - begun
        counted = shares(years, said, threshold)
        found += [Result(f"threshold {threshold}: {what}", f"{share:.1%}", note=note)
                  for what, share, note in counted]  # fmt: skip
        found.append(Result(f"threshold {threshold}: 89 weeks of all diseases", f"{spent:.1f} s"))
        some = [key for key in years if big or (key[1] in ATTACKED and key[2] == "2024")]
        cells, narrowed = attack({key: years[key] for key in some}, said, threshold)
        found.append(Result(
            f"threshold {threshold}: small cells narrowed by the attack", str(narrowed), "0",
            narrowed == 0, f"of {cells}, {len(some)} disease-years",
        ))  # fmt: skip
    return found


def real_years() -> dict[Key, list[Notifications]]:
    """The tables by system, disease and year, in the order of their weeks."""
    found: dict[Key, list[Notifications]] = {}
    for path in sorted(TABLES.glob("*-*-*.csv")):
        for edition in read(path.read_bytes(), Hints(name=path.name)).editions:
            for record in edition.records:
                body: Notifications = decode(record.kind, record.body)
                key = body.system, body.disease, body.week[:4]
                found.setdefault(key, []).append(body)
    return {key: sorted(bodies, key=lambda one: one.week) for key, bodies in found.items()}


def told(bodies: Sequence[Notifications], threshold: int) -> list[NotificationsDisclosed]:
    """What is told of a disease's year."""
    codes = codes_of(bodies)
    return [
        disclosed(body, codes, one, threshold)
        for body, one in zip(bodies, disclose(tables_of(bodies), threshold), strict=True)
    ]


def shares(
    years: Years, said: Mapping[Key, Sequence[NotificationsDisclosed]], threshold: int
) -> list[tuple[str, float, str]]:
    """What share of values above 0 is kept back; of small ones all are."""
    counted: Counter[tuple[str, str]] = Counter()
    for key, bodies in years.items():
        for body, one in zip(bodies, said[key], strict=True):
            rows: list[tuple[Any, Any]] = [(body, one), *zip(body.areas, one.areas, strict=True)]
            for place, (true, shown) in enumerate(rows):
                where = "prefectures" if place else "country"
                for name in ("count", "cumulative"):
                    value = getattr(true, name)
                    if not value or (name == "cumulative" and key[2] != "2024"):
                        continue
                    what = f"{key[0]} {name} {where}"
                    counted[what, "all"] += 1
                    counted[what, "small"] += value < threshold
                    counted[what, "kept"] += name in shown.suppressed
    return [
        (what, counted[what, "kept"] / counted[what, "all"],
         f"{counted[what, 'kept']} of {counted[what, 'all']}; small {counted[what, 'small']}")
        for what, which in sorted(counted) if which == "all"
    ]  # fmt: skip


def attack(
    years: Years, said: Mapping[Key, Sequence[NotificationsDisclosed]], threshold: int
) -> tuple[int, int]:
    """How many small counts there are, and of how many more is known than that they are small."""
    cells = narrowed = 0
    for key, bodies in years.items():
        truth = {(body.week, code): count or 0 for body in bodies for code, count in
                 [("", body.count), *((one.code, one.count) for one in body.areas)]}  # fmt: skip
        marks = {one.week: sum("count" in area.suppressed for area in one.areas)
                 for one in said[key]}  # fmt: skip
        for one in audit(said[key], bodies, threshold - 1):
            count = truth[one.week, one.code]
            if count >= threshold:
                continue
            cells += 1
            least = 1 if one.code else max(1, min(marks[one.week], count))
            narrowed += one.low > least or one.high < threshold - 1
    return cells, narrowed


def draw(years: Years, code: str = "ehec", threshold: int = 10) -> str:
    """A year of a disease as SVG: a square for each week and prefecture."""
    bodies = years["all_case", code, "2024"]
    said = told(bodies, threshold)
    size, left, top = 11, 84, 42
    paths: dict[str, list[str]] = {"zero": [], "told": [], "small": [], "also": []}
    for column, (body, one) in enumerate(zip(bodies, said, strict=True)):
        pairs: list[tuple[Any, Any]] = [(body, one), *zip(body.areas, one.areas, strict=True)]
        for row, (true, shown) in enumerate(pairs):
            back = "count" in shown.suppressed
            what = ("small" if (true.count or 0) < threshold else "also") if back else (
                "told" if true.count else "zero")  # fmt: skip
            x, y = left + column * size, top + row * size + (4 if row else 0)
            paths[what].append(f"M{x} {y}h9v9h-9z")
    width, height = left + 52 * size + 10, top + 48 * size + 14
    colours = {"zero": "#eeeeee", "told": "#0072B2", "small": "#D55E00", "also": "#F0C808"}
    names = {"zero": "0 (told)", "told": "told", "small": f"kept back: 1–{threshold - 1}",
             "also": f"kept back to protect: ≥ {threshold}"}  # fmt: skip
    text = '<text x="{}" y="{}" font-size="10" font-family="sans-serif">{}</text>'
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
             f'<rect width="{width}" height="{height}" fill="#fff"/>',
             text.format(4, 14, f"{bodies[0].name} 2024: by week and prefecture")]  # fmt: skip
    lines.append(f'<rect x="{left - 2}" y="{top - 2}" width="{len(bodies) * size + 2}" '
                 f'height="{48 * size + 6}" fill="{colours["zero"]}"/>')  # fmt: skip
    for place, (what, squares) in enumerate(paths.items()):
        if what != "zero":
            lines.append(f'<path fill="{colours[what]}" d="{"".join(squares)}"/>')
        lines.append(f'<rect x="{left + place * 140}" y="22" width="9" height="9" '
                     f'fill="{colours[what]}"/>')  # fmt: skip
        lines.append(text.format(left + place * 140 + 13, 30, names[what]))
    labels = [
        (0, "Japan"),
        (1, "01 Hokkaido"),
        (13, "13 Tokyo"),
        (27, "27 Osaka"),
        (47, "47 Okinawa"),
    ]
    lines += [text.format(4, top + row * size + (12 if row else 8), name) for row, name in labels]
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(real_years()), encoding="utf-8")
