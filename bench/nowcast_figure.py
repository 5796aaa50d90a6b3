"""Draws the figure of the nowcast's README: `python -m bench.nowcast_figure > figure.svg`."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bench.nowcast import LEVEL, YEAR, _versions
from noroshi.core import weeks
from noroshi.domains.health.nowcast import model, products
from noroshi.domains.health.weekly import Weekly, weekly

WIDTH, HEIGHT, LEFT, TOP = 760, 250, 52, 44
SHOWN = (("syphilis", "Syphilis 梅毒"), ("pertussis", "Pertussis 百日咳"))
#: Colours told apart without seeing red and green (Okabe & Ito); the lines differ in form too.
FIRST, THEN, KNOWN = "#555555", "#0072B2", "#D55E00"
LEGEND = (
    (FIRST, 'stroke-dasharray="2 3"', "as first published 速報値"),
    (THEN, "", "nowcast of that week, 90 % 補正値"),
    (KNOWN, 'stroke-dasharray="7 3"', "with all later tables 年末に見た推定"),
)


def main() -> None:
    """Each disease's year in a panel of its own."""
    found = {one.disease: one for one in weekly([
        one for one in _versions()
        if "all_case" in one.series and one.key in {key for key, _ in SHOWN}
    ]).values()}  # fmt: skip
    parts = [panel(found[key], title, place) for place, (key, title) in enumerate(SHOWN)]
    total = 30 + HEIGHT * len(SHOWN)
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" role="img" '
        f'font-family="sans-serif" font-size="12" fill="#222"><title>Cases by week of {YEAR}: as '
        f"first published, corrected in the same week, and with all later tables</title>"
        f'<rect width="{WIDTH}" height="{total}" fill="#fff"/>{legend()}{"".join(parts)}</svg>'
    )


def legend() -> str:
    said = []
    for place, (colour, dash, text) in enumerate(LEGEND):
        x = LEFT + (0, 180, 430)[place]
        said.append(f'<path d="M{x} 16h26" stroke="{colour}" stroke-width="2" {dash}/>'
                    f'<text x="{x + 32}" y="20">{text}</text>')  # fmt: skip
    return "".join(said)


def panel(tables: Weekly, title: str, place: int) -> str:
    walked = model.walk(products.course_of(tables))
    begin, end = (weeks.number(weeks.name(YEAR, one)) - tables.first for one in (1, 52))
    rows = range(begin, end + 1)
    first = walked.course.counts[begin : end + 1, 0]
    then = [[part[0] for part in model.newest(walked, t, LEVEL)] for t in rows]
    mean, lower, upper = np.array(then).T
    _, known = model.curve(walked, end, len(rows), LEVEL)
    most = float(max(upper.max(), known.mean.max())) * 1.05
    bottom = 30 + HEIGHT * (place + 1) - 30
    height = HEIGHT - TOP - 20

    def points(values: Iterable[float]) -> list[str]:
        return [f"{LEFT + 13 * at:.0f} {bottom - height * value / most:.1f}"
                for at, value in enumerate(values)]  # fmt: skip

    def line(values: Iterable[float], colour: str, dash: str = "") -> str:
        return (f'<path d="M{"L".join(points(values))}" fill="none" stroke="{colour}" '
                f'stroke-width="2" {dash}/>')  # fmt: skip

    band = "L".join([*points(upper), *points(lower)[::-1]])
    step = 50 if most < 300 else 100
    grid = "".join(
        f'<path d="M{LEFT} {y:.1f}H{WIDTH - 20}" stroke="#ddd"/>'
        f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
        for value in range(0, int(most) + 1, step)
        for y in [bottom - height * value / most]
    )
    ticks = "".join(
        f'<text x="{LEFT + 13 * week - 13}" y="{bottom + 16}" text-anchor="middle">'
        f"W{week:02}</text>"
        for week in (1, 10, 20, 30, 40, 52)
    )
    return (
        f'<text x="{LEFT}" y="{bottom - height - 8}" font-weight="bold">{title}: cases by week, '
        f"country, {YEAR}</text>{grid}{ticks}"
        f'<path d="M{band}Z" fill="{THEN}" fill-opacity="0.2"/>'
        + line(first, *LEGEND[0][:2]) + line(mean, THEN) + line(known.mean, *LEGEND[2][:2])
    )  # fmt: skip


if __name__ == "__main__":
    main()
