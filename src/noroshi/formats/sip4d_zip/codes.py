"""The typed models of SIP4D-ZIP: which attributes a type code has, and which values they take.

JSA-S1016:2023 gives each kind of information a type code (01-001-01 … 01-012-01). An attribute is
known by its `connid`; a sender's own column says with `connid` which one it means. The facts here
are those that NIED's public checker (NIED-DIR/SIP4D-ZIP_Checker, version 1.2.4, MIT) tests for.
"""

from __future__ import annotations

from functools import cache

import msgspec

UNIVERSAL = "99-999-99"
SHELTERS = "01-001-01"
ROADS = ("01-005-01", "01-005-02")

#: Codes of version 1 whose payload NIED's checker leaves alone.
UNCHECKED = frozenset({"02-001-04", "02-002-04", "02-003-05"})


class Attribute(msgspec.Struct, frozen=True):
    """An attribute of a typed model.

    `type` is one of String, Integer, Datetime, List. `column`: the definition must have it;
    `value`: every feature must give it. `choices` are the values in Japanese and, for each, the
    `conn_attr_list` words that mean it (the first is the one to write).
    `form` is "citycode" (five digits) or "date" (YYYY-MM-DD), or "".
    """

    connid: str
    type: str
    column: bool = False
    value: bool = False
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    form: str = ""

    def word(self, text: str) -> str | None:
        """The `conn_attr_list` word for a Japanese value, or None."""
        return next((words[0] for value, words in self.choices if value == text), None)

    def text(self, word: str) -> str | None:
        """The Japanese value that a `conn_attr_list` word means, or None."""
        return next((value for value, words in self.choices if word in words), None)


def model(code: str, version: str = "1.1") -> dict[str, Attribute]:
    """The attributes of a type code by connid; empty for codes without a typed model."""
    found = _models().get(code, {})
    if code == "01-003-01" and version == "1":
        # Version 1 writes these two values otherwise.
        old = (("恐れ無", ("no_fear",)), ("恐れ有", ("fearful",)))
        return {**found, "toukai": msgspec.structs.replace(found["toukai"], choices=old)}
    return found


def merges(code: str) -> bool:
    """True for `dddd-dd` codes, whose attributes each carry the time of their last change."""
    return len(code) == 7 and code[4] == "-" and (code[:4] + code[5:]).isdigit()


_TYPES = {"S": "String", "I": "Integer", "D": "Datetime", "L": "List"}


@cache
def _models() -> dict[str, dict[str, Attribute]]:
    models: dict[str, dict[str, Attribute]] = {}
    for block in _TABLE.strip().split("\n\n"):
        codes, *lines = block.replace("\n  ", " ").splitlines()
        attributes = [_attribute(line) for line in lines]
        for code in codes.split():
            models[code] = {one.connid: one for one in attributes}
    return models


def _attribute(line: str) -> Attribute:
    name, kind, *rest = line.split(" ")
    choices = tuple(
        (value, tuple(words.split("|")))
        for value, _, words in (part.partition("=") for part in rest if "=" in part)
    )
    form = rest[0] if rest and not choices else ""
    return Attribute(name.rstrip("!+"), _TYPES[kind], "!" in name, "+" in name, choices, form)


#: A block per model: its codes, then a line per attribute: connid (`!` its column, `+` its value
#: is required), type (String, Integer, Datetime, List), form or choices as value=word. Lines that
#: begin with two spaces go on from the one before.
_TABLE = """
01-001-01
id S
citycode S citycode
eststts!+ L 未開設=notopen 開設=open 閉鎖=close 常設=permanent 不明=unknown その他=other
type L 避難所=shelter 臨時避難所=temp_shelter 福祉避難所=welf_shelter 不明=unknown
division L 指定避難所=spec_shelter 指定緊急避難場所兼避難所=spec_emg_evacueeplace
  指定緊急避難場所=assign_emg_shelter 指定なし=unspecified
name!+ S
namekana S
phoneno S
cityname!+ S
address S
height S
remarks S
spnotes S
area S
multiple S
trucksize L 軽自動車=light ２ｔトラック=2t ４ｔトラック=4t １０ｔトラック=10t その他=other
  不明=unknown
capacity I
reason S
crowdstts L 空き=free 混雑=congestion 定員一杯=full 不明=unknown
evacueeno I
sevacueeno I
houseno I
shouseno I
thouseno I
starttime D
endtime D
note S

01-002-01
id S
citycode S citycode
estab!+ L 閉鎖=close 受入不可=notaccept 開設=open 不明=unknown その他=other
name!+ S
namekana S
phoneno S
cityname!+ S
address S
areaname S
division L 広域物資拠点=w_areasbase 地域物資拠点=l_areasbase 不明=unknown
pass L 通行不可=impassable 通行可=passable
trucksize L 軽自動車=light ２ｔトラック=2t ４ｔトラック=4t １０ｔトラック=10t その他=other
  不明=unknown
lift L 非稼働=notoperating 稼働中=operating
personelno I
starttime D
endtime D
openhour S
note S

01-003-01
id S
citycode S citycode
name!+ S
namekana S
phoneno S
cityname!+ S
address S
status!+ L 支援要=sup_req 支援手配済み=sup_arrgd 支援中=supporting 支援要請なし=non_sup_req
  不明=unknown その他=other
kyoten L 無=unspecified 有=specified
areaname S
toukai L おそれなし=no_fear おそれあり=fearful
supplyinfo S
workbedno I
keepbedno I
seriousno I
middleno I
slightno I
note S

01-004-01
id S
citycode S citycode
estab!+ L 閉鎖=close 受入不可=notaccept 開設=open 不明=unknown その他=other
name!+ S
namekana S
phoneno S
cityname!+ S
address S
area I
storage I
usestorage I
garbage L 受入不可=notaccept 受入可=acceptable
debris L 受入不可=notaccept 受入可=acceptable
sand L 受入不可=notaccept 受入可=acceptable
wood L 受入不可=notaccept 受入可=acceptable
mix L 受入不可=notaccept 受入可=acceptable
direct L 受入不可=notaccept 受入可=acceptable
machineno I
starttime D
endtime D
note S

01-005-01 01-005-02
id S
citycode S citycode
roadtype L 高速自動車国道=expressway 一般国道=national_road 都道府県道=pref_road
  市区町村道=municipal_road 不明=unknown
roadno S
roadname! S
roadkana S
passstts!+ L 通行止め・閉鎖=road_close 大型通行止め=close_road_large
  チェーン必要=chain_regulation 車線規制=lane_regulation
  片側交互通行=one_sided_alternating_traffic 対面通行=face_to_face_traffic
  その他の規制=other 不明=unknown|unknwon
cityname!+ S
startpoint S
endpoint S
category S
detail S
starttime D
endtime D
note S

01-006-01
id S
citycode S citycode
josetu L 常設=permanect 臨時=temporary
estab!+ L 閉鎖=close 受入不可=notaccept 開設=open 不明=unknown その他=other
name!+ S
namekana S
phoneno S
cityname!+ S
address S
starttime D
endtime D
openhour S
note S

01-007-01
citycode!+ S citycode
cityname!+ S
range S
cause S
houseno!+ I
maxhouseno I
starttime!+ D
endtime D
estendtime D
note S

01-008-03
citycode S citycode
cityname S
note S

01-009-01 01-009-02 01-009-03
citycode S citycode
cityname S
rivername S
reverkana S
seibiname S
wsystem S
leftright S
kp S
detail S
measures S
occurday S date
occurtime S
note S

01-010-01 01-010-02 01-010-03
citycode S citycode
pointname S
cityname S
houseno I
type L がけ崩れ=rockfall 地すべり=landslide 土石流=debris_flow 雪崩=avalanche その他=other
detail S
measures S
deadno I
injuredno I
occurday S date
occurtime S
note S

01-011-01
citycode!+ S citycode
cityname S
deadno I
cpano I
missingno I
safetyukno I
seriousno I
slightno I
unknownno I
alldstno I
halfdstno I
partdstno I
floorfno I
ufloorfno I
fireno I
pubfacno I
note S

01-012-01
citycode!+ S citycode
cityname S
applyno I
totalno I
alldstno I
mhalfdstno I
halfdstno I
partdstno I
floorfno I
ufloorfno I
otherno I
note S
"""
