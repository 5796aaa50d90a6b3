"""A penetration checklist: OWASP API Security Top 10 (2023) and the requirements of ASVS 4.0.3
level 2 that apply, tried against a node.

What has a file of its own is only named here. Brute force, sessions, CSRF, cookies: `test_login`,
`test_logins`. OpenID Connect: `test_oidc`. Server-side requests: `test_addresses`. The cost of
filters: `test_cql2_bounds`. Bombs in packages: `test_sip4d_limits`. Envelopes of peers:
`test_exchange_*`. What readers may see: `test_zero_leaks`.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import lzma
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR, OWN, PUBLIC
from noroshi.engine.accounts import NewPerson, PersonChanges
from noroshi.engine.node import Node
from noroshi.engine.roles import Role, local_operator
from noroshi.engine.settings import load_settings
from noroshi.web.app import application
from noroshi.web.routing import OPERATIONS

CHIEF = local_operator()
REPORT = "disaster.report"
ITEMS = f"/collections/{REPORT}/items"
SETTINGS = """
[node]
organisation = "ken"
[limits]
message_bytes = 2000000
expanded_bytes = 20000000
[sources.open]
label = "public"
[sources.ken]
label = "own"
[sources.closed]
label = "own"
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home: Path = tmp_path_factory.mktemp("node")
    (home / "settings.toml").write_text(SETTINGS)
    running = Node(home)
    running.start()
    directory = running.directory
    directory.add_organisation(CHIEF, "ken", "Ken")
    for role in (Role.VIEWER, Role.REPORTER, Role.EDITOR, Role.LIAISON, Role.OPERATOR):
        name = role.name.lower()
        directory.add_person(CHIEF, NewPerson(name, name.title()))
        directory.set_role(CHIEF, name, "ken", role)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(node: Node) -> TestClient:
    return TestClient(application(node), raise_server_exceptions=False)


def token(node: Node, source: str, **more: Any) -> dict[str, str]:
    _, text = node.access.add(source, sends=True, source=source, **more)
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture(scope="module")
def sender(node: Node) -> dict[str, str]:
    return token(node, "open")


def feature(key: str, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": key, "geometry": None,
            "properties": {"title": key, **properties}}  # fmt: skip


# --- API1 Broken object level authorisation; ASVS 4.2.1 ------------------------------------------


def test_api1_what_is_hidden_answers_as_what_is_not_there(node: Node, client: TestClient) -> None:
    receipt = client.post(ITEMS, json=feature("hidden"), headers=token(node, "closed")).json()
    (arrival,) = node.store.messages(OPERATOR, id=receipt["id"])
    assert arrival.label == OWN
    last = node.store.latest()
    version = node.store.version(last, OPERATOR)
    thing = f"{version.series_id}.{version.key}"
    pairs = [
        (f"/messages/{receipt['id']}", f"/messages/{'0' * 64}"),
        (f"/messages/{receipt['id'][:8]}", "/messages/00000000"),
        (f"/messages/{receipt['id']}/content", f"/messages/{'0' * 64}/content"),
        (f"{ITEMS}/{thing}", f"{ITEMS}/9999.nothing"),
        (f"{ITEMS}/{thing}?f=html", f"{ITEMS}/9999.nothing?f=html"),
        (f"{ITEMS}/{thing}/history", f"{ITEMS}/9999.nothing/history"),
        (f"{ITEMS}/{thing}/lineage", f"{ITEMS}/9999.nothing/lineage"),
        (f"{ITEMS}/{thing}@{last}", f"{ITEMS}/9999.nothing@99999"),
    ]
    for hidden, absent in pairs:
        one, two = client.get(hidden), client.get(absent)
        length = {"content-length": one.headers["content-length"]}
        assert (one.status_code, one.headers) == (404, {**two.headers, **length}), hidden

        def told(answer: Any, *names: str) -> str:
            text = answer.json()["detail"]
            for name in names:
                text = text.replace(name, "X")
            return str(text)

        mine = told(one, receipt["id"], receipt["id"][:8], thing, str(last), version.key)
        other = told(two, "0" * 64, "00000000", "9999.nothing", "99999", "nothing")
        assert mine == other


def test_api1_every_operation_with_an_id_was_thought_of(client: TestClient) -> None:
    known = {
        "collection", "featureId", "id", "z", "x", "y", "area", "code", "provider", "name",
        "disease",  # the public register of diseases: what may be seen of one is tested of its page
        "processID",  # those of the code that runs: nobody's secret
        # What proves who one is, or that one is in a group: tests/test_subscribe_web.py shows that
        # one that is none and one of somebody else's are refused alike.
        "secret", "proof", "group",
        # Of /alerts/{id}.xml tests/test_issuing_cap.py shows that what is not for all is not there.
    }  # fmt: skip
    names = {name for one in OPERATIONS for name in re.findall(r"{(\w+)}", one.path)}
    assert names <= known, "a new id in a path: add it to the pairs above"


# --- API2 Broken authentication; ASVS 2.2.1, 3.5.3 -----------------------------------------------


def test_api2_a_guessed_token_learns_nothing(node: Node, client: TestClient) -> None:
    real, nobody = token(node, "guessed")["Authorization"], "Bearer noroshi_nobody_" + "0" * 64
    answers = [
        client.get("/collections", headers={"Authorization": value})
        for value in (real[:-4] + "0000", real.replace("_", "_x", 1), nobody)
    ]
    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers[:1] + answers[2:]}) == 1
    assert all("guessed" not in one.text for one in answers)


# --- API3 Broken object property level authorisation; ASVS 5.1.2 ---------------------------------


@pytest.mark.parametrize("name", [
    "label", "source", "recorded", "message", "record_id", "issued", "kind", "series", "basis",
    "confidence", "__class__",
])  # fmt: skip
def test_api3_nobody_sets_what_the_node_sets(
    client: TestClient, sender: dict[str, str], name: str
) -> None:
    receipt = client.post(ITEMS, json=feature(f"mass-{name}", **{name: "x"}), headers=sender).json()
    assert receipt["state"] == "quarantined"
    assert name in receipt["reason"]


@pytest.mark.parametrize("struct", [NewPerson, PersonChanges])
def test_api3_what_is_said_of_people_has_no_other_fields(struct: type) -> None:
    given = {"name": "x", "role": "operator"} | ({"id": "x"} if struct is NewPerson else {})
    with pytest.raises(msgspec.ValidationError, match="role"):
        msgspec.convert(given, struct)


# --- API4 Unrestricted resource consumption; ASVS 12.1.2, 5.1.3 ----------------------------------


def bomb(kind: str) -> bytes:
    zeros = bytes(60_000_000)
    if kind == "gzip":
        return gzip.compress(zeros)
    if kind == "xz":
        return lzma.compress(zeros, preset=0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml",
                     "data.geojson", "metadata.json"):  # fmt: skip
            archive.writestr(name, zeros)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["gzip", "xz", "zip"])
@pytest.mark.parametrize("encoding", ["", "gzip", "zstd, br"])
def test_api4_a_bomb_is_kept_as_it_came(
    client: TestClient, sender: dict[str, str], kind: str, encoding: str
) -> None:
    more = {"Content-Encoding": encoding} if encoding else {}
    began = time.monotonic()
    answer = client.post("/messages", content=bomb(kind) + encoding.encode(),
                         headers={**sender, **more})  # fmt: skip
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] in ("quarantined", "waiting")
    assert time.monotonic() - began < 10


def test_api4_a_body_is_no_larger_than_allowed(client: TestClient, sender: dict[str, str]) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(100_000)

    assert client.post("/messages", content=bytes(2_000_001), headers=sender).status_code == 413
    assert client.post("/messages", content=pieces(), headers=sender).status_code == 413


@pytest.mark.parametrize("path", [
    "/messages", "/collections/disaster.report/items", f"/messages/{'0' * 64}/recall",
    f"/messages/{'0' * 64}/label", "/login", "/login/passkey", "/exchange/session",
    "/chat/messages",
])  # fmt: skip
def test_api4_a_body_that_hardly_comes_is_not_waited_for(
    path: str, node: Node, client: TestClient, sender: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if node.exchange.trust.own is None:
        node.exchange.trust.create("pref", "pref", "pref", "", ())
    monkeypatch.setattr("noroshi.web.bodies.SLOWEST", 0.3)
    sent: list[Any] = []

    async def slow() -> None:
        scope = {
            "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
            "query_string": b"", "scheme": "http", "server": ("n", 80), "root_path": "",
            "headers": [(b"authorization", sender["Authorization"].encode()), (b"host", b"n"),
                        (b"origin", b"http://n"), (b"sec-fetch-site", b"same-origin"),
                        (b"content-type", b"application/x-www-form-urlencoded")],
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.05)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        await asyncio.wait_for(application(node)(scope, receive, send), 5)

    asyncio.run(slow())
    assert sent[0]["status"] == 408


@pytest.mark.parametrize("query", [
    "limit=99999999999999999999999", "limit=-1", "limit=1e9", "cursor=" + "A" * 3000,
    "cursor=eyJhdCI6MX0", "bbox=" + "9" * 400 + ",0,0,0", "bbox=nan,0,1,1", "area=" + "1" * 5000,
    "datetime=" + "0" * 5000, "datetime=9999-12-31/0001-01-01", "properties=" + "a," * 2000,
    "sortby=" + "title," * 500, "filter=" + "NOT%20" * 5000 + "TRUE",
    "filter=title%20LIKE%20%27" + "%25a" * 500 + "%27",
    "filter=title%20IN%20(" + ",".join(f"%27{n}%27" for n in range(5_000)) + ")",
    "filter=S_INTERSECTS(geometry,POLYGON((" + ",".join(f"{n % 180}%20{n % 90}" for n in
                                                        range(5_000)) + ",0%200)))",
    "&".join(f"x{n}=1" for n in range(5_000)), "crs=" + "x" * 5000, "f=" + "x" * 5000,
])  # fmt: skip
def test_api4_no_question_costs_much(client: TestClient, query: str) -> None:
    began = time.monotonic()
    answer = client.get(f"{ITEMS}?{query}")
    assert answer.status_code in (200, 400, 404, 414), answer.text[:300]
    assert time.monotonic() - began < 3
    assert "Traceback" not in answer.text


# --- API5 Broken function level authorisation; ASVS 4.1.1 ----------------------------------------

_MAY = {"": set[str](), "viewer": set[str](), "reporter": {"create"}, "editor": {"create", "send"},
        "liaison": {"create", "send"}, "operator": {"create", "send"}}  # fmt: skip


@pytest.mark.parametrize("role", _MAY)
def test_api5_each_role_does_what_it_may_and_nothing_else(
    node: Node, client: TestClient, role: str
) -> None:
    headers = {}
    if role:
        _, text = node.access.add(role, holder=f"person:{role}", role=Role[role.upper()])
        headers = {"Authorization": f"Bearer {text}"}
    tried = {
        "create": client.post(ITEMS, json=feature(f"by-{role}"), headers=headers),
        "send": client.post("/messages", content=f"by {role}".encode(), headers=headers),
    }
    refused = 403 if role else 401
    for what, answer in tried.items():
        assert answer.status_code == (202 if what in _MAY[role] else refused), (what, answer.text)


def test_api5_every_operation_that_changes_something_wants_to_know_who_asks(
    client: TestClient,
) -> None:
    for one in OPERATIONS:
        if one.method in ("GET", "HEAD"):
            continue
        path = one.path.replace("{collection}", REPORT)
        answer = client.request(one.method, path, content=b"{}")
        assert answer.status_code in (400, 401, 403, 404, 415, 429), (one.path, answer.status_code)


# --- API7 Server side request forgery: see test_addresses, test_outputs, test_webhooks ------------


@pytest.mark.parametrize("issuer", ["http://169.254.169.254/", "https://x/?a", "ftp://x/",
                                    "http://idp.example/", "https:///x"])  # fmt: skip
def test_api7_a_provider_is_reached_by_https_and_nowhere_else(tmp_path: Path, issuer: str) -> None:
    text = f'[oidc.idp]\nissuer = "{issuer}"\nclient_id = "x"\n'
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(NoroshiError, match="issuer"):
        load_settings(tmp_path)


# --- API8 Security misconfiguration; ASVS 14.4, 7.4.1 --------------------------------------------


def test_api8_every_answer_keeps_a_browser_safe_and_names_no_software(client: TestClient) -> None:
    origin = {"Origin": "https://elsewhere.example", "Cookie": "noroshi_session=x"}
    for one in OPERATIONS:
        if one.method != "GET" or one.path in ("/events", "/basemap"):
            continue
        path = one.path.replace("{collection}", REPORT).replace("{id}", "0" * 64)
        for headers in ({}, origin):
            answer = client.get(path, headers=headers, follow_redirects=False)
            assert answer.headers["x-content-type-options"] == "nosniff", path
            policy = answer.headers["content-security-policy"]
            assert re.match(r"default-src '(self|none)'", policy), path
            assert "access-control-allow-credentials" not in answer.headers
            assert "server" not in answer.headers
            assert "x-powered-by" not in answer.headers
            assert answer.status_code < 500 or path == "/health", path
            assert "Traceback" not in answer.text


def test_api8_a_defect_is_told_without_its_place(
    node: Node, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret /home/path")

    monkeypatch.setattr(type(node.store), "density", broken)
    answer = client.get("/density?bins=7")
    assert answer.status_code == 500
    assert "secret" not in answer.text


# --- API9 Improper inventory management ----------------------------------------------------------


def test_api9_openapi_lists_every_public_operation_and_no_other(client: TestClient) -> None:
    listed = {(path, method.upper()) for path, one in client.get("/api").json()["paths"].items()
              for method in one if method in ("get", "post", "put", "delete", "patch")
              # The same, of a collection that is there.
              if not re.fullmatch(r"/collections/[a-z_.]+/items", path)}  # fmt: skip
    public = {(one.path, one.method) for one in OPERATIONS if not one.private}
    assert listed == public


# --- ASVS 12.3, 12.4: paths and names; 5.2, 5.3: injection; host and cache ------------------------


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd",
    "/page/../../../etc/passwd", "/page/%2e%2e/%2e%2e/settings.toml", "/static/..\\app.py",
    "/static/%00", "/static/templates/base.html",
])  # fmt: skip
def test_asvs12_no_path_leads_out(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405), path
    assert "import" not in answer.text


@pytest.mark.parametrize("name", [
    "../../etc/passwd", "a\r\nSet-Cookie: x=1", "\x1b[2Jx", "x\x00y", "..\\..\\boot.ini",
    '"; filename=evil.html', "日本語\u202egpj.exe", "a" * 5000,
])  # fmt: skip
def test_asvs12_a_files_name_is_only_shown(
    client: TestClient, sender: dict[str, str], name: str
) -> None:
    sent = client.post("/messages", params={"name": name.replace("\x00", "")},
                       content=f"name {name}".encode(), headers=sender)  # fmt: skip
    id = sent.json()["id"]
    own = client.get(f"/messages/{id}", headers=sender).json()
    assert own["name"].isprintable()
    assert len(own["name"]) <= 200
    assert "/" not in own["name"]
    answer = client.get(f"/messages/{id}/content", headers=sender)
    assert "set-cookie" not in answer.headers
    assert "\n" not in answer.headers.get("content-disposition", "")


@pytest.mark.parametrize("host", ["evil.example/path", "a b", "x\r\ny", "<script>", "a" * 300, "@"])
def test_asvs_links_follow_no_host_that_is_none(client: TestClient, host: str) -> None:
    try:
        answer = client.get("/collections", headers={"Host": host})
    except Exception:  # the client refuses to send it
        return
    assert host not in answer.text


def test_asvs_one_hosts_answer_is_not_anothers(client: TestClient) -> None:
    for host in ("one.example", "two.example"):
        for _ in range(2):
            answer = client.get("/collections", headers={"Host": host})
            assert f"http://{host}/collections" in answer.text
    for name in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"):
        answer = client.get("/collections", headers={"Host": "one.example", name: "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


def test_asvs_what_one_reader_is_told_is_kept_for_no_other(node: Node, client: TestClient) -> None:
    client.post(ITEMS, json=feature("kept"), headers=token(node, "closed"))
    own = {"Authorization": f"Bearer {node.access.add('own reader', reads=('own',))[1]}"}
    for headers, there in ((own, True), ({}, False), (own, True), ({}, False)):
        answer = client.get(f"{ITEMS}?limit=1000", headers=headers)
        assert ('"kept"' in answer.text) is there
        assert {"Authorization", "Cookie"} <= set(answer.headers["vary"].split(", "))
    assert PUBLIC in node.access.caller(None).reader.labels  # type: ignore[operator]
