"""Indicators: one number about an area, an organisation or a subject."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


@kind("report.indicator", en="Indicator", ja="指標", layer="reports")
class Indicator(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number with its unit, and what it is about."""

    name: Annotated[str, note("指標名（英語）", "what is measured, in English")]
    name_ja: Annotated[str, note("指標名", "what is measured, in Japanese")]
    subject: Annotated[str, note("対象", "the area, organisation or thing it is about")]
    value: Annotated[float, note("値", "the value, in `unit`")]
    unit: Annotated[str, note("単位", "SI unit symbol; 1 for a count or a ratio")] = "1"
