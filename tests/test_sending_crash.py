"""A node that is killed while it sends: nothing is lost, and nothing arrives twice where the
provider knows a message again."""

from __future__ import annotations

import email
import os
import signal
import subprocess
import sys
from pathlib import Path

import providers
from noroshi.channels.sending.email import Email
from noroshi.channels.sending.queue import Item, enqueue
from noroshi.core.time import HOUR, now
from noroshi.store import sendings
from noroshi.store.people import PeopleFile

#: What a node does for one channel, until nothing waits any more.
SENDING = """
import sys, time
from pathlib import Path
from noroshi.channels.sending.dispatch import Dispatch
from noroshi.channels.sending.line import Line
from noroshi.channels.sending.email import Email
from noroshi.core.record import Mode
from noroshi.engine import settings_people
from noroshi.store.people import PeopleFile

home, channel, where = sys.argv[1:]
if channel == "line":
    sender = Line(settings_people.Line(secret_env="S", token_env="LINE_TOKEN", api=where),
                  Mode.ACTUAL, private=True)
else:
    sender = Email(settings_people.Mail(host="127.0.0.1", port=int(where), security="none",
                                        sender="alert@city.example"),
                   "架空市", lambda contact: "", Mode.ACTUAL)
dispatch = Dispatch(PeopleFile(Path(home)), sender)
dispatch.start()
while dispatch.behind:
    time.sleep(0.02)
dispatch.stop()
"""


def fill(home: Path, channel: str, addresses: list[str]) -> None:
    people = PeopleFile(home)
    contacts = [people.meet(channel, one, keep=24 * HOUR) for one in addresses]
    # Each has words of their own, so that each is a call of its own.
    assert enqueue(people, [
        Item(one.id, "a", "避難指示", f"{address} の方へ", deadline=now() + HOUR)
        for one, address in zip(contacts, addresses, strict=True)
    ]) == len(addresses)  # fmt: skip
    people.close()


def send(home: Path, channel: str, where: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SENDING, str(home), channel, where],
                            env={**os.environ, "LINE_TOKEN": providers.TOKEN})  # fmt: skip


def killed_at(server: providers.Line | providers.MailServer, count: int) -> list[int]:
    """The processes that are to die once `count` more were taken and not yet answered."""
    pids: list[int] = []
    left = [count]

    def before() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(pids[0], signal.SIGKILL)

    server.before = before
    return pids


def test_line_gets_each_message_once_however_often_a_node_is_killed(tmp_path: Path) -> None:
    users = [f"U{number:032x}" for number in range(30)]
    fill(tmp_path, "line", users)
    with providers.Line().serving() as api:
        for count in (1, 9):
            pids = killed_at(api, count)
            process = send(tmp_path, "line", api.url)
            pids.append(process.pid)
            assert process.wait(60) == -signal.SIGKILL
        api.before = lambda: None
        assert send(tmp_path, "line", api.url).wait(60) == 0
        assert {user: len(texts) for user, texts in api.got.items()} == dict.fromkeys(users, 1)
    people = PeopleFile(tmp_path)
    assert sendings.waiting(people, "line") == 0
    people.close()


def test_no_mail_is_lost_and_one_for_each_lane_at_most_comes_twice_as_the_same_message(
    tmp_path: Path,
) -> None:
    addresses = [f"p{number}@x.example" for number in range(12)]
    fill(tmp_path, "email", addresses)
    with providers.MailServer().serving() as server:
        pids = killed_at(server, 3)
        process = send(tmp_path, "email", str(server.port))
        pids.append(process.pid)
        assert process.wait(60) == -signal.SIGKILL
        server.before = lambda: None
        assert send(tmp_path, "email", str(server.port)).wait(60) == 0
    assert sorted(server.got) == sorted(addresses)
    twice = [mails for mails in server.got.values() if len(mails) > 1]
    assert len(twice) <= Email.lanes
    for mails in twice:
        assert len(mails) == 2
        ids = {email.message_from_bytes(one)["message-id"] for one in mails}
        assert len(ids) == 1
