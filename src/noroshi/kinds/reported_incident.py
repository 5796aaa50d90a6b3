"""Incidents that residents report: similar reports from one place and time, put together."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

INCIDENT, TRIAGE = "disaster.incident", "disaster.triage"
#: What an officer may have made of it.
STATES = ("new", "confirmed", "dispatched", "resolved", "dismissed")


@kind(INCIDENT, en="Incident reported by residents", ja="住民通報のまとまり", layer="reports")
class ReportedIncident(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What several people seem to report of the same thing. Computed; nobody confirmed it unless
    `state` says so."""

    category: Annotated[str, note("分類", "as in disaster.resident_report")]
    title: Annotated[str, note("件名", "what and where, in one line")]
    reports: Annotated[int, note("通報数", "how many reports it rests on")]
    reporters: Annotated[int, note("通報者数", "how many different people reported [persons]")]
    danger: Annotated[bool, note("生命の危険", "life is in danger, as at least one says")] = False
    certainty: Annotated[
        float, note("確からしさ", "probability that it is so, 0–1; by how many say so, and what")
    ] = 0.0
    depth: Annotated[float | None, note("浸水深", "median of the depths told [m]")] = None
    persons: Annotated[int | None, note("人数", "most people that a report tells of")] = None
    radius: Annotated[float, note("広がり", "within which the reports lie [m]")] = 0.0
    place: Annotated[str, note("場所", "name of the place most say")] = ""
    first: Annotated[str | None, note("最初の通報", "time of the first report, RFC 3339")] = None
    last: Annotated[str | None, note("最後の通報", "time of the newest report, RFC 3339")] = None
    denied: Annotated[int, note("否定", "people nearby who say that it is not so")] = 0
    state: Annotated[
        str, note("対応状況", "new, confirmed, dispatched, resolved or dismissed, by an officer")
    ] = "new"
    keys: Annotated[list[str], note("通報のキー", "keys of the reports, newest first")] = []


@kind(TRIAGE, en="Officer's decision on a report", ja="通報への対応", layer="reports")
class Triage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an officer made of a report; the newest one holds. Its key is that of the report."""

    state: Annotated[str, note("対応状況", "new, confirmed, dispatched, resolved or dismissed")]
    answer: Annotated[str, note("通報者への返答", "what the reporter is told, in Japanese")] = ""
    answer_en: Annotated[str, note("返答（英語）", "the same in English")] = ""
    of: Annotated[str, note("まとまり", "key of the incident, if it was decided for all of it")] = (
        ""
    )
    note_: Annotated[str, note("メモ", "remark for other officers")] = msgspec.field(
        default="", name="note"
    )
