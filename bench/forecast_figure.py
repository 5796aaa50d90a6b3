"""The figure of `health/forecast`: fans of forecasts over two seasons of influenza."""

from __future__ import annotations

import numpy as np

from noroshi.core import weeks
from noroshi.domains.health.forecast.quantiles import Values

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 330, 46, 40, 34
#: Bands by the places of their ends among the levels, and how dense they are drawn.
BANDS = ((1, 21, 0.18), (3, 19, 0.24), (6, 16, 0.36))
FROM, TO, EVERY = "2023-W30", "2025-W11", 4


def draw(first: int, values: Values, quantiles: Values) -> str:
    """SVG: what was observed, and every fourth week what was said of the four that follow."""
    begin, end = weeks.number(FROM) - first, weeks.number(TO) - first
    top = max(float(np.nanmax(values[begin : end + 1])),
              float(np.nanmax(quantiles[begin : end + 1, :, 21]))) * 1.03  # fmt: skip
    top = min(top, 80.0)

    def x(place: float) -> float:
        return round(LEFT + (place - begin) / (end - begin) * (WIDTH - LEFT - 12), 1)

    def y(value: float) -> float:
        return round(TOP + (1 - min(value, top) / top) * (HEIGHT - TOP - BOTTOM), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="11">',
        "<title>Influenza in Japan, cases for each sentinel site in a week: observed, and forecasts"
        " of one to four weeks</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        '<text x="46" y="16" font-size="13">Influenza, cases for each sentinel site: observed, and'
        " every fourth week the forecast of the next four</text>",
        '<text x="46" y="31" fill="#555">bands: 50, 80 and 95 % intervals; white line: median; '
        "black: what came (定点当たり報告数)</text>",
    ]
    for value in range(0, int(top) + 1, 20):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{y(value)}" y2="{y(value)}" '
                     f'stroke="#ddd"/><text x="{LEFT - 6}" y="{y(value) + 4}" '
                     f'text-anchor="end">{value}</text>')  # fmt: skip
    for place in range(begin, end + 1):
        name = weeks.numbered(first + place)
        if name[-2:] in ("01", "14", "27", "40"):
            parts.append(f'<line x1="{x(place)}" x2="{x(place)}" y1="{HEIGHT - BOTTOM}" '
                         f'y2="{HEIGHT - BOTTOM + 5}" stroke="#555"/><text x="{x(place)}" '
                         f'y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{name}</text>'
                         )  # fmt: skip
    for place in range(begin, end - 3, EVERY):
        fan = quantiles[place]
        steps = range(5)
        for low, high, dense in BANDS:
            lower = [values[place], *fan[:, low]]
            upper = [values[place], *fan[:, high]]
            points = [f"{x(place + step)},{y(upper[step])}" for step in steps]
            points += [f"{x(place + step)},{y(lower[step])}" for step in reversed(steps)]
            parts.append(f'<polygon points="{" ".join(points)}" fill="#0a5fb4" '
                         f'fill-opacity="{dense}"/>')  # fmt: skip
        middle = [values[place], *fan[:, 11]]
        points = [f"{x(place + step)},{y(middle[step])}" for step in steps]
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="#fff" '
                     'stroke-width="1.5"/>')  # fmt: skip
    points = [f"{x(place)},{y(values[place])}" for place in range(begin, end + 1)]
    parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="#000" '
                 'stroke-width="1.6"/>')  # fmt: skip
    return "\n".join([*parts, "</svg>"]) + "\n"
