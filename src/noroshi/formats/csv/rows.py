"""Rows to records: one plan per header, the same for tables and for a feature's properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.core import place
from noroshi.core.record import Record
from noroshi.formats import Finding
from noroshi.formats.csv.mapping import (
    Columns,
    Field,
    FieldType,
    field_types,
    kind_of,
    marked,
    measure,
    moment,
    names,
    text,
)
from noroshi.formats.japanese import half_width, header
from noroshi.kinds import Scalar

Row = Mapping[str, Scalar]
"""Cells by column name as `japanese.header` writes it."""


_STATES = {"headcount", "households", "status", "crowding"}


class _Source(msgspec.Struct, frozen=True):
    """One field of the plan: its columns that the table has, and how to read them."""

    field: str
    type: FieldType
    spec: Field
    columns: tuple[str, ...]
    join: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]


class Plan:
    """How the rows of one table become records.

    `titles` are the table's columns: the name as compared, and the name as written. `refine` may
    complete a row's fields. `municipality` looks a point's area up where no column says it.
    `digits` is how many digits the table's municipality codes have, 0 if that cannot be told.
    """

    def __init__(
        self,
        mapping: Columns,
        titles: Mapping[str, str],
        *,
        refine: Callable[[dict[str, Any]], None] | None = None,
        municipality: Callable[[float, float], str | None] | None = None,
        digits: int = 0,
    ) -> None:
        self.mapping = mapping
        self.titles = titles
        self.body = kind_of(mapping.kind)
        self.refine = refine
        self.municipality = municipality
        self.digits = digits
        types = field_types(self.body)
        self.required = [name for name, one in types.items() if one.required and "." not in name]
        self.parts = {
            name: (one.part, [f"{name}.{within}" for within in _required(one.part)])
            for name, one in types.items()
            if one.part and any(given.startswith(f"{name}.") for given in mapping.fields)
        }
        self.rest = next((name for name in ("extra", "attributes") if name in types), "")
        self.key = [header(name) for name in names(mapping.key)]
        self.time = [header(name) for name in names(mapping.time)]
        self.longitude = self._present(mapping.longitude)
        self.latitude = self._present(mapping.latitude)
        self.area = self._present(mapping.area)
        self.valid_to = self._present(mapping.valid_to)
        self.skip = {
            header(name): {header(word) for word in words} for name, words in mapping.skip.items()
        }
        self.sources = [self._source(name, one, types) for name, one in mapping.fields.items()]
        used = {*self.key, *self.time, *self.longitude, *self.latitude, *self.area, *self.valid_to}
        for source in self.sources:
            used.update(source.columns, source.join, (name for name, _ in source.flags))
        # A time in a column's name is the table's only where the column says how things stand.
        self.states = [
            name
            for source in self.sources
            for name in source.columns
            if source.field in _STATES or mapping.kind != "disaster.shelter"
        ]
        self.unused = tuple(name for name in titles if name not in used)

    def _present(self, given: str | list[str]) -> tuple[str, ...]:
        wanted = (header(name) for name in names(given))
        return tuple(name for name in wanted if name in self.titles)

    def _source(
        self, name: str, given: str | list[str] | Field, types: Mapping[str, FieldType]
    ) -> _Source:
        spec = given if isinstance(given, Field) else Field(column=given)
        values = {header(word): value for word, value in spec.values.items()}
        spec = msgspec.structs.replace(spec, values=values)
        flags = ((header(one), word) for one, word in spec.flags.items())
        return _Source(
            name,
            types[name],
            spec,
            self._present(spec.column),
            self._present(spec.join),
            tuple(pair for pair in flags if pair[0] in self.titles),
        )

    def missing(self) -> list[str]:
        """Columns of the key that the table does not have, as the mapping writes them."""
        return [name for name in names(self.mapping.key) if header(name) not in self.titles]

    def skips(self, row: Row) -> bool:
        """True for a row the mapping leaves out."""
        return any(header(text(row.get(name))) in words for name, words in self.skip.items())

    def identity(self, row: Row) -> str:
        """The row's key, or an empty string where a part of it is missing or damaged."""
        # Full-width and half-width digits are the same number.
        parts = [half_width(text(row.get(name))).strip() for name in self.key]
        return "" if not all(parts) or any("�" in part for part in parts) else "/".join(parts)

    def body_of(
        self, row: Row, where: str, faults: list[Finding], also: Sequence[str] = ()
    ) -> bytes | None:
        """The row's body as JSON; None, with a Finding, where a required field is missing.

        `also`: columns that go to the kind's `extra` beside those the mapping does not name.
        """
        fields: dict[str, Any] = {}
        rest: dict[str, Scalar] = {}
        for source in self.sources:
            self._fill(source, row, fields, rest, where, faults)
        for name in self.parts:
            self._assemble(name, fields, where, faults)
        for name in self.required:
            if fields.get(name) in (None, ""):
                wanted = next((one for one in self.sources if one.field == name), None)
                columns = ", ".join(names(wanted.spec.column)) if wanted else ""
                what = f"the row is left out: {name} is missing"
                remedy = f"fill {columns}" if columns else f"map a column to {name}"
                faults.append(Finding("error", where, what, remedy))
                return None
        if self.rest and self.mapping.keep:
            for name in (*self.unused, *also):
                cell = row.get(name)
                if isinstance(cell, str):
                    cell = cell.strip()
                if cell is not None and cell != "":
                    rest[self.titles[name]] = cell
        if self.rest and rest:
            fields[self.rest] = {**fields.get(self.rest, {}), **rest}
        if self.refine is not None:
            self.refine(fields)
        return kinds.encode(self.body(**fields))

    def _assemble(
        self, name: str, fields: dict[str, Any], where: str, faults: list[Finding]
    ) -> None:
        """Put the fields `name.…` together as the field `name`, if all that it needs is there."""
        part, needed = self.parts[name]
        found = {one: fields.pop(one) for one in list(fields) if one.startswith(f"{name}.")}
        lacking = [one for one in needed if found.get(one) in (None, "")]
        if found and lacking:
            what = f"{name} is left out: {', '.join(lacking)} is missing"
            faults.append(Finding("warning", where, what, "map a column to it"))
        elif found:
            fields[name] = part(**{one.partition(".")[2]: value for one, value in found.items()})

    def _fill(
        self,
        source: _Source,
        row: Row,
        fields: dict[str, Any],
        rest: dict[str, Scalar],
        where: str,
        faults: list[Finding],
    ) -> None:
        spec = source.spec
        if source.flags:
            words = []
            for name, word in source.flags:
                try:
                    if marked(row.get(name)):
                        words.append(word)
                except ValueError as error:
                    self._doubt(name, source.field, error, row, rest, where, faults)
            if words:
                fields[source.field] = words
            return
        name, cell = _first(row, source.columns)
        if not name and source.join:
            name, cell = source.join[0], "".join(text(row.get(one)) for one in source.join)
        if not name or cell in (None, ""):
            if spec.value is not None:
                fields[source.field] = spec.value
            return
        if spec.values:
            word = header(text(cell))
            if word in spec.values:
                cell = spec.values[word]
            elif "*" in spec.values:
                rest[self.titles[name]] = text(cell)
                cell = spec.values["*"]
            else:
                known = ", ".join(spec.values)
                why = f"the mapping has no value for {text(cell)!r}, only for {known}"
                self._doubt(name, source.field, why, row, rest, where, faults)
                return
            if cell is None:
                return
        try:
            assert source.type.convert is not None
            fields[source.field] = source.type.convert(cell, spec.unit)
        except (ValueError, OverflowError) as error:
            if spec.otherwise:
                fields[spec.otherwise] = text(cell)
                return
            self._doubt(name, source.field, error, row, rest, where, faults)

    def _doubt(
        self,
        name: str,
        field: str,
        why: object,
        row: Row,
        rest: dict[str, Scalar],
        where: str,
        faults: list[Finding],
    ) -> None:
        """A cell that does not fit its field: kept as text, and said."""
        rest[self.titles[name]] = text(row.get(name))
        kept = f"; it is kept as text under {self.rest}" if self.rest else ""
        faults.append(
            Finding(
                "warning",
                f"{where}, {self.titles[name]} ({field})",
                f"{why}{kept}",
                "correct the cell, or tell the mapping file what it means",
            )
        )

    def point(self, row: Row, where: str, faults: list[Finding]) -> tuple[float, float] | None:
        """The row's longitude and latitude in degrees; None where there are none that can be."""
        east_name, east = _first(row, self.longitude)
        north_name, north = _first(row, self.latitude)
        if not east_name and not north_name:
            return None
        try:
            longitude, latitude = float(measure(east, "")), float(measure(north, ""))
        except (ValueError, OverflowError) as error:
            what = f"no position: {error}"
        else:
            if -180 <= longitude <= 180 and -90 <= latitude <= 90:
                return longitude, latitude
            what = f"no position: {longitude}, {latitude} is nowhere"
            if -180 <= latitude <= 180 and -90 <= longitude <= 90:
                what += "; longitude and latitude look exchanged"
        written = ", ".join(self.titles[one] for one in (east_name, north_name) if one)
        remedy = "decimal degrees of WGS 84 / JGD2011, longitude up to 180 and latitude up to 90"
        faults.append(Finding("warning", f"{where}, {written}", what, remedy))
        return None

    def area_of(
        self, row: Row, at: tuple[float, float] | None, where: str, faults: list[Finding]
    ) -> str | None:
        """The municipality that the row's code names, or that its point lies in."""
        name, cell = _first(row, self.area)
        if name:
            try:
                written = place.city(restore_code(text(cell), self.digits))
            except ValueError as error:
                at_column = f"{where}, {self.titles[name]}"
                remedy = "the 5- or 6-digit code of JIS X 0402"
                faults.append(Finding("warning", at_column, str(error), remedy))
            else:
                return self._doubted(text(cell), written, at)
        if at is not None and self.municipality is not None:
            return self.municipality(*at)
        return None

    def _doubted(self, code: str, area: str, at: tuple[float, float] | None) -> str:
        """The area of a code that may have lost its zero, unless the row's point lies in the area
        that the code would be of as it stands."""
        plain = half_width(code).strip()
        if len(plain) != 5 or area == f"city:{plain}00" or at is None or not self.municipality:
            return area
        there = self.municipality(*at)
        return there if there == f"city:{plain}00" else area

    def end_of(self, row: Row, where: str, faults: list[Finding]) -> int | None:
        """Until when the row is true, where a column says it."""
        name, cell = _first(row, self.valid_to)
        if not name:
            return None
        try:
            return moment(text(cell))
        except ValueError as error:
            at_column = f"{where}, {self.titles[name]}"
            faults.append(Finding("warning", at_column, str(error), "2024-01-09T18:00:00+09:00"))
            return None

    def times(self, row: Row) -> int | None:
        """As of when the row is. None where the cells are empty; raises ValueError."""
        written = " ".join(filter(None, (text(row.get(name)) for name in self.time)))
        return moment(written) if written else None


def _required(part: type[msgspec.Struct] | None) -> list[str]:
    return [one.name for one in msgspec.structs.fields(part) if one.required] if part else []


def _first(row: Row, columns: tuple[str, ...]) -> tuple[str, Scalar]:
    for name in columns:
        cell = row.get(name)
        if cell is not None and cell != "" and not (isinstance(cell, str) and cell.isspace()):
            return name, cell
    return "", None


def code_digits(codes: Iterable[str]) -> int:
    """How many digits the municipality codes of a table have: 6 where one has six, 5 where one
    of five digits cannot be a code of six that lost its zero; 0 where neither is seen."""
    found = 0
    for written in codes:
        plain = half_width(written).strip().removesuffix(".0")
        if not (plain.isascii() and plain.isdigit()):
            continue
        if len(plain) == 6:
            return 6
        if len(plain) == 5 and place.check_digit("0" + plain[:4]) != int(plain[4]):
            found = 5
    return found


def restore_code(code: str, digits: int = 0) -> str:
    """A municipality code with the leading zero that a spreadsheet took.

    Six digits have a check digit (JIS X 0402), five have none. Five digits may be a code, or six
    whose zero is gone: they are the latter where the table's codes have six (`digits`), or where
    they are no code (prefectures are 01–47, municipalities count from 100) and the check digit
    fits, unless the table's codes have five.
    """
    plain = half_width(code).strip().removesuffix(".0")
    if len(plain) == 4:
        return "0" + plain
    if len(plain) == 5 and plain.isdigit():
        six = "0" + plain
        fits = place.check_digit(six[:5]) == int(six[5])
        real = "01" <= plain[:2] <= "47" and plain[2:] >= "100"
        return six if fits and digits != 5 and (digits == 6 or not real) else plain
    return plain


class Collection:
    """The records of one edition, each key once.

    A row said twice in the same words is one record. Two different rows under one key are both
    kept, the second as `key#2`: a facility must not vanish because a number was copied.
    """

    def __init__(self, faults: list[Finding]) -> None:
        self.records: list[Record] = []
        self._faults = faults
        self._by_key: dict[str, Record] = {}

    def add(self, record: Record, where: str) -> None:
        """Add a record, under a key of its own if another already has its key."""
        known, key, count = self._by_key, record.key, 1
        while (other := known.get(key)) is not None:
            if other.body == record.body and other.geometry == record.geometry:
                what = f"the row repeats an earlier one of key {record.key!r} and is left out"
                self._faults.append(Finding("warning", where, what, "send each thing once"))
                return
            count += 1
            key = f"{record.key}#{count}"
        if count > 1:
            what = f"another row already has the key {record.key!r}; this one is kept as {key!r}"
            self._faults.append(Finding("warning", where, what, "give each thing its own key"))
            record = msgspec.structs.replace(record, key=key)
        known[key] = record
        self.records.append(record)
