"""The command line as its users and their scripts call it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from noroshi.domains import folder
from run import Node
from telegrams import telegram

KIND = "disaster.bulletin"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "home")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.xml").write_bytes(telegram(event="E1", headline="第一報です。"))
    (folder / "2.xml").write_bytes(telegram("別府地方気象台", event="E2"))
    (folder / "3.dat").write_bytes(b"<Report xmlns='http://xml.kishou.go.jp/jmaxml1/'><Control>")
    return folder


def test_the_first_minute_works_with_nothing_configured(node: Node, inbox: Path) -> None:
    out = node("ingest", inbox).stdout.decode()
    assert "3 messages: 2 read, 0 known already, 1 in quarantine" in out
    table = node("show", KIND).stdout.decode()
    assert "架空地方気象台" in table
    assert "府県気象情報" in table


def test_help_names_every_verb_in_both_languages(node: Node) -> None:
    text = node("--help").stdout.decode()
    from noroshi.cli import VERBS

    for verb, (_, line) in VERBS.items():
        assert f"  {verb} " in text
        assert line.split("  ")[1] in text
        assert node(verb, "--help").stdout


def test_ingest_json_acknowledges_each_message_and_ends_with_totals(
    node: Node, inbox: Path
) -> None:
    *receipts, totals = node.lines("ingest", "--json", inbox)
    assert [one["state"] for one in receipts] == ["read", "read", "quarantined"]
    assert all(len(one["id"]) == 64 for one in receipts)
    assert (totals["messages"], totals["read"], totals["quarantined"]) == (3, 2, 1)
    *_, again = node.lines("ingest", "--json", inbox)
    assert (again["duplicate"], again["read"], again["records"]) == (2, 0, 0)
    assert again["quarantined"] == 1, "what could not be read is tried again"


def test_messages_json_has_the_promised_shape(node: Node, inbox: Path) -> None:
    node("ingest", inbox, "--source", "somebody")
    lines = node.lines("messages", "--json")
    promised = {
        "id", "source", "received", "media_type", "size", "state", "reason", "records",
    }  # fmt: skip
    assert all(promised <= line.keys() for line in lines)
    assert [line["state"] for line in lines] == ["read", "read", "quarantined"]
    broken = lines[2]
    assert broken["source"] == "somebody"
    assert broken["size"] == (inbox / "3.dat").stat().st_size
    assert "not well-formed" in broken["reason"]
    assert "line 1" in broken["reason"]


def test_a_message_prints_its_own_bytes(node: Node, inbox: Path) -> None:
    node("ingest", inbox)
    for line in node.lines("messages", "--json"):
        printed = node("messages", line["id"][:12], "--bytes").stdout
        assert printed in {path.read_bytes() for path in inbox.iterdir()}


MAPPING = """
kind = "disaster.road"
series = "roads/noroshi"
key = "番号"
time = "時点"
[fields]
name = "路線"
status = { column = "状況", values = { "通行止" = "closed", "*" = "unknown" } }
"""


def _odd_table(path: Path) -> Path:
    rows = "番号,路線,状況,時点\n１,県道１２号,通行止,令和8年6月20日午後6時\n"
    path.write_bytes(rows.encode("cp932"))
    return path


@pytest.mark.parametrize("way", ["settings", "reread", "ingest"])
def test_a_quarantined_table_is_read_once_its_mapping_is_there(
    way: str, node: Node, tmp_path: Path
) -> None:
    table = _odd_table(tmp_path / "odd.csv")
    *_, totals = node.lines("ingest", "--json", table, "--source", "road-office")
    assert totals["quarantined"] == 1
    assert "mapping" in node.lines("messages", "--json")[0]["reason"]
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAPPING)
    if way == "settings":
        (node.home / "map.toml").write_text(MAPPING)
        (node.home / "settings.toml").write_text('[sources.road-office]\nmapping = "map.toml"\n')
        node("messages", "--reread")
    elif way == "reread":
        node("messages", "--reread", "--mapping", mapping)
    else:
        node("ingest", table, "--mapping", mapping)
    (road,) = node.features("disaster.road")
    assert road["properties"]["name"] == "県道１２号"
    assert road["properties"]["status"] == "closed"
    assert road["properties"]["valid_from"] == "2026-06-20T09:00:00Z"
    assert node.lines("messages", "--json")[0]["state"] == "read"


def test_reading_again_does_not_make_the_old_new(node: Node, tmp_path: Path) -> None:
    for people in (10, 99):
        path = tmp_path / "layer.geojson"
        feature = {
            "type": "Feature",
            "id": "a",
            "geometry": {"type": "Point", "coordinates": [144, 31]},
            "properties": {"人数": people},
        }
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        node("ingest", path)
    first = node.lines("messages", "--json")[0]["id"]
    node("messages", first, "--reread")
    (report,) = node.features("disaster.report")
    assert report["properties"]["attributes"]["人数"] == 99


def test_layers_on_standard_input_are_told_apart_by_name(node: Node) -> None:
    for name in ("roads", "bridges"):
        feature = {
            "type": "Feature",
            "id": name,
            "geometry": {"type": "Point", "coordinates": [144, 31]},
            "properties": {"名称": name},
        }
        layer = json.dumps({"type": "FeatureCollection", "features": [feature]})
        node("ingest", "-", "--name", name, stdin=layer.encode())
    assert len(node.features("disaster.report")) == 2


def test_one_telegram_with_a_monstrous_serial_costs_nothing_else(
    node: Node, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        serial = "9" * 30 if number == 150 else "²" if number == 151 else number
        data = telegram(event=f"E{number}", serial=serial)
        (folder / f"{number:03d}.xml").write_bytes(data)
    *_, totals = node.lines("ingest", "--json", folder)
    assert (totals["messages"], totals["read"]) == (300, 300)


def test_products_cut_short_are_computed_by_the_next_ingest(node: Node, tmp_path: Path) -> None:
    from data import ROOT
    from noroshi.engine.ingest import Offered, ingest
    from noroshi.engine.settings import Source
    from noroshi.store import open_store

    warning = ROOT / "demo" / "samples" / "2_rain_1730.xml"
    store = open_store(node.home)
    ingest(store, [Offered("w", warning.read_bytes())], Source())
    store.close()  # as if killed before products ran
    assert node.features("disaster.alert_level") == []
    node("ingest", warning)
    assert len(node.features("disaster.alert_level")) == 4


def test_what_was_recorded_before_the_clock_was_set_back_is_still_known(
    node: Node, inbox: Path
) -> None:
    from noroshi.core.time import HOUR, now
    from noroshi.store import open_store

    store = open_store(node.home)
    store.mark("recorded", now() + HOUR)
    store.close()
    node("ingest", inbox)
    assert len(node.features(KIND)) == 2
    assert node.lines("history", KIND, node.features(KIND)[0]["properties"]["key"], "--json")


def test_a_pipe_that_closes_early_is_no_error(node: Node, inbox: Path) -> None:
    import subprocess
    import sys

    node("ingest", inbox)
    code = f"{sys.executable} -c 'from noroshi.cli import main; main()' --home {node.home}"
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {code} show {KIND} --json | head -c 1"],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_damaged_store_is_said_and_not_shown_as_a_traceback(node: Node, inbox: Path) -> None:
    node("ingest", inbox)
    path = node.home / "noroshi.db"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    done = node("show", KIND, code=3)
    assert "noroshi.db" in done.stderr.decode() or "damaged" in done.stderr.decode()


def test_places_are_imported_and_draw_what_names_only_an_area(node: Node, tmp_path: Path) -> None:
    from data import ROOT

    ring = [[144, 31], [145, 31], [145, 32], [144, 32], [144, 31]]
    properties = {
        "N03_001": "狼煙県", "N03_003": None, "N03_004": "狼煙市", "N03_007": "99201",
    }  # fmt: skip
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    file = tmp_path / "n03.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    assert "imported" in node("places", "import", file).stdout.decode()
    codes = tmp_path / "codes.csv"
    codes.write_text("citycode,cityname,cityname_kn\n9920100,狼煙市,のろしし\n")
    node("places", "import", codes)
    places = {one["area"]: one for one in node.lines("places", "list", "--json")}
    assert places["city:9920100"]["kana"] == "のろしし"
    assert places["city:9920100"]["boundary"] is True
    node("ingest", ROOT / "demo" / "samples")
    box = ("--bbox", "144.2,31.2,144.4,31.4")
    assert [one["properties"]["area"] for one in node.features("disaster.alert_level", *box)] == [
        "city:9920100"
    ]
    out = tmp_path / "levels.geojson"
    node("export", "geojson", "--kind", "disaster.alert_level", "--boundaries", "--out", out)
    drawn = {
        one["properties"]["area"]: one["geometry"]
        for one in json.loads(out.read_bytes())["features"]
    }
    assert drawn["city:9920100"]["type"] in ("Polygon", "MultiPolygon")
    shelters = node.features("disaster.shelter", "--area", "99201")
    names = {one["properties"]["name"] for one in shelters}
    assert names == {"狼煙小学校", "灯台公民館", "浜風町体育館"}


def test_standard_input_is_a_message(node: Node) -> None:
    *_, totals = node.lines("ingest", "-", "--json", stdin=telegram(event="E9"))
    assert totals["read"] == 1
    assert [one["properties"]["event"] for one in node.features(KIND)] == ["E9"]


def test_show_geojson_carries_the_record_under_properties(node: Node, inbox: Path) -> None:
    node("ingest", inbox, "--label", "public")
    features = node.features(KIND)
    assert len(features) == 2
    first = next(one["properties"] for one in features if one["properties"]["event"] == "E1")
    assert first["headline"] == "第一報です。"
    assert first["label"] == "public"
    assert first["valid_from"] == "2026-01-01T00:00:00Z"
    assert first["message"] in {line["id"] for line in node.lines("messages", "--json")}


def test_show_jsonl_and_csv_say_the_same(node: Node, inbox: Path) -> None:
    node("ingest", inbox)
    lines = node.lines("show", KIND, "--json")
    text = node("show", KIND, "--format", "csv").stdout.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {one["properties"]["key"] for one in lines} == {row["key"] for row in rows}
    assert {row["headline"] for row in rows} == {one["properties"]["headline"] for one in lines}


def test_csv_never_hands_a_spreadsheet_a_formula(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(telegram(headline="=HYPERLINK(1)"))
    node("ingest", path)
    text = node("show", KIND, "--format", "csv").stdout.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["headline"] == "'=HYPERLINK(1)"


def test_control_characters_of_a_sender_never_reach_the_terminal(
    node: Node, tmp_path: Path
) -> None:
    layer = {
        "type": "FeatureCollection",
        "features": [{
            "type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [144, 31]},
            "properties": {"名称": "\x1b[2Jcleared\u009b31m"},
        }],
    }  # fmt: skip
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps(layer))
    node("ingest", path)
    out = node("show", "disaster.report").stdout
    assert b"cleared" in out
    assert b"\x1b" not in out
    assert "\u009b" not in out.decode()


def test_at_and_as_of_together_ask_what_was_known_then(node: Node, tmp_path: Path) -> None:
    for number in (1, 2):
        path = tmp_path / f"{number}.xml"
        path.write_bytes(
            telegram(event="E", reported=f"2026-01-0{number}T09:00:00+09:00", serial=number)
        )
        node("ingest", path)
    first, second = (line["received"] for line in node.lines("messages", "--json"))

    def serials(*arguments: str) -> list[str]:
        return [one["properties"]["serial"] for one in node.features(KIND, *arguments)]

    assert serials() == ["2"]
    assert serials("--as-of", first) == ["1"]
    assert serials("--at", "2026-01-01T12:00") == ["1"]
    assert serials("--at", "2026-01-01T12:00", "--as-of", second) == ["1"]
    assert serials("--at", "2025-12-31T12:00") == []
    assert serials("--at", "2026-01-03", "--as-of", second) == ["2"]


def test_history_tells_when_true_when_known_and_from_which_message(
    node: Node, tmp_path: Path
) -> None:
    for number, action in ((1, "発表"), (2, "訂正"), (2, "取消")):
        path = tmp_path / f"{number}{action}.xml"
        path.write_bytes(
            telegram(
                event="E", serial=number, action=action,
                reported=f"2026-01-0{number}T09:00:00+09:00", headline=f"{action}{number}",
            )
        )  # fmt: skip
        node("ingest", path)
    assert node.features(KIND) == []
    key = node.lines("show", KIND, "--json", "--at", "2026-01-01T12:00")[0]["properties"]["key"]
    issued, corrected, cancelled = node.lines("history", KIND, key, "--json")
    assert [one["record_action"] for one in (issued, corrected, cancelled)] == [
        "issue", "correct", "cancel",
    ]  # fmt: skip
    assert cancelled["headline"] == "取消2"
    assert issued["superseded_at"] == corrected["issued"] == "2026-01-02T00:00:00Z"
    ids = [line["id"] for line in node.lines("messages", "--json")]
    assert [one["message"] for one in (issued, corrected, cancelled)] == ids
    assert "取消2" in node("history", KIND, key).stdout.decode()


def test_an_exercise_is_only_shown_as_one(node: Node, tmp_path: Path) -> None:
    path = tmp_path / "drill.xml"
    path.write_bytes(telegram(status="訓練", headline="これは訓練です。"))
    node("ingest", path)
    done = node("show", KIND)
    assert "これは訓練です。" not in done.stdout.decode()
    assert "--mode exercise" in done.stderr.decode()
    shown = node("show", KIND, "--mode", "exercise")
    assert "これは訓練です。" in shown.stdout.decode()
    assert "EXERCISE" in shown.stderr.decode()


def test_export_writes_a_file_whole_or_not_at_all(node: Node, inbox: Path, tmp_path: Path) -> None:
    node("ingest", inbox)
    out = tmp_path / "deep" / "bulletins.geojson"
    done = node("export", "geojson", "--kind", KIND, "--out", out)
    assert "2 records written" in done.stderr.decode()
    assert len(json.loads(out.read_bytes())["features"]) == 2
    assert [path.name for path in out.parent.iterdir()] == ["bulletins.geojson"]
    missing = node("export", "geojson", "--series", "none", "--out", tmp_path / "x", code=3)
    assert "no series 'none'" in missing.stderr.decode()
    assert not (tmp_path / "x").exists()


def test_export_geoparquet_is_readable_with_its_geometry(
    node: Node, inbox: Path, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    node("ingest", inbox)
    out = tmp_path / "b.parquet"
    node("export", "geoparquet", "--kind", KIND, "--out", out)
    table = pq.read_table(out)
    geo = json.loads(table.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry")
    assert sorted(table.column("event").to_pylist()) == ["E1", "E2"]


def test_export_by_series_finds_its_kind(node: Node, inbox: Path, tmp_path: Path) -> None:
    node("ingest", inbox)
    series = node.lines("show", KIND, "--json")[0]["properties"]["series"]
    for form in ("csv", "jsonl", "geoparquet"):
        out = tmp_path / form
        node("export", form, "--series", series, "--out", out)
        assert out.stat().st_size > 0


def test_validate_json_is_one_object_with_verdict_and_findings(node: Node, inbox: Path) -> None:
    good = json.loads(node("validate", inbox / "1.xml", "--format", "json").stdout)
    assert good == {"verdict": "pass", "findings": []}
    bad = json.loads(node("validate", inbox / "3.dat", "--format", "json", code=1).stdout)
    assert bad["verdict"] == "fail"
    (finding,) = bad["findings"]
    assert finding.keys() == {"severity", "where", "what", "remedy"}
    assert finding["severity"] == "error"
    assert "line 1" in finding["where"]
    assert not node.home.exists(), "validating keeps nothing"


def test_list_and_doctor_describe_the_installation(node: Node, inbox: Path) -> None:
    names = {(one["what"], one["name"]) for one in node.lines("list", "--json")}
    assert {("format", "jma-xml"), ("kind", KIND), ("capability", "disaster/alert_level")} <= names
    node("ingest", inbox)
    (report,) = node.lines("doctor", "--json")
    assert report["problems"] == []
    assert report["messages"] == {"read": 2, "quarantined": 1}
    assert report["untyped_bulletins"] == {"府県気象情報": 2}


def test_doctor_tells_how_products_stood_and_what_was_computed_since(node: Node) -> None:
    node("ingest", folder("disaster/alert_level") / "samples" / "levels_printed")
    (report,) = node.lines("doctor", "--json")
    assert "products_told" not in report, "no node ran here"
    failing = {"state": "failing", "failures": ["it broke"], "seconds": 0.5, "ran": 1, "since": 1}
    (node.home / "products.json").write_text(
        json.dumps({"disaster/alert_level": failing, "disaster/isolation": failing})
    )
    (report,) = node.lines("doctor", "--json", code=1)
    assert report["problems"] == ["product disaster/isolation fails: it broke"]
    assert report["products"]["disaster/alert_level"].startswith("idle, computed since by a verb")
    assert report["products"]["disaster/isolation"].startswith("failing since 1970")
    assert "no node runs on this home now" in report["products_told"]


def test_doctor_finds_what_is_wrong_in_the_settings_of_products(node: Node) -> None:
    node.home.mkdir()
    (node.home / "settings.toml").write_text(
        '[products."disaster/alert_levl"]\n[products."disaster/alert_level"]\nlevel = 3\n'
        '[release."disaster/nothing"]\nlabels = ["own"]\nto = "responders"\n'
    )
    (report,) = node.lines("doctor", "--json", code=1)
    misspelt, unknown, parameter = report["problems"]
    assert "alert_levl" in misspelt
    assert "disaster/nothing" in unknown
    assert "no parameter 'level'" in parameter


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("show", "disaster.sheltr"), 3, "did you mean disaster.shelter"),
        (("ingest", "no-such-file"), 3, "no such file"),
        (("show",), 2, "KIND"),
        (("shw", KIND), 2, "Did you mean 'show'"),
        (("show", KIND, "--at", "yesterday"), 2, "not a time"),
        (("show", KIND, "--bbox", "1,2,3"), 2, "four numbers"),
        (("show", KIND, "--bbox", "0,50,1,40"), 2, "not a box"),
        (("show", KIND, "--area", "nowhere"), 2, "prefecture"),
        (("history", KIND, "nothing"), 3, "no disaster.bulletin with key"),
        (("messages", "zz"), 3, "hexadecimal"),
        (("export", "csv"), 2, "--kind or --series"),
        (("ingest", "x", "--label", "secret"), 2, "unknown label"),
        (("validate", "x", "--as", "none"), 2, "does not exist"),
    ],
)
def test_errors_name_what_is_wrong_and_what_to_do(
    node: Node, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = node(*arguments, code=code)
    assert says in done.stderr.decode()


def test_a_misspelt_setting_is_an_error_that_names_it(node: Node) -> None:
    node.home.mkdir()
    node.home.joinpath("settings.toml").write_text("[limits]\nmesage_bytes = 5\n")
    done = node("ingest", "-", code=3, stdin=b"x")
    assert "settings.toml" in done.stderr.decode()
    assert "mesage_bytes" in done.stderr.decode()


def test_strict_ingest_fails_on_quarantine(node: Node, inbox: Path) -> None:
    node("ingest", inbox, "--strict", code=1)


def test_a_message_over_the_limit_is_refused_and_said(node: Node, inbox: Path) -> None:
    node.home.mkdir()
    node.home.joinpath("settings.toml").write_text("[limits]\nmessage_bytes = 100\n")
    done = node("ingest", inbox, "--json")
    assert json.loads(done.stdout.splitlines()[-1])["refused"] == 2
    assert "larger than the limit of 100 bytes" in done.stderr.decode()
