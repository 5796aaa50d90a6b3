"""Tsunami telegrams: warnings, advisories and forecasts (VTSE41), arrivals and observations
(VTSE51), offshore observations (VTSE52).

Each is the whole of what is held: coasts left out have nothing in force. Titles, sentences and
the order of kinds are those of JMA's samples. Times are cut to the minute but for Control's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from noroshi.formats.jma_xml.writing import waves
from noroshi.formats.jma_xml.writing.comments import SENTENCES, add_comments
from noroshi.formats.jma_xml.writing.issue import Issue, heading, minute
from noroshi.formats.jma_xml.writing.source import Source, add_source
from noroshi.formats.jma_xml.writing.telegram import (
    SEIS,
    Area,
    Element,
    Information,
    Item,
    Kind,
    add,
    body,
    clock,
    telegram,
)
from noroshi.formats.jma_xml.writing.waves import Coast, Estimate, Observation

ARRIVALS = "各地の満潮時刻・津波到達予想時刻に関する情報"
OBSERVATIONS = "津波観測に関する情報"

#: Kinds in force by code, the gravest first, with the name in titles.
_IN_FORCE = {
    "大津波警報": ("53", "52"),
    "津波警報": ("51",),
    "津波注意報": ("62",),
    "津波予報": ("71", "72", "73"),
}
_GRAVE = ("大津波警報", "津波警報")
_BLANK_LINE = "\n　\n"


def warning(
    issue: Issue,
    coasts: Sequence[Coast],
    sources: Sequence[Source],
    *,
    headline: str = "",
    reasons: Sequence[str] = (),
    text: str = "",
    valid_to: int | None = None,
    free: str = "",
) -> bytes:
    """津波警報・注意報・予報 (VTSE41): `coasts` are all that have something in force, or whose
    warning is lifted with this.

    `headline` "": what was issued, changed or lifted, as follows from the coasts. `reasons`: codes
    of sentences on why (0143: a high wave was seen offshore). `text`: prose on what follows a
    lifting; `valid_to`: until when the forecast that remains then holds. `free`: comment.
    Raises ValueError where there is no coast.
    """
    if not coasts:
        raise ValueError("a tsunami telegram needs a coast")
    now, before = _in_force(one.kind for one in coasts), _in_force(one.last_kind for one in coasts)
    root = body(SEIS)
    waves.add_forecast(add(root, SEIS + "Tsunami"), coasts, gauges=False)
    for source in sources:
        add_source(root, source)
    if text:
        add(root, SEIS + "Text", text)
    huge = any(one.highest and one.highest.height == waves.HUGE for one in coasts)
    codes = _sentences(now, before, reasons, huge=huge)
    add_comments(root, warning=codes, free=free, gap=_BLANK_LINE)
    head = heading(
        issue,
        "VTSE41",
        headline or _headline(now, before, reasons, huge=huge),
        title="・".join(now) or "津波予報",
        valid_to=valid_to,
        informations=_warned(coasts),
    )
    return telegram(head, root)


def arrivals(
    issue: Issue,
    coasts: Sequence[Coast],
    sources: Sequence[Source],
    observed: Sequence[Observation] = (),
) -> bytes:
    """各地の満潮時刻・津波到達予想時刻に関する情報 (VTSE51): coasts with their gauges, and what
    was seen by then. Raises ValueError where there is no coast."""
    if not coasts:
        raise ValueError("a report on arrivals needs a coast")
    now = _in_force(one.kind for one in coasts)
    codes = ("0109" if any(one in now for one in _GRAVE) else "0110",)
    headline = "各地の満潮時刻と津波到達予想時刻をお知らせします。"
    head = heading(issue, "VTSE51", headline, title=ARRIVALS)
    return telegram(head, _information(observed, coasts, sources, codes))


def observations(
    issue: Issue,
    observed: Sequence[Observation],
    at: int,
    sources: Sequence[Source],
    coasts: Sequence[Coast] = (),
) -> bytes:
    """津波観測に関する情報 (VTSE51): all that gauges have seen until the time `at`, and what is in
    force and expected with it. Raises ValueError where there is no observation."""
    if not observed:
        raise ValueError("a report on observations needs one")
    over = bool(coasts) and not _alerts(_in_force(one.kind for one in coasts))
    codes = ("0111", "0107") if over else ("0114", "0111", "0112")
    headline = f"{clock(at)}現在の、津波の観測値をお知らせします。"
    head = heading(issue, "VTSE51", headline, title=OBSERVATIONS, target=minute(at))
    return telegram(head, _information(observed, coasts, sources, codes))


def _information(
    observed: Sequence[Observation],
    coasts: Sequence[Coast],
    sources: Sequence[Source],
    codes: Sequence[str],
) -> Element:
    root = body(SEIS)
    tsunami = add(root, SEIS + "Tsunami")
    if observed:
        waves.add_observations(tsunami, observed)
    if coasts:
        waves.add_forecast(tsunami, coasts, gauges=True)
    for source in sources:
        add_source(root, source)
    add_comments(root, warning=codes, gap=_BLANK_LINE)
    return root


def offshore(
    issue: Issue,
    observed: Sequence[Observation],
    at: int,
    sources: Sequence[Source],
    estimates: Sequence[Estimate] = (),
) -> bytes:
    """沖合の津波観測に関する情報 (VTSE52): offshore gauges until the time `at`, and what they let
    expect ashore. Raises ValueError where there is no observation."""
    if not observed:
        raise ValueError("a report on observations needs one")
    root = body(SEIS)
    tsunami = add(root, SEIS + "Tsunami")
    waves.add_observations(tsunami, observed)
    if estimates:
        waves.add_estimates(tsunami, estimates)
    for source in sources:
        add_source(root, source)
    add_comments(root, warning=("0115",))
    headline, informations = "", list[Information]()
    seen = [one for one in observed if one.highest is not None and one.highest.height is not None]
    if any(one.highest and waves.GRAVE in one.highest.condition for one in seen):
        headline = "高い津波を沖合で観測しました。"
        areas = [Area(one.name, one.code) for one in seen]
        kind = Kind("沖合の津波観測に関する情報")
        informations = [Information(kind.name, [Item([kind], areas, "潮位観測点")])]
    head = heading(issue, "VTSE52", headline, target=minute(at), informations=informations)
    return telegram(head, root)


# --- what is in force --------------------------------------------------------------------------


def _in_force(kinds: Iterable[Kind]) -> list[str]:
    """Names of the kinds in force on any coast, the gravest first."""
    codes = {kind.code for kind in kinds}
    return [name for name, those in _IN_FORCE.items() if codes.intersection(those)]


def _headline(
    now: Sequence[str], before: Sequence[str], reasons: Sequence[str], *, huge: bool
) -> str:
    """What happened, in sentences: those of the reasons say it too. Warnings speak for the
    advisories beside them."""
    alert_now, alert_before = _alerts(now), _alerts(before)
    if alert_now:
        verb = "切り替えました" if alert_before else "発表しました"
        what = "・".join(alert_now)
    elif alert_before:
        verb, what = "解除しました", "・".join(alert_before)
    else:
        verb, what = "発表しました", "津波予報"
    lines = [SENTENCES["0141"]] if huge else []
    lines += [SENTENCES[one] for one in reasons] or [f"{what}を{verb}。"]
    if any(one in now for one in _GRAVE):
        lines.append(SENTENCES["0149"])
    return "\n".join(lines)


def _alerts(names: Sequence[str]) -> list[str]:
    """Warnings, or else the advisory."""
    grave = [one for one in names if one in _GRAVE]
    return grave or [one for one in names if one == "津波注意報"]


def _warned(coasts: Sequence[Coast]) -> list[Information]:
    """The headline for machines: coasts with a warning, or else those with an advisory."""
    alerts = _alerts(_in_force(one.kind for one in coasts))
    items = []
    for name in alerts:
        codes = _IN_FORCE[name]
        areas = [Area(one.name, one.code) for one in coasts if one.kind.code in codes]
        items.append(Item([Kind(name, codes[-1])], areas, "津波予報区"))
    return [Information("津波予報領域表現", items)] if items else []


def _sentences(
    now: Sequence[str], before: Sequence[str], reasons: Sequence[str], *, huge: bool
) -> list[str]:
    """Codes of the fixed sentences, in JMA's order."""
    grave = any(one in now for one in _GRAVE)
    codes = [*(["0141"] if huge else []), *reasons]
    if grave:
        codes.append("0149")
    for name, code in zip(_IN_FORCE, ("0121", "0122", "0123", "0124"), strict=True):
        if name in now:
            codes.append(code)
    if grave:
        codes.append("0131")
    elif "津波注意報" in now:
        codes.append("0132")
    elif _alerts(before):
        codes += ["0104", "0107"] if "津波予報" in now else ["0107"]
    return codes
