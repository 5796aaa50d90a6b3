"""What a world's folder says of itself: README and settings."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.feeds.drill.files.paper import File
from noroshi.feeds.drill.world.model import World


def settings(world: World, files: Iterable[File]) -> str:
    """A part of a node's `settings.toml`: the senders of the files, each with its mapping."""
    lines = [f"# {world.name}（架空）: who sends this folder's files, and how their tables read.",
             "# Copy this and mappings/ into the home of a node."]  # fmt: skip
    seen: set[str] = set()
    for file in files:
        if file.use != "ingest" or file.source in seen:
            continue
        seen.add(file.source)
        lines += ["", f'[sources."{file.source}"]', 'label = "public"']
        if file.mapping:
            lines.append(f'mapping = "{file.mapping}"')
        lines.append(f'title_ja = "訓練 {world.name} {file.owner}"')
        lines.append(f'title = "Exercise: {file.title}"')
    return "\n".join(lines) + "\n"


def readme(world: World, files: Iterable[File]) -> str:
    """The README: that it is fiction, whose which file is, and how it is taken in."""
    listed = [file for file in files if not file.path.startswith("reference/dem")]
    people = sum(one.people.total for one in world.municipalities)
    rows = [
        f"| `{file.path}` | {file.title_ja} | {file.owner} | {file.records or ''} | "
        f"{_USES[file.use]}{'（再掲）' if file.again else ''} |"
        for file in listed
    ]
    example = next((file for file in listed if file.mapping), listed[0])
    return "\n".join([
        f"# {world.name}（架空の県）/ A prefecture that does not exist", "",
        f"**この県は実在しません。** 訓練のために種（seed {world.seed}、番号 {world.number}）から"
        "計算で作った架空の県です。地名・施設・人は作り物で、コード"
        f"（都道府県 {world.code}）は実在の範囲の外にあります。場所は陸地のない海の上です。",
        f"市町村 {len(world.municipalities)}、人口 {people:,}、集落 {len(world.settlements)}、"
        f"避難所 {len(world.shelters)}。", "",
        "**This prefecture is fictional.** It was computed for drills from a seed; names, "
        "facilities and people are invented, the codes lie outside the real ranges, and there is "
        "no land at its place in the sea. The files have the formats, encodings and habits of "
        "those who would own them, so that taking them in is an exercise too.", "",
        "## 取り込み / How to take it in", "",
        "```sh",
        "cp -r settings.toml mappings basemap.pmtiles ~/.noroshi/   # a fresh home",
        *[f"noroshi places import {file.path}" for file in listed if file.use == "places"],
        f"noroshi ingest {example.path} --source {example.source}"
        "   # 送信元ごとの項目対応は settings.toml にある",
        "```", "",
        "各ファイルの送信元 ID は `world.json` にあります（`files[].source`）。"
        "`reference/` はモデルと人のためのもので、取り込みません。「再掲」は同じものを別の機関が"
        "言うファイルです。",
        "The sender's id of each file is in `world.json`. `reference/` is for models and people. "
        "再掲: another organisation says the same again.", "",
        "| ファイル | 内容 | 持ち主 | 件数 | 用途 |", "|---|---|---|---:|---|", *rows,
        "| `reference/dem/{z}/{x}/{y}.txt`, `dem_png/…` | 標高タイル（テキスト・PNG） | 国土地理院 "
        "| | 参照 |",
        "| `basemap.pmtiles` | 背景地図（PMTiles v3、ベクトル） | | | 背景 |", "",
    ])  # fmt: skip


_USES = {"ingest": "取込", "places": "地域", "reference": "参照"}
