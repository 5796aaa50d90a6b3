"""Laboratory surveillance: tests and positives, counted; never a person."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


@kind(
    "health.laboratory",
    en="Laboratory tests and positives",
    ja="病原体検査の件数・陽性数",
    layer="medical",
)
class Laboratory(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How many specimens were tested for one thing in one area in a period, and how many were
    positive; or, without `tested`, how many cases were notified.

    Several bundles of one day add up: each has a record of its own, and a bundle sent again under
    its identifier takes the place of the former. Results that are neither positive nor negative
    are in `tested` and in `undetermined`.
    """

    code: Annotated[str, note("検査コード", "code of the test, disease or measure")]
    system: Annotated[str, note("コード体系", "its code system, as a URI (LOINC: loinc.org)")] = ""
    name: Annotated[str, note("検査名", "what the code stands for, as sent")] = ""
    disease: Annotated[
        str, note("疾病コード", "code of the disease, where its name is known here")
    ] = ""
    specimen: Annotated[str, note("検体", "kind of specimen")] = ""
    specimen_code: Annotated[str, note("検体コード", "its code, mostly of SNOMED CT")] = ""
    period_start: Annotated[str, note("期間の始め", "first day, YYYY-MM-DD")]
    period_end: Annotated[str, note("期間の終わり", "last day, YYYY-MM-DD")]
    tested: Annotated[int | None, note("検査数", "results [tests]")] = None
    positive: Annotated[int | None, note("陽性数", "positive results [tests]")] = None
    undetermined: Annotated[
        int | None, note("判定保留数", "results neither positive nor negative [tests]")
    ] = None
    count: Annotated[int | None, note("報告数", "cases, where cases are counted [cases]")] = None
    performer: Annotated[str, note("実施機関", "institution that tested or reports")] = ""
    area_code: Annotated[
        str, note("都道府県コード", "JIS X 0401 code of the prefecture, two digits")
    ] = ""
    aggregated: Annotated[
        bool, note("個票からの集計", "true: counted here from results of single persons")
    ] = False
