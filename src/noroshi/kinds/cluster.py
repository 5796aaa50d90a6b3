"""Neighbouring prefectures with more cases of a disease than they usually have."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


@kind(
    "health.cluster",
    en="Space-time cluster of an infectious disease",
    ja="感染症の時空間集積",
    layer="medical",
)
class Cluster(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Prefectures that lie together and weeks up to the newest in which cases are more than the
    place and the time by themselves explain. Key: the disease's code, a slash, and a number from
    1, the most unlikely first.
    """

    disease: Annotated[str, note("疾病コード", "code of the disease (noroshi.kinds.diseases)")]
    name: Annotated[str, note("疾病名", "name of the disease as written")]
    system: Annotated[str, note("調査の種類", "all_case (全数把握) or sentinel (定点把握)")]
    week: Annotated[str, note("報告週", "newest ISO week that it rests on")]
    codes: Annotated[
        list[str], note("都道府県", "JIS X 0401 codes, the centre of the circle first")
    ]
    first: Annotated[str, note("最初の週", "first ISO week of the cluster")]
    last: Annotated[str, note("最後の週", "last ISO week of the cluster, the newest")]
    observed: Annotated[int, note("報告数", "cases in it")]
    expected: Annotated[float, note("期待数", "cases that place and time lead one to expect")]
    relative_risk: Annotated[
        float, note("相対リスク", "observed to expected inside, against the same outside")
    ]
    log_likelihood_ratio: Annotated[
        float, note("対数尤度比", "Kulldorff's, as if cases were independent (Poisson)")
    ]
    dispersion: Annotated[
        float,
        note(
            "過分散",
            "how many times more than independent cases a place like this usually varies",
        ),
    ] = 1.0
    p_value: Annotated[
        float,
        note("p値", "how often chance gives one as unlikely, anywhere, when there is none"),
    ]
    radius: Annotated[float, note("半径", "distance of its farthest centre, km")] = 0.0
    reference: Annotated[
        str,
        note("比較対象", "season: the same weeks of earlier years; past: all weeks before"),
    ] = "past"
    reference_weeks: Annotated[int, note("比較週数", "weeks that it is compared with")] = 0
