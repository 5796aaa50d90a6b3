/** Signs on the map: one character for what a thing is, and colour, frame and corner for how it fares. */
import type { ExpressionSpecification } from "maplibre-gl";
import { showCount } from "./format.ts";
import type { Mark } from "./scales.ts";
import type { Properties } from "./types.ts";
import { PRODUCT_SIGNS } from "./productsigns.ts";
import { BESIDE_INCIDENTS, REPORT_SIGNS } from "./reportsigns.ts";
import { either } from "./words.ts";

/** good and bad are of what can fail; plain is what only stands there. */
export type How = "bad" | "warn" | "good" | "unknown" | "plain";

/** A word by the value of a property. */
interface ByValue<T extends string> { by: string; words: Record<string, T>; otherwise: T }

export interface Sign {
  glyph: string | ByValue<string>;
  how: How | ByValue<How>;
  /** What the map says under the sign. */
  below?: (properties: Properties) => string;
  /** What overrules `how` in a whole record; tiles do without. */
  overrule?: (properties: Properties) => How | null;
  /** Of a line: true where its colour and its line are all the map shows of it. */
  bare?: (properties: Properties) => boolean;
  /** How grave it is among all that happens, where that is not what `how` amounts to. */
  rank?: (properties: Properties) => number | null;
}

const FACILITIES: Record<string, string> = {
  school: "学", hospital: "病", clinic: "診", welfare: "福", community_centre: "公", fire_station: "消", police: "交",
  city_hall: "役", base: "拠", substation: "変", power_plant: "発", water_plant: "浄", sewage_plant: "下", gas_plant: "ガ",
  base_station: "局", dam: "ダ", reservoir: "池", pump_station: "ポ", gate: "門", port: "港", airport: "空", station: "駅",
  heliport: "Ｈ", bridge: "橋", tunnel: "隧", rain_gauge: "雨", water_gauge: "川", flood_sensor: "浸", seismic_station: "震",
  tide_gauge: "潮", camera: "カ", siren: "鳴",
};

export const number = (properties: Properties, name: string): number | null => (typeof properties[name] === "number" ? properties[name] : null);
export const count = (name: string) => (properties: Properties): string => {
  const found = number(properties, name);
  return found ? showCount(found) : "";
};
export const percent = (value: number | null): string => (value === null ? "" : `${Math.round(value * 100)}%`);
/** Half an hour is worth saying, a second is not. */
const hours = (value: number | null): string => (value === null ? "" : value < 36_000 ? `${(value / 3600).toFixed(1)}h` : `${Math.round(value / 3600)}h`);

export const SIGNS: Record<string, Sign> = {
  ...PRODUCT_SIGNS,
  ...REPORT_SIGNS,
  "infrastructure.facility": { glyph: { by: "category", words: FACILITIES, otherwise: "施" }, how: "plain" },
  "infrastructure.outage": {
    glyph: { by: "service", words: { power: "電", water: "水", sewage: "下", gas: "ガ", telecom: "通" }, otherwise: "供" },
    how: { by: "status", words: { out: "bad", partial: "warn", restored: "good" }, otherwise: "unknown" },
    below: count("customers_out"),
  },
  "infrastructure.base_station": {
    glyph: "局",
    how: { by: "status", words: { on: "good", degraded: "warn", off: "bad" }, otherwise: "unknown" },
    below: (properties) => (properties["status"] === "off" ? "" : hours(number(properties, "battery"))),
    overrule: ({ status, power }) => (status === "on" && (power === "battery" || power === "generator") ? "warn" : null),
  },
  "health.hospital_status": {
    glyph: "病",
    how: { by: "status", words: { normal: "good", limited: "warn", stopped: "bad", evacuating: "bad" }, otherwise: "unknown" },
  },
  "health.shelter_syndrome": { glyph: "症", how: "plain", below: count("seen") },
  "disaster.flood_sensor": {
    glyph: "浸",
    how: { by: "state", words: { dry: "good", wet: "bad" }, otherwise: "unknown" },
    below: (properties) => {
      const depth = number(properties, "depth");
      return properties["state"] === "wet" && depth ? `≥${Math.round(depth * 100)}cm` : "";
    },
    overrule: ({ silent }) => (silent === true ? "unknown" : null),
  },
  "disaster.dam": {
    glyph: "ダ",
    how: {
      by: "operation", otherwise: "unknown",
      words: { normal: "good", preliminary_release: "warn", flood_control: "warn", after_release: "warn", emergency_release_announced: "bad", emergency_release: "bad" },
    },
    below: (properties) => percent(number(properties, "storage_ratio")),
  },
  "disaster.river_level": {
    glyph: "川", how: "plain",
    below: ({ observed }) => {
      const level = observed && typeof observed === "object" ? number(observed as Properties, "level") : null;
      return level === null ? "" : `${level.toFixed(1)}m`;
    },
  },
  "disaster.alert": {
    glyph: "報",
    how: { by: "severity", words: { Extreme: "bad", Severe: "bad", Moderate: "warn", Minor: "plain" }, otherwise: "plain" },
  },
  "cyber.incident": {
    glyph: "網",
    how: { by: "status", words: { suspected: "warn", ongoing: "bad", contained: "warn", recovering: "warn", resolved: "good" }, otherwise: "unknown" },
  },
};

const chosen = <T extends string>(from: T | ByValue<T>, properties: Properties): T =>
  typeof from === "string" ? from : (from.words[String(properties[from.by])] ?? from.otherwise);

/** How a record fares, or null where its kind has no sign. */
export function howOf(kind: string, properties: Properties): How | null {
  const sign = SIGNS[kind];
  return sign ? (sign.overrule?.(properties) ?? chosen(sign.how, properties)) : null;
}

/** The name of a record's sign, or null where its kind has none; `icons.ts` draws it. `as` is for the legend. */
export function signOf(kind: string, properties: Properties, as: How | null = null): string | null {
  const sign = SIGNS[kind];
  if (!sign || (!as && sign.bare?.(properties))) return null;
  return `sign|${chosen(sign.glyph, properties)}|${as ?? howOf(kind, properties)}|${as ? "" : (sign.below?.(properties) ?? "")}`;
}

/** Gravity of what fails, is short, unknown or good: below what is told under "gravest first". */
const SIGN_GRAVITY: Record<How, number> = { bad: 9, warn: 6, unknown: 3, good: 1, plain: 0 };
const INKS: Record<How, [colour: string, ink: string, after: string]> = {
  bad: ["#B00020", "#FFFFFF", "×"], warn: ["#FFC23D", "#101010", "!"], unknown: ["#E6E9EC", "#3C454D", "?"],
  good: ["#FFFFFF", "#00733E", ""], plain: ["#FFFFFF", "#1F4E79", ""],
};

/** The sign of a record beside its name: its character, and what follows it says how it fares. */
export function signMark(kind: string, properties: Properties): Mark | null {
  const sign = SIGNS[kind];
  const how = howOf(kind, properties);
  if (!sign || !how) return null;
  const [colour, ink, after] = INKS[how];
  return { scale: "sign", rank: sign.rank?.(properties) ?? SIGN_GRAVITY[how], colour, ink, text: chosen(sign.glyph, properties) + after };
}

/** The same of a feature in a tile, as the map computes it; null where the kind has no sign. */
export function signInTile(kind: string): ExpressionSpecification | null {
  const sign = SIGNS[kind];
  return sign ? ["concat", "sign|", inTile(sign.glyph), "|", inTile(sign.how), "|"] : null;
}

/** How many members of a cluster in a tile fail; null where the kind has no sign that says so. */
export function badInTile(kind: string): ExpressionSpecification | null {
  const how = SIGNS[kind]?.how;
  if (!how || typeof how === "string") return null;
  const bad = Object.entries(how.words).filter(([, one]) => one === "bad");
  return ["+", 0, ...bad.map(([word]) => ["coalesce", ["get", `${how.by}:${word}`], 0])] as unknown as ExpressionSpecification;
}

/** The bubble of a cluster some of which fail: how many, of how many. */
export const badBubble = (bad: string, all: string): string => `cluster|×${bad}/${all}|#FFD3D9|#7A0016`;

function inTile(from: string | ByValue<string>): ExpressionSpecification | string {
  if (typeof from === "string") return from;
  const pairs = Object.entries(from.words).flat();
  return ["match", ["to-string", ["coalesce", ["get", from.by], ""]], ...pairs, from.otherwise] as unknown as ExpressionSpecification;
}

/** The colour of a sign's frame; of lines and areas that have the sign, too. */
export const HOW_COLOURS: Record<How, string> = { bad: "#B00020", warn: "#B25E00", good: "#00733E", unknown: "#5D6771", plain: "#1F4E79" };

export const howWord = (how: How): string => ({
  bad: either("支障・危険", "bad"), warn: either("一部・注意", "partly, take care"), good: either("支障なし", "good"),
  unknown: either("不明・途絶・未確認", "unknown, silent or not confirmed"), plain: "",
})[how];

/** Colours of roads by rank: the greater, the darker. */
export const ROADS: Record<string, [colour: string, width: number]> = {
  expressway: ["#006B3C", 3], national: ["#B0413E", 2.4], prefectural: ["#8A6A00", 1.8], municipal: ["#6E7882", 1.1], lane: ["#8C959D", 0.8],
};
/** Residents of a grid square from which on each colour counts. */
export const PERSONS: [least: number, colour: string][] = [[0, "#DCE9F2"], [50, "#A9CBE0"], [200, "#6FA8CC"], [500, "#3A7FB0"], [1000, "#14527F"]];

/** What the map shows when somebody ticks it: it lies where other marks do, or is of use to few. */
const ASKED_FOR = ["disaster.alert_overview", "disaster.exposure", "infrastructure.probe_passage", ...BESIDE_INCIDENTS];

/** What stands on the map without a disaster: asked for by who needs it, and from this zoom on. */
export const REGISTERED: Record<string, number> = {
  "infrastructure.facility": 7, "infrastructure.population_mesh": 8, "infrastructure.road_link": 9.5,
};

/** Layers that are off until somebody asks for them. */
export const OFF_AT_FIRST: ReadonlySet<string> = new Set([...Object.keys(REGISTERED), ...ASKED_FOR]);
