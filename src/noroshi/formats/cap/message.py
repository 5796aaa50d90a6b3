"""An alert in CAP's own words (CAP 1.2 §3.2). None and "" are not written."""

from __future__ import annotations

import msgspec

#: The words of CAP 1.2 §3.2, in its order.
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
    "CBRNE", "Other",
)  # fmt: skip
RESPONSES = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

Named = tuple[str, str]
"""A `valueName` and its `value`."""
Ring = tuple[tuple[float, float], ...]
"""Longitude and latitude of each corner, degrees; the last repeats the first."""


class Area(msgspec.Struct, frozen=True):
    """Where: in words, by rings, by official codes."""

    description: str
    rings: tuple[Ring, ...] = ()
    codes: tuple[Named, ...] = ()


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """One event in one language. Times are microseconds UTC."""

    language: str
    categories: tuple[str, ...]
    event: str
    responses: tuple[str, ...] = ()
    urgency: str
    severity: str
    certainty: str
    codes: tuple[Named, ...] = ()
    effective: int | None = None
    onset: int | None = None
    expires: int | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    contact: str = ""
    parameters: tuple[Named, ...] = ()
    areas: tuple[Area, ...] = ()


class Reference(msgspec.Struct, frozen=True):
    """An earlier alert, by what identifies it."""

    sender: str
    identifier: str
    sent: int


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert message. `addresses` are for whom it is, where its scope is Private."""

    identifier: str
    sender: str
    sent: int
    status: str
    type: str
    scope: str
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...] = ()
