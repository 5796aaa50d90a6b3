"""The OpenAPI 3.0 document, made from the declared operations."""

from __future__ import annotations

import re
from typing import Any

from noroshi import __version__, kinds
from noroshi.web.routing import FORM, LANG, OPERATIONS, Operation, Param

MEDIA = "application/vnd.oai.openapi+json;version=3.0"
_PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"},
        "status": {"type": "integer"}, "detail": {"type": "string"},
    },
}  # fmt: skip
_NAMED = {"collection": {"$ref": "#/components/schemas/Collection"}}
#: What stands in a path.
_PLACES = {
    "ja": {"collection": "コレクション（/collections の id）", "featureId": "地物の id",
           "id": "電文の id", "z": "ズーム", "x": "列", "y": "行", "code": "地域コード",
           "processID": "プロダクトの id（/processes にある）"},
    "en": {"collection": "A collection (id in /collections)", "featureId": "A feature's id",
           "id": "A message's id", "z": "zoom", "x": "column", "y": "row", "code": "area code",
           "processID": "A process (id in /processes)"},
}  # fmt: skip
_REASONS = {
    "400": "The request cannot be understood; `detail` says why",
    "401": "A token is wrong, revoked or missing",
    "403": "The token may not do this",
    "404": "There is no such thing, or the reader may not see it",
    "503": "Not just now: come again after Retry-After",
}


def document(base: str, title: str, language: str, collections: list[str]) -> dict[str, Any]:
    """The document. Operations on a collection are listed for each of `collections` by name as
    well as for all of them, so that clients find the parameters of the one they use."""
    paths: dict[str, dict[str, Any]] = {}
    known = [one.name for one in kinds.all_kinds().values()]
    for one in OPERATIONS:
        if one.private:
            continue
        whole = paths.setdefault(one.path, {})
        whole[one.method.lower()] = _operation(one, language, None)
        if one.path == "/collections/{collection}/items" and one.method == "GET":
            for name in collections:
                path = one.path.replace("{collection}", name)
                paths[path] = {"get": _operation(one, language, name)}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title, "version": __version__,
            "description": "狼煙: an open hub for information about threats. Every read takes "
            "`datetime` (true when) and `as-of` (known when).",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": base or "/"}],
        "tags": [{"name": one} for one in dict.fromkeys(each.tag for each in OPERATIONS)],
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, "Collection": {"type": "string", "enum": known}},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def _operation(one: Operation, language: str, collection: str | None) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True,
         "description": _PLACES[language].get(name, name),
         "schema": dict(one.path_params.get(name, _NAMED.get(name, {"type": "string"})))}
        for name in re.findall(r"{(\w+)}", one.path) if name != "collection" or collection is None
    ]  # fmt: skip
    forms = [] if len(one.produces) < 2 else [FORM]
    parameters += [_parameter(each, language) for each in (*one.params, *forms, LANG)]
    answers: dict[str, Any] = {
        str(one.status): {
            "description": one.ja if language == "ja" else one.en,
            "content": {media: {"schema": schema} for media, schema in one.produces.items()},
        }
    }
    if one.status == 200 and "text/event-stream" not in one.produces:
        answers["304"] = {"description": "Nothing has changed (If-None-Match)"}
    if one.empty:
        answers["204"] = {"description": "There is nothing here"}
    reasons = {"400", "401", "404", "503"} | ({"403"} if one.token else set())
    for status in sorted(reasons):
        answers[status] = _problem(_REASONS[status])
    if set(one.produces) == {"text/html"}:  # pages for people say it in HTML
        answers["404"]["content"]["text/html"] = {"schema": {"type": "string"}}
    for refused in one.refuses:
        answers[str(refused)] = _problem("It cannot be taken; `detail` says why")
    found: dict[str, Any] = {
        "operationId": f"{one.name}.{collection}" if collection else f"{one.name}",
        "summary": one.ja if language == "ja" else one.en,
        "description": (one.handler.__doc__ or "").strip(),
        "tags": [one.tag], "parameters": parameters, "responses": answers,
        "security": [{"token": []}] if one.token else [{}, {"token": []}],
    }  # fmt: skip
    if one.takes:
        found["requestBody"] = {
            "required": True,
            "content": {media: {"schema": schema} for media, schema in one.takes.items()},
        }
    return found


def _problem(reason: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": reason, "content": {"application/problem+json": {"schema": schema}}}


def _parameter(one: Param, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.name, "in": "query", "required": False, "style": "form", "explode": False,
        "description": one.ja if language == "ja" else one.en, "schema": dict(one.schema),
    }  # fmt: skip
    if one.example is not None:
        found["example"] = one.example
    return found
