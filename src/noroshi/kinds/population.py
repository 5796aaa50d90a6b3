"""Population: how many live where, by grid square."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import LayerTitle, Scalar, kind, note


@kind(
    "infrastructure.population_mesh",
    en="Population of a grid square",
    ja="地域メッシュ別人口",
    layer="facilities",
)
class PopulationMesh(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Residents of one grid square (JIS X 0410). A count is None where it was kept secret."""

    code: Annotated[str, note("メッシュコード", "code of the grid square, JIS X 0410")]
    persons: Annotated[int | None, note("人口", "residents [persons]")] = None
    age_0_14: Annotated[int | None, note("0〜14歳", "residents aged 0–14 [persons]")] = None
    age_15_64: Annotated[int | None, note("15〜64歳", "residents aged 15–64 [persons]")] = None
    age_65_74: Annotated[int | None, note("65〜74歳", "residents aged 65–74 [persons]")] = None
    age_75: Annotated[int | None, note("75歳以上", "residents aged 75 or more [persons]")] = None
    households: Annotated[int | None, note("世帯数", "households")] = None
    care: Annotated[
        int | None, note("要介護者", "residents who need care (要介護３以上) [persons]")
    ] = None
    year: Annotated[int | None, note("基準年", "year of the census")] = None
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    extra: Annotated[
        dict[str, Scalar], note("その他の項目", "the owner's columns that have no field here")
    ] = {}
    layer: LayerTitle = ""
