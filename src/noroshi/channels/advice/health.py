from noroshi.channels.advice.actions import Advice, Both


def advice_for(code: str) -> Advice:
    return Advice(
        Both("{手|て}を あらう", "Wash hands"),
        (Both("{手|て}を あらってください。", "Wash your hands."),),
    )
