"""`python tools/alarms_figure.py`: draws the figure beside the README of health/alarms."""

from __future__ import annotations

import math
import os
from pathlib import Path

from noroshi.core.record import Action, Edition, Mode, Record, Version
from noroshi.core.time import FOREVER
from noroshi.domains.health.detection.products import Params, build
from noroshi.formats import Hints, read
from noroshi.kinds import decode

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NOROSHI_DATA") or ROOT.parent / "shared" / "data")
TARGET = ROOT / "src/noroshi/domains/health/alarms/figure.svg"
WIDTH, HEIGHT, LEFT, FOOT = 760, 280, 52, 40
MOST, SHARE, LEAST = 400, 0.05, 1e-8


def main() -> None:
    """The least p-values of the newest week of the real tables, in order, and the line under which
    Benjamini and Hochberg reject."""
    found = sorted(_p_values())
    below = max((n for n, p in enumerate(found, 1) if p <= SHARE * n / len(found)), default=0)

    def x(number: float) -> float:
        return LEFT + (WIDTH - LEFT - 10) * number / MOST

    def y(p: float) -> float:
        share = math.log10(max(p, LEAST)) / math.log10(LEAST)
        return 26 + (HEIGHT - FOOT - 26) * share

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="14">2024-W52: the {MOST} least of {len(found)} p-values; '
        f"{below} lie under the line of a false discovery rate of {SHARE:g} (▲)</text>",
    ]
    for power in range(0, 9, 2):
        parts.append(
            f'<path d="M{LEFT} {y(10.0**-power):.1f}H{WIDTH - 10}" stroke="#ddd"/><text '
            f'x="{LEFT - 6}" y="{y(10.0**-power) + 4:.1f}" text-anchor="end">1e-{power}</text>'
        )
    for number in range(0, MOST + 1, 100):
        parts.append(
            f'<text x="{x(number):.1f}" y="{HEIGHT - 22}" text-anchor="middle">{number}</text>'
        )
    for number, p in enumerate(found[:MOST], 1):
        shape = ("M{0:.1f} {1:.1f}l3 5h-6z", "#b30000") if number <= below else (
            "M{0:.1f} {1:.1f}m-1.5 0h3v3h-3z", "#7a9cc6")  # fmt: skip
        parts.append(f'<path d="{shape[0].format(x(number), y(p))}" fill="{shape[1]}"/>')
    line = "L".join(f"{x(n):.1f} {y(SHARE * n / len(found)):.1f}" for n in range(1, MOST + 1, 5))
    parts += [f'<path d="M{line}" fill="none" stroke="#333" stroke-dasharray="4 3"/>', "</svg>\n"]
    TARGET.write_text("\n".join(parts), encoding="utf-8")


def _p_values() -> list[float]:
    tables: dict[str, list[Version]] = {}
    for path in sorted((DATA / "health" / "idwr").glob("*-*.csv")):
        for edition in read(path.read_bytes(), Hints(name=path.name)).editions:
            for record in edition.records:
                tables.setdefault(edition.series, []).append(_version(edition, record))
    found = []
    for versions in tables.values():
        for edition in build({"health.notifications": versions}, Params()):
            body = decode("health.detection", edition.records[0].body)
            if body.week == "2024-W52":
                found += [one.p_value for one in body.areas if one.p_value is not None]
    return found


def _version(edition: Edition, record: Record) -> Version:
    number = edition.issued // 1_000_000
    return Version(
        id=number, kind=record.kind, key=record.key, series=edition.series, mode=Mode.ACTUAL,
        action=Action.ISSUE, issued=edition.issued, serial=0, recorded=0,
        valid_from=edition.issued, valid_to=FOREVER, ended_at=FOREVER, ended_recorded=FOREVER,
        label=0, source="", message=None, area=None, geometry=None, confidence=None, basis=(),
        body=record.body,
    )  # fmt: skip


if __name__ == "__main__":
    main()
