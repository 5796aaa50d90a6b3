"""The directory: who there is, what they are to labels, and that nobody makes themselves more."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.time import DAY, HOUR, now
from noroshi.engine.accounts import NewPerson, PersonChanges
from noroshi.engine.directory import Directory
from noroshi.engine.roles import NEEDS, Actor, Role, What, local_operator, may
from noroshi.engine.settings import load_settings
from noroshi.store.directory import Membership

CHIEF = local_operator()


def node(home: Path, own: str = "") -> Directory:
    directory = Directory(home, own)
    directory.add_organisation(CHIEF, directory.own, "Us")
    directory.add_organisation(CHIEF, "wajima", "Wajima City", name_ja="輪島市")
    directory.add_person(CHIEF, NewPerson("sato", "佐藤", email="Sato@Example.jp"))
    directory.set_role(CHIEF, "sato", directory.own, Role.OPERATOR)
    directory.add_person(CHIEF, NewPerson("ito", "Ito"))
    directory.set_role(CHIEF, "ito", "wajima", Role.LIAISON)
    return directory


# --- who somebody is to labels -------------------------------------------------------------------

ORGANISATIONS = ("own", "a", "b", "c")
GROUPS = ("responders", "isut", "water")


@settings(max_examples=60, deadline=None)
@given(
    memberships=st.dictionaries(st.sampled_from(ORGANISATIONS), st.sampled_from(list(Role)[1:5])),
    groups=st.dictionaries(
        st.sampled_from(GROUPS),
        st.sets(
            st.sampled_from([*(f"org:{one}" for one in ORGANISATIONS), "person:p", "person:q"])
        ),
    ),
    own=st.sampled_from(["", "a"]),
)
def test_atoms_are_exactly_what_memberships_imply(
    memberships: dict[str, Role], groups: dict[str, set[str]], own: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        directory = Directory(Path(folder), own)
        for id in ORGANISATIONS:
            directory.add_organisation(CHIEF, id, id)
        for id in ("p", "q"):
            directory.add_person(CHIEF, NewPerson(id, id))
        for organisation, role in memberships.items():
            directory.set_role(CHIEF, "p", organisation, role)
        for name, members in groups.items():
            directory.set_group(CHIEF, name, tuple(members))
        mine = {"person:p", *(f"org:{one}" for one in memberships)}
        expected = mine | {f"group:{name}" for name, members in groups.items() if members & mine}
        if (own or "own") in memberships:
            expected.add("own")
        assert directory.principal("person:p").atoms == expected
        for id in ORGANISATIONS:
            of = {f"org:{id}"} | {
                f"group:{name}" for name, members in groups.items() if f"org:{id}" in members
            }
            assert directory.principal(f"org:{id}").atoms == (
                of | {"own"} if id == (own or "own") else of
            )


def test_clearance_compartments_and_purposes_are_the_persons(tmp_path: Path) -> None:
    directory = node(tmp_path)
    directory.change_person(CHIEF, "ito", PersonChanges(
        clearance=5, compartments=("nuclear", "nuclear"), purposes=("rescue",)))  # fmt: skip
    found = directory.principal("person:ito")
    assert (found.clearance, found.compartments, found.purposes) == (
        5, frozenset({"nuclear"}), frozenset({"rescue"}),
    )  # fmt: skip
    assert directory.principal("org:wajima").clearance == 0


@pytest.mark.parametrize("holder", ["", "own", "person:", "person:nobody", "org:nobody",
                                    "device:x", "group:responders", "wajima", "org:"])  # fmt: skip
def test_who_is_unknown_is_nobody_to_labels(tmp_path: Path, holder: str) -> None:
    with pytest.raises(NotPermitted):
        node(tmp_path).principal(holder)


def test_own_is_the_organisation_that_the_settings_name(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[node]\norganisation = "wajima"\nname_ja = "輪島"\n')
    identity = load_settings(tmp_path).node
    assert (identity.organisation, identity.name_ja) == ("wajima", "輪島")
    node(tmp_path).close()
    directory = Directory(tmp_path, identity.organisation)
    assert "own" in directory.principal("person:ito").atoms
    assert "own" not in directory.principal("person:sato").atoms
    # An operator of what is no longer the node's own organisation is none of the node's.
    assert directory.standing("sato") == (Role.LIAISON, "own")


@pytest.mark.parametrize("text", ['organisation = "A"', 'organisation = "a b"', "x = 1",
                                  "organisation = 1", 'organisation = "org:a"'])  # fmt: skip
def test_a_wrong_identity_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(f"[node]\n{text}\n")
    with pytest.raises(NoroshiError, match="node"):
        load_settings(tmp_path)


# --- nobody makes themselves more ----------------------------------------------------------------

ATTACKS: dict[str, Callable[[Directory, Actor], object]] = {
    "role": lambda d, me: d.set_role(me, "ito", "own", Role.OPERATOR),
    "own role": lambda d, me: d.set_role(me, "ito", "wajima", Role.LIAISON),
    "membership": lambda d, me: d.set_role(me, "ito", "own", Role.VIEWER),
    "clearance": lambda d, me: d.change_person(me, "ito", PersonChanges(clearance=9)),
    "compartment": lambda d, me: d.change_person(me, "ito", PersonChanges(compartments=("x",))),
    "longer": lambda d, me: d.change_person(me, "ito", PersonChanges(until=None)),
    "group": lambda d, me: d.set_group(me, "responders", ("person:ito",)),
    "no group": lambda d, me: d.remove_group(me, "responders"),
    "person": lambda d, me: d.add_person(me, NewPerson("other", "Other")),
    "no person": lambda d, me: d.remove_person(me, "sato"),
    "organisation": lambda d, me: d.add_organisation(me, "mine", "Mine"),
    "rename": lambda d, me: d.change_organisation(me, "own", name="Mine"),
    "no organisation": lambda d, me: d.remove_organisation(me, "own"),
    "device": lambda d, me: d.add_device(me, "spy", "own"),
    "no device": lambda d, me: d.remove_device(me, "spy"),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("role", [one for one in Role if one is not Role.OPERATOR])
def test_only_an_operator_changes_the_directory(tmp_path: Path, attack: str, role: Role) -> None:
    directory = node(tmp_path)
    before = (directory.generation, directory.people(), directory.memberships())
    with pytest.raises(NotPermitted):
        ATTACKS[attack](directory, Actor("person:ito", role))
    assert (directory.generation, directory.people(), directory.memberships()) == before
    last = directory.audit.entries(limit=1)[0]
    assert (last.actor, last.action) == ("person:ito", "refused")


def test_every_thing_needs_a_role_and_each_role_may_what_those_before_it_may() -> None:
    assert set(NEEDS) == set(What)
    for what in What:
        allowed = [may(role, what) for role in Role]
        assert allowed == sorted(allowed)
        assert may(Role.OPERATOR, what)
    assert [what for what in What if may(Role.NOBODY, what)] == [What.READ]


def test_operators_are_of_the_nodes_own_organisation_alone(tmp_path: Path) -> None:
    directory = node(tmp_path)
    with pytest.raises(NotPermitted):
        directory.set_role(CHIEF, "ito", "wajima", Role.OPERATOR)
    assert directory.standing("ito") == (Role.LIAISON, "wajima")
    # … and even where the file says otherwise.
    directory.file.put(Membership("ito", "wajima", int(Role.OPERATOR)))
    assert directory.standing("ito")[0] == directory.role_in("ito", "wajima") == Role.LIAISON


@pytest.mark.parametrize("field", ["role", "password", "id", "created", "is_admin", "hash",
                                   "memberships", "table"])  # fmt: skip
def test_fields_that_are_nobodys_to_set_are_refused(field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"name": "x", field: 5}, PersonChanges)
    if field != "id":
        with pytest.raises(msgspec.ValidationError, match="unknown field"):
            msgspec.convert({"id": "x", "name": "x", field: 5}, NewPerson)


LAST: dict[str, Callable[[Directory], object]] = {
    "removed": lambda d: d.remove_person(CHIEF, "sato"),
    "disabled": lambda d: d.change_person(CHIEF, "sato", PersonChanges(disabled=True)),
    "temporary": lambda d: d.change_person(CHIEF, "sato", PersonChanges(until=now() + DAY)),
    "lowered": lambda d: d.set_role(CHIEF, "sato", "own", Role.LIAISON),
    "ended": lambda d: d.set_role(CHIEF, "sato", "own", Role.NOBODY),
    "without organisation": lambda d: d.remove_organisation(CHIEF, "own"),
}


@pytest.mark.parametrize("way", LAST)
def test_the_last_operator_stays(tmp_path: Path, way: str) -> None:
    directory = node(tmp_path)
    with pytest.raises(NotPermitted, match="last operator"):
        LAST[way](directory)
    assert directory.standing("sato") == (Role.OPERATOR, "own")
    if way != "without organisation":
        directory.set_role(CHIEF, "ito", "own", Role.OPERATOR)
        LAST[way](directory)


# --- what is removed -----------------------------------------------------------------------------


def test_what_was_removed_is_never_given_out_again(tmp_path: Path) -> None:
    directory = node(tmp_path)
    directory.set_group(CHIEF, "responders", ("org:wajima", "person:ito"))
    directory.remove_person(CHIEF, "ito")
    directory.remove_organisation(CHIEF, "wajima")
    assert directory.groups() == {"responders": ()}
    with pytest.raises(NoroshiError, match="labels may still name it"):
        directory.add_person(CHIEF, NewPerson("ito", "Another Ito"))
    with pytest.raises(NoroshiError, match="labels may still name it"):
        directory.add_organisation(CHIEF, "wajima", "Another")


def test_an_organisation_goes_with_its_devices_and_memberships(tmp_path: Path) -> None:
    directory = node(tmp_path)
    directory.add_device(CHIEF, "gauge", "wajima")
    directory.remove_organisation(CHIEF, "wajima")
    assert directory.devices() == []
    assert directory.standing("ito") == (Role.NOBODY, "")
    assert directory.principal("person:ito").atoms == {"person:ito"}


# --- what may be said ----------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["", "A", "-a", "a b", "a/b", "a:b", "あ", "a" * 65, "a\n", ".",
                                "own\0"])  # fmt: skip
def test_what_cannot_be_an_id_is_refused(tmp_path: Path, id: str) -> None:
    directory = Directory(tmp_path)
    with pytest.raises(NoroshiError, match="id"):
        directory.add_organisation(CHIEF, id, "x")
    with pytest.raises(NoroshiError, match="id"):
        directory.add_person(CHIEF, NewPerson(id, "x"))
    with pytest.raises(NoroshiError, match="id"):
        directory.set_group(CHIEF, id, ())


@pytest.mark.parametrize("wrong", [
    {"name": ""}, {"name": "x" * 201}, {"name": "a\nb"}, {"name": " a"}, {"name": "\u202eevil"},
    {"email": "nobody"}, {"email": "a@b@c"}, {"email": "a b@c"}, {"clearance": 10},
    {"clearance": -1}, {"compartments": ("A",)}, {"purposes": ("",)}, {"issuer": "https://x"},
    {"until": 1}, {"until": 2**62}, {"incident": "\0"},
])  # fmt: skip
def test_what_cannot_be_said_of_a_person_is_refused(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    directory = Directory(tmp_path)
    new = msgspec.structs.replace(NewPerson("x", "X"), **wrong)
    with pytest.raises(NoroshiError):
        directory.add_person(CHIEF, new)
    assert directory.people() == []


def test_an_address_and_a_subject_are_one_persons(tmp_path: Path) -> None:
    directory = node(tmp_path)
    idp = "https://idp.example"
    directory.change_person(CHIEF, "sato", PersonChanges(issuer=idp, subject="1"))
    for more in ({"email": "SATO@example.JP"}, {"issuer": idp, "subject": "1"}):
        with pytest.raises(NoroshiError, match="another person"):
            directory.add_person(CHIEF, NewPerson("x", "X", **more))  # type: ignore[arg-type]
        with pytest.raises(NoroshiError, match="another person"):
            directory.change_person(CHIEF, "ito", msgspec.convert(more, PersonChanges))
    assert directory.find_person(" Sato@example.jp") == directory.person("sato")
    assert directory.find_person("SATO") == directory.person_of(idp, "1")
    assert directory.person_of(idp, "2") is None


def test_members_of_groups_are_known(tmp_path: Path) -> None:
    directory = node(tmp_path)
    for member in ("org:nobody", "person:nobody"):
        with pytest.raises(NotFound):
            directory.set_group(CHIEF, "responders", ("org:own", member))
    for member in ("own", "group:responders", "device:x", ""):
        with pytest.raises(NoroshiError):
            directory.set_group(CHIEF, "responders", ("org:own", member))
    assert directory.groups() == {}


def test_the_highest_role_stands_the_own_organisation_first(tmp_path: Path) -> None:
    directory = node(tmp_path)
    directory.set_role(CHIEF, "ito", "own", Role.LIAISON)
    assert directory.standing("ito") == (Role.LIAISON, "own")
    directory.set_role(CHIEF, "ito", "own", Role.VIEWER)
    assert directory.standing("ito") == (Role.LIAISON, "wajima")
    assert directory.role_in("ito", "own") == Role.VIEWER
    assert directory.role_in("ito", "nobody") == Role.NOBODY


# --- generation ----------------------------------------------------------------------------------


def test_every_change_of_who_sees_what_raises_the_generation_in_every_process(
    tmp_path: Path,
) -> None:
    directory = node(tmp_path)
    watched = Directory(tmp_path)
    changes: list[Callable[[], object]] = [
        lambda: directory.set_role(CHIEF, "ito", "own", Role.VIEWER),
        lambda: directory.change_person(CHIEF, "ito", PersonChanges(clearance=1)),
        lambda: directory.change_person(CHIEF, "ito", PersonChanges(until=now() + HOUR)),
        lambda: directory.set_group(CHIEF, "responders", ("org:own",)),
        lambda: directory.set_group(CHIEF, "responders", ()),
        lambda: directory.remove_group(CHIEF, "responders"),
        lambda: directory.set_role(CHIEF, "ito", "own", Role.NOBODY),
        lambda: directory.remove_person(CHIEF, "ito"),
        lambda: directory.remove_organisation(CHIEF, "wajima"),
    ]
    for change in changes:
        before = watched.generation
        change()
        assert watched.generation > before
    code = f"""
from pathlib import Path
from noroshi.engine.directory import Directory
from noroshi.engine.roles import local_operator
Directory(Path({str(tmp_path)!r})).add_organisation(local_operator(), "suzu", "Suzu")
"""
    before = watched.generation
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
    assert watched.generation > before


def test_threads_and_files_that_are_opened_at_once_agree(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            directory = Directory(tmp_path)
            for one in range(10):
                directory.add_organisation(CHIEF, f"o{number}-{one}", "x")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    directory = Directory(tmp_path)
    assert len(directory.organisations()) == 40
    assert directory.audit.verify() == []


# --- anything in any order -----------------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """Whatever people with whatever role try in whatever order, only operators change anything,
    and an operator remains."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.directory = node(Path(self.folder.name))

    def actor(self, id: str) -> Actor:
        return Actor(f"person:{id}", self.directory.standing(id)[0])

    @rule(
        who=st.sampled_from(["sato", "ito"]), whom=st.sampled_from(["sato", "ito"]),
        organisation=st.sampled_from(["own", "wajima"]), role=st.sampled_from(list(Role)),
    )  # fmt: skip
    def give_role(self, who: str, whom: str, organisation: str, role: Role) -> None:
        actor = self.actor(who)
        before = self.directory.memberships()
        try:
            self.directory.set_role(actor, whom, organisation, role)
        except NotPermitted:
            assert self.directory.memberships() == before
        else:
            assert actor.role is Role.OPERATOR

    @rule(who=st.sampled_from(["sato", "ito"]), whom=st.sampled_from(["sato", "ito"]),
          off=st.booleans())  # fmt: skip
    def disable(self, who: str, whom: str, off: bool) -> None:
        actor = self.actor(who)
        before = self.directory.people()
        try:
            self.directory.change_person(actor, whom, PersonChanges(disabled=off))
        except NotPermitted:
            assert self.directory.people() == before
        else:
            assert actor.role is Role.OPERATOR

    @invariant()
    def an_operator_remains(self) -> None:
        people = self.directory.people()
        assert any(
            self.directory.standing(one.id)[0] is Role.OPERATOR
            for one in people if not one.disabled
        )  # fmt: skip

    def teardown(self) -> None:
        assert self.directory.audit.verify() == []
        self.directory.close()
        self.folder.cleanup()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
