"""Draws the figures of two READMEs from the real tables: `python -m bench.spread_figure
reproduction > figure.svg`, or `clusters`."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np

from bench.spread import _DATA, _versions
from noroshi.core import weeks
from noroshi.domains.health.clusters import products as clusters
from noroshi.domains.health.clusters.places import OFFICES
from noroshi.domains.health.reproduction.intervals import SERIAL
from noroshi.domains.health.reproduction.model import Prior, nodes_of, quantile
from noroshi.domains.health.reproduction.model import weekly as posterior_of
from noroshi.domains.health.weekly import Weekly, weekly

WIDTH, HEIGHT, LEFT = 760, 200, 48
#: Colours told apart without seeing red and green (Okabe & Ito); form differs too.
LINE, CASES, OUT = "#0072B2", "#999999", "#D55E00"
_STYLE = 'font-family="sans-serif" font-size="12" fill="#222"'


def main() -> None:
    """The figure that is asked for."""
    tables = {one.disease: one for one in weekly(_versions(_DATA / "idwr")).values()}
    print(_reproduction(tables) if sys.argv[1] == "reproduction" else _clusters(tables["covid19"]))


def _svg(title: str, height: int, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'{_STYLE}><title>{title}</title><rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        + "\n".join(parts) + "</svg>"
    )  # fmt: skip


# --- reproduction -------------------------------------------------------------------------------


def _reproduction(tables: dict[str, Weekly]) -> str:
    shown = (("influenza", "Influenza インフルエンザ"), ("covid19", "COVID-19"),
             ("hfmd", "Hand, foot and mouth disease 手足口病"))  # fmt: skip
    parts = [_panel(tables[key], title, place) for place, (key, title) in enumerate(shown)]
    said = ("Line and band: reproduction number in Japan, 95 %. Bars: cases at sentinel sites. "
            "線と帯＝実効再生産数、棒＝定点報告数")  # fmt: skip
    parts.append(f'<text x="{LEFT}" y="16">{said}</text>')
    return _svg("Reproduction numbers of three diseases in Japan, 2023–2024",
                30 + HEIGHT * len(shown), parts)  # fmt: skip


def _panel(table: Weekly, title: str, place: int) -> str:
    found = posterior_of(table.counts[:, :1].T, nodes_of(SERIAL[table.disease]), 2, Prior(), 0.01)
    mean = np.where(found.known, found.mean(), np.nan)[0]
    low, high = quantile(found, 0.025)[0], quantile(found, 0.975)[0]
    cases = table.counts[:, 0]
    begin = weeks.number("2023-W16")
    step = (WIDTH - LEFT - 20) / 89
    bottom, height = 30 + HEIGHT * (place + 1) - 26, HEIGHT - 60

    def x(row: int) -> float:
        return LEFT + step * (table.first - begin + row + 0.5)

    def y(value: float) -> float:
        return bottom - height * (min(value, 2.0) - 0.4) / 1.6

    rows = [row for row in range(len(mean)) if not np.isnan(mean[row])]
    bars = "".join(
        f'<path d="M{x(row):.1f} {bottom}v-{height * cases[row] / np.nanmax(cases):.1f}"/>'
        for row in range(len(cases))
    )
    band = "L".join([f"{x(row):.1f} {y(high[row]):.1f}" for row in rows]
                    + [f"{x(row):.1f} {y(low[row]):.1f}" for row in reversed(rows)])  # fmt: skip
    line = "L".join(f"{x(row):.1f} {y(mean[row]):.1f}" for row in rows)
    grid = "".join(
        f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - 20}" '
        f'stroke="{"#555" if value == 1 else "#ddd"}"/>'
        f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        for value in (0.5, 1, 1.5, 2)
    )
    ticks = "".join(
        f'<text x="{x(weeks.number(week) - table.first):.0f}" y="{bottom + 16}" '
        f'text-anchor="middle">{week}</text>'
        for week in ("2023-W20", "2023-W36", "2024-W01", "2024-W18", "2024-W35", "2024-W50")
    )
    return (
        f'<text x="{LEFT}" y="{bottom - height - 6}" font-weight="bold">{title}</text>'
        f'<g stroke="{CASES}" stroke-opacity="0.45" stroke-width="{step - 1.5:.1f}">{bars}</g>'
        f'{grid}{ticks}<path d="M{band}Z" fill="{LINE}" fill-opacity="0.25"/>'
        f'<path d="M{line}" fill="none" stroke="{LINE}" stroke-width="2"/>'
    )


# --- clusters -----------------------------------------------------------------------------------


def _clusters(table: Weekly) -> str:
    compared = clusters.compared(table, clusters.Params())
    if compared is None:
        raise SystemExit("too few weeks")
    found = clusters.clusters(table.disease, compared, clusters.Params())
    length = found[0].weeks if found else len(compared.newest)
    seen = compared.newest[-length:].sum(0)
    areas = compared.reference.sum(0) + compared.newest.sum(0)
    usual = areas * seen.sum() / areas.sum()
    height, parts = 570, []

    def at(code: str) -> tuple[float, float]:
        latitude, longitude = OFFICES[code]
        if code == "47":  # far away: drawn nearer, in a box of its own
            return 470, 520
        return 40 + (longitude - 129) * 46, 540 - (latitude - 31) * 36

    inside = {compared.codes[area]: number for number, one in enumerate(found, start=1)
              for area in one.areas}  # fmt: skip
    for code, observed, expected in zip(compared.codes, seen, usual, strict=True):
        left, top = at(code)
        ratio = observed / expected
        mark = (f'fill="{OUT}" fill-opacity="0.75" stroke="#000" stroke-width="2"' if code in inside
                else f'fill="{LINE}" fill-opacity="0.35" stroke="{LINE}"')  # fmt: skip
        parts.append(f'<circle cx="{left:.0f}" cy="{top:.0f}" r="{7 * ratio**0.5:.1f}" {mark}>'
                     f"<title>{code}: {observed} / {expected:.0f}</title></circle>")  # fmt: skip
        if code in inside:
            west = OFFICES[code][1] < 140.5  # the name on the side where the sea is
            parts.append(
                f'<text x="{left - 14 if west else left + 14:.0f}" y="{top + 4:.0f}" '
                f'text-anchor="{"end" if west else "start"}" font-weight="bold">'
                f"{inside[code]}: ×{ratio:.2f}</text>"
            )
    parts.append('<path d="M440 495h60v50h-60z" fill="none" stroke="#bbb"/>')
    said = [f"COVID-19, {length} weeks to {weeks.numbered(table.last)}: cases in each prefecture "
            "against what place and time lead one to expect",
            "Area of circles: observed / expected; orange with a number: a cluster. "
            "円の面積＝報告数／期待数、橙と番号＝集積"]  # fmt: skip
    for number, one in enumerate(found, start=1):
        said.append(f"{number}: {one.observed:,} cases, {one.expected:,.0f} expected, "
                    f"p = {one.p_value:.2g}")  # fmt: skip
    parts += [f'<text x="20" y="{20 + 18 * row}">{text}</text>' for row, text in enumerate(said)]
    return _svg("A cluster of COVID-19 in the north of Japan, end of 2024", height, parts)


if __name__ == "__main__":
    main()
