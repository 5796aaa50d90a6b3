"""Whatever is done to alerts, in any order and with crashes between: what must hold."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import issuing
from issuing import KATO, MORI, SATO
from noroshi.channels.issuing import following
from noroshi.channels.issuing.drafts import (
    ISSUED_STATE,
    OPEN,
    Approval,
    Draft,
    Proposal,
    approve,
    edit,
    mark,
    propose,
    reject,
)
from noroshi.channels.issuing.lifecycle import follow, issue
from noroshi.channels.issuing.office import Office
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import HOUR, now
from noroshi.kinds.issued_alert import ISSUED

WHO = (SATO, KATO, MORI)
MODES = st.sampled_from(list(Mode))
MARKS = {Mode.EXERCISE: ("訓練", "EXERCISE"), Mode.TEST: ("試験", "TEST", "テスト")}
#: Where a process may be cut off: before a row is kept for the first time and the second (between
#: them an edition is published), before it is audited, published, or told outside.
CRASHES = ("kept", "kept again", "audited", "published", "told")


class Cut(Exception):
    """The process ends here."""


class Alerts(RuleBasedStateMachine):
    """Persons draft, change, agree, issue and end alerts in every mode while processes die."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.there = issuing.office(self.home)
        self.ahead = 0
        self.handed: list[int] = []
        #: Mode that each alert was first drafted in.
        self.modes: dict[str, Mode] = {}
        self._tell_time()

    def teardown(self) -> None:
        issuing.close(self.there)

    def _tell_time(self) -> None:
        self.there.now = lambda mode: now() + self.ahead  # type: ignore[method-assign]

    def _restart(self) -> None:
        issuing.close(self.there)
        self.there = issuing.office(self.home)
        self._tell_time()

    def _do(self, act: Any, crash: str | None) -> None:
        """An act, or as much of it as is done before a crash."""
        there = self.there
        where: Any = {
            "kept": (there.people, "put"), "kept again": (there.people, "put"),
            "audited": (there.directory.audit, "append"), "published": (there.store, "publish"),
            "told": (there, "changed"),
        }.get(crash or "")  # fmt: skip
        real = where and getattr(*where)
        left = [1 if crash == "kept again" else 0]

        def cut(*args: Any, **more: Any) -> Any:
            if not left[0]:
                raise Cut
            left[0] -= 1
            return real(*args, **more)

        try:
            if crash is None:
                act()
            else:
                with mock.patch.object(*where, cut):
                    act()
        except Cut:
            self._restart()
        except NoroshiError:
            pass

    def _drafts(self) -> list[Draft]:
        return self.there.people.all(Draft)

    def _waiting(self) -> list[Draft]:
        return [one for one in self._drafts() if one.state in OPEN]

    @rule(mode=MODES, needed=st.integers(0, 2), auto=st.booleans(), who=st.sampled_from(WHO))
    def draft(self, mode: Mode, needed: int, auto: bool, who: Any) -> None:
        said = issuing.content(self.there, expires=now() + self.ahead + 2 * HOUR)
        new = Proposal(kind="issue", mode=mode, content=said, needed=needed)
        made = propose(self.there, who, new, by_rule=auto)
        self.modes[made.alert] = mode

    @precondition(lambda self: self._drafts())
    @rule(data=st.data(), who=st.sampled_from(WHO), level=st.sampled_from((4, 5)))
    def change(self, data: Any, who: Any, level: int) -> None:
        one = data.draw(st.sampled_from(self._drafts()))
        action = {4: "evacuate", 5: "save_life"}[level]
        said = issuing.content(self.there, level=level, action=action,
                               expires=now() + self.ahead + 2 * HOUR)  # fmt: skip
        self._do(lambda: edit(self.there, who, one.id, said, mark(self.there, one)), None)

    @precondition(lambda self: self._drafts())
    @rule(data=st.data(), who=st.sampled_from(WHO), crash=st.sampled_from((None, "audited")))
    def agree(self, data: Any, who: Any, crash: str | None) -> None:
        one = data.draw(st.sampled_from(self._drafts()))
        self._do(lambda: approve(self.there, who, one.id, mark(self.there, one)), crash)

    @precondition(lambda self: self._drafts())
    @rule(data=st.data(), who=st.sampled_from(WHO))
    def turn_down(self, data: Any, who: Any) -> None:
        one = data.draw(st.sampled_from(self._drafts()))
        self._do(lambda: reject(self.there, who, one.id, mark(self.there, one), "no"), None)

    @precondition(lambda self: self._drafts())
    @rule(data=st.data())
    def send(self, data: Any) -> None:
        one = data.draw(st.sampled_from(self._drafts()))
        self._do(lambda: issue(self.there, SATO, one.id), None)

    @precondition(lambda self: self._waiting())
    @rule(data=st.data(), crash=st.sampled_from((None, None, None, *CRASHES)))
    def agree_and_send(self, data: Any, crash: str | None) -> None:
        one = data.draw(st.sampled_from(self._waiting()))
        for who in WHO:
            self._do(lambda who=who: approve(self.there, who, one.id, mark(self.there, one)), None)  # type: ignore[misc]
        self._do(lambda: issue(self.there, SATO, one.id), crash)

    @precondition(lambda self: self.modes)
    @rule(
        data=st.data(), mode=MODES, kind=st.sampled_from(("update", "extend", "correct", "cancel"))
    )
    def go_on(self, data: Any, mode: Mode, kind: str) -> None:
        alert = data.draw(st.sampled_from(sorted(self.modes)))
        if data.draw(st.integers(0, 3)):
            mode = self.modes[alert]
        changes: dict[str, Any] = {
            "update": {"level": 5, "action": "save_life", "alarm": True},
            "extend": {"expires": now() + self.ahead + 5 * HOUR},
            "correct": {"reasons": {"ja": "訂正します。"}}, "cancel": {},
        }[kind]  # fmt: skip
        self._do(lambda: follow(self.there, SATO, alert, mode, kind, **changes), None)

    @rule(hours=st.integers(1, 3))
    def time_goes_by(self, hours: int) -> None:
        self.ahead += hours * HOUR

    @rule(crash=st.sampled_from((None, None, *CRASHES)))
    def the_clock_looks(self, crash: str | None) -> None:
        self._do(lambda: following.step(self.there, self._hand), crash)

    def _hand(self, version: Version) -> None:
        # As sending promises: told of an edition again, it sends it once.
        if version.id not in self.handed:
            self.handed.append(version.id)

    @invariant()
    def modes_never_mix(self) -> None:
        for version in _all(self.there):
            assert version.mode is self.modes[version.key]
            for text in issuing.said(version).texts:
                for mode, words in MARKS.items():
                    assert any(one in text.headline for one in words) is (version.mode is mode)
        for one in self._drafts():
            assert Mode(one.mode) is self.modes[one.alert]

    @invariant()
    def editions_follow_one_another_and_end_once(self) -> None:
        by_alert: dict[str, list[Version]] = {}
        for version in _all(self.there):
            by_alert.setdefault(version.key, []).append(version)
        for editions in by_alert.values():
            told = [issuing.said(one) for one in editions]
            assert [one.number for one in told] == list(range(1, len(told) + 1))
            assert [one.issued for one in editions] == sorted({one.issued for one in editions})
            assert told[0].kind == "issue"
            assert all(one.kind != "issue" for one in told[1:])
            assert all(one.action is not Action.CANCEL for one in editions[:-1])
            assert all(not one.alarm for one in told
                       if one.kind in ("extend", "correct", "cancel", "expire"))  # fmt: skip

    @invariant()
    def nothing_is_issued_that_was_not_agreed_to(self) -> None:
        for one in self.there.people.all(Draft, state=ISSUED_STATE):
            agreed = self.there.people.all(Approval, draft=one.id)
            people = {each.person for each in agreed}
            assert len(people) >= one.needed
            if one.needed >= 2:
                assert one.author not in people
            assert {each.mark for each in agreed} <= {mark(self.there, one)}
            steps = self.there.directory.audit.entries(target=f"alert:{one.alert}", limit=500)
            assert any(each.action == "alert.issue" and one.id in each.details for each in steps)

    @invariant()
    def everything_is_handed_on_once_and_only_when_issued(self) -> None:
        known = {version.id for version in _all(self.there)}
        assert set(self.handed) <= known
        assert len(self.handed) == len(set(self.handed))


def _all(there: Office) -> list[Version]:
    changes = there.store.changes(OPERATOR, after=0, limit=1000, kinds=(ISSUED,))
    return sorted((one.version for one in changes), key=lambda one: (one.key, one.serial))


TestAlerts = Alerts.TestCase
TestAlerts.settings = settings(
    max_examples=6, stateful_step_count=20, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


def test_after_any_crash_what_was_decided_is_issued_once_and_handed_on() -> None:
    for crash in CRASHES:
        machine = Alerts()
        made = issuing.agree(machine.there, issuing.draft(machine.there), SATO)
        machine.modes[made.alert] = Mode.ACTUAL
        machine._do(lambda id=made.id, on=machine: issue(on.there, SATO, id), crash)  # type: ignore[misc]
        machine._do(lambda on=machine: following.step(on.there, on._hand), None)  # type: ignore[misc]
        decided = crash in ("kept again", "published", "told")
        assert len(machine.handed) == int(decided), crash
        assert len(_all(machine.there)) == int(decided), crash
        found = machine.there.people.get(Draft, id=made.id)
        assert found is not None
        assert found.state == (ISSUED_STATE if decided else "approved")
        machine.teardown()
