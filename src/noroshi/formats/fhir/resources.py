"""The resources of a bundle, checked against FHIR by `fhir.resources` (BSD-3-Clause).

The library has R4B (4.3.0) and no plain R4 any more; the resources that are read here are the same
in both, element by element (R4B changed only those of evidence, medicines and subscriptions).
What is wrong is told by entry and element, never by what stands there: that may be a person's.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.formats import Limits

#: What is counted, and what is needed to know where and by whom it was done.
COUNTED = ("Observation", "DiagnosticReport", "MeasureReport")
#: Types that are about nobody, or (results) are looked at one by one.
_ABOUT_NOBODY = frozenset({
    "MeasureReport", "Measure", "Observation", "DiagnosticReport", "Composition", "Specimen",
    "Organization", "Location", "Group", "Device",
})  # fmt: skip
BESIDE = ("Composition", "Specimen", "Organization", "Location", "Patient")
_REMEDY = "the bundle must hold valid FHIR R4 (https://hl7.org/fhir/R4/validation.html)"


class Resource(msgspec.Struct, frozen=True):
    """A resource: its type, what it is as plain JSON, where in the bundle it stands, and the one
    that contains it (`owner`): there alone its id is unique, and its `#` references lead."""

    type: str
    value: dict[str, Any]
    where: str
    url: str = ""
    owner: Resource | None = None

    @property
    def name(self) -> str:
        """What tells it from every other resource of the bundle."""
        if self.owner is not None:
            return f"{self.owner.name}#{self.value.get('id')}"
        return self.url or f"{self.type}/{self.value.get('id') or self.where}"


class Bundle(msgspec.Struct):
    """A bundle's resources, and those that others refer to, by every name they may be called.
    `identifier` is what the sender calls the bundle wherever it is sent, `id` what it is called
    where it comes from; or nothing. `test`: HL7's mark of test data is on it, or on a part.
    `personal`: something in it, counted or not, is of a type that may be about a person."""

    resources: list[Resource]
    identifier: str
    id: str
    found: dict[str, Resource]
    test: bool = False
    personal: bool = False

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in order."""
        return (one for one in self.resources if one.type in types)

    def resolve(self, reference: Any, inside: Resource | None = None) -> Resource | None:
        """What a Reference that stands `inside` a resource leads to in this bundle."""
        to = reference.get("reference", "") if isinstance(reference, dict) else ""
        if to.startswith("#") and inside is not None:
            owner = inside.owner or inside
            for one in owner.value.get("contained") or []:
                if isinstance(one, dict) and one.get("id") == to[1:]:
                    kind = str(one.get("resourceType", ""))
                    return Resource(kind, one, f"{owner.where}{to}", owner=owner)
            return None
        return self.found.get(to.partition("/_history/")[0]) if to else None


def _may_be_personal(one: dict[str, Any]) -> bool:
    """Whether a resource, or one that it contains, is of a type that may be about a person."""
    contained = one.get("contained")
    inside = contained if isinstance(contained, list) else []
    types = [each.get("resourceType") for each in (one, *inside) if isinstance(each, dict)]
    return any(not isinstance(type, str) or type not in _ABOUT_NOBODY for type in types)


@cache
def _model(type: str) -> Any:
    try:
        from fhir.resources.R4B import get_fhir_model_class
    except ImportError:
        raise UnreadableMessage(
            "reading FHIR needs the library fhir.resources",
            remedy="pip install 'noroshi[health]', then read the message again",
        ) from None
    return get_fhir_model_class(type)


def load() -> None:
    """Import what reading needs."""
    for type in (*COUNTED, *BESIDE):
        _model(type)


def open_bundle(data: bytes, limits: Limits) -> Bundle:
    """The resources of a bundle or of one resource. Raises UnreadableMessage naming every entry
    that is not as FHIR has it (the first ten)."""
    value = _decode(data)
    if value.get("resourceType") != "Bundle":
        pairs = [("resource", "", value)]
    else:
        pairs = list(_entries(value, limits))
    resources: list[Resource] = []
    wrong: list[str] = []
    test = _is_test(value)
    personal = any(_may_be_personal(one) for _, _, one in pairs)
    for where, url, one in pairs:
        type = one.get("resourceType")
        test = test or _is_test(one)
        if not isinstance(type, str):
            wrong.append(f"{where}: no resourceType")
        elif type in COUNTED or type in BESIDE:
            checked = _checked(type, one)
            if isinstance(checked, str):
                wrong.append(f"{where} ({type}): {checked}")
            else:
                resources.append(Resource(type, checked, where, url))
    if wrong:
        more = f" … and {len(wrong) - 10} more" if len(wrong) > 10 else ""
        raise UnreadableMessage("; ".join(wrong[:10]) + more, remedy=_REMEDY)
    found: dict[str, Resource] = {}
    for kept in resources:
        id, url = kept.value.get("id"), kept.url
        short = "/".join(url.split("/")[-2:]) if url.count("/") > 1 else ""
        for name in (url, f"{kept.type}/{id}" if id else "", short):
            if name:
                found.setdefault(name, kept)
    return Bundle(resources, _identifier(value), str(value.get("id") or ""), found, test, personal)


def _decode(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableMessage(f"not JSON: {error}", remedy=_REMEDY) from None
    except RecursionError:
        raise LimitExceeded("the JSON is nested too deep") from None
    if not isinstance(value, dict):
        raise UnreadableMessage("not a JSON object", remedy=_REMEDY)
    return value


def _entries(value: dict[str, Any], limits: Limits) -> Iterator[tuple[str, str, dict[str, Any]]]:
    entries = value.get("entry", [])
    if not isinstance(entries, list):
        raise UnreadableMessage("Bundle.entry is no list", remedy=_REMEDY)
    if len(entries) > limits.records:
        raise LimitExceeded(f"more than {limits.records} entries", where="Bundle.entry")
    for at, entry in enumerate(entries):
        where = f"entry[{at}]"
        if not isinstance(entry, dict):
            raise UnreadableMessage("not an object", where=where, remedy=_REMEDY)
        resource, url = entry.get("resource"), entry.get("fullUrl", "")
        if resource is None:
            continue
        if not isinstance(resource, dict) or not isinstance(url, str):
            raise UnreadableMessage("no resource with a fullUrl", where=where, remedy=_REMEDY)
        yield where, url, resource


def _checked(type: str, value: dict[str, Any]) -> dict[str, Any] | str:
    """A resource as FHIR has it, without what is empty; or what is wrong with it: its elements,
    and why, and nothing that stands in them."""
    try:
        _model(type).model_validate(value)
    except ValueError as error:
        listed = error.errors() if hasattr(error, "errors") else []
        return ", ".join(map(_told, listed[:3])) or "not valid"
    except (TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return "not valid"
    found: dict[str, Any] = _filled(value)
    return found


def _filled(value: Any) -> Any:
    """A value without nulls, which the library takes for elements that are not there."""
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_filled(one) for one in value if one is not None]
    return value


def _told(fault: dict[str, Any]) -> str:
    """An element and what is wrong with it. A name that FHIR does not have may be anything."""
    path = fault["loc"][:-1] if fault["type"] == "extra_forbidden" else fault["loc"]
    return f"{'.'.join(str(part)[:40] for part in path) or 'an element'}: {fault['type']}"


def _identifier(value: dict[str, Any]) -> str:
    identifier = value.get("identifier")
    if isinstance(identifier, dict) and identifier.get("value"):
        return f"{identifier.get('system', '')}|{identifier['value']}"
    return ""


def _is_test(value: dict[str, Any]) -> bool:
    """True for what is marked as test data: HTEST of HL7's ActReason (security labels of R4)."""
    meta = value.get("meta")
    marks = meta.get("security") if isinstance(meta, dict) else None
    return isinstance(marks, list) and any(
        isinstance(one, dict) and str(one.get("code", "")).upper() == "HTEST" for one in marks
    )
