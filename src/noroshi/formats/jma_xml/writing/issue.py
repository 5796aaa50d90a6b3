"""Who issues a seismic or tsunami telegram, and the heading that each type of them has.

Titles, InfoKind, versions and what is numbered are those of JMA's samples. Times of reports are
cut to the minute there, except in early warnings; only Control/DateTime tells their order.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from noroshi.core.record import Action, Mode
from noroshi.core.time import MINUTE
from noroshi.formats.jma_xml.writing.telegram import (
    SEIS,
    Heading,
    Information,
    cancelled,
    local,
    telegram,
)

EXERCISE_NOTICE = "＊＊＊これは訓練です＊＊＊"


class Product(msgspec.Struct, frozen=True):
    """A type of telegram. `numbered`: its issues of one event are counted. `seconds`: its times
    are not cut to the minute. `title` is that of a cancellation and where no other is said.
    `silent`: its headline has no text unless it warns."""

    name: str
    title: str
    info_kind: str
    version: str
    numbered: bool = False
    seconds: bool = False
    silent: bool = False


_EEW, _NANKAI = "緊急地震速報", "南海トラフ地震に関連する情報"
#: By the data type code that JMA distributes them under.
PRODUCTS = {
    "VXSE43": Product(f"{_EEW}（警報）", f"{_EEW}（警報）", _EEW, "1.2_0", True, True),
    "VXSE44": Product(f"{_EEW}（予報）", f"{_EEW}（予報）", _EEW, "1.0_0", True, True, True),
    "VXSE45": Product(
        f"{_EEW}（地震動予報）", f"{_EEW}（地震動予報）", _EEW, "1.2_0", True, True, True
    ),
    "VXSE51": Product("震度速報", "震度速報", "震度速報", "1.0_1"),
    "VXSE52": Product("震源に関する情報", "震源に関する情報", "震源速報", "1.0_1"),
    "VXSE53": Product(
        "震源・震度に関する情報", "震源・震度情報", "地震情報", "1.0_1", numbered=True
    ),
    "VXSE60": Product("地震回数に関する情報", "地震回数に関する情報", "地震回数情報", "1.0_0"),
    "VXSE61": Product(
        "顕著な地震の震源要素更新のお知らせ",
        "顕著な地震の震源要素更新のお知らせ",
        "震源要素更新のお知らせ",
        "1.0_0",
    ),
    "VXSE62": Product(
        "長周期地震動に関する観測情報",
        "長周期地震動に関する観測情報",
        "長周期地震動に関する観測情報",
        "1.0_0",
        numbered=True,
    ),
    "VYSE50": Product("南海トラフ地震臨時情報", "南海トラフ地震臨時情報", _NANKAI, "1.1_0"),
    "VYSE51": Product(
        "南海トラフ地震関連解説情報", "南海トラフ地震関連解説情報", _NANKAI, "1.1_0", numbered=True
    ),
    "VYSE52": Product("南海トラフ地震関連解説情報", "南海トラフ地震関連解説情報", _NANKAI, "1.1_0"),
    "VTSE41": Product(
        "津波警報・注意報・予報a", "津波警報・注意報・予報", "津波警報・注意報・予報", "1.0_1"
    ),
    "VTSE51": Product("津波情報a", "津波情報", "津波情報", "1.0_1", numbered=True),
    "VTSE52": Product(
        "沖合の津波観測に関する情報",
        "沖合の津波観測に関する情報",
        "津波情報",
        "1.0_1",
        numbered=True,
    ),
}


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """Who says it, when, and whether in earnest.

    `event`: identity of the earthquake, see `event_id`; of several, with blanks between.
    `reported` and `sent` (None: the same): microseconds UTC. `serial` counts the issues of an
    event in the types that are numbered, and is not written in others.
    """

    event: str
    reported: int
    mode: Mode
    action: Action = Action.ISSUE
    serial: int | None = None
    sent: int | None = None
    editor: str = "気象庁本庁"
    office: str = "気象庁"


def event_id(time: int) -> str:
    """An identity as JMA gives it: the time of detection in JST, `20110311144640`."""
    return local(time).strftime("%Y%m%d%H%M%S")


def heading(
    issue: Issue,
    code: str,
    headline: str,
    *,
    title: str = "",
    target: int | None = None,
    valid_to: int | None = None,
    informations: Sequence[Information] = (),
) -> Heading:
    """Control and Head for telegram type `code` (VXSE53). `target` None: as reported.

    In an exercise a headline says so first, as JMA's own do. Raises ValueError where a type is
    numbered and no serial is given.
    """
    product = PRODUCTS[code]
    if product.numbered and issue.serial is None:
        raise ValueError(f"{code} is numbered: give the issue a serial")
    if headline and issue.mode is Mode.EXERCISE:
        headline = f"{EXERCISE_NOTICE}\n{headline}"
    reported = issue.reported if product.seconds else minute(issue.reported)
    return Heading(
        product=product.name,
        title=title or product.title,
        info_kind=product.info_kind,
        info_kind_version=product.version,
        reported=reported,
        target=reported if target is None else target,
        valid_to=valid_to,
        event=issue.event,
        mode=issue.mode,
        action=issue.action,
        serial=issue.serial if product.numbered else None,
        headline=headline,
        informations=informations,
        sent=issue.reported if issue.sent is None else issue.sent,
        editor=issue.editor,
        office=issue.office,
    )


def cancellation(issue: Issue, code: str, *, title: str = "", text: str = "") -> bytes:
    """The telegram that withdraws the last of type `code` about this event (取消).

    `title` names what is withdrawn where that is not the type's own title. JMA gives it the
    serial of what it withdraws. `text` "": the usual sentence.
    """
    product = PRODUCTS[code]
    name = title or product.title
    issue = msgspec.structs.replace(issue, action=Action.CANCEL)
    headline = "" if product.silent else f"{name}を取り消します。"
    body = cancelled(SEIS, text or f"先ほどの、{name}を取り消します。")
    return telegram(heading(issue, code, headline, title=title), body)


def minute(time: int) -> int:
    """`time` cut to the minute."""
    return time - time % MINUTE
