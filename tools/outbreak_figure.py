"""`python tools/outbreak_figure.py`: draws the figure beside the README of health/detection."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np

from noroshi.core import weeks
from noroshi.domains.health.detection.farrington import IMPROVED, bounds

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NOROSHI_DATA") or ROOT.parent / "shared" / "data")
TARGET = ROOT / "src/noroshi/domains/health/detection/figure.svg"
WIDTH, HEIGHT, LEFT, FOOT = 760, 260, 40, 40
ROWS = range(281, 312)


def main() -> None:
    """Salmonella Agona in the last 31 weeks: counts, what is expected, bound, alarms."""
    path = DATA / "health" / "outbreak" / "salmonella_agona.csv"
    with path.open(encoding="utf-8") as file:
        counts = np.array([[float(row["observed"])] for row in csv.DictReader(file)])
    first = weeks.number("1990-W01")
    found = [bounds(counts, first, first + row, IMPROVED._replace(years=4)) for row in ROWS]
    wide = (WIDTH - LEFT - 10) / len(found)
    top = max(max(one.upper[0], counts[row, 0]) for one, row in zip(found, ROWS, strict=True)) + 1

    def x(at: float) -> float:
        return LEFT + wide * at

    def y(value: float) -> float:
        return float(HEIGHT - FOOT - (HEIGHT - FOOT - 24) * value / top)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="14">Salmonella Agona: cases (bars), expected (dashed), '
        "upper bound (line), alarm (▲)</text>",
    ]
    for value in range(0, int(top) + 1, 4):
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - 10}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>')  # fmt: skip  # noqa: E501
    for at, (one, row) in enumerate(zip(found, ROWS, strict=True)):
        count = counts[row, 0]
        parts.append(f'<rect x="{x(at) + 2:.1f}" y="{y(count):.1f}" width="{wide - 4:.1f}" '
                     f'height="{y(0) - y(count):.1f}" fill="#7a9cc6"/>')  # fmt: skip
        if one.alarm[0]:
            parts.append(f'<text x="{x(at + 0.5):.1f}" y="{y(count) - 4:.1f}" fill="#b30000" '
                         'text-anchor="middle">▲</text>')  # fmt: skip
        if at % 5 == 0:
            parts.append(f'<text x="{x(at + 0.5):.1f}" y="{HEIGHT - 22}" text-anchor="middle">'
                         f"{weeks.numbered(first + row)}</text>")  # fmt: skip
    upper = "".join(f"{'L' if at else 'M'}{x(at):.1f} {y(one.upper[0]):.1f}H{x(at + 1):.1f}"
                    for at, one in enumerate(found))  # fmt: skip
    mean = "L".join(f"{x(at + 0.5):.1f} {y(one.expected[0]):.1f}" for at, one in enumerate(found))
    parts += [f'<path d="{upper}" fill="none" stroke="#b30000" stroke-width="1.5"/>',
              f'<path d="M{mean}" fill="none" stroke="#333" stroke-dasharray="4 3"/>', "</svg>\n"]  # fmt: skip  # noqa: E501
    TARGET.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
