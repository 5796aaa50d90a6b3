"""Isolation: settlements that no open road leads to, and what would free them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class IsolationReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What somebody reports of the settlement."""

    source: Annotated[str, note("情報源", "id of the source")]
    reported: Annotated[str, note("報告日時", "when it was reported first, RFC 3339")]
    persons: Annotated[int | None, note("人数", "persons as reported")] = None
    households: Annotated[int | None, note("世帯数", "households as reported")] = None
    since: Annotated[str, note("孤立開始", "since when, as written")] = ""
    cause: Annotated[str, note("原因", "cause as written")] = ""
    remarks: Annotated[str, note("その他", "means of communication and the like, as written")] = ""


class Relief(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Closures whose reopening frees the settlement."""

    links: Annotated[list[str], note("リンクコード", "links to be reopened, all of them")]
    persons: Annotated[int, note("解消する人数", "persons whom that frees in all")]
    name: Annotated[str, note("路線名", "names of the roads")] = ""


@kind("disaster.isolation", en="Isolated settlements", ja="孤立集落", layer="roads")
class Isolation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A settlement that is, may be, or is reported to be without an open road."""

    status: Annotated[
        str,
        note(
            "孤立の別",
            "isolated: no open road; possible: only over links of which it is not known whether "
            "they can be passed; reported: reported, though an open road is known",
        ),
    ]
    name: Annotated[str, note("集落名", "name of the settlement")]
    code: Annotated[str, note("集落コード", "code of the settlement")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    persons: Annotated[int | None, note("人数", "residents [persons]")] = None
    households: Annotated[int | None, note("世帯数", "households")] = None
    over75: Annotated[int | None, note("75歳以上", "residents aged 75 or more [persons]")] = None
    care: Annotated[int | None, note("要介護者", "residents who need care [persons]")] = None
    counted: Annotated[
        str, note("人数の根拠", "register: the list of settlements; mesh: the census by squares")
    ] = ""
    since: Annotated[
        str | None, note("孤立開始", "since when no road is open by the closures, RFC 3339")
    ] = None
    together: Annotated[
        int | None, note("同一区域の人数", "persons cut off in one piece with it")
    ] = None
    reopen: Annotated[
        list[Relief],
        note("解消する道路", "closures of which one, or a pair, frees it; the best first"),
    ] = []
    needs: Annotated[
        int | None, note("必要な啓開数", "how many closures must be reopened at least")
    ] = None
    uncertain: Annotated[
        list[str], note("未確認のリンク", "links of unknown status that would lead there")
    ] = []
    reports: Annotated[
        list[IsolationReport], note("報告", "reports of its isolation, side by side")
    ] = []
    reference: Annotated[
        str, note("起点", "from where it cannot be reached: office, capital, largest, or nodes")
    ] = ""


@kind("disaster.reopening", en="Reopening that frees people", ja="孤立解消に効く啓開",
      layer="roads")  # fmt: skip
class Reopening(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A closure, or a pair of them, whose reopening gives settlements an open road again."""

    order: Annotated[int, note("順位", "1 frees the most persons; equal ones share a number")]
    persons: Annotated[int, note("解消する人数", "persons whom it frees")]
    links: Annotated[list[str], note("リンクコード", "links to be reopened, all of them")]
    settlements: Annotated[list[str], note("解消する集落", "codes of the settlements it frees")]
    closures: Annotated[int, note("規制の数", "1, or 2 where none alone frees somebody")] = 1
    more: Annotated[
        int | None, note("単独では解消しない人数", "of a pair: persons whom neither frees alone")
    ] = None
    households: Annotated[int | None, note("世帯数", "households it frees")] = None
    over75: Annotated[int | None, note("75歳以上", "of these aged 75 or more [persons]")] = None
    care: Annotated[int | None, note("要介護者", "of these who need care [persons]")] = None
    name: Annotated[str, note("路線名", "names of the roads")] = ""
    reason: Annotated[str, note("規制理由", "why they are closed")] = ""
