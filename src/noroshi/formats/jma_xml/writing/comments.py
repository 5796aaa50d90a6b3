"""The fixed sentences of seismic and tsunami telegrams by their codes (固定付加文).

Worded as in JMA's samples, but for 0211, whose wording is that of 2013, and 0212 and 0216, which no
sample holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.formats.jma_xml.writing.telegram import SEIS, Element, add

_REFUGE = (
    "沿岸部や川沿いにいる人はただちに高台や避難ビルなど安全な場所へ避難してください。\n"
    "津波は繰り返し襲ってきます。警報が解除されるまで安全な場所から離れないでください。"
)
SENTENCES = {
    "0104": (
        "今後もしばらく海面変動が続くと思われますので、海水浴や磯釣り等を行う際は注意してください。"
    ),
    "0107": "現在、大津波警報・津波警報・津波注意報を発表している沿岸はありません。",
    "0109": "津波と満潮が重なると、津波はより高くなりますので一層厳重な警戒が必要です。",
    "0110": "津波と満潮が重なると、津波はより高くなりますので十分な注意が必要です。",
    "0111": (
        "場所によっては、観測した津波の高さよりさらに大きな津波が到達しているおそれがあります。"
    ),
    "0112": "今後、津波の高さは更に高くなることも考えられます。",
    "0114": (
        "津波による潮位変化が観測されてから最大波が観測されるまでに数時間以上かかることがあります。"
    ),
    "0115": "沖合での観測値であり、沿岸では津波はさらに高くなります。",
    "0121": f"＜大津波警報＞\n大きな津波が襲い甚大な被害が発生します。\n{_REFUGE}",
    "0122": f"＜津波警報＞\n津波による被害が発生します。\n{_REFUGE}",
    "0123": (
        "＜津波注意報＞\n海の中や海岸付近は危険です。\n"
        "海の中にいる人はただちに海から上がって、海岸から離れてください。\n"
        "潮の流れが速い状態が続きますので、注意報が解除されるまで海に入ったり"
        "海岸に近づいたりしないようにしてください。"
    ),
    "0124": (
        "＜津波予報（若干の海面変動）＞\n若干の海面変動が予想されますが、被害の心配はありません。"
    ),
    "0131": (
        "警報が発表された沿岸部や川沿いにいる人はただちに高台や避難ビルなど"
        "安全な場所へ避難してください。\n"
        "到達予想時刻は、予報区のなかで最も早く津波が到達する時刻です。"
        "場所によっては、この時刻よりもかなり遅れて津波が襲ってくることがあります。\n"
        "到達予想時刻から津波が最も高くなるまでに数時間以上かかることがありますので、"
        "観測された津波の高さにかかわらず、警報が解除されるまで安全な場所から"
        "離れないでください。"
    ),
    "0132": "場所によっては津波の高さが「予想される津波の高さ」より高くなる可能性があります。",
    "0141": "東日本大震災クラスの津波が来襲します。",
    "0143": "沖合で高い津波を観測したため大津波警報・津波警報を切り替えました。",
    "0149": "ただちに避難してください。",
    "0201": "強い揺れに警戒してください。",
    "0211": "津波警報等（大津波警報・津波警報あるいは津波注意報）を発表中です。",
    "0212": (
        "この地震により、日本の沿岸では若干の海面変動があるかもしれませんが、"
        "被害の心配はありません。"
    ),
    "0215": "この地震による津波の心配はありません。",
    "0216": "震源が海底の場合、津波が発生するおそれがあります。",
    "0217": "今後の情報に注意してください。",
    "0221": "太平洋の広域に津波発生の可能性があります。",
    "0228": ("一般的に、この規模の地震が海域の浅い領域で発生すると津波が発生することがあります。"),
    "0229": "日本への津波の有無については現在調査中です。",
    "0241": "この地震について、緊急地震速報を発表しています。",
    "0256": "震源要素を訂正します。",
    "0262": "＊印は気象庁以外の震度観測点についての情報です。",
}


def add_comments(
    body: Element,
    *,
    warning: Sequence[str] = (),
    forecast: Sequence[str] = (),
    var: Sequence[str] = (),
    free: str = "",
    gap: str = "\n",
) -> None:
    """Comments at the end of `body`: codes of fixed sentences by their sort, and free prose.

    `gap` stands between sentences; tsunami telegrams have an empty line there. Raises KeyError
    for a code whose sentence is not known here.
    """
    sorts = (("WarningComment", warning), ("ForecastComment", forecast), ("VarComment", var))
    if not free and not any(codes for _, codes in sorts):
        return
    comments = add(body, SEIS + "Comments")
    for tag, codes in sorts:
        if codes:
            child = add(comments, SEIS + tag, codeType="固定付加文")
            add(child, SEIS + "Text", gap.join(SENTENCES[code] for code in codes))
            add(child, SEIS + "Code", " ".join(codes))
    if free:
        add(comments, SEIS + "FreeFormComment", free)
