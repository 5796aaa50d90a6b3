"""Outputs: files for receivers, the same as an export, whole, on time, and nobody else's."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from deliveries import REPORT, ROAD, eventually, following, report
from noroshi.channels import deliver
from noroshi.channels.deliver import Failed
from noroshi.channels.exports import FORMS, OF_ONE_KIND, Export, Wishes
from noroshi.channels.outputs import Scheduled, Writing, output, written_mark
from noroshi.channels.sftp import Sftp
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OWN, RESPONDERS
from noroshi.core.record import Mode
from noroshi.core.time import SECOND, now
from noroshi.engine.node import Node
from noroshi.engine.settings import Output
from run import Node as Command

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdefghijklmnopqrstuv").decode()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with following(tmp_path / "home") as one:
        yield one


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(deliver, "LONGEST_WAIT", 0.2)
    monkeypatch.setattr(deliver, "IDLE", 0.1)


def wanted(to: object, **more: Any) -> Output:
    fields = {"collections": (REPORT,), "format": "geojson", "private": True}
    return Output(to=str(to), **(fields | more))


def titles(data: bytes) -> set[str]:
    return {one["properties"]["title"] for one in json.loads(data)["features"]}


class running:
    """`with running(node, wanted) as delivery:` an output that runs."""

    def __init__(self, node: Node, one: Output, name: str = "city") -> None:
        self.node, self.delivery = node, output(node, name, one)

    def __enter__(self) -> Scheduled:
        self.delivery.start(self.node)
        return self.delivery

    def __exit__(self, *_: object) -> None:
        self.delivery.stop()


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"cap", "lalert", *OF_ONE_KIND}))
def test_a_receiver_gets_what_an_export_of_the_same_moment_is(
    node: Node, tmp_path: Path, form: str
) -> None:
    for number in range(30):
        report(node, f"R{number}", f"橋 {number}", x=135.0 + number / 20)
    out = tmp_path / "out"
    one = wanted(f"file:{out}", format=form, file="{collection}", language="en")
    delivery = output(node, "city", one)
    before = now()
    assert delivery.writing.write(delivery.to) == 1
    (file,) = out.iterdir()
    assert file.name == f"{REPORT}.{FORMS[form][1]}"
    data = file.read_bytes()
    # The moment is in some forms: the same one is exported by the command.
    if form == "geojson":
        told = json.loads(data)
        at, as_of = told["at"], told["as_of"]
    else:
        at, as_of = "now", "now"
    target = tmp_path / f"exported.{FORMS[form][1]}"
    more = ["--at", at, "--as-of", as_of] if form == "geojson" else []
    Command(node.home)("export", form, "--kind", REPORT, "--out", target, *more)
    exported = target.read_bytes()
    if form == "xlsx":  # the workbook's first line and its file dates tell the minute it was made
        assert _cells(data) == _cells(exported)
    else:
        assert data == exported
    assert now() - before < 60 * SECOND


def _cells(data: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    return re.findall(r"<v>.*?</v>|<t>.*?</t>", sheet)[1:]


def test_the_command_and_an_output_share_one_export(node: Node) -> None:
    report(node, "R", "公開")
    report(node, "S", "内部", label=OWN)
    writing = Writing(node.store, "x", wanted("file:/x"), "here")
    query = writing.query(REPORT, now(), now())
    export = Export(node.store, query, "geojson", Wishes())
    assert titles(b"".join(export.pieces())) == {"公開"}
    assert export.count == 1


def test_it_follows_labels_mode_area_box_and_filter(node: Node, tmp_path: Path) -> None:
    report(node, "A", "橋 1", area="city:1720200")
    report(node, "B", "橋 2", area="city:1720200", label=OWN)
    report(node, "C", "橋 3", area="city:1720200", label=RESPONDERS)
    report(node, "D", "橋 4", area="city:1310100")
    report(node, "E", "橋 5", area="city:1720200", mode=Mode.EXERCISE)
    report(node, "F", "山 6", area="city:1720200")
    report(node, "G", "橋 7", area="city:1720200", x=139.0)

    def written(**more: Any) -> set[str]:
        out = tmp_path / "out"
        one = output(node, "x", wanted(f"file:{out}", **more))
        one.writing.write(one.to)
        (file,) = out.iterdir()
        found = titles(file.read_bytes())
        file.unlink()
        return found

    chosen: dict[str, Any] = {
        "area": "17202", "bbox": (135.5, 34.0, 137.0, 36.0), "filter": "title LIKE '橋%'",
    }  # fmt: skip
    assert written(**chosen) == {"橋 1"}
    assert written(**chosen, labels=("public", "responders")) == {"橋 1", "橋 3"}
    assert written(**chosen, mode="exercise") == {"橋 5"}
    assert written() == {"橋 1", "橋 4", "山 6", "橋 7"}


def test_a_drill_says_so_in_its_name_and_never_goes_out_as_real(node: Node, tmp_path: Path) -> None:
    report(node, "R", "本物", x=136.0)
    report(node, "D", "訓練", mode=Mode.EXERCISE)
    for mode, folder in (("actual", "real"), ("exercise", "drill")):
        for form in ("geojson", "sip4d-zip"):
            to = f"file:{tmp_path / folder}"
            one = output(node, mode, wanted(to, mode=mode, format=form, file="same-{collection}"))
            one.writing.write(one.to)
    real = {one.name: one.read_bytes() for one in (tmp_path / "real").iterdir()}
    drill = {one.name: one.read_bytes() for one in (tmp_path / "drill").iterdir()}
    assert set(real) == {f"same-{REPORT}.geojson", f"same-{REPORT}.zip"}
    assert set(drill) == {f"EXERCISE-{name}" for name in real}
    assert titles(real[f"same-{REPORT}.geojson"]) == {"本物"}
    assert titles(drill[f"EXERCISE-same-{REPORT}.geojson"]) == {"訓練"}
    assert json.loads(drill[f"EXERCISE-same-{REPORT}.geojson"])["mode"] == "exercise"
    with zipfile.ZipFile(BytesIO(drill[f"EXERCISE-same-{REPORT}.zip"])) as archive:
        assert json.loads(archive.read("sip4d_zip_meta.json"))["testflg"] == "訓練"


def test_each_collection_is_a_file_of_its_own(node: Node, tmp_path: Path) -> None:
    report(node, "R")
    report(node, "W", kind=ROAD)
    out = tmp_path / "out"
    one = output(node, "x", wanted(f"file:{out}", collections=(REPORT, ROAD)))
    assert one.writing.write(one.to) == 2
    names = sorted(path.name for path in out.iterdir())
    assert all(re.fullmatch(r"disaster\.(report|road)-\d{8}T\d{6}\.geojson", name)
               for name in names)  # fmt: skip


def test_an_empty_picture_is_told_where_the_form_can(node: Node, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for form, count in (("geojson", 1), ("csv", 1), ("sip4d-zip", 0)):
        one = output(node, "x", wanted(f"file:{out}", format=form, file="{collection}"))
        assert one.writing.write(one.to) == count
    assert json.loads((out / f"{REPORT}.geojson").read_bytes())["features"] == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"format": "docx"}, "sip4d-zip"), ({"collections": ("disaster.reprot",)}, "report"),
        ({"collections": ()}, "empty"), ({"to": "ftp://a.example/"}, "sftp://"),
        ({"to": "file:out"}, "root"), ({"to": "file://there/out"}, "host"),
        ({"to": "https://a.example/"}, "24"), ({"file": "../{collection}"}, "name of a file"),
        ({"file": ".{collection}"}, "name of a file"), ({"file": "{secret}"}, "{time}"),
        ({"file": "x", "collections": (REPORT, ROAD)}, "{collection}"),
        ({"every": "soon"}, "10m"), ({"at_most_every": "0s"}, "10m"), ({"language": "fr"}, "ja"),
        ({"filter": "title LIKE ("}, "output x"), ({"bbox": (200.0, 0.0, 1.0, 1.0)}, "bbox"),
        ({"to": "http://a.example/", "secret": SECRET, "labels": ("own",)}, "TLS"),
        ({"to": "http://10.0.0.1/", "secret": SECRET, "private": False}, "allow_private"),
        ({"to": "sftp://a.example/"}, "user@host"), ({"to": "sftp://u:p@a.example/"}, "password"),
        ({"to": "sftp://u@a.example/"}, "key"), ({"to": "sftp://u@0x7f.1/"}, "plain address"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_at_the_start(
    node: Node, tmp_path: Path, wrong: dict[str, Any], told: str
) -> None:
    fields = {"collections": (REPORT,), "format": "geojson", "to": f"file:{tmp_path}"}
    with pytest.raises(NoroshiError) as caught:
        output(node, "x", Output(**({"private": True} | fields | wrong)))
    assert told in str(caught.value)


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
def test_on_change_it_writes_at_once_and_then_gathers(node: Node, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(node, "R0", "0")
    one = wanted(f"file:{out}", on_change=True, at_most_every="2s", file="{collection}")
    file = out / f"{REPORT}.geojson"
    with running(node, one) as delivery:
        eventually(file.exists)
        assert titles(file.read_bytes()) == {"0"}
        report(node, "W", kind=ROAD)
        report(node, "S", "secret", label=OWN)
        report(node, "D", "drill", mode=Mode.EXERCISE)
        eventually(lambda: delivery.behind == 0)
        assert delivery.progress().delivered == 1  # nothing that it follows has changed
        started = time.monotonic()
        for number in range(1, 20):
            report(node, f"R{number}", f"{number}")
            time.sleep(0.02)
        eventually(lambda: len(titles(file.read_bytes())) == 20)
        assert time.monotonic() - started < 5
        assert delivery.progress().delivered <= 3
        eventually(lambda: delivery.behind == 0)


@pytest.mark.usefixtures("impatient")
def test_by_the_clock_it_writes_at_whole_turns(node: Node, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one = wanted(f"file:{out}", every="2s", file="{collection}-{time}")
    with running(node, one):
        eventually(lambda: out.is_dir() and len(list(out.iterdir())) >= 3)
    _, *turns = sorted(path.stem for path in out.iterdir())  # the first came at once
    assert all(int(name[-2:]) % 2 == 0 for name in turns)


@pytest.mark.usefixtures("impatient")
def test_what_runs_out_by_the_clock_alone_is_written_too(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(node, "R", "R")
    out = tmp_path / "out"
    one = wanted(f"file:{out}", on_change=True, at_most_every="1s", file="{collection}-{time}")
    until = now() + 3 * SECOND
    monkeypatch.setattr(
        type(node.store), "next_change", lambda self, query: until if query.at < until else None
    )
    with running(node, one) as delivery:
        eventually(lambda: delivery.progress().delivered == 2)
        assert now() >= until
        time.sleep(0.5)
        assert delivery.progress().delivered == 2


@pytest.mark.usefixtures("impatient")
def test_after_a_restart_it_goes_on_and_what_changed_meanwhile_is_written(
    node: Node, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    one = wanted(f"file:{out}", on_change=True, at_most_every="1s", file="{collection}")
    file = out / f"{REPORT}.geojson"
    report(node, "R1", "1")
    with running(node, one):
        eventually(file.exists)
    file.unlink()
    with running(node, one):
        time.sleep(0.5)
        assert not file.exists()  # nothing changed: nothing is to be said again
    report(node, "R2", "2")
    with running(node, one):
        eventually(file.exists)
        assert titles(file.read_bytes()) == {"1", "2"}


def test_a_node_that_is_killed_leaves_whole_files_and_writes_the_rest(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    settings = (
        f'[outputs.city]\ncollections = ["{REPORT}"]\nformat = "geojson"\nto = "file:{out}"\n'
        'on_change = true\nat_most_every = "1s"\nfile = "{collection}"\n'
    )
    (home / "settings.toml").write_text(settings)
    file, committed = out / f"{REPORT}.geojson", 0
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", _CHILD, str(home), str(committed)],
                                 stdout=subprocess.PIPE, cwd=Path(__file__).parent)  # fmt: skip
        assert child.stdout is not None
        started = time.monotonic()
        try:
            for line in child.stdout:
                committed = int(line)
                if time.monotonic() - started > 1.3:
                    break
        finally:
            child.kill()
        committed = max([committed, *map(int, child.stdout.read().split())])
        child.wait()
        if file.exists():
            titles(file.read_bytes())  # whole
    with following(home, settings) as node:
        from noroshi.channels.deliveries import start_deliveries

        start_deliveries(node, "https://noroshi.example")
        eventually(lambda: file.exists() and len(titles(file.read_bytes())) >= committed, 30)
    assert [path.name for path in out.iterdir()] == [file.name]


_CHILD = """
import sys
from pathlib import Path
from deliveries import BASE, report
from noroshi.channels.deliveries import start_deliveries
from noroshi.engine.node import Node
node = Node(Path(sys.argv[1]))
node.live.start()
start_deliveries(node, BASE)
number = int(sys.argv[2])
while True:
    number += 1
    report(node, f"R{number}", f"{number}")
    print(number, flush=True)
"""


# --- where to -------------------------------------------------------------------------------------


class Receiver:
    """An HTTP server that keeps what is posted to it."""

    def __init__(self) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posts.append((headers, body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in/s3cret"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.mark.usefixtures("impatient")
def test_a_post_is_signed_and_tried_until_it_is_taken(node: Node, receiver: Receiver) -> None:
    receiver.answers = [500, 302, 503]
    report(node, "R", "橋")
    one = wanted(receiver.url, secret=SECRET, on_change=True, format="csv", mode="actual")
    with running(node, one) as delivery:
        eventually(lambda: len(receiver.posts) == 4)
        eventually(lambda: not delivery.progress().error)
    headers, body = receiver.posts[-1]
    assert "橋".encode() in body
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert headers["noroshi-mode"] == "actual"
    assert re.search(r"disaster\.report-\d{8}T\d{6}\.csv", headers["content-disposition"])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(SECRET[6:]), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_fails_is_seen_to(node: Node, receiver: Receiver) -> None:
    receiver.answers = [500] * 1000
    with running(node, wanted(receiver.url, secret=SECRET, every="1d")) as delivery:
        eventually(lambda: delivery.progress().error != "")
        assert "s3cret" not in repr(delivery.progress())
        told = Command(node.home)("doctor", code=None).stdout.decode()
        assert "outputs" not in told  # it is not in the settings file
        receiver.answers = [410]
        eventually(lambda: delivery.progress().ended)


class Server:
    """A real SFTP server (asyncssh) on a folder, with its own host key, for one user's key."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = 0
        self.replaces = True
        self.start()

    def start(self) -> None:
        server = self

        class Rooted(asyncssh.SFTPServer):
            def __init__(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
                super().__init__(chan, chroot=str(server.root).encode())

            def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
                if not server.replaces:
                    raise asyncssh.SFTPOpUnsupported("no such extension")
                super().posix_rename(oldpath, newpath)

        async def listen() -> asyncssh.SSHAcceptor:
            keys = asyncssh.import_authorized_keys(self.user_key.export_public_key().decode())
            return await asyncssh.listen(
                "127.0.0.1", self.port, server_host_keys=[self.host_key],
                authorized_client_keys=keys, sftp_factory=Rooted,
            )  # fmt: skip

        self.acceptor = asyncio.run_coroutine_threadsafe(listen(), self.loop).result(10)
        self.port = self.acceptor.get_port()

    def stop(self) -> None:
        async def close() -> None:
            self.acceptor.close()
            await self.acceptor.wait_closed()

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)

    def files(self) -> dict[str, bytes]:
        return {
            str(one.relative_to(self.root)): one.read_bytes()
            for one in self.root.rglob("*")
            if one.is_file()
        }

    def settings(self, home: Path, folder: str = "/in/", **more: Any) -> Output:
        """An output to this server, with its keys put into `home`."""
        public = self.host_key.export_public_key().decode().strip()
        (home / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public}\n")
        self.user_key.write_private_key(home / "key")
        fields: dict[str, Any] = {"key": "key", "known_hosts": "known_hosts"}
        return wanted(f"sftp://hub@127.0.0.1:{self.port}{folder}", **(fields | more))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    one = Server(tmp_path / "sftp")
    (one.root / "in").mkdir()
    yield one
    one.stop()
    one.loop.call_soon_threadsafe(one.loop.stop)
    one.thread.join(5)
    one.loop.close()


@pytest.mark.parametrize("replaces", [True, False])
def test_a_file_on_an_sftp_server_is_replaced_whole(
    node: Node, server: Server, replaces: bool
) -> None:
    server.replaces = replaces
    one = output(node, "city", server.settings(node.home, file="{collection}"))
    for number in range(3):
        report(node, f"R{number}", f"{number}")
        one.writing.write(one.to)
    ((name, data),) = server.files().items()
    assert name == f"in/{REPORT}.geojson"
    assert titles(data) == {"0", "1", "2"}


@pytest.mark.usefixtures("impatient")
def test_an_sftp_server_that_was_away_gets_the_picture_when_it_is_back(
    node: Node, server: Server
) -> None:
    report(node, "R1", "1")
    one = server.settings(node.home, file="{collection}", on_change=True, at_most_every="1s")
    with running(node, one) as delivery:
        eventually(lambda: len(server.files()) == 1)
        server.stop()
        report(node, "R2", "2")
        eventually(lambda: delivery.progress().error != "")
        server.start()
        eventually(lambda: titles(server.files()[f"in/{REPORT}.geojson"]) == {"1", "2"})
        eventually(lambda: not delivery.progress().error)


def test_a_server_with_another_key_gets_nothing(node: Node, server: Server) -> None:
    one = output(node, "city", server.settings(node.home))
    server.host_key = asyncssh.generate_private_key("ssh-ed25519")
    server.stop()
    server.start()
    with pytest.raises(Failed, match="HostKeyNotVerifiable"):
        one.writing.write(one.to)
    assert server.files() == {}


def test_a_server_that_does_not_know_our_key_is_given_no_other(
    node: Node, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = server.settings(node.home)
    (node.home / "key").unlink()
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(node.home / "key")
    one = output(node, "city", settings)
    with pytest.raises(Failed, match="Permission"):
        one.writing.write(one.to)


def test_a_folder_that_is_not_there_is_told_and_leaves_nothing(node: Node, server: Server) -> None:
    one = output(node, "city", server.settings(node.home, "/elsewhere/"))
    with pytest.raises(Failed, match="No such file"):
        one.writing.write(one.to)
    assert server.files() == {}


def test_an_sftp_name_that_leads_inside_is_refused(node: Node, server: Server) -> None:
    settings = server.settings(node.home, private=False)
    with pytest.raises(NoroshiError, match="allow_private"):
        output(node, "city", settings)
    one = output(node, "city", server.settings(node.home))
    assert isinstance(one.to, Sftp)
    named = Sftp("hub", "hub.example", server.port, "/in/", one.to._key, one.to._known,
                 private=False, lookup=lambda *_: ["127.0.0.1"])  # fmt: skip
    with pytest.raises(Failed, match="not an address of the internet"):
        one.writing.write(named)
    assert server.files() == {}


# --- the command ----------------------------------------------------------------------------------


def test_the_command_lists_and_runs_an_output(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    settings = (
        f'[outputs.city]\ncollections = ["{REPORT}"]\nformat = "csv"\nto = "file:{out}"\n'
        'every = "10m"\nfile = "{name}"\n'
    )
    with following(home, settings) as node:
        report(node, "R", "橋")
    command = Command(home)
    (row,) = command.lines("output", "list", "--json")
    assert (row["name"], row["when"], row["written"]) == ("city", "every 10m", "")
    command("output", "run", "city", "--to", tmp_path / "look")
    assert (tmp_path / "look" / "city.csv").exists()
    assert not out.exists()
    told = command("output", "run", "city").stderr.decode()
    assert "city.csv: 1 records" in told
    assert "橋".encode() in (out / "city.csv").read_bytes()
    (row,) = command.lines("output", "list", "--json")
    assert row["written"]
    assert "written 20" in command("doctor").stdout.decode()
    assert b"no output" in command("output", "run", "other", code=3).stderr
    with following(home, settings) as node:
        assert node.store.marked(written_mark("city")) > 0
