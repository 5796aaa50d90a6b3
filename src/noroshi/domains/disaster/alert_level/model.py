"""Which alert level a warning stands for.

Since May 2026 the level is part of a warning's name (レベル４大雨危険警報: 気象庁
「新たな防災気象情報について（令和８年～）」,
https://www.jma.go.jp/jma/kishou/know/bosai/keiho-update2026/index.html) and is taken as printed.

Before that, the correspondence of warnings and levels was published as a table: 内閣府（防災担当）
「避難情報に関するガイドライン」令和3年5月, 警戒レベル相当情報, and 気象庁
「防災気象情報と警戒レベルとの対応について」
(https://www.jma.go.jp/jma/kishou/know/bosai/alertlevel.html). Levels exist for flood, inundation,
sediment disaster and storm surge only; storm, snow, waves, thunder … have none. Those of flood are
the four kinds of 指定河川洪水予報 (国土交通省・気象庁).
"""

from __future__ import annotations

from noroshi.kinds.river import FloodWarning
from noroshi.kinds.weather import WarningKind

PRINTED = "printed"
DERIVED = "derived"

LANDSLIDE_ALERT = 4  # 土砂災害警戒情報
SURGE_ADVISORY_BEFORE_WARNING = 3  # 高潮注意報 that announces a change to 高潮警報

#: (hazard, category) to level, for warnings in which no level is printed.
TABLE: dict[tuple[str, str], int] = {
    ("大雨", "emergency"): 5,
    ("大雨", "warning"): 3,
    ("大雨", "advisory"): 2,
    ("洪水", "warning"): 3,
    ("洪水", "advisory"): 2,
    ("高潮", "emergency"): 4,
    ("高潮", "warning"): 4,
    ("高潮", "advisory"): 2,
}

#: Kind of a flood forecast to level, where the telegram prints none.
FLOODS = {"氾濫発生情報": 5, "氾濫危険情報": 4, "氾濫警戒情報": 3, "氾濫注意情報": 2}
#: What the levels of flood forecasts are called since 2026: 特別警報, 危険警報, 警報, 注意報.
_CALLED = {5: "emergency", 4: "danger", 3: "warning", 2: "advisory"}


def level_of(warning: WarningKind, inundation: int) -> tuple[int | None, str]:
    """The level of a weather warning, and whether it is printed or derived.

    `inundation`: the level of a 大雨警報 for inundation alone (浸水害), for which the table has
    none. (None, "") for a warning for which no level is defined.
    """
    if warning.level is not None:
        return warning.level, PRINTED
    level = TABLE.get((warning.hazard, warning.category))
    if level is None:
        return None, ""
    if warning.hazard == "大雨" and warning.category == "warning" and warning.condition == "浸水害":
        return inundation, DERIVED
    if (
        warning.hazard == "高潮"
        and warning.category == "advisory"
        and any("高潮警報に切り替え" in one for one in warning.next)
    ):
        return SURGE_ADVISORY_BEFORE_WARNING, DERIVED
    return level, DERIVED


def landslide_level(alert: WarningKind) -> tuple[int, str]:
    """The level of a landslide alert, and whether it is printed or derived."""
    if alert.level is not None:
        return alert.level, PRINTED
    return LANDSLIDE_ALERT, DERIVED


def flood_level(forecast: FloodWarning) -> tuple[int | None, str, str]:
    """The level of a flood forecast in force, its category, and whether the level is printed or
    derived. None for a kind that is not one of the four and prints no level."""
    if forecast.level is not None:
        return forecast.level, _CALLED.get(forecast.level, ""), PRINTED
    level = next((level for name, level in FLOODS.items() if forecast.kind.startswith(name)), None)
    return level, _CALLED.get(level or 0, ""), DERIVED if level else ""
