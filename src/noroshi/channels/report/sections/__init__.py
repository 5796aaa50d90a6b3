"""The items of a report, in the order of the Cabinet Office's EEI: one function each.

内閣府（防災担当）「災害対応基本共有情報（EEI）」第1版 (2023), 第1.1版 (2025).
"""

from __future__ import annotations

from collections.abc import Callable

from noroshi.channels.report.facts import Facts
from noroshi.channels.report.model import Section
from noroshi.channels.report.sections.damage import buildings, form_four, human
from noroshi.channels.report.sections.lifelines import gas, power, telecom, water_supply
from noroshi.channels.report.sections.people import isolation, shelters
from noroshi.channels.report.sections.places import cyber, incidents, medical, roads
from noroshi.channels.report.sections.warnings import orders, rivers, warnings

SECTIONS: tuple[Callable[[Facts], Section], ...] = (
    warnings, orders, human, buildings, shelters, isolation, roads, power, water_supply, gas,
    telecom, medical, rivers, incidents, cyber, form_four,
)  # fmt: skip
