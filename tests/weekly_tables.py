"""Weekly reports of infectious diseases as they are published, with counts that are made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from noroshi.core import weeks
from noroshi.core.prefectures import CODES, PREFECTURES

Counts = Callable[[int, str], int]
"""How many were notified, by number of the week since the first, and prefecture."""

#: Sentinel sites of each prefecture that report.
SITES = 50


def weekly_table(week: str, values: Mapping[str, Mapping[str, tuple[object, object]]], *,
                 sentinel: bool = False) -> bytes:  # fmt: skip
    """The table of a week, made on the Wednesday after: by disease (Japanese name) and code of
    the prefecture the two columns; "" is the country."""
    start = weeks.monday(week)
    made = start + timedelta(9)
    second = "定点当り" if sentinel else "累積"
    lines = [
        f"報告数・{second}報告数、疾病・都道府県別",
        f"{week[:4]}年{week[6:]}週({start:%m月%d日}～{start + timedelta(6):%m月%d日}),"
        f"{made:%Y年%m月%d日}作成",
        "," + ",,".join(values) + ",",
        "," + ",".join(f"報告,{'定当' if sentinel else '累積'}" for _ in values),
    ]
    for name, code in {"総数": "", **CODES}.items():
        cells = [str(one) for by_area in values.values() for one in by_area[code]]
        lines.append(",".join([name, *cells]))
    return ("\n".join(lines) + "\n").encode()


def all_case(week: int, first: int, counts: Mapping[str, Counts]) -> bytes:
    """The all-case table of the week with a number, of a year's course that began with `first`;
    nothing comes late."""
    begin = max(first, weeks.number(f"{weeks.numbered(week)[:4]}-W01"))
    values = {}
    for name, count in counts.items():
        by_area: dict[str, tuple[object, object]] = {}
        for code in PREFECTURES:
            year = [count(number - first, code) for number in range(begin, week + 1)]
            by_area[code] = year[-1], sum(year)
        columns = zip(*by_area.values(), strict=True)
        by_area[""] = tuple(sum(column) for column in columns)  # type: ignore[assignment,arg-type]
        values[name] = by_area
    return weekly_table(weeks.numbered(week), values)


def sentinel(week: int, first: int, counts: Mapping[str, Counts]) -> bytes:
    """The sentinel table of a week; every prefecture has `SITES` sites."""
    values = {}
    for name, count in counts.items():
        said = {code: count(week - first, code) for code in PREFECTURES}
        by_area: dict[str, tuple[object, object]] = {
            code: (one, f"{one / SITES:.2f}") for code, one in said.items()
        }
        total = sum(said.values())
        by_area[""] = total, f"{total / SITES / len(PREFECTURES):.2f}"
        values[name] = by_area
    return weekly_table(weeks.numbered(week), values, sentinel=True)
