"""Products as processes (OGC API – Processes – Part 1): what they are, and what they say when asked
with other parameters or of another time. And where what they say comes from."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from noroshi import __version__, domains
from noroshi.channels.features import feature, thing_id
from noroshi.core.capability import Capability
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.core.time import now, show
from noroshi.engine.executions import Asked as Execution
from noroshi.engine.executions import params_of
from noroshi.engine.lineage import as_object, trace
from noroshi.web import params
from noroshi.web.answers import GEOJSON, answer_json, link
from noroshi.web.bodies import read_body
from noroshi.web.features import find_thing
from noroshi.web.routing import Asked, Moment, Problem, operation, read_moment

_ID = {"processID": {"type": "string", "pattern": "^[a-z0-9_]+\\.[a-z0-9_]+$"}}
_DESCRIPTION: dict[str, Any] = {"type": "object", "required": ["id", "version"]}
_LIST: dict[str, Any] = {"type": "object", "required": ["processes"]}
_TREE: dict[str, Any] = {"type": "object", "required": ["record_id"]}
_MOST = 64 * 1024
_REL = "http://www.opengis.net/def/rel/ogc/1.0"


def _products() -> dict[str, Capability]:
    """Products that can be asked, by the id that they have in a URL."""
    return {
        name.replace("/", "."): one
        for name, one in domains.all_capabilities().items()
        if isinstance(one, Capability)
    }


def _named(asked: Asked) -> tuple[str, Capability]:
    id = asked.path["processID"]
    found = _products().get(id)
    if found is None:
        raise Problem(404, f"no process {id!r}", "/processes lists them")
    return id.replace(".", "/", 1), found


def _summary(asked: Asked, id: str, one: Capability) -> dict[str, Any]:
    ja = asked.language == "ja"
    return {
        "id": id, "version": __version__, "title": one.title_ja if ja else one.title,
        "description": one.sentence_ja if ja else one.sentence,
        "keywords": [*one.consumes, *one.produces],
        "jobControlOptions": ["sync-execute"], "outputTransmission": ["value"],
        "links": [link(f"{asked.base}/processes/{id}", "self", "application/json")],
    }  # fmt: skip


@operation("/processes", en="Products that can be computed on request",
           ja="算出できるプロダクトの一覧", tag="Products",
           produces={"application/json": _LIST})  # fmt: skip
def processes(asked: Asked) -> Response:
    """Every product, as OGC API – Processes lists them."""
    found = [_summary(asked, id, one) for id, one in _products().items()]
    links = [link(f"{asked.base}/processes", "self", "application/json")]
    return answer_json({"processes": found, "links": links})


@operation("/processes/{processID}", en="A product: its parameters and results",
           ja="プロダクトの入力と出力", tag="Products", path_params=_ID,
           produces={"application/json": _DESCRIPTION})  # fmt: skip
def process(asked: Asked) -> Response:
    """The parameters, from the same definition as those of `noroshi run`."""
    _, one = _named(asked)
    kind = one.load_params()
    inputs: dict[str, Any] = {
        "datetime": _input("いつの事実か（時点または開始/終了）",
                           "Valid time: an instant or start/end. Default: now", {"type": "string"}),
        "as-of": _input("いつ知っていたか", "Recorded time. Default: now", {"type": "string"}),
        "mode": _input("実・訓練・試験", "Real, exercise or test",
                       {"type": "string", "enum": [one.name.lower() for one in Mode],
                        "default": "actual"}),
    }  # fmt: skip
    said = msgspec.json.schema(kind)["$defs"][kind.__name__]["properties"]
    for field, schema in said.items():
        schema = dict(schema)
        inputs[field] = _input(schema.pop("title", field), schema.pop("description", ""), schema)
    id = asked.path["processID"]
    found = _summary(asked, id, one) | {"inputs": inputs, "outputs": {
        "records": {"title": "Records / 記録", "schema": {
            "type": "object", "contentMediaType": GEOJSON,
            "$ref": "https://geojson.org/schema/FeatureCollection.json",
        }},
    }}  # fmt: skip
    found["links"].append(
        link(f"{asked.base}/processes/{id}/execution", f"{_REL}/execute", "application/json")
    )
    return answer_json(found)


def _input(ja: str, en: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"title": ja, "description": en, "minOccurs": 0, "maxOccurs": 1, "schema": schema}


@operation("/processes/{processID}/execution", method="POST", en="Compute a product",
           ja="プロダクトを算出する", tag="Products", path_params=_ID, token=True,
           takes={"application/json": {"type": "object"}},
           produces={GEOJSON: {"type": "object", "required": ["type", "features"]}},
           refuses=(413,))  # fmt: skip
async def execute(asked: Asked) -> Response:
    """What a product says at the end of a time, with these parameters, from what the caller may
    see. Nothing is kept. Only for those who are known here: it takes the node's time."""
    if asked.caller.source is None:
        raise Problem(401, "computing needs a token, or to be signed in",
                      "`noroshi token new NAME --read own`",
                      headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
    name, _ = _named(asked)
    body = await read_body(asked, _MOST)
    try:
        given = msgspec.json.decode(body or b"{}", type=dict[str, Any])
        inputs = dict(msgspec.convert(given.get("inputs", {}), dict[str, Any]))
        outputs = msgspec.convert(given.get("outputs", {}), dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Problem(400, f"not an execute request: {error}", '{"inputs": {…}}') from None
    if outputs.keys() - {"records"}:
        raise Problem(400, f"no output {sorted(outputs)[0]!r}", "the one output is records")
    moment, mode = _moment(asked, inputs)
    execution = Execution(
        name, params_of(inputs, name), moment.at,
        moment.at if moment.until is None else min(moment.until, max(now(), moment.as_of)),
        moment.as_of, mode, asked.reader.labels,
    )  # fmt: skip
    answer = await asked.node.executions.run(execution)
    found = {
        "type": "FeatureCollection", "at": show(execution.end), "as_of": show(execution.as_of),
        "mode": mode.name.lower(), "changes": answer.changes, "failures": answer.failures,
        "features": [_feature(one) for one in answer.versions],
    }  # fmt: skip
    if given.get("response") == "document":
        return answer_json({"records": {"value": found, "mediaType": GEOJSON}})
    return answer_json(found, GEOJSON, {"Cache-Control": "no-store"})


def _feature(version: Any) -> dict[str, Any]:
    """A result, which has no number: it is not kept."""
    found = feature(version)
    found["id"] = f"{version.series}/{version.key}"
    for name in ("record_id", "recorded", "label"):
        found["properties"].pop(name, None)
    return found


def _moment(asked: Asked, inputs: dict[str, Any]) -> tuple[Moment, Mode]:
    """The times and the mode that are asked for, taken out of `inputs`."""
    present, known = now(), asked.store.recorded(asked.reader) or now()
    said = {one: inputs.pop(one, None) for one in ("datetime", "as-of", "mode")}
    for one, value in said.items():
        if value is not None and not isinstance(value, str):
            raise Problem(400, f"inputs.{one} is not text")
    moment = read_moment(said["datetime"], said["as-of"], present, known)
    try:
        mode = Mode[(said["mode"] or "actual").upper()]
    except KeyError:
        raise Problem(400, f"inputs.mode: {said['mode']!r} is not a mode",
                      "actual, exercise or test") from None  # fmt: skip
    return moment, mode


@operation("/collections/{collection}/items/{featureId}/lineage",
           en="Where a record comes from, down to the messages", ja="根拠（元の記録と電文）",
           tag="Products", params=(params.DATETIME, params.AS_OF),
           path_params={"featureId": {"type": "string"}},
           produces={"application/json": _TREE})  # fmt: skip
def lineage(asked: Asked) -> Response:
    """The records that it was computed from, those these were computed from, and the messages at
    the end; with the code and the parameters. What the caller may not see is only counted."""
    from noroshi import kinds

    version = find_thing(asked, kinds.get(asked.path["collection"]).name)
    try:
        tree = trace(asked.store, version.id, asked.reader)
        return answer_json(as_object(tree, lambda one: f"{thing_id(one)}@{one.id}"))
    except NotFound:
        raise Problem(404, "it is not there any more") from None
