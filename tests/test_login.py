"""Signing in on the page: what it opens, and what nobody gets by it (issue 4's checklist)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest

from noroshi.core.time import now
from noroshi.engine.accounts import NewPerson, PersonChanges
from noroshi.engine.directory import Directory
from noroshi.engine.logins import IDLE, LONGEST, Logins, session_name
from noroshi.engine.roles import Role, local_operator
from noroshi.store.directory import Session
from people import PASSWORD, Browser, settle, signed_in, until
from served import PLAIN, Served

REPORT = "disaster.report"
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    return settle(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def node(directory: Directory) -> Iterator[Served]:
    with Served(directory.file.path.parent) as served:
        yield served


@pytest.fixture
def person(directory: Directory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Somebody of one's own, of whom a test may do away with."""
    id = "p" + str(abs(hash(request.node.name)))[:12]
    operator = local_operator()
    directory.add_person(operator, NewPerson(id, "試験 太郎"))
    directory.set_role(operator, id, "nanao-city", Role.EDITOR)
    Logins(directory).set_password(operator, id, PASSWORD)
    yield id
    if directory.find_person(id):
        directory.remove_person(operator, id)


def report(key: str) -> dict[str, object]:
    return {
        "type": "Feature", "id": key, "geometry": {"type": "Point", "coordinates": [136, 36]},
        "properties": {"title": key, "category": "test"},
    }  # fmt: skip


def create(browser: Browser, key: str, csrf: str = "", **headers: str) -> httpx.Response:
    """As a script of the page does."""
    csrf = csrf or browser.csrf("/account")
    given = {"X-CSRF-Token": csrf, **headers}
    return browser.http.post(f"/collections/{REPORT}/items", json=report(key), headers=given)


def titles(browser: Browser | Served) -> set[str]:
    """What is seen of reports."""
    answer = browser.http.get(
        f"/collections/{REPORT}/items", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    return {one["properties"]["title"] for one in answer.json()["features"]}


# --- what it opens --------------------------------------------------------------------------------


def test_a_person_signs_in_and_sees_who_they_are(node: Served) -> None:
    browser = Browser(node.url)
    assert browser.get("/account").headers["location"] == "/login?next=%2Faccount"
    answer = browser.sign_in("SATO@example.jp", next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    text = browser.get("/account").text
    for one in ("Sato", "七尾市 — 編集者", "対応機関", "期限なし", "この画面"):
        assert one in text
    english = browser.get("/account?lang=en").text
    for one in ("Nanao-City — editor", "Responders", "Sessions", "Change the password"):
        assert one in english
    told = browser.get("/account", headers={"Accept": "application/json"}).json()
    assert told["person"] == {
        "id": "sato", "name": "Sato", "role": "editor", "organisation": "Nanao-City",
        "organisation_ja": "七尾市",
    }  # fmt: skip


def test_a_session_cookie_is_out_of_reach(node: Served) -> None:
    kept = Browser(node.url).sign_in("sato").headers.get_list("set-cookie")
    mine = next(one for one in kept if one.startswith("noroshi_session="))
    assert "HttpOnly" in mine
    assert "SameSite=lax" in mine
    assert "Path=/" in mine
    assert "Domain" not in mine
    proxied = Browser(node.url)
    proxied.http.headers["X-Forwarded-Proto"] = "https"
    first = proxied.get("/login")
    form = first.headers["set-cookie"]
    assert form.startswith("__Host-noroshi-form=")
    assert "Secure" in form
    # httpx keeps secure cookies from plain http, as it must: they are brought by hand.
    csrf = first.text.partition('name="csrf" value="')[2][:64]
    answer = proxied.http.post(
        "/login", data={"csrf": csrf, "name": "sato", "password": PASSWORD},
        headers={"Cookie": form.partition(";")[0]},
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    mine = next(one for one in answer.headers.get_list("set-cookie") if "noroshi=" in one)
    assert mine.startswith("__Host-noroshi=")
    assert "Secure" in mine


def test_signing_in_over_a_line_that_others_hear_is_refused(node: Served) -> None:
    answer = Browser(node.url).get("/login", headers={"Host": "noroshi.example"})
    assert answer.status_code == 403
    assert "https" in answer.text


def test_what_people_see_and_send_follows_their_organisation_and_role(node: Served) -> None:
    sato, kato, mori, ito = (signed_in(node.url, one) for one in ("sato", "kato", "mori", "ito"))
    anybody = Browser(node.url)
    assert create(sato, "of-nanao").json()["state"] == "read"
    assert create(mori, "of-power").json()["state"] == "read"  # a reporter creates
    assert create(ito, "of-a-viewer").status_code == 403
    sent = mori.http.post(
        "/messages", content=b"x", headers={"X-CSRF-Token": mori.csrf("/account")}
    )
    assert sent.status_code == 403  # … and does not send
    for _ in range(2):  # the second time from what is kept
        assert titles(sato) == titles(ito) == {"of-nanao", "of-power"}
        assert titles(kato) == titles(anybody) == {"of-power"}
    messages = sato.http.get("/messages").json()["messages"]
    assert {one["source"] for one in messages} == {"nanao-city", "power"}


def test_a_change_of_membership_counts_at_once(
    node: Served, directory: Directory, person: str
) -> None:
    create(signed_in(node.url, "sato"), "of-nanao")
    browser = signed_in(node.url, person)
    assert "of-nanao" in titles(browser)
    directory.set_role(local_operator(), person, "nanao-city", Role.NOBODY)
    time.sleep(0.4)
    assert "of-nanao" not in titles(browser)
    assert create(browser, "x").status_code == 403


def test_answers_to_a_person_are_kept_by_nobody_else(node: Served) -> None:
    browser = signed_in(node.url, "sato")
    for path in ("/account", "/login"):
        assert browser.get(path).headers["cache-control"] == "no-store"
    for path in (f"/collections/{REPORT}/items", "/collections", "/messages", "/summary", "/"):
        answer = browser.get(path)
        kept = answer.headers["cache-control"]
        assert "private" in kept or "no-store" in kept, path
        assert "Cookie" in answer.headers["vary"]
        assert "access-control-allow-origin" not in answer.headers
        assert "Cookie" in node.http.get(path).headers["vary"]


def test_events_follow_the_person_and_end_with_the_session(node: Served) -> None:
    browser = signed_in(node.url, "sato")
    cookie = {"Cookie": f"noroshi_session={browser.session}", "Accept": "text/event-stream"}
    with (
        httpx.Client(base_url=node.url, timeout=30, verify=PLAIN) as client,
        client.stream("GET", "/events", headers=cookie) as stream,
    ):
        lines = stream.iter_lines()
        next(lines)
        assert create(browser, "live-one").json()["state"] == "read"
        assert any("live-one" in one for one in lines)
        browser.post("/logout", "/account")
        started = time.monotonic()
        create(signed_in(node.url, "sato"), "live-two")
        assert not any("live-two" in one for one in lines)
        assert time.monotonic() - started < 20


# --- sessions -------------------------------------------------------------------------------------


def test_a_session_is_new_with_every_sign_in_whatever_the_browser_brought(
    node: Served, directory: Directory
) -> None:
    browser = Browser(node.url)
    planted = "a" * 64
    browser.http.cookies.set("noroshi_session", planted, domain="127.0.0.1", path="/")
    page = browser.get("/login").text
    csrf = page.partition('name="csrf" value="')[2][:64]
    answer = browser.http.post("/login", data={"csrf": csrf, "name": "sato", "password": PASSWORD})
    assert answer.status_code == 303
    first = browser.session
    assert first
    assert first != planted
    assert Logins(directory).session(planted) is None
    again = browser.http.post("/login", data={"csrf": browser.csrf("/account"), "name": "sato",
                                              "password": PASSWORD})  # fmt: skip
    assert again.status_code == 303
    assert browser.session != first
    assert Logins(directory).session(first) is None  # and the old one is over


@pytest.mark.parametrize("way", ["logout", "password", "disabled", "removed", "over", "ended"])
def test_a_session_ends_at_once_by(
    way: str, node: Served, directory: Directory, person: str
) -> None:
    browser = signed_in(node.url, person)
    other = signed_in(node.url, person)
    stolen, operator = browser.session, local_operator()
    assert browser.get("/account").status_code == 200
    if way == "logout":
        answer = browser.post("/logout", "/account")
        assert answer.headers["location"] == "/login?note=out"
        assert browser.session is None
        assert answer.headers["clear-site-data"] == '"cache"'
        assert other.get("/account").status_code == 200
    elif way == "password":
        new = "a quite different phrase"
        answer = browser.post("/account/password", "/account", old=PASSWORD, new=new, again=new)
        assert answer.headers["location"] == "/login?note=password", answer.text
        assert other.get("/account").status_code == 303
        assert Browser(node.url).sign_in(person, new).status_code == 303
    elif way == "disabled":
        directory.change_person(operator, person, PersonChanges(disabled=True))
    elif way == "removed":
        directory.remove_person(operator, person)
    elif way == "over":
        directory.change_person(operator, person, PersonChanges(until=now() + 1_500_000))
        assert browser.get("/account").status_code == 200
        time.sleep(1.6)
    else:
        page = other.get("/account").text
        name = page.partition('name="id" value="')[2][:16]
        done = other.post("/account/sessions/end", "/account", id=name)
        assert done.headers["location"] == "/account?done=session"
    time.sleep(0.4)  # another process changed it
    thief = Browser(node.url)
    thief.http.cookies.set("noroshi_session", str(stolen), domain="127.0.0.1", path="/")
    refused = thief.get("/collections", headers={"Accept": "application/json"})
    assert refused.status_code == 401  # not: what everybody sees, without a word
    led = thief.get("/collections?f=html")
    assert led.headers["location"] == "/login?note=ended&next=%2Fcollections%3Ff%3Dhtml"
    assert "終わりました" in thief.get(led.headers["location"]).text
    assert thief.session is None
    assert thief.get("/collections").status_code == 200


def test_a_session_ends_when_it_is_idle_and_after_twelve_hours(
    node: Served, directory: Directory, person: str
) -> None:
    for left in ({"used": now() - IDLE}, {"created": now() - LONGEST, "expires": now()}):
        browser = signed_in(node.url, person)
        (session,) = directory.file.all(Session, person=person)
        directory.file.put(msgspec.structs.replace(session, **left))
        directory.change_person(local_operator(), person, PersonChanges(incident="x"))
        time.sleep(0.4)
        assert browser.get("/account").status_code == 303
        directory.file.remove(Session, person=person)


# --- what a browser may be tricked into -----------------------------------------------------------


@pytest.mark.parametrize("path", [
    "/logout", "/account/password", "/account/sessions/end", "/account/sessions/end-others",
    "/account/tokens/revoke", "/messages", f"/collections/{REPORT}/items",
])  # fmt: skip
@pytest.mark.parametrize("missing", ["token", "wrong token", "origin", "same site", "no origin"])
def test_nothing_is_changed_by_cookie_without_token_and_origin(
    path: str, missing: str, node: Served
) -> None:
    browser = sato(node)
    csrf = browser.csrf("/account")
    headers = {"X-CSRF-Token": csrf, "Accept": "application/json"}
    if missing == "token":
        del headers["X-CSRF-Token"]
    elif missing == "wrong token":
        headers["X-CSRF-Token"] = "0" * 64
    elif missing == "origin":
        headers |= ELSEWHERE
    elif missing == "same site":
        headers["Sec-Fetch-Site"] = "same-site"
    else:
        del browser.http.headers["Sec-Fetch-Site"]
    answer = browser.http.post(path, headers=headers, content=b'{"type": "Feature"}')
    browser.http.headers["Sec-Fetch-Site"] = "same-origin"
    assert answer.status_code == 403, answer.text
    assert "access-control-allow-origin" not in answer.headers
    assert browser.get("/account").status_code == 200


_KEPT: dict[str, Browser] = {}


def sato(node: Served) -> Browser:
    """One session for many tests."""
    if node.url not in _KEPT:
        _KEPT[node.url] = signed_in(node.url, "sato")
    return _KEPT[node.url]


def test_an_older_browser_says_it_by_origin(node: Served) -> None:
    browser = sato(node)
    csrf = browser.csrf("/account")
    del browser.http.headers["Sec-Fetch-Site"]
    good = create(browser, "by-origin", csrf, Origin=node.url)
    wrong = ("null", "https://evil.example", f"{node.url}.evil.example", f"{node.url}0")
    bad = [create(browser, "no", csrf, Origin=one) for one in wrong]
    browser.http.headers["Sec-Fetch-Site"] = "same-origin"
    assert good.status_code == 202
    assert {one.status_code for one in bad} == {403}


def test_a_token_needs_no_csrf_and_a_session_beside_it_counts_for_nothing(node: Served) -> None:
    token = node.token("--send", "--source", "power")
    browser = sato(node)
    headers = {"Authorization": f"Bearer {token}", **ELSEWHERE}
    assert browser.http.post("/messages", content=b"x", headers=headers).status_code == 202
    headers["Authorization"] = "Bearer noroshi_nothing"
    answer = browser.http.post("/messages", content=b"x", headers=headers)
    assert answer.status_code == 401


def test_nobody_is_signed_in_as_somebody_else_by_another_page(node: Served) -> None:
    attacker, victim = Browser(node.url), Browser(node.url)
    form = {"csrf": attacker.csrf(), "name": "kato", "password": PASSWORD}
    victim.get("/login")
    assert victim.http.post("/login", data=form).status_code == 403  # bound to the other browser
    own = {**form, "csrf": victim.csrf()}
    assert victim.http.post("/login", data=own, headers=ELSEWHERE).status_code == 403
    assert Browser(node.url).http.post("/login", data=form).status_code == 403  # no cookie at all
    for guess in ("", "-", "é", "0" * 64):
        bare = Browser(node.url).http.post("/login", data={**form, "csrf": guess})
        assert bare.status_code == 403, guess
    assert victim.session is None


def test_other_origins_neither_read_nor_are_let_in_with_cookies(node: Served) -> None:
    for path in ("/login", "/account"):
        answer = node.http.get(path, headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers
    asked = node.http.options("/login", headers={"Access-Control-Request-Method": "POST"})
    assert "POST" not in asked.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in asked.headers


@pytest.mark.parametrize("next", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/%0d%0aX: y",
    "javascript:alert(1)", "/./ /evil", "/..//evil.example", "evil", "", "/login", "/logout", "/ x",
    "/a\r\nSet-Cookie: x=y", "/\t/evil.example", "http:evil.example", "/a//b", "/" + "x" * 3000,
])  # fmt: skip
def test_signing_in_leads_to_a_path_of_this_node_only(next: str, node: Served) -> None:
    answer = Browser(node.url).sign_in("ito", next=next)
    assert answer.status_code == 303
    where = answer.headers["location"]
    assert where in ("/", "/%0d%0aX: y", "/%0d%0aX:%20y"), where
    joined = httpx.URL(node.url).join(where)
    assert joined.host == "127.0.0.1"
    assert "x=y" not in str(answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize("next", ["/account?lang=en", "/#view=7/37.6/141.5&lang=ja",
                                  "/collections/disaster.report/items?f=html&limit=3"])  # fmt: skip
def test_a_good_path_is_kept(next: str, node: Served) -> None:
    answer = Browser(node.url).sign_in("ito", next=next)
    assert answer.headers["location"] == next


def test_forms_set_nothing_that_they_were_not_asked_for(
    node: Served, directory: Directory, person: str
) -> None:
    browser = signed_in(node.url, person)
    new = "a quite different phrase"
    for more in ({"role": "5"}, {"clearance": "9"}, {"person": "ono"}, {"organisation": "ken"}):
        answer = browser.post("/account/password", "/account", old=PASSWORD, new=new, again=new,
                              **more)  # fmt: skip
        assert answer.status_code == 400, more
    assert Browser(node.url).sign_in(person, role="5").status_code == 400
    assert directory.person(person).clearance == 0
    assert directory.standing(person) == (Role.EDITOR, "nanao-city")
    twice = f"csrf={browser.csrf('/account')}&id=x&id=y"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.http.post("/account/sessions/end", content=twice,
                             headers=headers).status_code == 400  # fmt: skip


def test_nobody_ends_or_revokes_what_is_anothers(node: Served, directory: Directory) -> None:
    browser, other = signed_in(node.url, "ito"), signed_in(node.url, "kato")
    name = other.get("/account").text
    theirs = session_name(Logins(directory).sessions("kato")[-1])
    assert theirs  # it is shown to nobody else
    assert theirs not in browser.get("/account").text
    assert browser.post("/account/sessions/end", "/account", id=theirs).status_code == 404
    token = node.token("--for", "person:kato")
    id = token.split("_")[1]
    assert browser.post("/account/tokens/revoke", "/account", id=id).status_code == 404
    assert name
    answer = other.post("/account/tokens/revoke", "/account", id=id)
    assert answer.headers["location"] == "/account?done=token"
    refused = node.http.get("/collections", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 401


def test_what_people_are_called_is_never_run(node: Served, directory: Directory) -> None:
    operator, name = local_operator(), '"><script>alert(1)</script>'
    directory.add_person(operator, NewPerson("hostile", name, until=until(1), incident="<b>x"))
    directory.set_role(operator, "hostile", "power", Role.VIEWER)
    Logins(directory).set_password(operator, "hostile", PASSWORD)
    browser = signed_in(node.url, "hostile")
    text = browser.get("/account").text
    assert "<script>alert" not in text
    assert "<b>x" not in text
    wrong = Browser(node.url).sign_in(name, "x" * 12, next='/"><script>alert(1)</script>')
    assert "<script>alert" not in wrong.text


# --- guessing -------------------------------------------------------------------------------------


def test_guessing_is_slowed_and_told_in_both_languages(node: Served, person: str) -> None:
    browser = Browser(node.url)
    browser.http.headers["X-Forwarded-For"] = "192.0.2.7"
    found = [browser.sign_in(person, f"guess number {n}") for n in range(7)]
    assert [one.status_code for one in found] == [403] * 6 + [429]
    assert int(found[-1].headers["retry-after"]) >= 1
    assert "ロックはされていません" in found[-1].text
    assert 'role="alert"' in found[-1].text
    english = browser.http.post("/login?lang=en", data={
        "csrf": browser.csrf(), "name": person, "password": PASSWORD})  # fmt: skip
    assert english.status_code == 429
    assert "Nothing is locked" in english.text
    assert browser.session is None


def test_an_account_that_is_not_there_is_refused_alike(node: Served, person: str) -> None:
    def ask(name: str, address: str) -> tuple[int, str, float]:
        browser = Browser(node.url)
        browser.http.headers["X-Forwarded-For"] = address
        csrf, started = browser.csrf(), time.monotonic()
        answer = browser.http.post("/login", data={"csrf": csrf, "name": name, "password": "wrong"})
        took = time.monotonic() - started
        return answer.status_code, answer.text.replace(name, "").replace(csrf, ""), took

    known = [ask(person, f"198.51.100.{n}") for n in range(5)]
    unknown = [ask("nobody-of-this-name", f"198.51.100.{n + 100}") for n in range(5)]
    assert {one[:2] for one in known} == {one[:2] for one in unknown}
    first, second = (statistics.median(one[2] for one in each) for each in (known, unknown))
    assert 0.4 < first / second < 2.5


def test_a_password_that_cannot_be_one_is_refused_with_what_to_do(
    node: Served, person: str
) -> None:
    browser = signed_in(node.url, person)
    for new, again, status in (("short", "short", 400), ("password1234", "password1234", 400),
                               ("a good long phrase", "another long phrase", 400)):  # fmt: skip
        answer = browser.post("/account/password", "/account", old=PASSWORD, new=new, again=again)
        assert answer.status_code == status
        assert 'role="alert"' in answer.text
    wrong = browser.post("/account/password", "/account", old="wrong", new="x" * 5 + "abcdefgh",
                         again="x" * 5 + "abcdefgh")  # fmt: skip
    assert wrong.status_code == 403
    assert browser.get("/account").status_code == 200


def test_a_form_is_small(node: Served) -> None:
    browser = Browser(node.url)
    csrf = browser.csrf()
    answer = browser.http.post("/login", data={"csrf": csrf, "name": "x" * 70_000, "password": "x"})
    assert answer.status_code == 413


def test_many_at_once_do_not_keep_others_waiting(node: Served) -> None:
    browsers = [Browser(node.url) for _ in range(30)]
    forms = [
        {"csrf": one.csrf(), "name": f"n{n}", "password": "x"} for n, one in enumerate(browsers)
    ]
    for number, one in enumerate(browsers):
        one.http.headers["X-Forwarded-For"] = f"203.0.113.{number}"
    with ThreadPoolExecutor(30) as pool:
        sent = [pool.submit(one.http.post, "/login", data=form)
                for one, form in zip(browsers, forms, strict=True)]  # fmt: skip
        took = []
        for _ in range(10):
            started = time.monotonic()
            assert node.http.get("/collections").status_code == 200
            took.append(time.monotonic() - started)
        found = {one.result().status_code for one in sent}
    assert found <= {403, 503}
    assert statistics.median(took) < 0.5


# --- the operator's page --------------------------------------------------------------------------


def test_an_operator_sees_people_and_the_audit_log_and_nobody_else_does(
    node: Served, directory: Directory
) -> None:
    ono, kato = signed_in(node.url, "ono"), signed_in(node.url, "kato")
    text = ono.get("/admin").text
    for one in ("試験県", "sato", "nanao-city — 編集者", "監査記録", "person.role"):
        assert one in text
    assert "argon2" not in text
    assert "Audit log" in ono.get("/admin?lang=en").text
    refused = kato.get("/admin")
    assert refused.status_code == 403
    assert "nanao-city" not in refused.text
    assert any(one.action == "refused" and "admin.look" in one.details
               for one in directory.audit.entries())  # fmt: skip
    assert Browser(node.url).get("/admin").headers["location"].startswith("/login")
    token = node.token("--for", "person:ono", "--role", "operator")
    by_token = node.http.get("/admin", headers={"Authorization": f"Bearer {token}"})
    assert by_token.status_code == 401
