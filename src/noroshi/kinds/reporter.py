"""Reporters: who made a report, apart from what it says."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import kind, note

#: The kind whose records are personal data of those who report.
REPORTER = "disaster.reporter"


@kind(REPORTER, en="Reporter", ja="通報者", layer="reports")
class Reporter(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True
):  # fmt: skip
    """Who made a report, and how to reach them: personal data, kept under a label of its own and
    for as long as that allows. Its key is that of the report."""

    name: Annotated[str, note("氏名", "name as given")] = ""
    phone: Annotated[str, note("電話番号", "telephone number as given")] = ""
    email: Annotated[str, note("メールアドレス", "e-mail address as given")] = ""
    consent: Annotated[
        bool, note("連絡の同意", "they agreed to be asked about the report")
    ] = False  # fmt: skip
    report: Annotated[str, note("通報の種別", "kind of the report it belongs to")] = ""
