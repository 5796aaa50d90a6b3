"""Alerts of every kind and every real telegram are valid; as files they are whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cap_alerts import (
    BY,
    alerts,
    checked,
    documents,
    edition,
    keep,
    keep_telegrams,
    one,
    said,
    warning,
)
from data import cases, jma_files, needs_data
from deliveries import following
from every_kind import fields
from noroshi import kinds
from noroshi.channels.alerts.compose import SAYS, alert, identifier, sender
from noroshi.channels.alerts.package import pack
from noroshi.channels.outputs import Writing, output
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR, PUBLIC, Sharing
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, HOUR, MINUTE, now, parse
from noroshi.engine.settings import Identity, Output
from noroshi.formats.cap.write import write
from noroshi.kinds.issued_alert import ISSUED
from noroshi.store import Query, Store, open_store
from run import Node as Command

T = parse("2026-07-01T12:00:00+09:00")
KIND = "disaster.weather_warning"
RAIN = warning(("大雨警報", "大雨", "warning"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path)


# --- every kind, every telegram -----------------------------------------------------------------


def version(kind: str, body: bytes, mode: Mode, geometry: bytes | None) -> Version:
    return Version(1, kind, "k", "s", mode, Action.ISSUE, T, 0, T, T, FOREVER, FOREVER, FOREVER,
                   PUBLIC, "source", None, "city:1720200", geometry, None, (), body, 1)  # fmt: skip


@settings(max_examples=cases(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(SAYS)),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["噴火警報：避難等", "緊急地震速報（警報）", "大雨", "emergency", "51"]),
    ),
    st.sampled_from(list(Mode)),
    st.none() | st.binary(max_size=60),
)
def test_whatever_a_record_says_its_alert_is_valid(
    kind: str, text: str, mode: Mode, geometry: bytes | None
) -> None:
    said_of_it = fields(kind, text)
    for change in ({}, {"lifted": False}):
        if all(isinstance(said_of_it.get(name), bool) for name in change):
            body = kinds.encode(msgspec.convert({**said_of_it, **change}, kinds.get(kind).body))
            made = alert(version(kind, body, mode, geometry), [], BY, Sharing(), geometry)
            if made is not None:
                root = checked(write(made))
                assert (one(root, "status") == "Actual") == (mode is Mode.ACTUAL)


@needs_data("jma_xml")
def test_every_real_telegram_gives_valid_alerts_and_chains_hold(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    keep_telegrams(store, jma_files())
    moments: dict[tuple[str, Mode], set[int]] = {}
    editions: dict[str, tuple[int, str, int]] = {}
    for change in store.changes(OPERATOR, after=0, limit=100_000):
        made = change.version
        if made.kind in SAYS:
            moments.setdefault((made.kind, made.mode), set()).add(made.issued)
            editions[identifier(made, BY)] = made.series_id, made.key, made.issued
    count: Counter[tuple[str, str]] = Counter()
    for (kind, mode), times in moments.items():
        for at in sorted(times):
            for root in alerts(store, kind, at, mode=mode):
                assert (one(root, "status") == "Actual") == (mode is Mode.ACTUAL)
                count[kind, one(root, "msgType")] += 1
                mine = editions[one(root, "identifier")]
                for text in " ".join(said(root, "references")).split():
                    by, name, sent = text.split(",")
                    assert by == BY.id
                    # An earlier edition of the same thing.
                    assert editions[name][:2] == mine[:2]
                    assert editions[name][2] == parse(sent) <= mine[2]
                    assert name != one(root, "identifier")
    # Real telegrams of every kind but products and what officers issue.
    made = {"disaster.alert_level", "health.alarm", "health.shelter_alarm", ISSUED}
    assert {kind for kind, _ in count} == SAYS.keys() - made
    assert {type for _, type in count} == {"Alert", "Update", "Cancel"}


# --- as a file ----------------------------------------------------------------------------------


def test_the_archive_has_an_index_of_its_alerts(store: Store) -> None:
    for number in range(5):
        town = warning(("大雨警報", "大雨", "warning"), place=f"町{number}")
        keep(store, edition(T + number, town, series=f"s{number}"))
    packed = pack(store, Query(OPERATOR, T + HOUR, 2**61, KIND), BY)
    assert packed.count == len(documents(packed)) == 5
    assert pack(store, Query(OPERATOR, T + HOUR, 2**61, KIND), BY).data == packed.data


def test_an_empty_picture_is_an_archive_of_an_index(store: Store) -> None:
    packed = pack(store, Query(OPERATOR, T, 2**61, KIND), BY)
    assert packed.count == 0
    assert documents(packed) == []


def test_what_says_nothing_in_force_is_left_out_of_a_series_and_refused_as_a_kind(
    tmp_path: Path,
) -> None:
    node = Command(tmp_path / "home")
    with following(
        node.home, '[node]\norganisation = "nanao"\ncontact = "a@nanao.example"\n'
    ) as hub:
        keep(hub.store, edition(T, RAIN, kinds.get("disaster.report").body(title="橋")))
    out = tmp_path / "out.zip"
    at = "2026-07-01T12:00:00+09:00"
    ran = node("export", "cap", "--series", "s", "--at", at, "--out", out)
    assert "left out" in ran.stderr.decode()
    (found,) = documents(out.read_bytes())
    assert one(found, "sender") == "a@nanao.example"
    refused = node("export", "cap", "--kind", "disaster.report", "--out", out, code=None)
    assert refused.returncode
    assert "nothing that is in force" in refused.stderr.decode()
    with following(node.home) as hub, pytest.raises(NoroshiError, match="in force"):
        Writing(hub.store, "x", Output(to="file:/x", format="cap",
                                       collections=("disaster.report",)), "here")  # fmt: skip


def test_an_output_of_a_drill_says_so_in_its_name_and_in_every_alert(tmp_path: Path) -> None:
    with following(tmp_path / "home") as hub:
        keep(hub.store, edition(now() - MINUTE, RAIN, mode=Mode.EXERCISE))
        out = tmp_path / "out"
        wanted = Output(to=f"file:{out}", format="cap", collections=(KIND,), mode="exercise",
                        private=True)  # fmt: skip
        delivery = output(hub, "city", wanted)
        assert delivery.writing.write(delivery.to) == 1
    (file,) = out.iterdir()
    assert file.name.startswith("EXERCISE-")
    (found,) = documents(file.read_bytes())
    assert one(found, "status") == "Exercise"


def test_boundaries_draw_what_names_only_an_area(store: Store) -> None:
    keep(store, edition(T, RAIN))
    shape = {"city:1720200": shapely.to_wkb(shapely.box(136.9, 37.0, 137.1, 37.2))}
    (found,) = documents(pack(store, Query(OPERATOR, T, 2**61, KIND), BY, shapes=shape))
    assert len(said(found, "info/area/polygon")) == 2


def test_a_sender_is_an_address_or_the_organisation() -> None:
    assert sender(Identity(organisation="nanao", contact="a@b.example")).id == "a@b.example"
    assert sender(Identity(organisation="nanao", contact="市民課 <a@b>")).id == "nanao"
    assert sender(Identity()).id == "noroshi"
