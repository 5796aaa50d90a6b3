"""Officers decide on what residents report; who reported hears of it once, and of nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
import pytest
from starlette.testclient import TestClient

import reported
from noroshi.channels.reports import queue, triage
from noroshi.channels.reports.answering import VALID, _Telling, teller
from noroshi.channels.reports.asking import ask
from noroshi.channels.reports.filing import of_contact
from noroshi.channels.reports.triage import Decision, Overtaken, decide
from noroshi.channels.sending.queue import Item, collect
from noroshi.channels.subscribers.places import Place
from noroshi.channels.subscribers.subscribing import Wanted, subscribe
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode
from noroshi.core.time import DAY, FOREVER, HOUR, SECOND, now
from noroshi.engine.node import Node
from noroshi.engine.roles import Actor, Role, local_operator
from noroshi.kinds import decode
from noroshi.kinds.reported_incident import INCIDENT, TRIAGE
from noroshi.store import Change
from people import PASSWORD
from reported import HERE, compute, pictured, report
from test_filing import photo

CHIEF = local_operator()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home = tmp_path_factory.mktemp("triage")
    reported.settle(home)
    made = Node(home)
    made.intake.start()
    yield made
    made.intake.stop()
    for one in (made.store, made.people, made.directory):
        one.close()


@pytest.fixture
def node(running: Node, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setattr(running, "settings", running.settings)
    reported.begin(running)
    return running


def browser(node: Node, name: str = "") -> TestClient:
    from noroshi.web.app import application

    found = TestClient(
        application(node), base_url="http://127.0.0.1", follow_redirects=False,
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html", "Accept-Language": "ja"},
    )  # fmt: skip
    if name:
        form = {"csrf": csrf(found, "/login"), "name": name, "password": PASSWORD}
        assert found.post("/login", data=form).status_code == 303
    return found


def csrf(client: TestClient, path: str = "/account") -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', client.get(path).text)
    assert found
    return found[1]


def told(node: Node, who: str, mode: Mode = Mode.ACTUAL) -> list[Item]:
    contact = node.people.known("web", who)
    assert contact is not None
    return collect(node.people, contact, mode)


def states(node: Node) -> dict[str, str]:
    return {one.key: decode(INCIDENT, one.body).state for one in pictured(node, INCIDENT)}


def test_everybody_who_reported_is_told_once_in_their_language_and_of_nobody_else(
    node: Node,
) -> None:
    first = report(node, "hanako", danger=True)
    report(node, "john", east=0.0003, language="en")
    report(node, "john", east=0.0004)
    report(node, "far", east=0.2)
    compute(node)
    said = Decision(incident=first, state="dispatched", answer="消防が {向かって} います",
                    note="第3分団", seen="new", known=3)  # fmt: skip
    assert decide(node, CHIEF, said, Mode.ACTUAL) == (3, 2)
    [one] = told(node, "hanako")
    assert "{火事|かじ}（みなと町、" in one.title
    assert "たいおうする {人|ひと}が {向|む}かって います" in one.text
    assert "{役所|やくしょ}から：消防が （向かって） います" in one.text
    assert "119" in one.text
    assert one.urgent
    assert one.deadline <= now() + VALID
    [other] = told(node, "john")
    assert other.title.startswith("Your report: a fire (みなと町, ")
    assert "Somebody is on the way" in other.text
    assert "From the office (in Japanese): 消防が" in other.text
    for text in (one.text, other.text):
        assert not re.search("hanako|john|第3分団", text)
    assert told(node, "far") == []
    # The same again, by a form that was sent twice: nothing is kept, nobody is told.
    assert decide(node, CHIEF, said, Mode.ACTUAL) == (0, 0)
    assert len(pictured(node, TRIAGE)) == 3
    done = [(one.actor, one.action) for one in node.directory.audit.entries()
            if one.target == f"incident:{first}"]  # fmt: skip
    assert done == [(CHIEF.name, "triage.decide")]
    # Another answer under the same state is news, and a state that is come back to is, too.
    again = msgspec.structs.replace(said, answer="着きました", seen="dispatched")
    assert decide(node, CHIEF, again, Mode.ACTUAL).told == 2
    assert "着きました" in told(node, "hanako")[0].text
    assert decide(node, CHIEF, Decision(incident=first, state="confirmed"), Mode.ACTUAL).told == 2
    back = msgspec.structs.replace(again, seen="confirmed")
    assert decide(node, CHIEF, back, Mode.ACTUAL).told == 2


def test_a_decision_counts_for_the_municipality_and_under_the_label_of_its_report(
    node: Node,
) -> None:
    key = report(node, "hanako")
    nowhere = report(node, "taro", area=None, east=0.3)
    compute(node)
    for one in (key, nowhere):
        decide(node, CHIEF, Decision(incident=one, state="confirmed"), Mode.ACTUAL)
    found = {one.key: one for one in pictured(node, TRIAGE)}
    reports = {one.key: one for one in pictured(node, "disaster.resident_report")}
    assert found[key].area == reports[key].area == reported.TOWN
    assert found[key].geometry is None
    assert found[nowhere].geometry == reports[nowhere].geometry
    assert {one.label for one in found.values()} == {one.label for one in reports.values()}
    compute(node)
    assert states(node) == {key: "confirmed", nowhere: "confirmed"}


def test_a_report_that_comes_after_the_end_begins_a_new_incident(node: Node) -> None:
    first = report(node, "hanako")
    compute(node)
    decide(node, CHIEF, Decision(incident=first, state="resolved"), Mode.ACTUAL)
    second = report(node, "taro")
    compute(node)
    assert states(node) == {first: "resolved", second: "new"}
    entries = queue.entries(node, Mode.ACTUAL, OPERATOR, now())
    assert [one.key for one in entries] == [second, first]


def test_what_an_officer_has_not_seen_is_not_ended(node: Node) -> None:
    first = report(node, "hanako")
    compute(node)
    seen = Decision(incident=first, state="dismissed", seen="new", known=1)
    report(node, "taro", east=0.0003)
    compute(node)
    with pytest.raises(Overtaken, match="1 more"):
        decide(node, CHIEF, seen, Mode.ACTUAL)
    decide(node, CHIEF, Decision(incident=first, state="confirmed"), Mode.ACTUAL)
    with pytest.raises(Overtaken, match="confirmed by now"):
        decide(node, CHIEF, msgspec.structs.replace(seen, known=2), Mode.ACTUAL)
    for wrong in (
        Decision(incident=first, state="gone"),
        Decision(incident="nothing", state="new"),
        Decision(incident=first, state="new", answer="x" * 501),
    ):
        with pytest.raises(NoroshiError):
            decide(node, CHIEF, wrong, Mode.ACTUAL)


def test_a_report_that_is_put_aside_counts_no_more_and_can_be_taken_back(node: Node) -> None:
    first = report(node, "hanako")
    second = report(node, "taro", east=0.0003)
    compute(node)
    alone = Decision(incident=first, report=first, state="dismissed")
    assert decide(node, CHIEF, alone, Mode.ACTUAL) == (1, 1)
    assert told(node, "taro") == []
    at = now()
    assert queue.aside(node, Mode.ACTUAL, OPERATOR, at)[0] == first
    compute(node)
    [one] = queue.entries(node, Mode.ACTUAL, OPERATOR, at)
    assert (one.key, one.body.keys) == (second, [second])
    # The queue's link to the incident that it was finds the one it has become.
    decide(node, CHIEF, Decision(incident=second, state="confirmed"), Mode.ACTUAL)
    assert len(told(node, "hanako")) == 1
    back = Decision(incident=first, report=first, state="new")
    assert decide(node, CHIEF, back, Mode.ACTUAL) == (1, 1)
    compute(node)
    [one] = queue.entries(node, Mode.ACTUAL, OPERATOR, now())
    assert set(one.body.keys) == {first, second}


def test_an_exercise_is_apart_and_goes_by_its_mark(node: Node) -> None:
    real = report(node, "hanako")
    drill = report(node, "hanako", mode=Mode.EXERCISE)
    compute(node)
    compute(node, Mode.EXERCISE)
    with pytest.raises(NotFound):
        decide(node, CHIEF, Decision(incident=real, state="confirmed"), Mode.EXERCISE)
    decide(node, CHIEF, Decision(incident=drill, state="confirmed"), Mode.EXERCISE)
    assert told(node, "hanako") == []
    [one] = told(node, "hanako", Mode.EXERCISE)
    assert one.title.startswith("【訓練】")
    assert pictured(node, TRIAGE) == []
    assert states(node) == {real: "new"}


def test_in_an_exercise_it_is_as_late_as_in_the_drill(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = now() - 40 * HOUR
    key = report(node, "hanako", mode=Mode.EXERCISE, at=then)
    compute(node, Mode.EXERCISE)
    assert queue.entries(node, Mode.EXERCISE, OPERATOR, now()) == []
    [one] = queue.entries(node, Mode.EXERCISE, OPERATOR, then + HOUR)
    assert (one.key, one.last // SECOND) == (key, then // SECOND)
    monkeypatch.setattr(triage, "present", lambda node, mode: then + HOUR)
    decide(node, CHIEF, Decision(incident=key, state="confirmed"), Mode.EXERCISE)
    [one] = queue.entries(node, Mode.EXERCISE, OPERATOR, then + 2 * HOUR)
    assert one.body.state == "confirmed"
    [decided] = node.store.history(TRIAGE, key, OPERATOR, FOREVER, Mode.EXERCISE)
    assert (decided.issued, decided.valid_from) == (then + HOUR, then + HOUR)


def test_who_asks_hears_what_officers_decided(node: Node) -> None:
    key = report(node, "hanako")
    compute(node)
    decide(node, CHIEF, Decision(incident=key, state="resolved", answer="消えました"), Mode.ACTUAL)
    contact = node.people.known("web", "hanako")
    assert contact is not None
    [(found, body, decided, incident)] = of_contact(node, contact, Mode.ACTUAL)
    assert (found, body.category, incident) == (key, "fire", key)
    assert decided is not None
    assert (decided.state, decided.answer, decided.of) == ("resolved", "消えました", key)
    # Of whom nothing is kept any more, nothing is told.
    node.people.erase(contact)
    assert decide(node, CHIEF, Decision(incident=key, state="new"), Mode.ACTUAL) == (1, 0)


def test_what_a_crash_left_untold_is_told_when_the_node_runs_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = report(node, "hanako")
    compute(node)
    with monkeypatch.context() as broken:
        broken.setattr(triage, "tell", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            decide(node, CHIEF, Decision(incident=key, state="confirmed"), Mode.ACTUAL)
    assert told(node, "hanako") == []
    wanted = teller(node)._wanted
    changes = [one for one in node.store.changes(OPERATOR, after=reported.since) if wanted(one)]
    assert [one.version.key for one in changes] == [key]
    for _ in range(2):
        _Telling(node).send(changes)
    assert len(told(node, "hanako")) == 1
    # What was decided otherwise since is told by that decision.
    decide(node, CHIEF, Decision(incident=key, state="resolved"), Mode.ACTUAL)
    assert len(told(node, "hanako")) == 1
    _Telling(node).send([Change(changes[0].version)])
    assert told(node, "hanako") == []


def test_others_than_editors_of_the_nodes_own_organisation_do_not_decide(node: Node) -> None:
    key = report(node, "hanako")
    compute(node)
    for who in ("person:ito", "person:mori", "token:x", "person:nobody"):
        actor = Actor(who, Role.VIEWER if who == "person:ito" else Role.EDITOR)
        with pytest.raises(NotPermitted):
            decide(node, actor, Decision(incident=key, state="confirmed"), Mode.ACTUAL)
        with pytest.raises(NotPermitted):
            ask(node, actor, key, Mode.ACTUAL)
        done = [one.action for one in node.directory.audit.entries() if one.actor == who]
        assert done == ["refused", "refused"]
    assert pictured(node, TRIAGE) == []


def test_a_few_near_are_asked_by_a_button_and_nobody_is_told_who_reported(node: Node) -> None:
    key = report(node, "hanako", place="みなと町")
    compute(node)
    for number, (name, off) in enumerate((("near", 0.002), ("town", None), ("far", 0.1))):
        contact = node.people.meet("web", name, keep=DAY)
        point = None if off is None else (HERE[0] + off, HERE[1])
        place = Place(area=reported.TOWN, point=point, radius=500.0 * bool(point))
        subscribe(node.people, contact, Wanted(places=(place,), level=3 + number % 2))
    assert ask(node, CHIEF, key, Mode.ACTUAL) == 0
    chat = msgspec.structs.replace(node.settings.chat, neighbours=True)
    node.settings = msgspec.structs.replace(node.settings, chat=chat)
    assert ask(node, CHIEF, key, Mode.ACTUAL) == 1
    assert ask(node, CHIEF, key, Mode.ACTUAL) == 0
    [one] = told(node, "near")
    assert "「{火事|かじ}」" in one.text
    assert "hanako" not in one.text
    assert told(node, "far") == told(node, "town") == []


# --- The page


def test_the_gravest_comes_first_and_the_page_says_so_without_colours(node: Node) -> None:
    report(node, "a", "road", east=1.0)
    report(node, "b", "outage", east=1.1, danger=True)
    report(node, "c", "fire", east=1.2, place="<b>ほのお&町</b>")
    report(node, "d", "trapped", east=1.3)
    compute(node)
    page = browser(node, "sato").get("/triage")
    assert page.status_code == 200
    order = re.findall(r'class="what"><b>(.*?)</b>', page.text)
    assert order == ["停電・通信障害", "閉じ込め・取り残し", "火災", "道路の異常"]
    assert page.text.count("生命の危険") == 2
    assert "&lt;b&gt;ほのお&amp;町" in page.text
    assert "可能性が高い 68%" in page.text
    assert "#view=16/27.50000/145.95000" in page.text
    english = browser(node, "sato").get("/triage?lang=en&state=all&category=fire&town=").text
    assert ("Fire" in english, "likely 68%" in english) == (True, True)
    assert re.findall(r'class="what"><b>(.*?)</b>', english) == ["Fire"]
    assert "訓練 EXERCISE" not in page.text
    drill = browser(node, "sato").get("/triage?mode=exercise").text
    assert "訓練 EXERCISE" in drill
    assert 'class="what"' not in drill


def test_words_and_pictures_are_shown_to_those_who_hold_their_purpose_and_it_is_kept_that_they_were(
    node: Node,
) -> None:
    key = report(node, "w", "flood", east=2.0, text="たすけて、二階です", picture=photo())
    compute(node)
    holder, other = browser(node, "sato"), browser(node, "kato")
    assert "たすけて" not in holder.get(f"/triage?incident={key}").text
    page = holder.get(f"/triage?incident={key}&words=1").text
    assert "たすけて、二階です" in page
    assert f"/triage/picture?report={key}" in page
    shown = holder.get(f"/triage/picture?report={key}")
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == (
        "image/jpeg", "no-store",
    )  # fmt: skip
    assert shown.content.startswith(b"\xff\xd8")
    assert "たすけて" not in other.get(f"/triage?incident={key}&words=1").text
    assert other.get(f"/triage/picture?report={key}").status_code == 404
    assert browser(node).get(f"/triage/picture?report={key}").status_code in (303, 401, 403)
    node.accesses.write()
    read = [one for one in node.directory.audit.entries() if one.action == "personal.read"]
    assert {one.actor for one in read} == {"person:sato"}
    assert key in read[0].details
    for answer in (holder.get("/triage"), holder.get(f"/triage?incident={key}")):
        assert answer.headers["cache-control"] == "no-store"


def test_a_decision_by_the_page_shows_at_once_and_a_viewer_has_no_buttons(node: Node) -> None:
    key = report(node, "p", "landslide", east=3.0)
    compute(node)
    editor, viewer, other = (browser(node, one) for one in ("sato", "ito", "mori"))
    form = {"do": "decide", "incident": key, "state": "dispatched", "seen": "new", "known": "1",
            "answer": "向かいます", "answer_en": "", "note": ""}  # fmt: skip
    path = f"/triage?incident={key}"
    answer = editor.post("/triage", data=form | {"csrf": csrf(editor, path)})
    assert answer.status_code == 303, answer.text
    page = editor.get(answer.headers["location"]).text
    assert "「出動・手配中」にしました。通報者1人に知らせます。" in page
    # Incidents are not computed anew yet, and still nothing old is shown as new.
    assert re.search(r'class="state dispatched".*出動・手配中', page)
    assert "向かいます" in page
    again = editor.post("/triage", data=form | {"csrf": csrf(editor, path), "state": "resolved"})
    assert again.status_code == 409
    assert "向かいます" in again.text
    assert "見直してください" in again.text
    assert 'name="csrf"' not in viewer.get(path).text.partition("<main>")[2]
    # Another organisation sees nothing of it, and what has no label for it is not there.
    assert "土砂崩れ" not in other.get("/triage?state=all").text.partition("</form>")[2]
    for client in (viewer, other):
        refused = client.post("/triage", data=form | {"csrf": csrf(client)})
        assert refused.status_code == 403, refused.text
    assert browser(node).get("/triage").headers["location"].startswith("/login?next=%2Ftriage")
    for wrong in ({"do": "x"}, {"known": "-1"}, {"more": "1"}):
        bad = editor.post("/triage", data=form | {"csrf": csrf(editor, path)} | wrong)
        assert bad.status_code == 400


def test_a_page_of_8000_reports_stays_small(node: Node) -> None:
    client = browser(node, "sato")
    reported.many(node, 400, 20)
    page = client.get("/triage?state=open&page=3")
    assert len(re.findall(r'class="what"', page.text)) == 50
    assert len(page.content) < 60_000
    assert 'rel="next"' in page.text
    one = client.get(f"/triage?incident={7:08x}{0:08x}").text
    assert len(re.findall(r"<li class=.card.", one)) == 20
