"""Damage by municipality and prefecture from overlapping reports, nothing counted twice."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Damage totals by municipality and prefecture",
    title_ja="被害集計（市町村別・都道府県計）",
    sentence="Which number of dead, injured, buildings … stands in each municipality, and who says "
    "otherwise, for those who write the report to the Fire and Disaster Management Agency.",
    sentence_ja="死者・負傷者・建物被害などについて、市町村ごとにどの数を採るか、だれがいつ違う数を"
    "報告しているかを、被害報告（第４号様式）をまとめる担当者に示す。",
    consumes=("disaster.report", "infrastructure.facility"),
    produces=("disaster.damage_total",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
)
