"""Draws the risk matrix of a sample of health/disaster_risk: `python tools/risk_matrix.py FILE`."""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from noroshi.domains import folder, get
from noroshi.domains.health.disaster_risk.diseases import grade
from noroshi.domains.samples import inputs_of
from noroshi.kinds import decode
from noroshi.kinds.infection_risk import InfectionRisk

NAME, CASE = "health/disaster_risk", "quake"
_WIDE, _HIGH = 230, 130
#: Colour never alone: each cell says its grade.
_FILL = {1: "#f2f2ff", 2: "#fae696", 3: "#ff9900"}


def draw(body: InfectionRisk) -> str:
    """Likelihood across, importance up, each disease in its cell."""
    parts = []
    for likelihood in (1, 2, 3):
        for importance in (1, 2, 3):
            x, y = 60 + (likelihood - 1) * _WIDE, 10 + (3 - importance) * _HIGH
            risk = grade(likelihood, importance)
            parts.append(f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{_HIGH}" '
                         f'fill="{_FILL[risk]}" stroke="#fff"/><text x="{x + _WIDE - 8}" '
                         f'y="{y + 16}" text-anchor="end" fill="#555">{risk}</text>')  # fmt: skip
            names = [one.name for one in body.cells
                     if (one.likelihood, one.importance) == (likelihood, importance)]  # fmt: skip
            parts += [f'<text x="{x + 8}" y="{y + 18 + 16 * row}">{escape(name)}</text>'
                      for row, name in enumerate(names)]  # fmt: skip
    parts += [f'<text x="{60 + _WIDE * (at - 0.5):.0f}" y="418" text-anchor="middle">{at}</text>'
              f'<text x="48" y="{15 + _HIGH * (3.5 - at):.0f}" text-anchor="end">{at}</text>'
              for at in (1, 2, 3)]  # fmt: skip
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 770 450" font-size="13" '
        'font-family="sans-serif"><rect width="770" height="450" fill="#fff"/>'
        + "".join(parts)
        + '<text x="405" y="442" text-anchor="middle">流行する可能性 likelihood</text>'
        '<text transform="translate(22 205) rotate(-90)" text-anchor="middle">公衆衛生上の重要性 '
        "importance</text></svg>\n"
    )


if __name__ == "__main__":
    inputs = inputs_of(NAME, folder(NAME) / "samples" / CASE)
    declared = get(NAME)
    (edition,) = declared.load_build()(inputs, declared.load_params()())
    record = edition.records[0]
    Path(sys.argv[1]).write_text(draw(decode(record.kind, record.body)), encoding="utf-8")
