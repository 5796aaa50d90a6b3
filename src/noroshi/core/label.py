"""Sharing labels and readers: who may see what.

A label is a small integer carried by every message and record, set by its source. What a label
means is a `Sharing`: the node keeps one for each label and may change it at any time, and every
record that carries the label follows at once. A reader holds the labels whose sharing admits it;
stores compare integers inside the index scan, so groups, organisations, clearance, compartments
and peers cost a read nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

PUBLIC = 0
RESPONDERS = 1
OWN = 2
ISUT = 3
#: What was recalled: no reader sees it, not even one who sees every label.
RECALLED = -1
#: Labels below this are built in and mean the same on every node; those from here on are given
#: out by a node.
FIRST_FREE = 16

NAMES = {"public": PUBLIC, "responders": RESPONDERS, "own": OWN, "isut": ISUT}

#: Traffic Light Protocol 2.0 (FIRST, 2022), from the widest to the narrowest.
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
#: `openflg` of SIP4D-ZIP (JSA-S1016:2023) by the built-in label that means the same.
OPENFLG = {
    PUBLIC: "一般公開可能", RESPONDERS: "災害対応機関のみ公開可能",
    ISUT: "ＩＳＵＴ－ＳＩＴＥのみ公開可能",
}  # fmt: skip

_ATOM = re.compile(r"own|(?:org|group|person):[a-z0-9][a-z0-9._/@-]{0,99}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
#: The most a sharing may name.
MOST_ATOMS = 5_000
CLEARANCES = 9


class Sharing(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a label means.

    `audience`: every clause must be met by one of its atoms (`own`: the node's organisation,
    `org:ID`, `group:NAME`, `person:ID`); no clause: everyone. `clearance` is the least that a
    reader must have (0–9), `compartments` are all that it must be read into. `purpose` marks
    personal data: only who holds that purpose sees it, each access is logged, exports leave it
    out, and it is erased `keep` seconds after it came (0: never). `tlp` is a marking that the
    owner chose; "" derives it (`to_tlp`).
    """

    audience: tuple[tuple[str, ...], ...] = ()
    clearance: int = 0
    compartments: tuple[str, ...] = ()
    purpose: str = ""
    keep: int = 0
    tlp: str = ""


class Label(msgspec.Struct, frozen=True):
    """A label of a node: its number, name, and what it means. `origin` and `stream` name the
    organisation and the stream of it whose records carry it, where another node sent them.
    `stamp` rises whenever any label of the node is defined or changed. With `parts` it is the label
    of what was made from records of those labels: who sees them all sees it."""

    id: int
    name: str
    sharing: Sharing
    parts: tuple[int, ...] = ()
    stamp: int = 0
    origin: str = ""
    stream: int = 0


#: The node's own organisation is among the responders, and sees what it was sent for ISUT-SITE.
BUILT_IN: dict[int, Sharing] = {
    PUBLIC: Sharing(),
    RESPONDERS: Sharing(audience=(("group:responders", "own"),)),
    OWN: Sharing(audience=(("own",),)),
    ISUT: Sharing(audience=(("group:isut", "own"),)),
}


class Principal(msgspec.Struct, frozen=True):
    """Somebody or something that reads: a person, a device, a peer. `atoms` are the audiences it
    belongs to."""

    name: str
    atoms: frozenset[str] = frozenset()
    clearance: int = 0
    compartments: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()


class Reader(msgspec.Struct, frozen=True):
    """Who is reading: a name for the log, and the labels it may see (None: every label)."""

    name: str
    labels: frozenset[int] | None

    def sees(self, label: int) -> bool:
        """True if this reader may see what carries `label`."""
        return label >= 0 if self.labels is None else label in self.labels


OPERATOR = Reader("operator", None)
ANONYMOUS = Reader("anonymous", frozenset({PUBLIC}))


def admits(sharing: Sharing, principal: Principal) -> bool:
    """True if `principal` may see what is shared so."""
    return (
        all(not principal.atoms.isdisjoint(clause) for clause in sharing.audience)
        and principal.clearance >= sharing.clearance
        and principal.compartments.issuperset(sharing.compartments)
        and (not sharing.purpose or sharing.purpose in principal.purposes)
    )


def checked(sharing: Sharing) -> Sharing:
    """`sharing` in its one written form. Raises ValueError for what cannot be meant."""
    clauses = sorted({tuple(sorted(set(clause))) for clause in sharing.audience})
    if sum(map(len, clauses)) > MOST_ATOMS:
        raise ValueError(f"names more than {MOST_ATOMS} organisations, groups or persons")
    for clause in clauses:
        if not clause:
            raise ValueError("an audience of nobody")
        for atom in clause:
            if not _ATOM.fullmatch(atom):
                raise ValueError(f"{atom!r} is not own, org:ID, group:NAME or person:ID")
    for word in (*sharing.compartments, *filter(None, (sharing.purpose,))):
        if not _WORD.fullmatch(word):
            raise ValueError(f"{word!r}: a compartment or purpose is a word in lower case")
    if not 0 <= sharing.clearance <= CLEARANCES:
        raise ValueError(f"clearance {sharing.clearance} is not 0 to {CLEARANCES}")
    if not 0 <= sharing.keep < 2**40:
        raise ValueError("keep is out of range")
    if sharing.keep and not sharing.purpose:
        raise ValueError("only personal data (with a purpose) expires")
    found = Sharing(
        tuple(clauses), sharing.clearance, tuple(sorted(set(sharing.compartments))),
        sharing.purpose, sharing.keep, sharing.tlp.upper().removeprefix("TLP:"),
    )  # fmt: skip
    if found.tlp:
        _check_tlp(found)
    return found


def _check_tlp(sharing: Sharing) -> None:
    """A marking must not promise a narrower circle than the audience is."""
    if sharing.tlp not in TLP:
        raise ValueError(f"TLP:{sharing.tlp} is not one of {', '.join(TLP)}")
    derived = to_tlp(msgspec.structs.replace(sharing, tlp=""))
    if TLP.index(sharing.tlp) > TLP.index(derived):
        raise ValueError(f"marked TLP:{sharing.tlp}, but shared as widely as TLP:{derived}")


def to_tlp(sharing: Sharing) -> str:
    """The TLP 2.0 marking of what is shared so: the owner's, or the one that follows from the
    audience: RED for named persons, AMBER+STRICT for one organisation, AMBER for several or a
    group, GREEN for the responders as a community, CLEAR for everyone."""
    if sharing.tlp:
        return sharing.tlp
    found = "CLEAR"
    for clause in sharing.audience:
        if all(atom.startswith("person:") for atom in clause):
            one = "RED"
        elif len(clause) == 1 and (clause[0] == "own" or clause[0].startswith("org:")):
            one = "AMBER+STRICT"
        elif "group:responders" in clause:
            one = "GREEN"
        else:
            one = "AMBER"
        found = max(found, one, key=TLP.index)
    if sharing.clearance or sharing.compartments or sharing.purpose:
        found = max(found, "AMBER", key=TLP.index)
    return found


def from_tlp(marking: str, recipients: tuple[str, ...] = ()) -> Sharing:
    """The sharing that a TLP 2.0 marking asks for; `recipients` are atoms, for the markings that
    go to named ones (without: `own`). Raises ValueError for an unknown marking."""
    tlp = marking.upper().removeprefix("TLP:").strip()
    if tlp == "WHITE":  # TLP 1.0
        tlp = "CLEAR"
    if tlp not in TLP:
        raise ValueError(f"TLP:{marking} is not one of {', '.join(TLP)}")
    if tlp == "CLEAR":
        return Sharing()
    if tlp == "GREEN":
        return BUILT_IN[RESPONDERS]
    return checked(Sharing(audience=(recipients or ("own",),)))


def to_openflg(sharing: Sharing) -> str:
    """`openflg` of SIP4D-ZIP for what is shared so: the widest of its three words that is not
    wider than the sharing. What none of them covers gets the narrowest."""
    for label in (PUBLIC, RESPONDERS):
        if sharing == BUILT_IN[label]:
            return OPENFLG[label]
    return OPENFLG[ISUT]


def from_openflg(text: str) -> int:
    """The built-in label that an `openflg` asks for; OWN for a word that is unknown."""
    return next((label for label, word in OPENFLG.items() if word == text), OWN)


def meet(sharings: Iterable[Sharing]) -> Sharing:
    """What may be seen by those, and only those, who may see everything that is shared so: the
    sharing of something made from all of it."""
    clauses: set[tuple[str, ...]] = set()
    clearance, keep, compartments, purposes, tlp = 0, 0, set[str](), set[str](), ""
    for one in sharings:
        clauses.update(one.audience)
        clearance = max(clearance, one.clearance)
        compartments.update(one.compartments)
        purposes.update({one.purpose} - {""})
        keep = min(filter(None, (keep, one.keep)), default=0)
        tlp = max(filter(None, (tlp, one.tlp)), key=TLP.index, default="")
    if len(purposes) > 1:
        raise ValueError("personal data of several purposes is not brought together")
    kept = [one for one in clauses if not any(set(other) < set(one) for other in clauses)]
    found = Sharing(tuple(kept), clearance, tuple(compartments), "".join(purposes), keep)
    return checked(msgspec.structs.replace(found, tlp=_no_narrower(tlp, found)))


def _no_narrower(tlp: str, sharing: Sharing) -> str:
    """The marking, where it does not promise more than the audience holds."""
    return tlp if tlp and TLP.index(tlp) <= TLP.index(to_tlp(sharing)) else ""


def within(inner: Sharing, outer: Sharing) -> bool:
    """True if whoever may see what is shared as `inner` may see what is shared as `outer`."""
    return (
        all(any(set(one) <= set(clause) for one in inner.audience) for clause in outer.audience)
        and inner.clearance >= outer.clearance
        and set(inner.compartments) >= set(outer.compartments)
        and outer.purpose in ("", inner.purpose)
    )
