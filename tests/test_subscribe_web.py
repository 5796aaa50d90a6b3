"""The pages of one resident: subscribing, what is kept, the safety check; without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from httpx import Response
from starlette.testclient import TestClient

from noroshi.channels import personal
from noroshi.channels.safety.answers import count_all
from noroshi.channels.subscribers import letters, limits
from noroshi.channels.subscribers.letters import Letter, manage_link, stop_link
from noroshi.channels.subscribers.subscribing import confirm_code, subscription
from noroshi.core.time import DAY
from noroshi.engine.access import Access
from noroshi.engine.node import Node
from noroshi.engine.roles import Role
from noroshi.engine.settings import load_settings
from noroshi.formats.boundaries import Place
from noroshi.store import open_store
from noroshi.store.people import Contact
from noroshi.web.app import application
from residents import KANJI, Reading
from test_area_words import ALLOWED, faults

SETTINGS = """
[people]
line_friend = "https://line.me/R/ti/p/example"
[mail]
host = "localhost"
security = "none"
sender = "node@example.jp"
[line]
secret_env = "SECRET"
token_env = "TOKEN"
[push]
subject = "mailto:node@example.jp"
"""
PAGE = {"Accept": "text/html", "Accept-Language": "ja", "Sec-Fetch-Site": "same-origin"}
#: A browser's keys: the example of RFC 8291 §5.
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyP"
    "js7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}  # fmt: skip
PUSHED = json.dumps({"endpoint": "https://push.example/1", "expirationTime": None, "keys": KEYS})


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home = tmp_path_factory.mktemp("residents")
    (home / "settings.toml").write_text(SETTINGS)
    store = open_store(home)
    shape = bytes(shapely.to_wkb(shapely.box(136.8, 37.0, 137.0, 37.2)))
    store.put_places([
        Place("pref:17", "石川県", "prefecture", kana="いしかわけん"),
        Place("city:1720200", "七尾市", "municipality", kana="ななおし", parents=("pref:17",),
              geometry=shape),
        Place("city:1720400", "輪島市", "municipality", kana="わじまし", parents=("pref:17",),
              geometry=shape),
    ])  # fmt: skip
    store.close()
    running = Node(home)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """What would be handed to the mail server."""
    kept: list[Letter] = []
    monkeypatch.setattr(letters, "post", lambda people, letter: kept.append(letter))
    return kept


def browser(node: Node) -> TestClient:
    return TestClient(application(node), headers=PAGE, follow_redirects=False)


@pytest.fixture
def client(node: Node) -> TestClient:
    return browser(node)


def see(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.text)


def submit(client: TestClient, page: str, action: str, **fields: str) -> Response:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(page).text)
    assert found, page
    answer: Response = client.post(action, data={"csrf": found[1], **fields})
    return answer


def by_mail(client: TestClient, sent: list[Letter], email: str, **fields: str) -> Contact:
    """Subscribed by e-mail, with the letter opened and the button pressed."""
    page = "/subscribe?areas=17202"
    assert submit(client, page, page, channel="email", email=email, **fields).status_code == 200
    path = "/subscribe/confirm/" + sent[-1].link.partition("/confirm/")[2]
    answer = submit(client, path, "/subscribe/confirm", secret=path.rpartition("/")[2])
    assert answer.headers["location"] == "/me?note=confirmed"
    return contact(client, email)


def contact(client: TestClient, address: str, channel: str = "email") -> Contact:
    node: Node = client.app.inner.routes[0].app.node  # type: ignore[attr-defined]
    found = node.people.known(channel, address)
    assert found
    return found


def test_a_town_is_found_and_chosen_without_scripts(client: TestClient) -> None:
    assert 'href="/subscribe?areas=17202"' in see(client, "/subscribe?q=ななお")
    page = see(client, "/subscribe?q=わじま&areas=17202")
    assert 'href="/subscribe?areas=17202%2C17204"' in page
    assert "七尾市" in page
    assert 'value="17202"' in see(client, "/subscribe?areas=17202")
    assert client.get("/subscribe?areas=99999").status_code == 400
    assert client.get("/subscribe?areas=" + "17202,17204," * 5).status_code == 200


def test_by_mail_nothing_holds_and_nothing_more_is_sent_before_the_button(
    node: Node, client: TestClient, sent: list[Letter]
) -> None:
    page = "/subscribe?areas=17202,17204"
    answer = submit(client, page, page, channel="email", email="Hanako@Example.JP", label0="自宅",
                    point0="37.05, 136.95", radius0="300", need_older="1", need_pet="1",
                    language="easy", level="4", district1="本町")  # fmt: skip
    assert answer.status_code == 200
    assert [one.title for one in sent] == ["防災のお知らせの確認"]
    held = node.people.known("email", "Hanako@example.jp")
    assert held
    assert subscription(node.people, held) is None
    path = "/subscribe/confirm/" + sent[0].link.partition("/confirm/")[2]
    for _ in range(2):  # a program that looks at every link
        assert "自宅：七尾市" in see(client, path)
    assert subscription(node.people, held) is None
    done = submit(client, path, "/subscribe/confirm", secret=path.rpartition("/")[2])
    assert done.headers["location"] == "/me?note=confirmed"
    found = subscription(node.people, held)
    assert found
    assert (sorted(found.needs), found.level, found.language) == (["older", "pet"], 4, "easy")
    assert [(one.area, one.label, one.district, one.point, one.radius) for one in found.places] == [
        ("city:1720200", "自宅", "", (136.95, 37.05), 300.0),
        ("city:1720400", "", "本町", None, 0.0),
    ]
    again = submit(client, "/subscribe", "/subscribe/confirm", secret=path.rpartition("/")[2])
    assert again.status_code == 404
    assert "H…@example.jp" in see(client, "/me")
    # Their own browser changes it at once.
    filled = see(client, "/subscribe")
    assert 'value="37.0500, 136.9500"' in filled
    page = "/subscribe?areas=17204"
    changed = submit(client, page, page, channel="own", level="2")
    assert changed.headers["location"] == "/me?note=changed"
    after = subscription(node.people, held)
    assert after
    assert [one.area for one in after.places] == ["city:1720400"]
    assert len(sent) == 1


def test_the_letter_is_in_the_queue_sealed_and_once(node: Node, client: TestClient) -> None:
    page = "/subscribe?areas=17202"
    submit(client, page, page, channel="email", email="queue@example.jp")
    held = node.people.known("email", "queue@example.jp")
    assert held
    (sending,) = personal.told(node.people, held)["sendings"]
    assert sending["key"].startswith("confirm/")
    assert "防災のお知らせの確認" in sending["said"]
    secret = sending["said"][-1].rpartition("/")[2]
    assert secret[:8] not in sending["key"]
    done = submit(client, f"/subscribe/confirm/{secret}", "/subscribe/confirm", secret=secret)
    assert done.headers["location"] == "/me?note=confirmed"


def test_letters_to_one_address_are_few_and_a_shelters_wifi_is_not_shut_out(
    node: Node, client: TestClient, sent: list[Letter], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "/subscribe?areas=17202"
    codes = [submit(client, page, page, channel="email", email="victim@example.jp").status_code
             for _ in range(5)]  # fmt: skip
    assert codes == [200, 200, 200, 400, 400]
    assert len(sent) == 3
    assert submit(client, page, page, channel="email", email="next@example.jp").status_code == 200
    friend = browser(node)
    submit(friend, "/safety", "/safety", name="知り合い", called="知人")
    monkeypatch.setattr("noroshi.web.residents.FORMS", limits.Allowance("few", 2, 10**6))
    answers = [submit(client, page, page, channel="line") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 2
    # Who is known is counted by themselves, on the same line.
    assert submit(friend, "/safety", "/safety/answer", state="safe").status_code == 303


@pytest.mark.parametrize(("fields", "said"), [
    ({"channel": "email", "email": "no address"}, "ただしく"),
    ({"channel": "email", "email": "a@b.jp\nBcc: c@d.jp"}, "ただしく"),
    ({"channel": "line", "point0": "north"}, "のように"),
    ({"channel": "line", "label0": "x" * 41}, "すぎます"),
    ({"channel": "pigeon"}, "えらんでください"),
    ({"channel": "push", "push": "{}"}, "つかえません"),
    ({"channel": "push", "push": PUSHED.replace("https", "http")}, "つかえません"),
    ({"channel": "own"}, "えらんでください"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_written_stays(
    client: TestClient, sent: list[Letter], fields: dict[str, str], said: str
) -> None:
    page = "/subscribe?areas=17202"
    answer = submit(client, page, page, need_sight="1", district0="港町", **fields)
    assert answer.status_code == 400
    assert said in Reading(answer.text).text
    assert 'value="港町"' in answer.text
    assert 'name="need_sight" value="1" checked' in answer.text
    assert sent == []


def test_by_line_a_code_is_said_to_the_account(node: Node, client: TestClient) -> None:
    page = "/subscribe?areas=17202"
    answer = submit(client, page, page, channel="line", language="en")
    code = re.search(r'<p class="code data" role="status">([^<]+)<', answer.text)
    assert code
    assert "https://line.me/R/ti/p/example" in answer.text
    friend = node.people.meet("line", "U1", keep=DAY)
    assert confirm_code(node.people, friend, code[1]).language == "en"


def test_by_push_the_browser_is_its_own_confirmation(node: Node, client: TestClient) -> None:
    page = "/subscribe?areas=17202"
    assert re.search(r'data-push="B[A-Za-z0-9_-]{86}"', see(client, page))
    answer = submit(client, page, page, channel="push", push=PUSHED)
    assert answer.headers["location"] == "/me?note=confirmed"
    address = json.dumps({"endpoint": "https://push.example/1", "keys": KEYS},
                         separators=(",", ":"))  # fmt: skip
    assert node.people.known("push", address)
    for path in ("/push.js", "/sw.js"):
        script = client.get(path)
        assert script.headers["content-type"].startswith("text/javascript")
        assert "script-src 'self'" in script.headers["content-security-policy"]


def test_a_drill_offers_no_live_channel(client: TestClient, sent: list[Letter]) -> None:
    page = "/subscribe?areas=17202&mode=exercise"
    text = see(client, page)
    assert "これは 訓練です" in Reading(text).text
    assert "disabled" in text
    for channel in ("email", "line", "push"):
        answer = submit(client, page, page, channel=channel, email="a@b.jp", push=PUSHED)
        assert answer.status_code == 400
    assert sent == []


def test_a_link_lets_its_holder_in_by_a_button_and_nobody_else(
    node: Node, client: TestClient, sent: list[Letter]
) -> None:
    held = by_mail(client, sent, "link@example.jp")
    other = browser(node)
    path = manage_link(node.people, held.id, "")
    assert "l…@example.jp" in see(other, path)
    assert "ブラウザー" in see(other, "/me")
    wrong = {see(other, one, 404) for one in ("/me/x", path[:-1], path + "A", "/me/" + "0" * 199)}
    assert len({re.sub('/me/[^?"]*', "", one) for one in wrong}) == 1
    answer = submit(other, path, "/me/open", proof=path.rpartition("/")[2])
    assert answer.headers["location"] == "/me"
    assert "l…@example.jp" in see(other, "/me")
    # A page elsewhere opens nothing in their name.
    elsewhere = other.post("/me/open", data={"proof": path.rpartition("/")[2]},
                           headers={"Sec-Fetch-Site": "cross-site"})  # fmt: skip
    assert elsewhere.status_code == 403


def test_asking_for_ones_link_tells_nobody_who_is_known(
    node: Node, client: TestClient, sent: list[Letter]
) -> None:
    by_mail(client, sent, "known@example.jp")
    stranger = browser(node)
    answers = [submit(stranger, "/me", "/me/link", email=one)
               for one in ("known@example.jp", "unknown@example.jp")]  # fmt: skip
    assert {one.headers["location"] for one in answers} == {"/me?note=sent"}
    assert [one.title for one in sent[1:]] == ["登録の確認・変更のリンク"]
    assert "/me/" in sent[-1].link


def test_one_click_ends_the_alerts_for_a_mail_program_and_for_a_person(
    node: Node, client: TestClient, sent: list[Letter]
) -> None:
    held = by_mail(client, sent, "stop@example.jp")
    path = stop_link(node.people, held.id, "")
    bare = TestClient(application(node))
    assert "やめますか" in Reading(see(client, path)).text
    assert subscription(node.people, held)
    for _ in range(2):
        answer = bare.post(path, content="List-Unsubscribe=One-Click")
        assert (answer.status_code, answer.text) == (200, "unsubscribed\n")
    assert subscription(node.people, held) is None
    assert bare.post(path + "x").status_code == 404
    held = by_mail(client, sent, "stop@example.jp")
    answer = submit(client, path, "/me/stop", proof=path.rpartition("/")[2])
    assert answer.headers["location"] == "/me?note=stopped"
    assert subscription(node.people, held) is None


def test_a_person_takes_everything_along_and_is_erased(
    node: Node, client: TestClient, sent: list[Letter]
) -> None:
    by_mail(client, sent, "erase@example.jp", label0="秘密の家", need_dialysis="1")
    told = submit(client, "/me", "/me/export")
    assert told.headers["content-disposition"].startswith("attachment")
    found = told.json()
    assert found["contacts"][0]["address"] == "erase@example.jp"
    assert found["subscriptions"][0]["body"]["places"][0]["label"] == "秘密の家"
    assert found["reports"] == []
    kept = submit(client, "/me", "/me/change", act="erase")
    assert kept.headers["location"] == "/me?note=tick"
    done = submit(client, "/me", "/me/change", act="erase", sure="1")
    assert done.headers["location"] == "/me?note=erased"
    assert node.people.known("email", "erase@example.jp") is None
    assert submit(client, "/me", "/me/export").status_code == 403
    actions = [one.action for one in node.directory.audit.entries()]
    assert {"resident.exported", "resident.erased"} <= set(actions)


def test_a_family_tells_itself_how_it_is(node: Node, client: TestClient) -> None:
    made = submit(client, "/safety", "/safety", name="山田家", called="太郎", counted="1")
    path = made.headers["location"].partition("?")[0]
    code = re.search(r'<p class="code data">([^<]+)<', see(client, path))
    assert code
    second = browser(node)
    link = f"/safety/join/{code[1]}"
    assert submit(second, link, "/safety/join", code=code[1], called="花子").status_code == 303
    told = submit(second, path, "/safety/answer", state="help", group=path.rpartition("/")[2],
                  place="体育館", note="薬がない")  # fmt: skip
    assert told.headers["location"].endswith("?note=told")
    page = Reading(see(client, path)).text
    assert re.search("花子.*助けがいります.*体育館.*「薬がない」.*たった今", page.replace(" ", ""))
    assert re.search("太郎.*まだこたえていません", page.replace(" ", ""))
    assert '<p class="code data">' not in see(second, path)
    assert submit(second, path, "/safety/change", group=path.rpartition("/")[2],
                  act="dissolve").status_code == 403  # fmt: skip
    assert submit(second, "/safety", "/safety/answer", state="safe").status_code == 303
    assert count_all(node.people).numbers["safe"] == 1
    submit(client, path, "/safety/change", group=path.rpartition("/")[2], act="dissolve")
    see(second, path, 404)


def test_a_group_that_is_not_ones_own_and_one_that_is_not_there_look_alike(
    node: Node, client: TestClient
) -> None:
    made = submit(client, "/safety", "/safety", name="秘密の会", called="会長")
    path = made.headers["location"].partition("?")[0]
    outsider = browser(node)
    submit(outsider, "/safety", "/safety", name="別の会", called="別人")
    for one in (outsider, browser(node)):
        pages = [re.sub("/safety/[A-Za-z0-9_-]{5,}|[0-9a-f]{64}", "", see(one, each, 404))
                 for each in (path, "/safety/nothing-here")]  # fmt: skip
        assert pages[0] == pages[1]
        assert "秘密の会" not in pages[0]
    wrong = [submit(outsider, "/safety", "/safety/join", code=one, called="x").status_code
             for one in ("ABCD-EFGH-JKMN-PQRS", "")]  # fmt: skip
    assert wrong == [400, 400]


def test_officers_see_numbers_only_and_others_nothing(node: Node, client: TestClient) -> None:
    assert client.get("/safety-counts").status_code == 401
    for role, status in ((Role.VIEWER, 403), (Role.EDITOR, 200)):
        _, token = Access(node.home).add(f"counts {role}", role=role)
        answer = client.get("/safety-counts", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status
    assert answer.json().keys() == {"groups", "members", "numbers"}


@pytest.mark.parametrize("path", [
    "/subscribe", "/subscribe?areas=17202", "/safety", "/me", "/safety/join/X",
    "/subscribe/confirm/x", "/unsubscribe/x",
])  # fmt: skip
def test_pages_are_plain_in_japanese_and_whole_in_english(
    client: TestClient, sent: list[Letter], path: str
) -> None:
    page = client.get(path).text
    read = Reading(page, own=True)
    assert set(re.findall(KANJI, read.bare)) - ALLOWED == set()
    for block in read.blocks:
        assert faults(block, "") == []
    english = client.get(path + ("&" if "?" in path else "?") + "lang=en").text
    without = re.sub(r'<[^>]*lang="ja"[^>]*>.*?</(?:a|span|b|h1|small)>', "", english, flags=re.S)
    assert not re.search(KANJI, Reading(without).text)
    assert len(page.encode()) < 40_000


def test_settings_of_people_are_checked(tmp_path: Path) -> None:
    for line in ('keep = "long"', 'safety = "1y"', 'line_friend = "javascript:alert(1)"'):
        (tmp_path / "settings.toml").write_text(f"[people]\n{line}\n")
        with pytest.raises(Exception, match=r"people\."):
            load_settings(tmp_path)
    (tmp_path / "settings.toml").write_text('[people]\nsubscriptions = "30d"\n')
    assert load_settings(tmp_path).people.subscriptions == "30d"
