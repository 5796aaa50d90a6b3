"""Errors of issuing in Japanese, for the officers' page and the command line."""

from __future__ import annotations

import re

from noroshi.core.errors import NoroshiError

#: What an error says, as a pattern → the same and what to do, in Japanese.
_JA = {
    r"the draft was changed since it was shown":
        "表示したあとに下書きが変わりました。いまの内容を見て、もう一度判断してください。",
    r"of two approvals none is the author's":
        "2人の承認が必要な下書きは、作成者は承認できません。別の人が承認してください。",
    r"you have approved it already": "すでに承認しています。もう1人の承認が必要です。",
    r"(\d) must approve it, (\d) did": "{0}人の承認が必要です（いま{1}人）。",
    r"another edition was issued since it was drafted":
        "下書きのあとに別の版が発信されました。もう一度確かめてください。",
    r"it would be over already": "期限を過ぎています。期限を延ばしてください。",
    r"this alert is not in force any more":
        "この緊急情報はもう発令中ではありません。新しく発信してください。",
    r"this alert was issued already": "この緊急情報はすでに発信されています。",
    r"this alert was never issued": "この緊急情報はまだ発信されていません。",
    r"this draft is (\w+)": "この下書きはもう変えられません（{0}）。",
    r"why is it rejected\?": "却下の理由を300字以内で入力してください。",
    r"expires: an extension ends later than the alert in force":
        "継続の期限は、いまの期限より後にしてください。短くするには更新します。",
    r"expires: a correction is of words":
        "訂正では期限を変えられません。継続または更新を使ってください。",
    r"expires: it is over already, or holds for more than 31 days":
        "期限は、いまより後で31日以内にしてください。",
    r"it says what is in force already: nothing was drafted":
        "発令中のものと同じ内容です。下書きは作りませんでした。",
    r"alarm: only an update may alarm again": "もう一度鳴らせるのは更新だけです。",
    r"(\w+) changes (.+) alone": "ここで変えられるのは {1} だけです。ほかは更新で変えます。",
    r"(.+) is not a time":
        "{0} は時刻として読めません。2026-09-01T18:00 または 6h のように書きます。",
    r"places: no name is known of (.+)":
        "{0} の名前がわかりません。17202=七尾市（ななおし） と書くか、行政区域を取り込みます。",
    r"places: none": "対象地域のコードを入力してください（例 17202）。",
    r"level: (\d) *": "警戒レベル {0} は、この災害・行動では使えません。",
    r"level: (.+)": "警戒レベルは1から5です（洪水・大雨・浸水・土砂災害・高潮のみ）。",
    r"languages: .*": "言語は ja を先頭に、語句表のあるものだけを並べます。",
    r"reasons(?:\.\w+)?: .*": "理由は、発信する言語について、改行なしの500字以内にします。",
    r"expires: before it begins": "期限は開始より後にしてください。",
    r"approvals: 1 or 2": "承認する人数は1か2です。",
    r"not a municipality code: (.+)": "地域コード {0} が読めません。5桁（17202）で書きます。",
    r"wrong check digit in municipality code (.+)": "地域コード {0} の検査数字が違います。",
}  # fmt: skip


def in_japanese(error: NoroshiError) -> str:
    """What was wrong and what to do; as it is, where there are no words for it."""
    for pattern, text in _JA.items():
        found = re.fullmatch(pattern, error.what)
        if found is not None:
            return text.format(*found.groups())
    return str(error)
