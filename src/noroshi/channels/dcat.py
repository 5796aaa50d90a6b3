"""A catalogue as DCAT-AP 3.0 (SEMIC, 2024; a profile of W3C DCAT 3), in JSON-LD or Turtle.

https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from noroshi.channels.catalogue import Offer, keywords, themes
from noroshi.core.time import DAY, HOUR, SECOND, now, show

_EU = "http://publications.europa.eu/resource/authority"
_IANA = "http://www.iana.org/assignments/media-types"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/", "vcard": "http://www.w3.org/2006/vcard/ns#",
    "dqv": "http://www.w3.org/ns/dqv#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}  # fmt: skip
#: Forms in which a dataset may be had: parameter, media type, EU file type where there is one.
DISTRIBUTIONS = {
    "json": ("application/geo+json", "GEOJSON"), "csv": ("text/csv", "CSV"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    "geoparquet": ("application/vnd.apache.parquet", ""),
}  # fmt: skip


def items_url(one: Offer, base: str, form: str) -> str:
    """Where the records of a dataset are."""
    name = one.source.replace("'", "''")
    wanted = quote(f"source = '{name}'", safe="")
    return f"{base}/collections/{quote(one.collection)}/items?f={form}&filter={wanted}"


def dataset_url(one: Offer, base: str) -> str:
    """The identity of a dataset."""
    return f"{base}/catalogue#{quote(one.collection, safe='')}/{quote(one.source, safe='')}"


def json_ld(found: Iterable[Offer], base: str, title: str) -> dict[str, Any]:
    """The catalogue of a node that is called `title` and reached at `base`."""
    publisher = {"@id": f"{base}/#publisher", "@type": "foaf:Agent", "foaf:name": title}
    datasets = [_dataset(one, base, title) for one in found]
    service = {
        "@id": f"{base}/#api", "@type": "dcat:DataService",
        "dct:title": _said("OGC API – Features", "OGC API – Features"),
        "dcat:endpointURL": {"@id": f"{base}/"},
        "dcat:endpointDescription": {"@id": f"{base}/api"},
        "dct:conformsTo": {"@id": "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"},
        "dcat:servesDataset": [{"@id": one["@id"]} for one in datasets],
        "dct:publisher": {"@id": publisher["@id"]},
    }  # fmt: skip
    return {
        "@context": _CONTEXT,
        "@id": f"{base}/catalogue", "@type": "dcat:Catalog",
        "dct:title": _said(f"{title} カタログ", f"{title} catalogue"),
        "dct:description": _said(
            "この拠点が提供する情報と、その頻度・範囲・品質・連絡先",
            "What this node offers, with cadence, coverage, quality and contact",
        ),
        "dct:publisher": publisher, "foaf:homepage": {"@id": f"{base}/"},
        "dct:language": [{"@id": f"{_EU}/language/{one}"} for one in ("JPN", "ENG")],
        "dct:modified": _typed(show(now() // SECOND * SECOND) or "", "xsd:dateTime"),
        "dcat:themeTaxonomy": {"@id": f"{_EU}/data-theme"},
        "dcat:dataset": datasets, "dcat:service": service,
    }  # fmt: skip


def turtle(found: dict[str, Any]) -> bytes:
    """The same in Turtle."""
    from rdflib import Graph

    graph = Graph()
    graph.parse(data=msgspec.json.encode(found), format="json-ld")
    return graph.serialize(format="turtle", encoding="utf-8")


def _dataset(one: Offer, base: str, title: str) -> dict[str, Any]:
    here = dataset_url(one, base)
    found: dict[str, Any] = {
        "@id": here, "@type": "dcat:Dataset",
        "dct:identifier": f"{one.collection}/{one.source}",
        "dct:title": _said(one.title_ja, one.title),
        "dct:description": [*_said(*_described(one)), *([one.description] * bool(one.description))],
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": one.source},
        "dcat:contactPoint": _contact(one, base, title),
        "dcat:theme": [{"@id": f"{_EU}/data-theme/{theme}"} for theme in themes(one)],
        "dcat:keyword": [{"@value": word, "@language": language}
                         for language, words in keywords(one).items() for word in words],
        "dct:accessRights": {
            "@id": f"{_EU}/access-right/{'PUBLIC' if one.tlp == 'CLEAR' else 'RESTRICTED'}"},
        "dct:modified": _typed(show(one.newest) or "", "xsd:dateTime"),
        "dct:temporal": _period(one),
        "dct:spatial": _places(one),
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/{frequency(one)}"},
        "dcat:landingPage": {"@id": f"{base}/collections/{quote(one.collection)}?f=html"},
        "rdfs:comment": f"TLP:{one.tlp}",
        "dcat:distribution": [
            _distribution(one, base, form, number) for number, form in enumerate(DISTRIBUTIONS)
        ],
    }  # fmt: skip
    if one.fresh is not None and one.fresh.cadence is not None:
        seconds = max(1, one.fresh.cadence // SECOND)
        found["dcat:temporalResolution"] = _typed(f"PT{seconds}S", "xsd:duration")
    return found


def _described(one: Offer) -> tuple[str, str]:
    return (
        f"現在{one.count}件。位置あり{one.quality.located:.0%}。",
        f"{one.count} records now; {one.quality.located:.0%} with a position.",
    )


def _distribution(one: Offer, base: str, form: str, number: int) -> dict[str, Any]:
    media, file_type = DISTRIBUTIONS[form]
    url = items_url(one, base, form)
    kind = f"{_EU}/file-type/{file_type}" if file_type else f"{_IANA}/{media}"
    return {
        "@id": f"{dataset_url(one, base)}/{form}", "@type": "dcat:Distribution",
        "dct:title": _said(f"{one.title_ja} {form}", f"{one.title} {form}"),
        "dcat:accessURL": {"@id": url},
        "dcat:mediaType": {"@id": f"{_IANA}/{media}"}, "dct:format": {"@id": kind},
        "dct:license": _licence(one), "dcat:accessService": {"@id": f"{base}/#api"},
    }  # fmt: skip


def _licence(one: Offer) -> dict[str, Any]:
    if one.licence.startswith(("http://", "https://")) and " " not in one.licence:
        return {"@id": quote(one.licence, safe=":/?#[]@!$&'()*+,;=%-._~"),
                "@type": "dct:LicenseDocument"}  # fmt: skip
    told = one.licence or "提供者に確認してください / ask the provider"
    return {"@type": "dct:LicenseDocument", "rdfs:label": told}


def _contact(one: Offer, base: str, title: str) -> dict[str, Any]:
    """Whom to ask: what the settings say, else the node."""
    said: dict[str, Any] = {"@type": "vcard:Kind", "vcard:fn": one.contact or title}
    if "@" in one.contact and " " not in one.contact:
        said["vcard:hasEmail"] = {"@id": "mailto:" + quote(one.contact, safe="@+")}
    elif one.contact.startswith(("http://", "https://")) and " " not in one.contact:
        said["vcard:hasURL"] = {"@id": quote(one.contact, safe=":/?#[]@!$&'()*+,;=%-._~")}
    elif not one.contact:
        said["vcard:hasURL"] = {"@id": f"{base}/"}
    return said


def _period(one: Offer) -> dict[str, Any]:
    start = show(one.earliest) or show(one.newest) or ""
    return {
        "@type": "dct:PeriodOfTime", "dcat:startDate": _typed(start, "xsd:dateTime"),
        "dcat:endDate": _typed(show(max(one.newest, one.earliest)) or start, "xsd:dateTime"),
    }  # fmt: skip


def _places(one: Offer) -> list[dict[str, Any]]:
    """The box as WKT (longitude, latitude), else Japan; and the municipalities by name."""
    found: list[dict[str, Any]] = []
    if one.box is not None:
        west, south, east, north = one.box
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{x} {y}" for x, y in corners)
        box = {"@value": f"POLYGON(({ring}))", "@type": "geo:wktLiteral"}
        found.append({"@type": "dct:Location", "dcat:bbox": box})
    else:
        found.append({"@id": f"{_EU}/country/JPN", "@type": "dct:Location"})
    return found + [
        {"@type": "dct:Location", "dct:identifier": code, "rdfs:label": name}
        for code, name in one.areas.items()
    ]


def frequency(one: Offer) -> str:
    """The cadence as a word of the EU authority table `frequency`."""
    cadence = None if one.fresh is None else one.fresh.cadence
    if cadence is None:
        return "IRREG"
    for most, word in ((HOUR * 9 // 10, "UPDATE_CONT"), (12 * HOUR, "HOURLY"), (5 * DAY, "DAILY"),
                       (20 * DAY, "WEEKLY")):  # fmt: skip
        if cadence <= most:
            return word
    return "MONTHLY"


def _said(ja: str, en: str) -> list[dict[str, str]]:
    return [{"@value": ja, "@language": "ja"}, {"@value": en, "@language": "en"}]


def _typed(value: str, type: str) -> dict[str, str]:
    return {"@value": value, "@type": type}
