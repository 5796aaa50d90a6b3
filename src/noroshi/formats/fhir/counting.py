"""Results of single persons to counts by day, area and test. Nothing of a person goes further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from noroshi.core.prefectures import CODES
from noroshi.core.time import JST, show
from noroshi.formats import Finding
from noroshi.formats.fhir.resources import Bundle, Resource
from noroshi.formats.japanese import header, parse_time

#: Results that stand; those under way, withdrawn or entered in error do not count.
STANDING = ("final", "amended", "corrected")
#: Of a report: the results inside it fall with it, whatever their own status.
_WITHDRAWN = ("cancelled", "entered-in-error")
#: SNOMED CT and HL7 codes, and words, of results.
_POSITIVE = {"10828004", "260373001", "52101004", "POS", "DET", "RR"}
_NEGATIVE = {"260385009", "260415000", "2667000", "NEG", "ND", "NR"}
_WORDS = {
    **dict.fromkeys(("positive", "detected", "reactive", "陽性", "検出", "(+)", "+", "1+"), True),
    **dict.fromkeys(("negative", "notdetected", "nonreactive", "陰性", "不検出"), False),
    **dict.fromkeys(("検出せず", "(-)", "-"), False),
}  # fmt: skip


#: A reference and the resource that it stands in.
Standing = tuple[Any, Resource | None]


class Coded(msgspec.Struct, frozen=True):
    """A code of a system and what it stands for."""

    code: str = ""
    system: str = ""
    name: str = ""


class Cell(msgspec.Struct, frozen=True):
    """What results are counted by."""

    day: str
    area: str
    test: Coded
    specimen: Coded
    performer: str


class Tally(msgspec.Struct):
    """How many results a cell has."""

    tested: int = 0
    positive: int = 0
    undetermined: int = 0


def coded(value: Any) -> Coded:
    """The first coding of a CodeableConcept; its text where it has no code."""
    if not isinstance(value, dict):
        return Coded()
    for one in value.get("coding") or []:
        if one.get("code"):
            name = str(one.get("display") or value.get("text") or "")
            return Coded(clean(one["code"], 60), clean(one.get("system", ""), 200), clean(name))
    text = clean(str(value.get("text") or ""))
    return Coded(text, "", text)


def clean(text: Any, most: int = 100) -> str:
    """A text of one line, of what can be shown."""
    return "".join(one for one in str(text) if one.isprintable())[:most].strip()


def day_of(value: dict[str, Any], *names: str) -> str:
    """The day (Japan) of the first of these elements that has one: YYYY-MM-DD, or nothing."""
    for name in names:
        one = value.get(name)
        written = one.get("start") or one.get("end") if isinstance(one, dict) else one
        if isinstance(written, str) and len(written) >= 10:
            try:
                return (show(parse_time(written), JST) or "")[:10]
            except ValueError:
                continue
    return ""


def outcome_of(value: dict[str, Any]) -> bool | None:
    """Whether a result is positive; None where that cannot be told."""
    if isinstance(boolean := value.get("valueBoolean"), bool):
        return boolean
    concepts = [value.get("valueCodeableConcept"), *(value.get("interpretation") or [])]
    for concept in filter(None, concepts):
        codings = concept.get("coding") or []
        codes = {str(one.get("code", "")).upper() for one in codings}
        if codes & _NEGATIVE:
            return False
        if codes & _POSITIVE:
            return True
        words = [concept.get("text"), *(one.get("display") for one in codings)]
        for word in filter(None, words):
            if (found := _word(word)) is not None:
                return found
    return _word(value.get("valueString") or "")


def _word(text: str) -> bool | None:
    return _WORDS.get(header(text).replace("-", "") or header(text)) if text else None


class Counting:
    """Counts the results of one bundle. `personal`: some are, or may be, of single persons.
    `left_out`: how many, by reason; `withdrawn`: how many of them for their status."""

    def __init__(self, bundle: Bundle, faults: list[Finding]) -> None:
        self.bundle, self.faults = bundle, faults
        self.cells: dict[Cell, Tally] = {}
        self.personal = bundle.personal
        self.left_out: Counter[str] = Counter()
        self.withdrawn = 0
        self._seen: set[str] = set()
        document = next(bundle.of("Composition"), None)
        self._author = "" if document is None else self.institution([
            (one, document) for one in
            (document.value.get("custodian"), *(document.value.get("author") or []))
        ])  # fmt: skip
        self._dated = "" if document is None else day_of(document.value, "date")

    def count(self) -> None:
        """Count every standing result once."""
        results: set[str] = set()
        for one in self.bundle.of("DiagnosticReport"):
            self._report(one, results)
        for one in self.bundle.of("Observation"):
            if one.name not in results:
                self._observation(one, None)
        for why, times in self.left_out.items():
            self.faults.append(Finding("warning", f"{times} results", f"not counted: {why}"))

    def _report(self, report: Resource, results: set[str]) -> None:
        """A report lends its results what they do not say themselves. One without results is a
        result, by its conclusion."""
        value = report.value
        found = [self.bundle.resolve(one, report) for one in value.get("result") or []]
        for one in found:
            if one is not None and one.type == "Observation":
                results.add(one.name)
                self._observation(one, report)
        if found or not (value.get("conclusionCode") or value.get("status") in _WITHDRAWN):
            return
        concluded = {**value, "interpretation": value.get("conclusionCode")}
        self._observation(msgspec.structs.replace(report, value=concluded), None)

    def _observation(self, one: Resource, report: Resource | None) -> None:
        if one.name in self._seen:
            return
        self._seen.add(one.name)
        value, lent = one.value, {} if report is None else report.value
        subject = value.get("subject") or lent.get("subject")
        stated = count_of(value) is not None
        if _is_person(subject) and not stated:
            self.personal = True
        status = value.get("status")
        if one.owner is not None and lent.get("status") in _WITHDRAWN:
            status = lent["status"]
        if status not in STANDING:
            self.left_out[f"status {clean(status, 20)}"] += 1
            self.withdrawn += 1
            return
        if stated or (not _is_person(subject) and _number(value) is not None):
            return  # a count, which the reader takes as it is
        members = value.get("hasMember") or []
        if members and outcome_of(value) is None:
            self._panel(one, members, report)
            return
        day = day_of(value, "effectiveDateTime", "effectivePeriod", "effectiveInstant") or day_of(
            lent, "effectiveDateTime", "effectivePeriod"
        )
        day = day or day_of(value, "issued") or day_of(lent, "issued") or self._dated
        test = coded(value.get("code"))
        if not day or not test.code:
            self.left_out["no day or no code"] += 1
            return
        # Each with the resource it stands in, where `#` leads.
        performers = [(to, one) for to in value.get("performer") or []]
        samples = [(to, one) for to in [value.get("specimen")] if to]
        if report is not None:
            performers += [(to, report) for to in lent.get("performer") or []]
            samples += [(to, report) for to in lent.get("specimen") or []]
        specimen = self.bundle.resolve(*samples[0]) if samples else None
        lives = (subject, one if value.get("subject") else report)
        cell = Cell(
            day, self.area([*performers, lives]), test,
            coded(specimen.value.get("type")) if specimen is not None else Coded(),
            self.institution(performers) or self._author,
        )  # fmt: skip
        tally = self.cells.setdefault(cell, Tally())
        tally.tested += 1
        positive = outcome_of(value)
        if positive is None:
            tally.undetermined += 1
        tally.positive += positive is True

    def _panel(self, panel: Resource, members: list[Any], report: Resource | None) -> None:
        """The members of a panel count, not itself. Those inside another resource are found by it
        alone; the others stand in the bundle."""
        for to in members:
            member = self.bundle.resolve(to, panel)
            if member is not None and member.owner is not None and member.type == "Observation":
                self._observation(member, report or panel)

    def institution(self, references: Sequence[Standing]) -> str:
        """The name of the first institution; never that of a person."""
        for one, inside in references:
            found = self.bundle.resolve(one, inside)
            if found is not None and found.type in ("Organization", "Location"):
                return clean(found.value.get("name") or found.value.get("id") or "", 60)
            if _type(one) == "Organization" and one.get("display"):
                return clean(one["display"], 60)
        return ""

    def area(self, references: Sequence[Standing]) -> str:
        """The prefecture of the institution, else that where the person lives: two digits. Nothing
        smaller is kept."""
        for one, inside in references:
            found = self.bundle.resolve(one, inside)
            if found is None:
                continue
            given = found.value.get("address") or []
            for address in given if isinstance(given, list) else [given]:
                if code := prefecture_of(str(address.get("state") or "")):
                    return code
                if code := prefecture_of(str(address.get("text") or "")):
                    return code
        return ""


def prefecture_of(text: str) -> str:
    """The code of the prefecture that a text is, or begins with; nothing for any other."""
    plain = "".join(text.split())
    if plain.isascii() and plain.isdigit() and len(plain) == 2 and "01" <= plain <= "47":
        return plain
    if plain.upper().startswith("JP-") and plain[3:] in CODES.values():
        return plain[3:]
    return next((code for name, code in CODES.items() if plain.startswith(name)), "")


def _type(reference: Any) -> str:
    if not isinstance(reference, dict):
        return ""
    to = str(reference.get("reference", ""))
    return str(reference.get("type") or (to.split("/")[-2] if to.count("/") else ""))


def _is_person(subject: Any) -> bool:
    """True unless the subject is said to be something else: what is not known may be a person."""
    return _type(subject) not in ("Group", "Location", "Organization", "Device")


def _number(value: dict[str, Any]) -> float | None:
    quantity = value.get("valueQuantity")
    number = quantity.get("value") if isinstance(quantity, dict) else value.get("valueInteger")
    return number if isinstance(number, int | float) else None


def count_of(value: dict[str, Any]) -> int | None:
    """The whole number that an Observation about no person states, in units of cases or tests. One
    that does not say of whom it is has to name its unit: a bare number may be a person's result."""
    subject = value.get("subject")
    if subject and _is_person(subject):
        return None
    number = _number(value)
    quantity = value.get("valueQuantity") or {}
    unit = str(quantity.get("code") or quantity.get("unit") or "").lower()
    known = ("{count}", "{cases}", "{#}", "{tests}", "人", "件", "例", "cases", "count")
    if unit not in known and (not subject or unit not in ("", "1")):
        return None
    if number is None or not 0 <= number < 1e9 or number != int(number):
        return None
    return int(number)
