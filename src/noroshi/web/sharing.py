"""Sharing by HTTP: what the labels mean that one sees, and taking back what one's own
organisation said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from starlette.responses import Response

from noroshi.core.errors import NotFound, NotPermitted
from noroshi.core.label import to_tlp
from noroshi.engine import recalls
from noroshi.engine.roles import Role, What
from noroshi.web.answers import answer_json
from noroshi.web.bodies import read_body
from noroshi.web.routing import Asked, Problem, operation

_ID = {"id": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}
_DONE: dict[str, Any] = {
    "type": "object", "required": ["id", "records"],
    "properties": {"id": {"type": "string"}, "records": {"type": "integer"}},
}  # fmt: skip
_MOST = 4_096
T = TypeVar("T")


class Recall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a message is taken back; whoever had it is told."""

    reason: str


class Relabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The name of the label that a message gets, and why."""

    label: str
    reason: str = "shared otherwise"


@operation("/labels", en="Sharing labels that you see, and whom they are for",
           ja="共有範囲のラベルの一覧", tag="Node")  # fmt: skip
def labels(asked: Asked) -> Response:
    """Only labels whose records the caller may see: a label may name those who share it."""
    sharings = asked.node.sharings
    found = [
        {
            "id": one.id, "name": sharings.name(one.id), "tlp": to_tlp(one.sharing),
            "audience": one.sharing.audience, "clearance": one.sharing.clearance,
            "compartments": one.sharing.compartments, "purpose": one.sharing.purpose or None,
            "origin": one.origin or None,
        }
        for one in sharings.all() if asked.reader.sees(one.id)
    ]  # fmt: skip
    return answer_json({"labels": found})


@operation(
    "/messages/{id}/recall", method="POST", tag="Messages", token=True, path_params=_ID,
    en="Take a message back: out of every picture, present and past, here and at peers",
    ja="電文を取り消す（過去の状況図と他機関からも）", produces={"application/json": _DONE},
    takes={"application/json": {"type": "object", "required": ["reason"],
                                "properties": {"reason": {"type": "string"}}}},
    refuses=(413,),
)  # fmt: skip
async def recall(asked: Asked) -> Response:
    """For liaisons of the organisation that sent it, and operators. What held before holds again;
    what was computed from it goes too."""
    said = await _said(asked, Recall)
    if not 0 < len(said.reason) <= 500:
        raise Problem(400, "a reason has 1 to 500 characters")
    store, settings, id = asked.store, asked.node.settings, asked.path["id"]

    def change(org: str) -> int:
        return recalls.recall(store, settings, org, id, said.reason)

    return await asked.run(_changing, asked, What.RECALL, "recall", said.reason, change)


@operation(
    "/messages/{id}/label", method="POST", tag="Messages", token=True, path_params=_ID,
    en="Share a message under another label", ja="電文の共有範囲を変える",
    produces={"application/json": _DONE},
    takes={"application/json": {"type": "object", "required": ["label"], "properties": {
        "label": {"type": "string"}, "reason": {"type": "string"}}}},
    refuses=(413,),
)  # fmt: skip
async def relabel(asked: Asked) -> Response:
    """For liaisons of the organisation that sent it, and operators. Who saw it only under the old
    label loses it, here and at peers."""
    said = await _said(asked, Relabel)
    if len(said.reason) > 500:
        raise Problem(400, "a reason has at most 500 characters")
    try:
        number = asked.node.sharings.number(said.label)
    except ValueError:
        number = -1
    if not asked.reader.sees(number):  # a label that one does not see is not known to one
        raise Problem(400, f"unknown label {said.label[:100]!r}", "`/labels` lists yours")
    store, settings, id = asked.store, asked.node.settings, asked.path["id"]

    def change(org: str) -> int:
        return recalls.relabel(store, settings, org, id, number, said.reason)

    return await asked.run(_changing, asked, What.RELABEL, "relabel", said.reason, change)


def _changing(
    asked: Asked, what: What, action: str, reason: str, change: Callable[[str], int]
) -> Response:
    """Do `change` to the message, if the caller may, with its audit entry."""
    node, caller, id = asked.node, asked.caller, asked.path["id"]
    if caller.source is None:
        raise NotPermitted("this needs a token or a sign-in")
    arrivals = list(asked.store.messages(asked.reader, id=id))
    if not arrivals:
        raise NotFound(f"no message {id}")
    mine = {caller.source, caller.organisation}
    target = f"message:{id}"
    if caller.role < Role.OPERATOR and not all(one.source in mine for one in arrivals):
        node.directory.audit.append(caller.actor.name, "refused", target, {"action": action})
        raise NotPermitted("another organisation sent this", remedy="ask them, or an operator")
    with node.directory.doing(caller.actor, action, target, what, reason=reason):
        count = change(node.exchange.trust.org)
    node.changed({"*"})
    return Response(msgspec.json.encode({"id": id, "records": count}),
                    media_type="application/json")  # fmt: skip


async def _said(asked: Asked, type: type[T]) -> T:
    try:
        return msgspec.json.decode(await read_body(asked, _MOST), type=type)
    except msgspec.DecodeError as error:
        raise Problem(400, str(error)) from None
