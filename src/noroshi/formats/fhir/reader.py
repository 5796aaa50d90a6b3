"""FHIR bundles to records of `health.laboratory`: counts, and nothing of a person."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from noroshi.core.errors import UnreadableMessage
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import DAY, parse
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.fhir import resources
from noroshi.formats.fhir.counting import (
    STANDING,
    Coded,
    Counting,
    Standing,
    clean,
    coded,
    count_of,
    day_of,
    prefecture_of,
)
from noroshi.formats.fhir.resources import Bundle, Resource, open_bundle
from noroshi.kinds import encode
from noroshi.kinds.diseases import code_of, named
from noroshi.kinds.laboratory import Laboratory

load = resources.load
_TESTED = ("denominator", "initial-population", "measure-population", "tested")
_POSITIVE = ("numerator", "positive", "measure-observation")
_CASES = ("cases", "count", "notified")


def read(data: bytes, hints: Hints) -> Reading:
    """The counts in a bundle, or in one resource.

    Observations and DiagnosticReports about persons are counted by day, prefecture, test, kind of
    specimen and institution; no identifier, age, sex, address or text of theirs is kept, and the
    message asks to stay inside the organisation. Summary MeasureReports, and Observations that
    state a number about no person, are counts already. A bundle with an identifier is a series:
    sent again it replaces all it said, also where its results were withdrawn and none is left.
    Raises UnreadableMessage naming the entries that are not valid FHIR, and for a bundle with
    nothing to count.
    """
    bundle = open_bundle(data, hints.limits)
    faults: list[Finding] = []
    counting = Counting(bundle, faults)
    counting.count()
    named = bundle.identifier or bundle.id
    name = _short(named or blake2b(data, digest_size=8).hexdigest())
    records = [
        _record(
            f"{name}/{_cell(one.area, one.test, one.specimen, one.performer)}",
            Laboratory(
                **_named(one.test), specimen=one.specimen.name, specimen_code=one.specimen.code,
                period_start=one.day, period_end=one.day, tested=tally.tested,
                positive=tally.positive, undetermined=tally.undetermined or None,
                performer=one.performer, area_code=one.area, aggregated=True,
            ),
        )
        for one, tally in counting.cells.items()
    ]  # fmt: skip
    records += _stated(bundle, counting, faults)
    errors = any(one.severity == "error" for one in faults)
    withdrawn = counting.withdrawn and counting.withdrawn == counting.left_out.total()
    if not records and (errors or not (bundle.identifier and withdrawn)):
        why = "; ".join(one.what for one in faults[:3]) or "no results and no counts"
        raise UnreadableMessage(f"nothing to count: {why}", remedy="docs/formats.md, FHIR")
    by_key: dict[str, Record] = {}
    for record in records:
        if record.key in by_key:
            faults.append(Finding("warning", record.key, "stated twice; the later one counts"))
        by_key[record.key] = record
    own = _short(bundle.identifier, 8) if bundle.identifier else ""
    edition = Edition(
        "/".join(filter(None, ("laboratory", hints.source, own))), hints.received,
        list(by_key.values()), mode=Mode.TEST if bundle.test else Mode.ACTUAL, whole=bool(own),
    )  # fmt: skip
    # Whom a result is of need not be said: it may be a person.
    floor = OWN if counting.personal or counting.cells else PUBLIC
    return Reading([edition], faults, media_type="application/fhir+json", floor=floor)


def _record(key: str, body: Laboratory) -> Record:
    start = parse(f"{body.period_start}T00:00:00+09:00")
    area = f"pref:{body.area_code}" if body.area_code else None
    return Record(
        "health.laboratory", f"{body.period_start}/{key}", encode(body), area=area,
        valid_from=start, valid_to=parse(f"{body.period_end}T00:00:00+09:00") + DAY,
    )  # fmt: skip


def _short(text: str, size: int = 5) -> str:
    """A name that says nothing of what it stands for: identifiers stay in the message."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _cell(area: str, test: Coded, specimen: Coded, performer: str) -> str:
    """The part of a key that tells the counts of a bundle apart."""
    rest = _short(f"{test.system}|{test.code}|{specimen.system}|{specimen.code}|{performer}")
    return f"{area or '-'}/{test.code.replace('/', '／')[:40]}/{rest}"


def _named(test: Coded) -> dict[str, Any]:
    known = named(code_of(test.name)) or named(code_of(test.code))
    found = {"code": test.code, "system": test.system, "name": test.name}
    return found | ({"disease": known.code} if known else {})


# --- counts that are stated ---------------------------------------------------------------------


def _stated(bundle: Bundle, counting: Counting, faults: list[Finding]) -> Iterator[Record]:
    for one in bundle.of("Observation"):
        count = count_of(one.value)
        if count is not None and one.value.get("status") in STANDING:
            yield from _number(one, count, counting, faults)
    for one in bundle.of("MeasureReport"):
        if one.value.get("type") not in ("summary", "data-collection"):
            counting.personal = True
            faults.append(Finding("warning", one.where, "not counted: of single persons",
                                  "send the MeasureReport of type summary"))  # fmt: skip
        elif one.value.get("status") != "complete":
            counting.left_out["status"] += 1
            counting.withdrawn += 1
            faults.append(Finding("warning", one.where, "not counted: not complete"))
        else:
            yield from _measure(one, counting, faults)


def _number(
    one: Resource, count: int, counting: Counting, faults: list[Finding]
) -> Iterator[Record]:
    value = one.value
    test = coded(value.get("code"))
    day = day_of(value, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    if not day or not test.code:
        faults.append(Finding("error", one.where, "left out: no day or no code"))
        return
    performers = value.get("performer") or []
    standing: list[Standing] = [(to, one) for to in performers]
    performer = counting.institution(standing)
    area = counting.area([*standing, (value.get("subject"), one)])
    yield _record(
        f"stated/{_cell(area, test, Coded(), performer)}",
        Laboratory(**_named(test), period_start=day, period_end=_end(value, day), count=count,
                   performer=performer, area_code=area),
    )  # fmt: skip


def _end(value: dict[str, Any], day: str) -> str:
    period = value.get("effectivePeriod") or value.get("period") or {}
    return max(day_of({"end": period.get("end")}, "end") or day, day)


def _measure(one: Resource, counting: Counting, faults: list[Finding]) -> Iterator[Record]:
    """A record for each group of a summary, and for each stratum that is a prefecture."""
    value = one.value
    day = day_of({"start": (value.get("period") or {}).get("start")}, "start")
    if not day:
        faults.append(Finding("error", one.where, "left out: its period has no first day"))
        return
    reporter = [(value.get("reporter"), one)]
    performer = counting.institution(reporter)
    own = counting.area([*reporter, (value.get("subject"), one)])
    measure = clean(str(value.get("measure") or "").partition("|")[0], 200)
    found = False
    for at, group in enumerate(value.get("group") or []):
        test = coded(group.get("code"))
        if not test.code:
            test = Coded(measure.rpartition("/")[2][:60] or f"group{at + 1}", measure)
        strata = [
            (prefecture_of(_text(stratum.get("value"))), stratum.get("population"))
            for stratifier in group.get("stratifier") or []
            for stratum in stratifier.get("stratum") or []
        ]  # fmt: skip
        parts = [(code, populations) for code, populations in strata if code]
        for area, populations in [(own, group.get("population")), *parts]:
            counts = _populations(populations or [])
            if counts:
                found = True
                yield _record(
                    f"measure/{_cell(area, test, Coded('', measure), performer)}",
                    Laboratory(**_named(test), **counts, period_start=day,
                               period_end=_end(value, day), performer=performer, area_code=area),
                )  # fmt: skip
    if not found:
        faults.append(Finding("error", one.where, "left out: no group has a count"))


def _text(concept: Any) -> str:
    one = coded(concept)
    return one.code if prefecture_of(one.code) else one.name


def _populations(populations: list[dict[str, Any]]) -> dict[str, Any]:
    by_code = {
        coded(one.get("code")).code: int(one["count"])
        for one in populations
        if isinstance(one.get("count"), int) and 0 <= one["count"] < 10**9
    }
    found: dict[str, int] = {}
    for field, codes in (("tested", _TESTED), ("positive", _POSITIVE), ("count", _CASES)):
        for code in codes:
            if code in by_code:
                found.setdefault(field, by_code[code])
    if set(found) == {"tested"} or (not found and len(by_code) == 1):
        # One number alone is of cases.
        return {"count": next(iter(by_code.values()))}
    return found
