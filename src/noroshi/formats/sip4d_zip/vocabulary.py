"""The words that the metadata of SIP4D-ZIP take (JSA-S1016:2023, as NIED's checker lists them)."""

CATEGORIES = (
    "気象", "地震", "津波", "土砂災害", "洪水", "火山", "人的被害", "建物被害", "公共施設", "交通",
    "ライフライン", "通信", "燃料・エネルギー", "SNS情報", "画像・動画", "避難", "物資", "医療",
    "廃棄物", "派遣", "本部設置", "法律適用", "その他",
)  # fmt: skip
#: Who may see it: ISUT-SITE only, organisations that respond, everyone.
AUDIENCES = ("ＩＳＵＴ－ＳＩＴＥのみ公開可能", "災害対応機関のみ公開可能", "一般公開可能")
FLAGS = ("通常", "訓練", "試験")
LICENCES = ("cc-zero", "cc-by", "cc-by-sa", "cc-nc", "other-nc", "other-closed")
