"""Everything that is wrong with a package, for its sender, with place and remedy.

Agrees with NIED's public checker in the verdict: what that refuses has an error here. Beyond it,
what it does not look at is found too; `docs/sip4d-zip-checks.md` has both side by side.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import Any

from noroshi.core.errors import UnreadableMessage
from noroshi.formats import Finding, Hints
from noroshi.formats.sip4d_zip import META_NAME
from noroshi.formats.sip4d_zip.bodies import IDENTITIES
from noroshi.formats.sip4d_zip.codes import UNIVERSAL, model
from noroshi.formats.sip4d_zip.columns import Column, read_columns
from noroshi.formats.sip4d_zip.geometry import centre
from noroshi.formats.sip4d_zip.identity import written
from noroshi.formats.sip4d_zip.package import Package, escapes
from noroshi.formats.sip4d_zip.places import Stated, check_place
from noroshi.formats.sip4d_zip.read import read, read_features
from noroshi.formats.sip4d_zip.rules import (
    COLUMN_RULES,
    POINT_NEEDS,
    STYLE_NEEDS,
    STYLE_RULES,
    check,
    metadata_rules,
)
from noroshi.formats.sip4d_zip.shapes import check_geometry
from noroshi.formats.sip4d_zip.values import check_properties, check_time, property_checks


def validate(data: bytes, hints: Hints) -> list[Finding]:
    """Every finding, in the order of the files. The package passes if none is an error.

    Never raises for bad input.
    """
    found: list[Finding] = []
    try:
        _Checker(Package(data, hints.limits), hints, found).run()
    except UnreadableMessage as error:
        found.append(_finding(error))
    except (RecursionError, MemoryError) as error:
        what = f"too deep or large to check ({type(error).__name__})"
        found.append(Finding("error", hints.name, what, "send it in parts"))
    if not any(one.severity == "error" for one in found):
        try:
            read(data, hints)
        except UnreadableMessage as error:
            found.append(_finding(error))
    return list({(one.where, one.what): one for one in found}.values())


def _finding(error: UnreadableMessage) -> Finding:
    return Finding("error", error.where, error.what, error.remedy)


class _Checker:
    """Checks one package, adding what it finds to `found`."""

    def __init__(self, package: Package, hints: Hints, found: list[Finding]) -> None:
        self.package, self.hints, self.found = package, hints, found
        self.version = "1.1"
        self.code = ""
        self.fictional = False

    def run(self) -> None:
        """Check the metadata, then each entry."""
        self.found += self.package.problems
        where = self.package.root + META_NAME
        meta = self._json(where)
        if not isinstance(meta, dict):
            self._error(where, "is not a JSON object", "write { … }")
            return
        self.version = "1" if meta.get("version") == "1" else "1.1"
        self.found += check(meta, metadata_rules(self.version), where)
        self.code = meta["code"] if isinstance(meta.get("code"), str) else ""
        self.fictional = meta.get("testflg") in ("訓練", "試験")
        for key in ("updated", "information_date"):
            check_time(meta.get(key), f"{where} {key}", self.found)
        entries = meta.get("entry")
        if not isinstance(entries, list):
            return
        if len(entries) > 1 and self.code != UNIVERSAL:
            self._error(
                f"{where} entry", f"{len(entries)} entries with code {self.code}",
                f"only {UNIVERSAL} may have more than one",
            )  # fmt: skip
        for at, entry in enumerate(entries):
            if isinstance(entry, dict) and isinstance(entry.get("file"), str) and entry["file"]:
                check_time(entry.get("updated"), f"{where} entry[{at}] updated", self.found)
                self._entry(entry["file"], f"{where} entry[{at}] file")

    def _error(self, where: str, what: str, remedy: str, severity: str = "error") -> None:
        self.found.append(Finding(severity, where, what, remedy))

    def _json(self, member: str) -> Any:
        """The JSON of a member, or None with its findings."""
        try:
            value, problems = self.package.json(member)
        except UnreadableMessage as error:
            self.found.append(_finding(error))
            return None
        self.found += problems
        if value is None:
            self._error(member, "holds nothing", "write a JSON object")
        return value

    def _member(self, name: str, where: str) -> str | None:
        """The member that must have exactly this name; a finding if it has not."""
        if escapes(name):
            self._error(where, f"{name!r} leads out of the package", "name a file of the package")
            return None
        member = self.package.find(name)
        if member is None:
            self._error(where, f"{name!r} is not in the archive", "add it, or correct the name")
        elif member != name.removeprefix("./"):
            self._error(where, f"{name!r} is at {member!r} instead", "make the two agree")
        elif member in self.package.recoded:
            self._error(
                where, f"{name!r} has a name that others cannot read", "name it in UTF-8 or ASCII"
            )
        return member

    def _entry(self, name: str, where: str) -> None:
        member = self._member(name, where)
        stem = posixpath.splitext(name)[0]
        definition = self._definition(stem + "_columns.json")
        raws: dict[str, dict[str, Any]] = {}
        if isinstance(definition, dict) and isinstance(definition.get("columns"), list):
            raws = {
                raw["name"]: raw
                for raw in definition["columns"]
                if isinstance(raw, dict) and isinstance(raw.get("name"), str)
            }
        columns = read_columns(definition, [])
        if member is not None:
            try:
                features, problems = read_features(self.package.read(member), member, self.hints)
            except UnreadableMessage as error:
                self.found.append(_finding(error))
            else:
                self.found += problems
                self._features(features, member, columns, raws)
        self._style(stem + "_style.json", {column.name for column in columns})

    # --- attribute definition --------------------------------------------------------------------

    def _definition(self, name: str) -> Any:
        member = self._member(name, name)
        value = self._json(member) if member is not None else None
        if not isinstance(value, dict):
            if value is not None:
                self._error(name, "is not a JSON object", "write { … }")
            return None
        self.found += check(value, COLUMN_RULES, name)
        columns = value.get("columns")
        listed = (
            [one for one in columns if isinstance(one, dict)] if isinstance(columns, list) else []
        )
        attributes = model(self.code, self.version)
        typed = bool(attributes) or self.code == UNIVERSAL
        if isinstance(value.get("code"), str) and value["code"] != self.code:
            self._error(
                f"{name} code", f"{value['code']!r}, but the metadata say {self.code!r}",
                "make the two agree", "error" if typed else "warning",
            )  # fmt: skip
        names = Counter(one["name"] for one in listed if isinstance(one.get("name"), str))
        for twice in (each for each, count in names.items() if count > 1):
            self._error(f"{name} columns", f"{twice!r} is defined twice", "keep one of the two")
        ids = {each for one in listed for each in _ids(one)}
        for connid, attribute in attributes.items():
            if attribute.column and connid not in ids:
                self._error(
                    f"{name} columns", f"no column stands for {connid}",
                    f"code {self.code} requires it: add one with connid {connid}",
                )  # fmt: skip
        for at, one in enumerate(listed):
            place = f"{name} columns[{at}]"
            if one.get("type") == "List":
                for needed in ("num_key", "key_list", "value_list"):
                    if one.get(needed) is None:
                        self._error(f"{place} {needed}", "required of a List", "add it")
            known = next((attributes[i] for i in _ids(one) if i in attributes), None)
            words = one.get("conn_attr_list")
            if known is not None and known.choices and isinstance(words, list):
                allowed = [word for _, said in known.choices for word in said]
                for word in words:
                    if word not in allowed:
                        self._error(
                            f"{place} conn_attr_list", f"{word!r} is no word of {known.connid}",
                            f"one of {', '.join(allowed)}",
                        )  # fmt: skip
        return value

    # --- features --------------------------------------------------------------------------------

    def _features(
        self,
        features: list[Any],
        member: str,
        columns: list[Column],
        raws: dict[str, dict[str, Any]],
    ) -> None:
        attributes = model(self.code, self.version)
        checks = property_checks(columns, raws, attributes, fictional=self.fictional)
        stated = Stated(columns)
        types: dict[str, int] = {}
        twins = _Twins(columns)
        for at, feature in enumerate(features):
            where = f"{member} features[{at}]"
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                self._error(where, "is not a GeoJSON feature", "write an object of type Feature")
                continue
            geometry, properties = feature.get("geometry"), feature.get("properties")
            if isinstance(geometry, dict) and isinstance(geometry.get("type"), str):
                types.setdefault(geometry["type"], at)
            wkb = check_geometry(geometry, where, self.found)
            check_properties(properties, checks, where, self.found)
            if wkb is None or not isinstance(properties, dict):
                continue
            outside = check_place(wkb, properties, stated, self.hints, where)
            if outside is not None:
                self.found.append(outside)
            twin = twins.seen(wkb, properties, where)
            if twin is not None:
                self.found.append(twin)
        if len(types) > 1:
            self._error(
                member, "types of geometry are mixed: " + ", ".join(types),
                f"send an entry for each type, under {UNIVERSAL}",
            )  # fmt: skip

    # --- legend ----------------------------------------------------------------------------------

    def _style(self, name: str, names: set[str]) -> None:
        member = None if escapes(name) else self.package.find(name)
        if member is None or member != name.removeprefix("./"):
            self._error(name, "there is no legend", "add one, so that all draw it alike", "warning")
            if member is None:
                return
        value = self._json(member)
        if not isinstance(value, dict):
            if value is not None:
                self._error(name, "is not a JSON object", "write { … }")
            return
        self.found += check(value, STYLE_RULES, name)
        column = value.get("column")
        if isinstance(column, str) and column and names and column not in names:
            self._error(f"{name} column", f"{column!r} is no column", "name one", "warning")
        classes = value.get("classes")
        if not isinstance(classes, list):
            return
        needed = STYLE_NEEDS.get(value["type"], ()) if isinstance(value.get("type"), str) else ()
        count = value.get("num_class")
        several = isinstance(count, int) and count >= 2
        for at, one in enumerate(classes):
            if isinstance(one, dict):
                self._class(
                    one, f"{name} classes[{at}]", (*needed, *(["value"] if several else []))
                )

    def _class(self, one: dict[str, Any], where: str, needed: tuple[str, ...]) -> None:
        kind = one.get("point_type")
        more = POINT_NEEDS.get(kind, ()) if isinstance(kind, str) else ()
        for key in dict.fromkeys((*needed, *more)):
            if one.get(key) is None:
                self._error(f"{where} {key}", "required here, but missing", "add it")
        icon = one.get("icon")
        if isinstance(icon, str):
            self._member(icon, f"{where} icon")


def _ids(column: dict[str, Any]) -> list[str]:
    """The connid and the name of a column definition, as far as they are texts."""
    return [each for key in ("connid", "name") if isinstance(each := column.get(key), str)]


class _Twins:
    """Finds features that are the same facility twice."""

    def __init__(self, columns: list[Column]) -> None:
        by = {one: [c for c in columns if one in (c.name.lower(), c.connid.lower())]
              for one in IDENTITIES}  # fmt: skip
        self._id = next((found[0].name for found in by.values() if found), "")
        self._ignored = {column.name for found in by.values() for column in found}
        self._name = next(
            (c.name for c in columns if c.connid == "name" or c.label in ("名称", "施設名称")), ""
        )
        self._ids: dict[str, str] = {}
        self._same: dict[tuple[Any, ...], str] = {}
        self._named: dict[tuple[str, float, float], str] = {}

    def seen(self, wkb: bytes, properties: dict[str, Any], where: str) -> Finding | None:
        """A finding if this feature came before, under its identifier, or with all it says, or
        (a warning) with its name and place."""
        identifier = written(properties.get(self._id))
        before = self._ids.setdefault(identifier, where) if identifier else where
        if before != where:
            return Finding("error", where, f"{identifier} again: it is {before} as well",
                           "send each facility once")  # fmt: skip
        said = tuple(sorted((k, repr(v)) for k, v in properties.items() if k not in self._ignored))
        before = self._same.setdefault((wkb, said), where)
        if before != where:
            return Finding("error", where, f"the same as {before}", "send each facility once")
        name = written(properties.get(self._name))
        if not name:
            return None
        longitude, latitude = centre(wkb)
        before = self._named.setdefault((name, round(longitude, 5), round(latitude, 5)), where)
        if before != where:
            return Finding("warning", where, f"{name} stands at this place already: {before}",
                           "is it one facility?")  # fmt: skip
        return None
