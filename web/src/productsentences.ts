/** One line of what a computed record says. */
import { readTime, showCount, showRange, showTime } from "./format.ts";
import { code, line, listed, persons, time, value } from "./phrases.ts";
import { isOver } from "./productsigns.ts";
import { type Feature, type Properties, number, text } from "./types.ts";
import { either, say, sayCode } from "./words.ts";

const list = (feature: Feature, name: string): Properties[] => (Array.isArray(feature.properties[name]) ? (feature.properties[name] as Properties[]) : []);
const codes = (feature: Feature, name: string, but = ""): string => list(feature, name).filter((one) => String(one) !== but).map((one) => sayCode(String(one), name)).join(either("・", ", "));
const range = (feature: Feature, name: string, ja: string, en: string): string => {
  const found = showRange(feature.properties[name], "persons");
  return found === null ? "" : `${either(ja, en)} ${found}`;
};
const hour = (stated: unknown): string => {
  const found = readTime(stated);
  return found === null ? "" : showTime(found);
};
const differ = (feature: Feature): string => {
  const n = list(feature, "conflicts").length;
  return n ? either(`食い違い ${n}項目`, `${n} conflicts`) : "";
};
const level = (found: number | null): string => (found === null ? either("なし", "none") : either(`レベル${found}`, `level ${found}`));

function room(feature: Feature): string {
  const [people, most] = [number(feature, "headcount"), number(feature, "capacity")];
  if (people === null) return most === null ? "" : either(`収容 ${showCount(most)}人`, `holds ${showCount(most)}`);
  return say("people", { n: most === null ? showCount(people) : `${showCount(people)} / ${showCount(most)}` });
}

const DAMAGE: [name: string, ja: string, en: string, unit: string][] = [
  ["dead", "死者", "dead", "人"], ["missing", "行方不明", "missing", "人"], ["severe", "重傷", "severely injured", "人"], ["slight", "軽傷", "slightly injured", "人"],
  ["injured", "負傷", "injured", "人"], ["destroyed", "全壊", "destroyed", "棟"], ["half", "半壊", "half destroyed", "棟"], ["partial", "一部破損", "damaged", "棟"],
  ["above_floor", "床上", "above floor", "棟"], ["below_floor", "床下", "below floor", "棟"],
];

export const PRODUCT_SENTENCES: Record<string, (feature: Feature) => string> = {
  "disaster.isolation": (one) => {
    const [best] = list(one, "reopen");
    return line(code(one, "status"), persons(one, "persons", "", "residents").trim(), text(one, "municipality"), time(one, "since", "孤立開始", "since"),
      best && either(`解消する道路: ${String(best["name"] || best["links"])}`, `freed by: ${String(best["name"] || best["links"])}`));
  },
  "disaster.reopening": (one) => line(value(one, "order", "順位", "rank", "", 1, 0), persons(one, "persons", "解消", "frees"), persons(one, "over75", "うち75歳以上", "aged 75+"),
    number(one, "closures") === 2 && either("２か所の同時啓開", "both of two closures"), text(one, "reason")),
  "disaster.road_state": (one) => line(sayCode(text(one, "status"), "passage"), text(one, "reason"), text(one, "municipality"), codes(one, "restrictions", text(one, "status")), time(one, "since", "開始", "since"), time(one, "until", "解除予定", "until"),
    codes(one, "conflicts"), one.properties["unmatched"] === true && either("リンク未特定", "no link found"), one.properties["old"] === true && either("古い情報", "old")),
  "infrastructure.probe_passage": (one) => line(value(one, "vehicles", "通過", "passed", either("台", " vehicles"), 1, 0), time(one, "start", "", "from").trim(), time(one, "end", "〜", "to"), text(one, "provider")),
  "disaster.shelter_merged": (one) => line(sayCode(text(one, "status") || "unknown"), room(one), isOver(one.properties) && either("収容人数を超過", "over capacity"), text(one, "crowding") && sayCode(text(one, "crowding")),
    text(one, "municipality"), differ(one), list(one, "members").length > 1 && either(`${list(one, "members").length}件の記載を統合`, `of ${list(one, "members").length} rows`)),
  "disaster.shelter_risk": (one) => line(code(one, "grade"), list(one, "reasons").slice(0, 3).map((why) => {
    const what = String(why["what"] ?? "");
    return sayCode(String(why["reason"]), "reason") + (what ? either(`（${what}）`, ` (${what})`) : "");
  }).join(either("・", ", ")), room(one), text(one, "municipality")),
  "disaster.shelter_demand": (one) => line(code(one, "state"), range(one, "expected", "見込み", "expected"), persons(one, "sheltered", "現在", "now"), range(one, "missing", "不足", "no room for")),
  "disaster.alert_overview": (one) => {
    const next = one.properties["next"] as Properties | null | undefined;
    return line(`${either("気象情報等", "warnings")} ${level(number(one, "agency_level"))}`, `${either("避難情報", "orders")} ${number(one, "order_level") === null ? either("受信なし", "none received") : `${text(one, "order_kind")} ${level(number(one, "order_level"))}`}`,
      one.properties["order_not_received"] === true && either("避難指示等は未受信", "no order of level 4 received"), persons(one, "persons", "対象", "for"),
      next && `${hour(next["time"])} ${either("見込み", "expected")} ${level(typeof next["after"] === "number" ? next["after"] : null)}`);
  },
  "disaster.flood_state": (one) => {
    const silent = text(one, "state") === "silent" || text(one, "state") === "unknown";
    return line(code(one, "state"), silent && text(one, "last_state") && `${either("途絶前", "before")}: ${code(one, "last_state")}`, text(one, "step_name"), code(one, "trend"),
      value(one, "depth_at_least", "深さ", "depth", either("cm以上", " cm or more"), 100, 0), value(one, "level", "水位", "level", " m", 1, 2), value(one, "rain_hour", "１時間", "1 h", " mm"),
      silent ? time(one, "heard", "最後の受信", "last heard") : time(one, "since", "開始", "since"), text(one, "why") !== "reported" && code(one, "why"), text(one, "river"));
  },
  "disaster.inundation": (one) => line(value(one, "probability", "浸水確率", "probability", "%", 100, 0), code(one, "place"), one.properties["observed"] === true ? either("観測", "observed") : either("推定", "estimated"),
    `${either("根拠", "by")}: ${code(one, "cause")}`, one.properties["confirmed"] === true && either("氾濫発生情報あり", "overflow confirmed"), value(one, "length", "浸水延長", "streets", " m", 1, 0)),
  "disaster.exposure": (one) => line(range(one, "persons", "範囲内", "inside") || either("人口は未集計", "not counted"), range(one, "age_75", "75歳以上", "aged 75+"), text(one, "severity"),
    text(one, "meaning") !== "in_force" && code(one, "meaning"), codes(one, "not_counted") && `${either("未集計", "left out")}: ${codes(one, "not_counted")}`),
  "infrastructure.outage_area": (one) => {
    const half = (one.properties["ninety"] ?? {}) as Properties;
    return line(code(one, "status"), value(one, "customers_out", "", "", either("戸", " customers"), 1, 0).trim(), value(one, "share", "支障率", "share", "%", 100, 0),
      half["at"] !== undefined && `${either("90%復旧", "90 % back")} ${half["at"] === null ? either("見込み立たず", "not foreseeable") : `${hour(half["at"])}${either("ごろ", "")}`}`,
      one.properties["stale"] === true && either("古い情報", "old"), differ(one));
  },
  "infrastructure.station_outlook": (one) => line(code(one, "state"), text(one, "state") !== "working" && time(one, "dark_at", "停波見込み", "dark at"), one.properties["presumed"] === true && either("推定", "presumed"),
    persons(one, "served", "圏内", "serves"), text(one, "operator"), text(one, "conflict") && either("食い違いあり", "conflict")),
  "disaster.damage_total": (one) => {
    const said = DAMAGE.filter(([name]) => number(one, name) !== null).map(([name, ja, en, unit]) => `${either(ja, en)} ${showCount(number(one, name) ?? 0)}${either(unit, "")}`);
    const disputed = list(one, "disputed").length;
    return line(said.slice(0, 7).join(either("・", ", ")) || either("人的・住家被害の報告なし", "no damage to people or houses reported"), number(one, "municipalities") !== null && either(`${showCount(number(one, "reported") ?? 0)} / ${showCount(number(one, "municipalities") ?? 0)}市町村が報告`, `${number(one, "reported")} of ${number(one, "municipalities")} municipalities`),
      disputed > 0 && either(`不一致 ${disputed}項目`, `${disputed} disputed`));
  },
  "disaster.situation_report": (one) => line(time(one, "at", "時点", "of"), text(one, "area") || either("全域", "everything"), listed({ ...one, properties: { items: list(one, "items").map((item) => item["title"]) } }, "items", 4)),
  "node.source_health": (one) => line(code(one, "state"), either(text(one, "sentence_ja"), text(one, "sentence"))),
};
