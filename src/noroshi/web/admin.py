"""The operator's view of the directory: who there is, and what was done. It changes nothing; that
is for the command line, on the node's own machine."""

from __future__ import annotations

from starlette.responses import Response

from noroshi.engine.roles import ROLES_JA, What
from noroshi.store.directory import Membership, Password, Session
from noroshi.web.account import demand_person
from noroshi.web.login import form_page
from noroshi.web.routing import Asked, Param, operation

#: Entries of the audit log on one page.
_ENTRIES = 100


@operation(
    "/admin", en="People, organisations and the audit log, for operators",
    ja="運用（利用者・組織・監査記録）", tag="Account", private=True, same_origin=True,
    params=(Param("before", "Entries before this one", "これより前の記録", {"type": "integer"}),),
    produces={"text/html": {"type": "string"}},
)  # fmt: skip
def admin(asked: Asked) -> Response:
    """For operators alone; that others tried is in the audit log."""
    person = demand_person(asked)
    directory = asked.node.directory
    directory.permit(asked.caller.actor, What.AUDIT, "admin.look", f"person:{person}")
    before = asked.number("before", 2**53, 1, 2**53)
    entries = directory.audit.entries(before=before, limit=_ENTRIES)
    held: dict[str, list[str]] = {}
    for one in directory.file.all(Membership):
        role = directory.role_in(one.person, one.organisation)
        said = ROLES_JA.get(role, "—") if asked.language == "ja" else role.name.lower()
        held.setdefault(one.person, []).append(f"{one.organisation} — {said}")
    return form_page(
        asked, "admin.html", people=directory.people(), held=held,
        organisations=directory.organisations(), own=directory.own,
        members={one.id: len(directory.memberships(organisation=one.id))
                 for one in directory.organisations()},
        passwords={one.person for one in directory.file.all(Password)},
        signed_in={one.person for one in directory.file.all(Session)},
        entries=entries, more=entries[-1].id if len(entries) == _ENTRIES else None,
        groups=directory.groups(),
    )  # fmt: skip
