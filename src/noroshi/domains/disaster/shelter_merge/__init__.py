"""One record per real shelter, from all lists that name it, for everyone who counts shelters."""

from noroshi.core.capability import Capability

CAPABILITY = Capability(
    title="Shelters, merged",
    title_ja="統合避難所",
    sentence="Which real facility each row of each list of shelters is, and what is known of it, "
    "for duty officers and for every product that counts shelters.",
    sentence_ja="国・県・市町村の各避難所一覧の行がどの実在施設かを照合し、"
    "施設ごとに分かっていることを一件にまとめて、当直者と避難所を数える全ての処理に示す。",
    consumes=("disaster.shelter",),
    produces=("disaster.shelter_merged",),
    build=f"{__name__}.products:build",
    params=f"{__name__}.products:Params",
    scope=f"{__name__}.products:scope",
)
