"""Wastewater surveillance: what a plant's inflow held of a pathogen."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, kind, note


@kind(
    "health.wastewater",
    en="Pathogen in wastewater",
    ja="下水サーベイランス",
    layer="medical",
)
class Wastewater(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One target in one sample of one plant. Each plant is a series.

    Below the limit of detection is not 0: `detected` is false, `concentration` empty and
    `detection_limit` says (where known) how little could have been seen. Between the limits of
    detection and of quantification it is detected, and the number, if any, uncertain.
    """

    plant: Annotated[str, note("処理場名", "name of the treatment plant")]
    plant_code: Annotated[str, note("処理場コード", "identifier of the plant")] = ""
    sampled: Annotated[str, note("採水日", "day of sampling, YYYY-MM-DD")]
    target: Annotated[
        str,
        note("対象", "sars_cov_2, influenza_a, influenza_b, norovirus_gi, norovirus_gii, rsv, "
             "poliovirus, mpox, pmmov …; a name as written where it is none of these"),
    ]  # fmt: skip
    target_name: Annotated[str, note("対象の名称", "target as written")] = ""
    detected: Annotated[
        bool | None, note("検出", "false: below the limit of detection; none: not measured")
    ] = None
    concentration: Annotated[
        float | None, note("濃度", "copies in a litre of wastewater [copies/L]")
    ] = None
    detection_limit: Annotated[
        float | None, note("検出下限値", "least that is detected [copies/L]")
    ] = None
    quantification_limit: Annotated[
        float | None, note("定量下限値", "least that is measured [copies/L]")
    ] = None
    quantified: Annotated[
        bool | None, note("定量", "false: detected, but below the limit of quantification")
    ] = None
    method: Annotated[str, note("測定法", "method as written: RT-qPCR, EPISENS-S …")] = ""
    sample: Annotated[str, note("試料", "grab, composite, sludge … as written")] = ""
    flow: Annotated[float | None, note("流入水量", "inflow of the day [m3/d]")] = None
    population: Annotated[int | None, note("処理人口", "people served [persons]")] = None
    normaliser: Annotated[
        float | None, note("PMMoV濃度", "pepper mild mottle virus in the sample [copies/L]")
    ] = None
    per_person: Annotated[
        float | None,
        note("１人１日当たり", "concentration × flow / people served [copies/person/d]"),
    ] = None
    normalised: Annotated[
        float | None, note("正規化値", "as sent, else concentration / that of PMMoV [ratio]")
    ] = None
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
