"""Bulletins: what an issuer published, as a person reads it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note


class Named(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A name with the issuer's official code."""

    name: str
    code: str = ""


class BulletinItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said (kinds) of where (areas), as the headline lists it."""

    kinds: Annotated[list[Named], note("種別", "kinds of information, with official codes")]
    areas: Annotated[list[Named], note("対象地域", "areas, with official codes")]
    scope: Annotated[str, note("区分", "the division the areas belong to")] = ""


@kind("disaster.bulletin", en="Bulletin", ja="電文", layer="reports")
class Bulletin(msgspec.Struct, frozen=True, omit_defaults=True):
    """One telegram as published: title, headline, office, times, areas and kinds."""

    title: Annotated[str, note("表題", "title of the bulletin")]
    headline: Annotated[str, note("見出し文", "headline text")]
    product: Annotated[str, note("情報名称", "the issuer's name of the product")]
    office: Annotated[str, note("発表官署", "publishing office")]
    status: Annotated[str, note("運用種別", "通常 (actual), 訓練 (exercise) or 試験 (test)")]
    action: Annotated[str, note("情報形態", "発表 (issue), 訂正 (correct), 取消 (cancel) …")]
    info_kind: Annotated[str, note("スキーマの運用種別", "kind of information")] = ""
    editor: Annotated[str, note("編集官署", "editing office")] = ""
    event: Annotated[str, note("識別情報", "identity of the event")] = ""
    serial: Annotated[str, note("情報番号", "serial number as printed")] = ""
    text: Annotated[str, note("本文", "the text of the body")] = ""
    reported: Annotated[str | None, note("発表時刻", "time of report, RFC 3339")] = None
    target: Annotated[str | None, note("基点時刻", "time the information is about, RFC 3339")] = (
        None
    )
    valid_to: Annotated[str | None, note("失効時刻", "end of validity, RFC 3339")] = None
    items: Annotated[list[BulletinItem], note("見出し要素", "kinds and areas in the headline")] = []
    typed: Annotated[bool, note("型あり", "true if typed records came from the same telegram")] = (
        True
    )
