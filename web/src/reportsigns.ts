/** Signs and sentences of what residents report, what officers make of it, and what is issued to residents. */
import { readTime, showCount } from "./format.ts";
import { code, line, persons, time, value } from "./phrases.ts";
import type { Sign } from "./signs.ts";
import { type Feature, type Properties, number, text } from "./types.ts";
import { either, isFieldCode, sayCode } from "./words.ts";

const WHAT: Record<string, string> = {
  trapped: "閉", injury: "傷", fire: "火", flood: "浸", landslide: "崩", road: "道", outage: "停", water: "水",
  supply: "物", shelter: "避", rumour: "噂", safe: "無",
};
const GRAVE = ["trapped", "injury", "fire", "flood", "landslide"];
const GLYPH = { by: "category", words: WHAT, otherwise: "他" };

const amount = (properties: Properties, name: string): number => (typeof properties[name] === "number" ? properties[name] : 0);
const isSure = (state: unknown): boolean => state === "confirmed" || state === "dispatched";
const isOver = (state: unknown): boolean => state === "resolved" || state === "dismissed";

export const REPORT_SIGNS: Record<string, Sign> = {
  "disaster.incident": {
    glyph: GLYPH,
    how: { by: "danger", words: { true: "bad" }, otherwise: "warn" },
    // What nobody has confirmed is marked so, unless a life may hang on it.
    overrule: ({ state, danger }) =>
      state === "resolved" ? "good" : state === "dismissed" ? "plain" : danger === true ? "bad" : isSure(state) ? "warn" : "unknown",
    below: (properties) => either(`通報${showCount(amount(properties, "reporters"))}`, `${showCount(amount(properties, "reporters"))} say`),
    rank: (properties) => {
      const { state, danger, category } = properties;
      if (isOver(state)) return state === "resolved" ? 1 : 0;
      if (danger === true) return isSure(state) ? 37 : amount(properties, "certainty") >= 0.5 ? 33 : 26;
      if (!GRAVE.includes(String(category))) return 8;
      return isSure(state) ? 29 : amount(properties, "certainty") >= 0.6 ? 25 : 8;
    },
  },
  "disaster.resident_report": {
    glyph: GLYPH,
    how: { by: "danger", words: { true: "bad" }, otherwise: "unknown" },
    overrule: ({ sees, category }) => (sees === false || category === "safe" ? "plain" : null),
    below: (properties) => (amount(properties, "depth") ? `${Math.round(amount(properties, "depth") * 100)}cm` : ""),
    // Its incident is told instead.
    rank: () => 0,
  },
  "disaster.triage": {
    glyph: "応",
    how: { by: "state", words: { new: "unknown", confirmed: "warn", dispatched: "warn", resolved: "good", dismissed: "plain" }, otherwise: "unknown" },
    rank: () => 0,
  },
};

/** Those of them that lie where their incidents do: shown to who asks. */
export const BESIDE_INCIDENTS = ["disaster.resident_report", "disaster.triage"];

/** What an issued alert says under `name` in the language of the page, or else in its first. */
function said(feature: Feature, name: string): string {
  const all = Array.isArray(feature.properties["texts"]) ? (feature.properties["texts"] as Properties[]) : [];
  const found = (all.find((one) => one["language"] === either("ja", "en")) ?? all[0])?.[name];
  // Readings ({漢字|かな}) are for pages that can set them above.
  return typeof found === "string" ? found.replaceAll(/\{([^{}|]+)\|[^{}|]+\}/g, "$1") : "";
}

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);

/** What the legend says of a sign of one of them. */
export const reportWord = (feature: Feature): string => either(`通報: ${reported(feature)}`, `Reported: ${reported(feature)}`);

/** What a report is about: `road` and a few others are called otherwise where they are not of reports. */
function reported(feature: Feature): string {
  const category = text(feature, "category");
  return sayCode(category, isFieldCode(category, "reported") ? "reported" : "category");
}

/** What they are called; null for other kinds, and where a record does not say. */
export function reportTitle(kind: string, feature: Feature): string | null {
  const place = text(feature, "place");
  switch (kind) {
    case "disaster.incident":
      return either(text(feature, "title"), "") || capital([reported(feature), place].filter(Boolean).join(either("　", ", ")));
    case "disaster.resident_report":
      return capital([reported(feature), place].filter(Boolean).join(either("　", ", ")));
    case "disaster.triage":
      return either(`対応：${code(feature, "state")}`, `Decision: ${code(feature, "state")}`);
    case "disaster.issued_alert":
      return said(feature, "headline") || null;
    default:
      return null;
  }
}

const strings = (feature: Feature, name: string): string[] =>
  (Array.isArray(feature.properties[name]) ? (feature.properties[name] as unknown[]).map(String) : []);
const several = (all: string[], most: number): string =>
  all.slice(0, most).join(either("・", ", ")) + (all.length > most ? either(` ほか${all.length - most}`, ` and ${all.length - most} more`) : "");

export const REPORT_SENTENCES: Record<string, (feature: Feature) => string> = {
  "disaster.incident": (one) => {
    const [people, reports] = [number(one, "reporters") ?? 0, number(one, "reports") ?? 0];
    const decided = isSure(one.properties["state"]) || isOver(one.properties["state"]);
    return line(!decided ? either("未確認の通報", "reported, not confirmed") : code(one, "state"),
      either(`${showCount(people)}人・${showCount(reports)}件`, `${showCount(people)} ${people === 1 ? "person" : "people"}, ${showCount(reports)} ${reports === 1 ? "report" : "reports"}`),
      one.properties["danger"] === true && either("生命の危険", "life in danger"),
      !decided && value(one, "certainty", "確からしさ", "likely", "%", 100, 0),
      value(one, "depth", "深さ", "depth", " cm", 100, 0), persons(one, "persons", "関係する人", "people concerned"),
      persons(one, "denied", "否定", "denied by"), time(one, "last", "最新", "newest"));
  },
  "disaster.resident_report": (one) => line(
    one.properties["sees"] === false ? either("近くの人が否定", "a neighbour denies it") : one.properties["sees"] === true && either("近くの人も確認", "a neighbour sees it too"),
    one.properties["danger"] === true && either("生命の危険", "life in danger"), text(one, "service") && code(one, "service"),
    value(one, "depth", "深さ", "depth", " cm", 100, 0), persons(one, "persons", "関係する人", "people concerned"), time(one, "seen", "確認", "seen"),
    one.properties["picture"] === true && either("写真あり", "with a picture"), `${either("位置", "place")}: ${sayCode(text(one, "placed") || "name", "placed")}`,
    either("本人の申告・未確認", "as the person says, not confirmed")),
  "disaster.triage": (one) => line(text(one, "of") ? either("まとまり全体", "for the whole incident") : either("この通報のみ", "for this report alone"),
    either(text(one, "answer"), text(one, "answer_en") || text(one, "answer")), text(one, "note")),
  "disaster.issued_alert": (one) => {
    const level = number(one, "level");
    // What is at its default is left out of a record, and the envelope's word of the same name stands there.
    const own = (name: string, field: string): string => (isFieldCode(text(one, name), field) ? sayCode(text(one, name), field) : "");
    return line(own("kind", "edition"), level !== null && either(`レベル${level}`, `level ${level}`), own("action", "action"),
      said(one, "place") || several([...strings(one, "area_names"), ...strings(one, "districts")], 4), readTime(one.properties["expires"]) !== null && time(one, "expires", "失効", "until"),
      text(one, "issuer") && `${either("発信", "by")} ${text(one, "issuer")}`);
  },
};
