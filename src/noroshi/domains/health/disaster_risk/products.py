"""The likelihood × importance matrix of a municipality with people in shelters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from noroshi.core.capability import mode_of, newest
from noroshi.core.parts import Inputs, Towns
from noroshi.core.place import municipality
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import JST, to_datetime
from noroshi.core.weeks import numbered
from noroshi.domains.health.disaster_risk import facts
from noroshi.domains.health.disaster_risk.diseases import DISEASES
from noroshi.domains.health.disaster_risk.facts import Shelter
from noroshi.domains.health.disaster_risk.model import Judged, Known, in_shelter, judge
from noroshi.domains.health.tick_sheets import ends
from noroshi.kinds import decode, encode, note
from noroshi.kinds.infection_risk import InfectionRisk, ShelterCell

MERGED, SHELTER_RISK = "disaster.shelter_merged", "disaster.shelter_risk"
OUTAGE, DAMAGE = "infrastructure.outage_area", "disaster.damage_total"
SHEET, ALARM = "health.shelter_syndrome", "health.shelter_alarm"
NOTIFIED, RISK = "health.notifications", "health.risk"
#: Fields in which bodies name their municipality.
_NAMES = ("municipality", "area_name")
_FACTORS = ("crowding", "water", "power", "flood", "injury", "debris", "circulation")

#: Open shelters up to so many are named in what the record rests on.
_NAMED = 200

Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    crowded_share: Annotated[
        Share,
        note("混雑の割合", "crowding counts for the whole municipality from this share of people "
             "in shelters over capacity"),
    ] = 0.25  # fmt: skip
    outage_share: Annotated[
        Share,
        note("支障の割合", "an outage counts for the whole municipality from this share of its "
             "customers"),
    ] = 0.1  # fmt: skip
    sheet_days: Annotated[
        int, msgspec.Meta(ge=1, le=28),
        note("日報の有効日数", "a tick sheet tells of its shelter for so many days after its day"),
    ] = 7  # fmt: skip
    least_damage: Annotated[
        int, msgspec.Meta(ge=1, le=100_000),
        note("被害の下限", "floods, damage and injuries count from so many dwellings or people"),
    ] = 10  # fmt: skip
    most_shelters: Annotated[
        int, msgspec.Meta(ge=0, le=1000),
        note("避難所別の上限", "rows of shelters that are told, the highest risks first"),
    ] = 60  # fmt: skip


def scope(version: Version, towns: Towns) -> list[str]:
    """The municipality that an input is about."""
    area = municipality(towns.of(version) or version.area)
    if not area:
        body = decode(version.kind, version.body)
        name = next((said for field in _NAMES if (said := getattr(body, field, ""))), "")
        area = municipality(towns.named(name)) if name else ""
    return [area] if area else []


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One record: every disease, with the evidence; none without an open shelter or a tick sheet.
    Where there are only sheets it ends when the newest is too old (`sheet_days`).

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    opened = facts.shelters(inputs.get(MERGED, ()))
    crowded, crowded_each = facts.crowding(opened, params.crowded_share)
    cut, cut_each = facts.supply(
        inputs.get(OUTAGE, ()), inputs.get(SHELTER_RISK, ()), params.outage_share
    )
    loud, loud_each = facts.alarms(inputs.get(ALARM, ()))
    broken = facts.damage(inputs.get(DAMAGE, ()), params.least_damage)
    weekly = facts.read_weeks(inputs.get(NOTIFIED, ()))
    local = {kind: some for kind, some in inputs.items() if kind != NOTIFIED}
    # Open shelters stand until somebody says otherwise; sheets alone are outlived by anything.
    now = facts.as_of(weekly, newest(local)) if opened else newest(inputs)
    sheets = facts.sheets(inputs.get(SHEET, ()), now, params.sheet_days)
    seen = facts.syndromes(sheets, params.least_damage)
    if not opened and not seen:
        return []
    of_town = [one for some in local.values() for one in some]
    area = next((code for one in of_town if (code := municipality(one.area))), "")
    around = facts.circulation(weekly, area.partition(":")[2][:2], now)
    told = [one.last for one in weekly if not facts.is_old(one, now)]
    known = [*crowded, *cut, *broken, *seen, *loud, *around]
    ids = {number for one in known for number in one.ids} | {one.version.id for one in opened}
    issued = max(one.issued for some in inputs.values() for one in some if one.id in ids)
    month = to_datetime(issued, JST).month
    unknown = sorted({*_FACTORS} - {one.factor for one in known if not one.old})
    cells = {code: judge(one, known, unknown, month) for code, one in DISEASES.items()}
    here = [*crowded_each, *cut_each, *loud_each]
    shelters = _shelters(opened, cells, known, here, month)[: params.most_shelters]
    body = InfectionRisk(
        municipality=_name(of_town), open=len(opened), sheltered=_people(opened),
        without_headcount=sum(one.body.headcount is None for one in opened),
        week=numbered(max(told)) if told else "",
        highest=max(one.cell.risk for one in cells.values()),
        cells=sorted((one.cell for one in cells.values()),
                     key=lambda one: (-one.risk, -one.likelihood, -one.importance)),
        shelters=[cell for cell, _ in shelters],
    )  # fmt: skip
    record = Record(RISK, area or body.municipality or "-", encode(body), area=area or None,
                    valid_to=None if opened else ends(max(one.day for one in sheets),
                                                      params.sheet_days),
                    basis=_basis(cells, shelters, opened))  # fmt: skip
    return [Edition("", issued, [record], mode=mode, effective=issued)]


Cell = tuple[ShelterCell, frozenset[int]]


def _shelters(
    opened: Sequence[Shelter], cells: dict[str, Judged], known: Sequence[Known],
    here: Sequence[Known], month: int,
) -> list[Cell]:  # fmt: skip
    """The cells of shelters in which a risk is above that of the municipality."""
    names = {one.version.key: one.body.name for one in opened}
    found: list[Cell] = []
    for key in sorted({one.shelter for one in here}):
        own = [one for one in here if one.shelter == key]
        found += in_shelter(key, names.get(key, key), cells, known, own, month)
    return sorted(found, key=lambda one: (-one[0].risk, -one[0].likelihood, one[0].key,
                                          one[0].disease))  # fmt: skip


def _basis(
    cells: dict[str, Judged], shelters: Sequence[Cell], opened: Sequence[Shelter]
) -> tuple[int, ...]:
    """What any cell rests on; the open shelters, where nothing else is known."""
    ids = {number for one in cells.values() for number in one.ids}
    ids |= {number for _, some in shelters for number in some}
    if len(opened) <= _NAMED or not ids:
        ids |= {one.version.id for one in opened}
    return tuple(sorted(ids))


def _people(opened: Sequence[Shelter]) -> int | None:
    told = [one.body.headcount for one in opened if one.body.headcount is not None]
    return sum(told) if told else None


def _name(versions: Sequence[Version]) -> str:
    """The municipality's name, as most records write it."""
    said: dict[str, int] = {}
    for one in versions:
        body = decode(one.kind, one.body)
        for field in _NAMES:
            name = getattr(body, field, "")
            if name:
                said[name] = said.get(name, 0) + 1
    return min(said, key=lambda name: (-said[name], name), default="")
