"""What stands in the cells of tick sheets: counts, ticks, tallies, ages."""

from __future__ import annotations

from noroshi.formats.japanese import half_width, number

#: Strokes of 正, which people tally in fives with.
_STROKES = {"一": 1, "丅": 2, "丁": 2, "下": 3, "止": 4, "正": 5}
_NONE = {"-", "--", "なし", "無", "0件", "0人", "none", "nil"}
_UNKNOWN = {"", "...", "…", "不明", "未集計", "n/a", "na", "unknown", "?"}
_TICKED = {
    "x",
    "v",
    "/",
    "y",
    "yes",
    "true",
    "checked",
    "tick",
    "ticked",
    "1",
    "1.0",
    "はい",
    "有",
    "あり",
}
_TICKED |= set("○◯〇◎●レ✓✔☑■")
_UNTICKED = {"", "0", "0.0", "n", "no", "false", "-", "×", "✕", "□", "☐", "無", "なし", "いいえ"}
#: No team sees more in a day, no shelter holds more.
MOST = 1_000_000


def count(cell: str) -> int | None:
    """A count: digits of any width, a tally of 正, 「-」 for none; None where it was not counted.
    Raises ValueError."""
    plain = half_width(cell).strip().lower()
    if plain in _UNKNOWN:
        return None
    if plain in _NONE:
        return 0
    if len(plain) < 200 and all(one in _STROKES for one in plain):
        return sum(map(_STROKES.__getitem__, plain))
    value = number(plain.removesuffix("人").removesuffix("名").removesuffix("件"))
    if value != int(value) or not 0 <= value <= MOST:
        raise ValueError(f"not a count of persons: {cell[:40]!r}")
    return int(value)


def ticked(cell: str) -> bool:
    """Whether a box is ticked. Raises ValueError where that is not clear."""
    plain = half_width(cell).strip().lower()
    if plain in _TICKED:
        return True
    if plain in _UNTICKED:
        return False
    # Not what stands there: it may be of a person.
    raise ValueError("neither ticked (1, ○, ✓, x) nor empty")


def ages_of(group: str, age: str, draft: bool) -> tuple[str, ...]:
    """Fields that a person of this age group (MDSa) or age in years counts under.

    MDSa: 1 under 1, 2 from 1 to 4, 3 from 5 to 17, 4 from 18 to 64, 5 from 65 on; in the draft of
    2017 3 is 5 to 64 and 4 from 65 on. The age, where given, says more. Raises ValueError.
    """
    plain = half_width(age).strip().removesuffix("歳")
    if plain:
        years = number(plain)
        if not 0 <= years < 130:
            raise ValueError("not an age in years")
        return _by_years(years)
    plain = half_width(group).strip()
    if not plain:
        return ()
    classes: tuple[tuple[str, ...], ...] = (
        (("infants", "children"), ("children",), (), ("elderly",)) if draft
        else (("infants", "children"), ("children",), ("minors",), ("adults",), ("elderly",))
    )  # fmt: skip
    if not plain.isdigit() or not 1 <= int(plain) <= len(classes):
        raise ValueError("not an age group of MDSa")
    return classes[int(plain) - 1]


def _by_years(years: float) -> tuple[str, ...]:
    if years < 1:
        return "infants", "children"
    if years < 5:
        return ("children",)
    return ("minors",) if years < 18 else ("adults",) if years < 65 else ("elderly",)


_SEXES = {
    **dict.fromkeys(("1", "男", "男性", "male", "m"), "male"),
    **dict.fromkeys(("2", "女", "女性", "female", "f", "femalenon-pregnant"), "female"),
    **dict.fromkeys(("3", "妊婦", "pregnant", "femalepregnant"), "pregnant"),
}


def sex_of(cell: str) -> str:
    """The field of MDS 1–3, or nothing where it is not said. Raises ValueError."""
    plain = "".join(half_width(cell).lower().split())
    if not plain:
        return ""
    if plain not in _SEXES:
        raise ValueError("not 1 (male), 2 (female) or 3 (pregnant)")
    return _SEXES[plain]
