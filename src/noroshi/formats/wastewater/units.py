"""The unit that a heading names: copies in a volume, in powers of ten or as a logarithm."""

from __future__ import annotations

import re

import msgspec

from noroshi.formats.japanese import header

_UNIT = re.compile(
    r"(?:コピー|copies|copy|gc|gu)数?[/／_]?(?:per)?_?(100ml|ml|l|リットル|ミリリットル)(?![a-z0-9])"
)
_VOLUMES = {"l": 1.0, "リットル": 1.0, "ml": 1e3, "ミリリットル": 1e3, "100ml": 10.0}
_SUPERSCRIPT = re.compile(r"(?<=[1１][0０])(?=[⁻⁺⁰¹²³⁴-⁹])")
#: ×10^3, 10^3, 10**3; 1e3; ×1000, ×1,000; ×10 3 and ×103, whose sign was lost; ×10.
_POWER = re.compile(
    r"(?<![\d.])[×x✕✖*]?10(?:\^|\*\*)\(?([-−+]?\d{1,2})\)?"
    r"|(?<![a-z\d])(?:[×x✕✖*]?1)?e\+?(\d{1,2})(?![\da-z])"
    r"|[×x✕✖*](1(?:0{2,9}|(?:,000){1,3})|10)(?![\d^*])"
    r"|[×x✕✖*]10([1-9])(?!\d)"
)
_LOG = re.compile(
    r"(?:(?<![a-z])(?:log_?10|log(?![a-z\d_])|log_(?=コピー|cop|gc|gu|$))|常用対数|対数)"
    r"(?:変換)?値?"
)
_MANY = {"千": 1e3, "百万": 1e6, "万": 1e4, "億": 1e8, "thousand": 1e3, "million": 1e6}
_MANIES = re.compile(r"百万|千|万|億|thousands?(?:of)?|millions?(?:of)?")
#: What says nothing of the size of a number.
_IDLE = re.compile(r"単位|units?(?![a-z])|遺伝子|ウイルス|rna|dna|ゲノム|genome|gene|of(?![a-z])"
                   r"|下水|流入水|原水|[\s_:;,、・=.()\[\]<>/／-]")  # fmt: skip
#: What is left of a scale that was not understood, outside the brackets of the unit.
_DOUBT = re.compile(r"[×✕✖^]|(?<![a-z])(?:ln|loge|log_?e|log_?2|exp|log)(?![a-z])|自然対数")
#: Brackets that name another unit than copies.
_OTHER = re.compile(r"[(\[](?:[^)\]]*[/／](?:\d*m?l|k?g|人|日|day)|ct値?|cq値?|%)[)\]]")


class Unit(msgspec.Struct, frozen=True):
    """What a heading says beside its `name`: numbers times `factor` are copies/L, of 10^number
    where `log`; `known` if it names copies; `unread`: what is not understood."""

    name: str
    factor: float = 1.0
    log: bool = False
    known: bool = False
    unread: str = ""


def unit_of(title: str) -> Unit:
    """The unit that a heading names, and its name without it."""
    plain = header(_SUPERSCRIPT.sub("^", title))
    found = _UNIT.search(plain)
    if found is None:
        inside, before, after = "", plain, ""
        factor = 1.0
    else:
        inside, before, after = _parted(plain, found.start(), found.end())
        factor = _VOLUMES[found[1]]
    powers: list[float] = []
    logs = []
    if found is not None and not inside and (many := re.search(rf"(?:{_MANIES.pattern})$", before)):
        powers.append(_many(many[0]))
        before = before[: many.start()]
    rest = []
    for at, text in enumerate((inside, before, after)):
        if "自然対数" not in text:
            logs += _LOG.findall(text)
            text = _LOG.sub("", text)
        powers += map(_power, _POWER.finditer(text))
        text = _POWER.sub("", text)
        if not at:
            powers += map(_many, _MANIES.findall(text))
            text = _IDLE.sub("", _MANIES.sub("", text))
        rest.append(text)
    name = "".join(rest[1:]).replace("()", "").replace("[]", "")
    if found or name != plain:
        name = name.strip("_:()[]")
    unread = rest[0]
    if len(powers) > 1:
        unread = unread or "two powers of ten"
    for doubt in (_DOUBT.search(name), None if found else _OTHER.search(plain)):
        if doubt is not None:
            unread = unread or doubt[0]
    for one in powers:
        factor *= one
    return Unit(name, factor, bool(logs), found is not None, unread)


def _parted(plain: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands in the brackets of a unit beside it, before these, and after them."""
    opened = max(plain.rfind(one, 0, start) for one in "([<")
    if opened < 0 or any(one in plain[opened:start] for one in ")]>"):
        return "", plain[:start], plain[end:]
    closed = min((at for one in ")]>" if (at := plain.find(one, end)) >= 0), default=len(plain))
    return f"{plain[opened + 1 : start]} {plain[end:closed]}", plain[:opened], plain[closed + 1 :]


def _power(found: re.Match[str]) -> float:
    if found[3]:
        return float(found[3].replace(",", ""))
    power = (found[1] or found[2] or found[4]).replace("−", "-")
    return float(10.0 ** int(power))


def _many(text: str) -> float:
    return _MANY[text.removesuffix("of").removesuffix("s")]
