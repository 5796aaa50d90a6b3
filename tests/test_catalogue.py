"""The catalogue: what there is for whoever reads it, and not a word of anything else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

from deliveries import REPORT, ROAD, following, report
from noroshi.channels.catalogue import matching, offers
from noroshi.channels.dcat import json_ld, turtle
from noroshi.core.label import ANONYMOUS, OPERATOR, OWN, PUBLIC, RESPONDERS, Reader
from noroshi.core.place import point
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.core.time import DAY, now
from noroshi.engine.node import Node
from noroshi.formats.boundaries import Place
from noroshi.store import QUARANTINED, Incoming, Outcome
from run import Node as Command
from served import Served
from sip4d_packages import base, pack
from telegrams import telegram

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SETTINGS = """
[sources.test]
label = "public"
title = "City of Test"
title_ja = "試験市"
description = "Reports of the duty officer"
contact = "bosai@test.example"
licence = "https://creativecommons.org/licenses/by/4.0/"
every = "10m"
"""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with following(tmp_path / "home", SETTINGS) as one:
        yield one


def graph(node: Node, reader: Reader = ANONYMOUS, form: str = "turtle") -> Graph:
    told = json_ld(offers(node.store, node.settings, reader), "https://hub.example", "架空県")
    data = turtle(told) if form == "turtle" else json.dumps(told).encode()
    return Graph().parse(data=data, format="turtle" if form == "turtle" else "json-ld")


def test_a_dataset_says_who_how_often_where_and_how_good(node: Node) -> None:
    node.store.put_places([Place("city:1720200", "七尾市", "municipality")])
    report(node, "A", x=136.9, area="city:1720200")
    report(node, "B", x=136.5)
    report(node, "C", x=0.5)
    report(node, "D", mode=Mode.EXERCISE)
    bad = Incoming(b"?", b"?" * 32, "test", label=PUBLIC)
    node.store.commit([(bad, Outcome(QUARANTINED, "no known format"))])
    (one,) = offers(node.store, node.settings, ANONYMOUS)
    assert (one.source, one.collection, one.count) == ("test", REPORT, 3)
    assert "試験市" in one.title_ja
    assert "City of Test" in one.title
    assert (one.contact, one.tlp, one.labels) == ("bosai@test.example", "CLEAR", ("public",))
    assert one.areas == {"city:1720200": "七尾市"}
    assert one.box == (0.5, 35.0, 136.9, 35.0)
    assert one.quality.located == 1
    assert one.quality.with_area == pytest.approx(1 / 3)
    assert one.quality.outside_japan == 1
    assert one.quality.quarantine == pytest.approx(1 / 5)  # the drill's message came as well
    assert one.fresh is not None
    assert one.fresh.cadence_from == "setting"


def test_a_source_that_is_fresh_makes_nothing_old_look_new(node: Node) -> None:
    long_ago = now() - 400 * DAY
    data = b"old"
    incoming = Incoming(data, hashlib.sha256(data).digest(), "test", label=PUBLIC)
    edition = Edition("old", long_ago, [Record(ROAD, "W", b"{}", point(136.0, 35.0))])
    node.store.commit([(incoming, Outcome(editions=[edition], stated=1))])
    report(node, "A")
    found = {one.collection: one for one in offers(node.store, node.settings, ANONYMOUS)}
    states = {name: one.fresh.state for name, one in found.items() if one.fresh}
    assert states == {REPORT: "fresh", ROAD: "stale"}


def test_the_command_tells_it_too(node: Node) -> None:
    report(node, "A", label=OWN)
    report(node, "W", kind=ROAD)
    command = Command(node.home)
    assert len(command("catalogue").stdout.decode().splitlines()) == 3
    (one,) = command.lines("catalogue", "道路", "--json")
    assert (one["collection"], one["count"]) == (ROAD, 1)
    for form, parsed in (("dcat", "turtle"), ("dcat-jsonld", "json-ld")):
        found = Graph().parse(data=command("catalogue", "--format", form).stdout, format=parsed)
        assert len(list(found.subjects(RDF.type, DCAT.Dataset))) == 2


def test_what_has_ended_is_offered_no_longer(node: Node) -> None:
    report(node, "A")
    report(node, "A", action=Action.CANCEL)
    assert offers(node.store, node.settings, OPERATOR) == []


_RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from([REPORT, ROAD]),
        st.sampled_from([PUBLIC, RESPONDERS, OWN, 16]), st.floats(130, 140),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(seen=_RECORDS, hidden=_RECORDS)
def test_the_hidden_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, seen: list[Any], hidden: list[Any]
) -> None:
    """A node that also holds what the reader may not see tells the reader the same."""
    told = []
    for more in ([], [one for one in hidden if one[2] != PUBLIC]):
        with following(tmp_path_factory.mktemp("home"), SETTINGS) as node:
            for number, (key, kind, label, x) in enumerate([*seen, *more]):
                if label == PUBLIC or number >= len(seen):
                    report(node, key, f"{number}", kind=kind, label=label, x=x)
            found = offers(node.store, node.settings, ANONYMOUS)
            told.append([
                (one.source, one.collection, one.count, one.box, one.areas, one.labels, one.tlp,
                 one.quality, one.title, one.fresh and one.fresh.state)
                for one in found
            ])  # fmt: skip
    assert told[0] == told[1]


@pytest.mark.parametrize("form", ["turtle", "json-ld"])
def test_it_is_dcat_ap(node: Node, form: str) -> None:
    report(node, "A", area="city:1720200")
    report(node, "W", kind=ROAD)
    found = graph(node, form=form)

    def one(subject: Any, predicate: Any) -> Any:
        values = list(found.objects(subject, predicate))
        assert values, (subject, predicate)
        return values[0]

    (catalogue,) = found.subjects(RDF.type, DCAT.Catalog)
    for subject in (catalogue, *found.objects(catalogue, DCAT.dataset)):
        for mandatory in (DCTERMS.title, DCTERMS.description):
            languages = {value.language for value in found.objects(subject, mandatory)}
            assert {"ja", "en"} <= languages
    assert one(one(catalogue, DCTERMS.publisher), FOAF.name) == Literal("架空県")
    datasets = list(found.objects(catalogue, DCAT.dataset))
    assert len(datasets) == 2
    for dataset in datasets:
        assert (dataset, RDF.type, DCAT.Dataset) in found
        assert one(one(dataset, DCTERMS.publisher), FOAF.name) == Literal("test")
        contact = one(dataset, DCAT.contactPoint)
        assert one(contact, VCARD.hasEmail) == URIRef("mailto:bosai@test.example")
        assert "/data-theme/" in one(dataset, DCAT.theme)
        assert "/frequency/UPDATE_CONT" in one(dataset, DCTERMS.accrualPeriodicity)
        assert one(dataset, DCAT.keyword)
        assert one(dataset, DCTERMS.identifier)
        period = one(dataset, DCTERMS.temporal)
        start, end = one(period, DCAT.startDate).value, one(period, DCAT.endDate).value
        assert start <= end
        boxes = [box for place in found.objects(dataset, DCTERMS.spatial)
                 for box in found.objects(place, DCAT.bbox)]  # fmt: skip
        assert str(boxes[0]).startswith("POLYGON((136.0 35.0")
        distributions = list(found.objects(dataset, DCAT.distribution))
        assert len(distributions) == 4
        for way in distributions:
            assert str(one(way, DCAT.accessURL)).startswith("https://hub.example/collections/")
            assert "/media-types/" in one(way, DCAT.mediaType)
            assert one(way, DCTERMS["format"])
            assert "by/4.0" in one(way, DCTERMS.license)
    (service,) = found.subjects(RDF.type, DCAT.DataService)
    assert set(found.objects(service, DCAT.servesDataset)) == set(datasets)
    assert one(service, DCAT.endpointURL) == URIRef("https://hub.example/")
    assert one(service, DCAT.endpointDescription) == URIRef("https://hub.example/api")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30).filter(lambda text: text.isprintable()))
def test_whatever_a_source_is_called_the_rdf_can_be_read(text: str) -> None:
    import msgspec

    from noroshi.channels.catalogue import Offer, Quality

    one = Offer(text, REPORT, text, text, text, text, text, "reports", 1, 0, 0, None,
                {"city:1720200": text}, ("public",), "CLEAR", None,
                Quality(1.0, 0.0, 0, None, 0, 0))  # fmt: skip
    for contact in (text, f"https://{text}/", f"{text}@a.example"):
        one = msgspec.structs.replace(one, contact=contact, licence=contact)
        found = Graph().parse(data=turtle(json_ld([one], "http://h", text)), format="turtle")
        assert len(list(found.subjects(RDF.type, DCAT.Dataset))) == 1


def test_a_search_finds_by_any_word_in_any_width_and_case(node: Node) -> None:
    node.store.put_places([Place("city:1720200", "七尾市", "municipality")])
    report(node, "A", area="city:1720200")
    report(node, "W", kind=ROAD)
    found = offers(node.store, node.settings, ANONYMOUS)
    for words, count in (("", 2), ("七尾市", 1), ("CITY of test", 2), ("ｔｅｓｔ", 2),
                         ("道路", 1), ("道路 七尾市", 0), ("TLP CLEAR", 0), ("clear", 2),
                         ("(((.*+", 0)):  # fmt: skip
        assert len(matching(found, words)) == count, words


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "settings.toml").write_text(
        '[sources.open]\nlabel = "public"\ntitle_ja = "公開市"\n'
        '[sources.hidden-city]\nlabel = "own"\ntitle_ja = "秘密市"\ncontact = "x@secret.example"\n'
    )
    with Served(tmp_path) as one:
        files = base()
        files["sip4d_zip_meta.json"]["testflg"] = "通常"
        one.post(pack(files), one.token("--send", "--source", "open"))
        recent = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds")
        one.post(telegram(reported=recent), one.token("--send", "--source", "hidden-city"))
        yield one


def test_every_form_of_it_tells_each_reader_what_it_may_see(served: Served) -> None:
    reader = {"Authorization": f"Bearer {served.token('--read', 'own')}"}
    for form, media in (("json", "application/json"), ("html", "text/html; charset=utf-8"),
                        ("jsonld", "application/ld+json"),
                        ("turtle", "text/turtle; charset=utf-8")):  # fmt: skip
        anyone = served.http.get(f"/catalogue?f={form}")
        assert (anyone.status_code, anyone.headers["content-type"]) == (200, media)
        assert "disaster.shelter" in anyone.text
        assert "公開市" in anyone.text
        for word in ("hidden-city", "秘密市", "secret", "disaster.bulletin"):
            assert word not in anyone.text, form
        assert "秘密市" in served.http.get(f"/catalogue?f={form}", headers=reader).text
    found = served.http.get("/catalogue?q=秘密市").json()
    assert found["datasets"] == []
    assert found["total"] == served.http.get("/catalogue").json()["total"]
    assert served.http.get("/catalogue", headers={"Accept": "text/turtle"}).text.startswith("@pref")


def test_what_it_links_to_is_there(served: Served) -> None:
    shelters = next(
        one
        for one in served.http.get("/catalogue").json()["datasets"]
        if one["collection"] == "disaster.shelter"
    )
    answer = served.http.get(shelters["formats"]["json"])
    assert len(answer.json()["features"]) == shelters["count"] > 0
    for url in shelters["formats"].values():
        assert served.http.get(url).status_code == 200


def test_a_search_needs_no_script_and_shows_nothing_as_markup(served: Served) -> None:
    page = served.http.get("/catalogue", params={"f": "html", "q": '"><script>alert(1)</script>'})
    assert "<script" not in page.text
    assert 'method="get"' in page.text
    assert served.http.get("/catalogue", params={"q": "x" * 201}).status_code == 400
