"""What who approves a draft should look at again before it goes."""

from __future__ import annotations

from noroshi.channels.issuing.drafts import OPEN, Draft
from noroshi.channels.issuing.office import Office
from noroshi.channels.issuing.words import easy
from noroshi.channels.issuing.words.tables import table


def warnings(office: Office, draft: Draft, *, ja: bool) -> list[str]:
    """What is hard to read in an officer's own words, and what else to know before it goes."""
    content, found = draft.said, []
    if draft.why and draft.state in OPEN:
        found.append(draft.why)
    names = [one.name for one in (*content.places, *content.districts)]
    for one in easy.check(content.reasons.get("easy", ""), names):
        found.append(one.ja if ja else one.en)
    for place in (*content.places, *content.districts):
        if not place.kana:
            found.append(
                f"「{place.name}」の読みがわかりません。放送ではそのまま出ます。"
                if ja
                else f"The reading of {place.name} is not known: it is said as it is written."
            )
    own = {one for one in content.reasons if content.reasons[one]}
    missing = [table(one).name for one in content.languages if own and one not in own]
    if missing:
        listed = "・".join(missing)
        found.append(
            f"理由を書いていない言語では、決まった文が出ます：{listed}"
            if ja
            else f"Languages without your own reason say the usual one: {listed}"
        )
    if not office.outline(one.area for one in content.places):
        found.append(
            "対象地域の境界がわかりません。CAP にはコードだけで出ます。"
            if ja
            else "The boundary of the area is not known: CAP names it by code alone."
        )
    return found
