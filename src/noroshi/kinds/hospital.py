"""Hospitals in a disaster: whether they work, what they lack, whom they can take."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import Extra, LayerTitle, kind, note


@kind(
    "health.hospital_status", en="Hospital status", ja="医療機関の被災・稼働状況", layer="medical"
)
class HospitalStatus(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one hospital reports of itself, item by item as in 広域災害救急医療情報システム (EMIS):
    urgent items first (building, lifelines, patients beyond capacity), then details. Counts are
    None where it did not say."""

    name: Annotated[str, note("医療機関名", "name of the hospital")]
    code: Annotated[str, note("医療機関コード", "code of the hospital")] = ""
    status: Annotated[str, note("診療状況", "normal, limited, stopped, evacuating or unknown")] = (
        "unknown"
    )
    disaster_base: Annotated[bool | None, note("災害拠点病院", "true: a disaster base")] = None
    building: Annotated[str, note("建物", "sound, damaged, collapse_risk or unknown")] = "unknown"
    # Power, water and oxygen: from the mains, from its own reserve, short of it, none.
    power: Annotated[str, note("電気", "normal, reserve, short, none or unknown")] = "unknown"
    power_left: Annotated[
        float | None, note("非常電源の残り時間", "how long its generator will yet run [s]")
    ] = None
    water: Annotated[str, note("水", "normal, reserve, short, none or unknown")] = "unknown"
    oxygen: Annotated[str, note("医療ガス", "normal, reserve, short, none or unknown")] = "unknown"
    systems: Annotated[
        list[str], note("停止中のシステム", "systems that are down: 電子カルテ, 放射線検査 …")
    ] = []
    staff: Annotated[str, note("職員", "whether there are enough staff, in its own words")] = ""
    staff_present: Annotated[int | None, note("出勤職員数", "staff at work [persons]")] = None
    beds: Annotated[int | None, note("病床数", "beds it has")] = None
    beds_free: Annotated[int | None, note("空床数", "beds that are free")] = None
    inpatients: Annotated[int | None, note("入院患者数", "patients in its beds [persons]")] = None
    severe: Annotated[int | None, note("重症者数", "severe patients (red) waiting [persons]")] = (
        None
    )
    moderate: Annotated[
        int | None, note("中等症者数", "moderate patients (yellow) waiting [persons]")
    ] = None
    transfers: Annotated[
        int | None, note("転院が必要な患者数", "patients to be moved elsewhere [persons]")
    ] = None
    accepts: Annotated[bool | None, note("受入可否", "true: takes more patients")] = None
    needs: Annotated[list[str], note("必要な支援", "what it asks for: DMAT, 給水, 燃料 …")] = []
    observed: Annotated[str | None, note("時点", "as of when, RFC 3339")] = None
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    phone: Annotated[str, note("電話番号", "telephone number as written")] = ""
    remarks: Annotated[str, note("備考", "remarks as written")] = ""
    extra: Extra = {}
    layer: LayerTitle = ""
