"""What one organisation says reaches those it is for, as it was said, and nobody else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from exchanging import KIND, START, Hub
from noroshi.channels.peers import TooMuch
from noroshi.core.errors import NotVerified
from noroshi.core.label import ANONYMOUS, OWN, PUBLIC, RESPONDERS, Principal, Reader, Sharing
from noroshi.core.record import Edition, Record
from noroshi.engine.peers import Wish
from noroshi.engine.recalls import relabel
from noroshi.engine.settings import Settings
from noroshi.formats.exchange.identity import Key, write_identity
from noroshi.formats.exchange.keys import create_keys
from noroshi.store import Outcome
from noroshi.store.exchange import OutOfStep, Sealed


@pytest.fixture
def hubs(tmp_path: Path) -> Iterator[list[Hub]]:
    """A prefecture, a ministry and a utility; the first two and the last two are peers."""
    made = [Hub(tmp_path / org, org) for org in ("pref", "ministry", "utility")]
    made[0].meets(made[1])
    made[1].meets(made[2])
    yield made
    for one in made:
        one.store.close()


def named(hub: Hub, name: str, *atoms: str, **more: object) -> int:
    found = hub.store.define_label(name, Sharing(audience=(atoms,), **more)).id
    hub.sharings.refresh()
    return found


def reader(hub: Hub, *atoms: str) -> Reader:
    return Reader("test", hub.sharings.visible(Principal("test", frozenset(atoms))))


def test_what_is_public_goes_everywhere_and_what_is_own_nowhere(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    pref.say("public", PUBLIC, key="a")
    pref.say("own", OWN, key="b")
    pref.say("responders", RESPONDERS, key="c")
    ministry.pull(pref)
    utility.pull(ministry)
    assert ministry.titles() == utility.titles() == ["public", "responders"]
    assert utility.titles(ANONYMOUS) == ["public"]
    assert utility.titles(reader(utility, "group:responders")) == ["public", "responders"]


def test_the_bytes_and_signatures_are_the_same_at_every_hop(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    for number in range(5):
        pref.say(f"says {number}", PUBLIC, key=str(number))
    ministry.pull(pref)
    utility.pull(ministry)
    logs = [list(one.store.exchange.log("pref")) for one in hubs]
    assert logs[0] == logs[1] == logs[2] != []
    version = utility.picture()[0]
    assert version.source == "pref/pref"
    assert utility.store.message(version.message or "", ANONYMOUS).startswith(b"pref ")


def test_a_label_that_names_organisations_reaches_those_and_is_read_by_their_people(
    hubs: list[Hub],
) -> None:
    pref, ministry, utility = hubs
    label = named(pref, "for the utility", "org:utility", "org:ministry")
    closed = named(pref, "for the ministry", "org:ministry")
    pref.say("to both", label, key="a")
    pref.say("to the ministry", closed, key="b")
    ministry.pull(pref)
    utility.pull(ministry)
    assert ministry.titles(reader(ministry, "org:ministry")) == ["to both", "to the ministry"]
    assert utility.titles(reader(utility, "org:utility")) == ["to both"]
    assert utility.titles() == ["to both"]
    assert utility.titles(ANONYMOUS) == ministry.titles(ANONYMOUS) == []


def test_nothing_comes_twice_and_loops_multiply_nothing(hubs: list[Hub]) -> None:
    pref, _, utility = hubs
    pref.meets(utility)
    pref.say("once", PUBLIC)
    for _ in range(3):
        for one in hubs:
            for other in hubs:
                if one is not other and other.org in one.exchange.peers.all():
                    one.pull(other)
    assert [one.titles() for one in hubs] == [["once"]] * 3
    assert [one.store.counts(ANONYMOUS)["versions"] for one in hubs] == [1, 1, 1]
    assert pref.store.exchange.counts()[1] == 1


def test_a_correction_and_a_cancellation_of_the_origin_arrive(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    pref.say("wrong", PUBLIC)
    ministry.pull(pref)
    utility.pull(ministry)
    pref.say("right", PUBLIC)
    ministry.pull(pref)
    utility.pull(ministry)
    assert utility.titles() == ["right"]
    pref.say("", PUBLIC, cancel=True)
    ministry.pull(pref)
    utility.pull(ministry)
    assert utility.titles() == ministry.titles() == []


def test_what_is_recalled_leaves_every_picture_also_of_the_past(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    pref.say("before", PUBLIC)
    sha = pref.say("leaked", PUBLIC)
    ministry.pull(pref)
    utility.pull(ministry)
    then = utility.store.recorded()
    assert utility.titles() == ["leaked"]
    pref.store.recall(sha, PUBLIC, "a mistake", origin="pref")
    assert pref.titles() == ["before"]
    ministry.pull(pref)
    utility.pull(ministry)
    assert ministry.titles() == utility.titles() == ["before"]
    assert utility.titles(as_of=then) == []
    assert all(
        b"leaked" not in (content or b"") for *_, content in utility.store.exchange.log("pref")
    )
    assert b"leaked" not in b"".join(
        one.body for one in utility.store.history("disaster.report", "a", ANONYMOUS, then)
    )
    assert utility.store.recalls()[0][3] == "a mistake"


def test_what_is_recalled_does_not_come_back_by_way_of_what_was_recalled_before(
    hubs: list[Hub],
) -> None:
    pref, ministry, _ = hubs
    pref.say("first", PUBLIC)
    second = pref.say("second", PUBLIC)
    third = pref.say("third", PUBLIC)
    ministry.pull(pref)
    pref.store.recall(third, PUBLIC, "a mistake", origin="pref")
    ministry.pull(pref)
    assert pref.titles() == ministry.titles() == ["second"]
    pref.store.recall(second, PUBLIC, "another", origin="pref")
    ministry.pull(pref)
    assert pref.titles() == ministry.titles() == ["first"]


def test_what_is_shared_again_after_it_was_taken_back_arrives_again(hubs: list[Hub]) -> None:
    pref, ministry, _ = hubs
    sha = pref.say("moved", PUBLIC)
    ministry.pull(pref)
    records = [Record(KIND, "a", b'{"title":"moved"}')]
    edition = Edition("pref/report/a", START + 1, records, effective=0)
    said = Outcome(editions=[edition], format="test", stated=1)
    for old, new, seen in ((PUBLIC, OWN, []), (OWN, PUBLIC, ["moved"])):
        pref.store.relabel(sha, [old], new, said, "otherwise", "pref")
        ministry.pull(pref)
        assert ministry.titles() == seen
        assert pref.titles() == ["moved"]


def test_labels_of_two_origins_do_not_stand_in_each_others_way(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    for one in (pref, utility):
        label = named(one, "for the ministry", "org:ministry")
        one.say(f"of {one.org}", label, key=one.org)
        ministry.pull(one)
    seen = reader(ministry, "org:ministry")
    assert ministry.titles(seen) == ["of pref", "of utility"]


def test_a_label_that_is_narrowed_just_before_something_is_said_holds_for_it(
    hubs: list[Hub],
) -> None:
    pref, ministry, utility = hubs
    label = named(pref, "shared", "org:ministry", "org:utility")
    pref.say("early", label, key="a")
    ministry.pull(pref)
    utility.pull(ministry)
    pref.store.define_label("shared", Sharing(audience=(("org:ministry",),)))
    pref.say("late", label, key="b")  # what the node knew of the label a moment ago is not asked
    ministry.pull(pref)
    utility.pull(ministry)
    assert all(
        b"late" not in (content or b"") for *_, content in utility.store.exchange.log("pref")
    )
    assert ministry.titles(reader(ministry, "org:ministry")) == ["early", "late"]


def test_what_nobody_might_have_is_sent_when_somebody_may_also_after_a_restart(
    hubs: list[Hub],
) -> None:
    pref, ministry, _ = hubs
    label = named(pref, "shared", "own")
    pref.warn(label)
    ministry.pull(pref)
    assert list(ministry.store.exchange.log("pref")) == []
    pref.store.close()
    hubs[0] = again = Hub(pref.home, "pref")
    named(again, "shared", "org:ministry")
    ministry.pull(again)
    assert [one[4] is not None for one in ministry.store.exchange.log("pref")] == [True]


def test_who_comes_later_gets_neither_what_was_recalled_nor_a_gap(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    for number in range(4):
        pref.say(f"fine {number}", PUBLIC, key=f"k{number}")
    sha = pref.say("leaked", PUBLIC, key="leak")
    ministry.pull(pref)
    pref.store.recall(sha, PUBLIC, "a mistake", origin="pref")
    ministry.pull(pref)
    utility.pull(ministry)
    assert utility.titles() == ministry.titles() == [f"fine {number}" for number in range(4)]


def test_a_narrower_label_is_heard_of_by_those_it_leaves_out(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    label = named(pref, "shared", "org:ministry", "org:utility")
    pref.say("early", label, key="a")
    ministry.pull(pref)
    utility.pull(ministry)
    pref.say("late", label, key="b")
    named(pref, "shared", "org:ministry")
    ministry.pull(pref)
    utility.pull(ministry)
    assert ministry.titles(reader(ministry, "org:ministry")) == ["early", "late"]
    assert utility.titles(reader(utility, "org:utility")) == []
    assert all(
        b"late" not in (content or b"") for *_, content in utility.store.exchange.log("pref")
    )
    named(pref, "shared", "org:ministry", "org:utility")
    ministry.pull(pref)
    utility.pull(ministry)
    assert utility.titles(reader(utility, "org:utility")) == ["early", "late"]


def test_a_peer_that_leaves_a_group_loses_what_the_group_had(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    pref.terms(ministry, groups=("responders", "west"))
    label = named(pref, "west", "group:west")
    pref.say("for the west", label)
    ministry.pull(pref)
    assert ministry.titles(reader(ministry, "org:ministry")) == ["for the west"]
    utility.pull(ministry)
    assert utility.titles() == []
    pref.terms(ministry, groups=("responders",))
    ministry.pull(pref)
    assert ministry.titles(reader(ministry, "org:ministry")) == []


def test_a_wish_keeps_out_what_was_not_wished_for(hubs: list[Hub]) -> None:
    pref, ministry, _ = hubs
    pref.say("a report", PUBLIC)
    ministry.pull(pref, Wish(collections=("disaster.shelter",)))
    assert ministry.titles() == []
    ministry.pull(pref, Wish(collections=("disaster.report",), filter="title = 'a report'"))
    assert ministry.titles() == ["a report"]


def test_more_than_was_agreed_is_refused_with_a_reason_and_not_queued(hubs: list[Hub]) -> None:
    pref, ministry, _ = hubs
    pref.terms(ministry, per_minute=3)
    for number in range(8):
        pref.say(f"says {number}", PUBLIC, key=str(number))
        pref.exchange.seal()
    with pytest.raises(TooMuch, match="agreed 3 records a minute") as refused:
        ministry.pull(pref)
    assert 1 <= refused.value.retry_after <= 60
    assert len(ministry.titles()) == 3
    pref.terms(ministry, per_minute=0)
    ministry.pull(pref)
    assert len(ministry.titles()) == 8


def test_a_wish_says_how_fast_as_well(hubs: list[Hub]) -> None:
    pref, ministry, _ = hubs
    for number in range(6):
        pref.say(f"says {number}", PUBLIC, key=str(number))
        pref.exchange.seal()
    with pytest.raises(TooMuch, match="agreed 2 records a minute"):
        ministry.pull(pref, Wish(per_minute=2))
    assert len(ministry.titles()) == 2
    assert Wish(per_minute=2).everything
    assert not Wish(modes=("actual",)).everything


def test_who_was_forgotten_may_come_again_under_another_root(hubs: list[Hub]) -> None:
    pref, _, _ = hubs
    root, keys = create_keys(), create_keys()
    old = pref.exchange.trust.identity("ministry")
    anew = write_identity(
        replace(old, root=root.public, keys=(Key(keys.public, old.issued),)), root
    )
    with pytest.raises(NotVerified, match="another identity"):
        pref.exchange.trust.accept(anew)
    pref.exchange.trust.forget("ministry")
    assert pref.exchange.trust.accept(anew).root == root.public


def test_a_relabelled_message_moves_to_its_new_readers(hubs: list[Hub]) -> None:
    pref, ministry, utility = hubs
    label = named(pref, "for the ministry", "org:ministry")
    sha = pref.warn(PUBLIC)
    ministry.pull(pref)
    utility.pull(ministry)
    warnings = "disaster.weather_warning"
    assert utility.holds(warnings)
    assert ministry.holds(warnings)
    relabel(pref.store, Settings(), "pref", sha.hex(), label, "for fewer")
    ministry.pull(pref)
    utility.pull(ministry)
    assert not utility.holds(warnings)
    assert ministry.holds(warnings)
    assert not pref.holds(warnings, ANONYMOUS)
    assert pref.holds(warnings, reader(pref, "org:ministry"))


def test_an_envelope_that_does_not_join_on_is_refused(hubs: list[Hub]) -> None:
    from noroshi.engine.inbox import open_envelope

    pref, ministry, _ = hubs
    for number in range(3):
        pref.say(f"says {number}", PUBLIC, key=str(number))
        pref.exchange.seal()
    kept = pref.store.exchange.envelopes("pref", 0, 1, 9, 9)
    opened = [
        open_envelope(one.signed, one.content, ministry.exchange.trust, ministry.exchange.limits)
        for one in kept
    ]
    with pytest.raises(OutOfStep):
        ministry.store.exchange.receive([opened[1]])
    with pytest.raises(OutOfStep):
        ministry.store.exchange.receive([opened[0], opened[2]])
    assert ministry.titles() == []
    ministry.store.exchange.receive(opened)
    assert len(ministry.titles()) == 3


def test_a_product_that_its_owner_released_goes_further_than_what_it_rests_on(
    hubs: list[Hub],
) -> None:
    from noroshi.core.record import Mode
    from noroshi.core.time import FOREVER
    from noroshi.engine.products import run_products
    from noroshi.store import Query

    pref, ministry, _ = hubs
    levels = "disaster.alert_level"

    def told(hub: Hub, who: Reader) -> set[str]:
        query = Query(who, FOREVER - 1, FOREVER - 1, levels, Mode.ACTUAL, lapsed=True)
        return {one.source for one in hub.store.picture(query)}

    pref.warn(OWN)
    run_products(pref.store)
    assert told(pref, reader(pref, "own")) == {"product/disaster/alert_level"}
    assert told(pref, ANONYMOUS) == set()
    ministry.pull(pref)
    assert told(ministry, ANONYMOUS) == set()
    run_products(pref.store, {"disaster/alert_level": {OWN: PUBLIC}})
    assert told(pref, ANONYMOUS) == {"product/disaster/alert_level"}
    ministry.pull(pref)
    assert told(ministry, ANONYMOUS) == {"pref/product/disaster/alert_level"}
    assert ministry.titles() == []


def test_a_node_put_back_from_an_older_copy_gets_back_what_it_said_and_does_not_fork(
    hubs: list[Hub], tmp_path: Path
) -> None:
    pref, ministry, _ = hubs
    pref.say("kept", PUBLIC, key="a")
    pref.exchange.seal()
    ministry.pull(pref)
    pref.store.close()
    copy = tmp_path / "copy"
    shutil.copytree(pref.home, copy)
    lost = Hub(pref.home, "pref")
    lost._at = 10
    label = named(lost, "for the utility", "org:utility")
    closed = named(lost, "for the ministry", "org:ministry")
    sha = lost.say("lost", PUBLIC, key="b")
    lost.say("lost and closed", closed, key="c")
    lost.say("stays", label, key="d")  # the ministry never has it: it is lost
    taken_back = lost.say("taken back", PUBLIC, key="e")
    ministry.pull(lost)
    lost.store.recall(taken_back, PUBLIC, "a mistake", origin="pref")
    ministry.pull(lost)
    whole = list(lost.store.exchange.log("pref"))
    lost.store.close()

    again = Hub(copy, "pref")
    again.say("before it is asked", PUBLIC, key="f")
    _, heads = ministry.provider.heads(ministry.exchange.peers.get("pref"), -1)
    for origin, stream, seq, _ in heads.heads:
        if origin == "pref":
            again.exchange.ahead("ministry", stream, seq)
    again.exchange.seal()
    assert len(list(again.store.exchange.log("pref"))) == 1  # not a second envelope 2
    again.pull(ministry)
    assert [one for one in whole if one[0] in (PUBLIC, closed)] == list(
        again.store.exchange.log("pref")
    )
    again.exchange.seal()
    ministry.pull(again)
    everything = ["before it is asked", "kept", "lost", "lost and closed"]
    assert again.titles() == ministry.titles() == everything
    assert again.titles(reader(again, "org:ministry")) == everything
    assert again.titles(ANONYMOUS) == ["before it is asked", "kept", "lost"]
    assert again.store.message(sha.hex(), ANONYMOUS).endswith(b"lost")
    assert "older copy" in again.exchange.alerts[0].what
    again.store.close()


def test_what_was_shared_otherwise_and_back_again_is_here_also_after_recalled_editions(
    hubs: list[Hub],
) -> None:
    pref, _, _ = hubs
    label = named(pref, "few", "org:ministry")

    def again(sha: bytes, title: str, old: int, new: int) -> None:
        edition = Edition(
            "s", START + 1, [Record(KIND, "a", b'{"title":"%s"}' % title.encode())], effective=0
        )
        outcome = Outcome(editions=[edition], format="test", stated=1)
        pref.store.relabel(sha, [old], new, outcome, "otherwise", "pref")

    first = pref.say("first", label, series="s", issued=START + 1)
    corrected = pref.say("corrected", label, series="s", issued=START + 2)
    pref.store.recall(corrected, label, "a mistake", origin="pref")
    ended = pref.say("", label, series="s", issued=START + 3, cancel=True)
    pref.store.recall(ended, label, "a mistake", origin="pref")
    assert pref.titles() == ["first"]
    again(first, "first", label, OWN)
    assert pref.titles() == ["first"]
    again(first, "first", OWN, label)
    assert pref.titles() == ["first"]


def test_what_is_recalled_while_it_is_being_sealed_is_not_sent(
    hubs: list[Hub], monkeypatch: pytest.MonkeyPatch
) -> None:
    pref, ministry, _ = hubs
    sha = pref.say("leaked", PUBLIC, key="leak")
    pref.say("fine", PUBLIC, key="fine")
    seal = pref.store.exchange.seal

    def recalled_first(envelopes: list[Sealed]) -> None:
        monkeypatch.setattr(pref.store.exchange, "seal", seal)
        pref.store.recall(sha, PUBLIC, "a mistake", origin="pref")
        seal(envelopes)

    monkeypatch.setattr(pref.store.exchange, "seal", recalled_first)
    ministry.pull(pref)
    assert ministry.titles() == pref.titles() == ["fine"]
    assert all(b"leaked" not in (content or b"") for *_, content in pref.store.exchange.log("pref"))


def test_what_was_erased_does_not_wait_to_be_sent(hubs: list[Hub]) -> None:
    pref, ministry, _ = hubs
    sha = pref.say("personal", PUBLIC)
    pref.store.recall(sha, PUBLIC, "kept for as long as agreed", erase=True)
    assert pref.store.exchange.due(10) == []
    ministry.pull(pref)
    assert ministry.titles() == []
