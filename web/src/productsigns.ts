/** Signs of what the node computes. How grave each is stands below the official level that it is
 * likest to: 30 is level 3, 40 level 4; from 25 on it is told under "gravest first". */
import { readTime, showCount, showTime } from "./format.ts";
import type { Sign } from "./signs.ts";
import type { Properties } from "./types.ts";
import { either } from "./words.ts";

const number = (properties: Properties, name: string): number => (typeof properties[name] === "number" ? properties[name] : 0);
const count = (name: string) => (properties: Properties): string => (number(properties, name) ? showCount(number(properties, name)) : "");
const rank = (by: string, words: Record<string, number>) => (properties: Properties): number | null => words[String(properties[by])] ?? null;

/** Whether there are more people in a shelter than it holds. */
export const isOver = ({ headcount, capacity }: Properties): boolean =>
  typeof headcount === "number" && typeof capacity === "number" && capacity > 0 && headcount > capacity;

/** Whether a sensor or gauge was wet, or above a threshold, before nothing was heard of it any more. */
const wasWet = ({ last_state: last }: Properties): boolean => last === "wet" || last === "above";

export const PRODUCT_SIGNS: Record<string, Sign> = {
  "disaster.isolation": {
    glyph: "孤",
    how: { by: "status", words: { isolated: "bad", possible: "warn", reported: "warn" }, otherwise: "unknown" },
    below: count("persons"),
    rank: rank("status", { isolated: 34, possible: 26, reported: 26 }),
  },
  "disaster.reopening": {
    glyph: "啓", how: "plain",
    below: (properties) => either(`${number(properties, "order")}位`, `#${number(properties, "order")}`),
  },
  "disaster.road_state": {
    glyph: "道",
    how: { by: "status", words: { passable: "good", restricted: "warn", closed: "bad" }, otherwise: "unknown" },
    below: ({ old }) => (old === true ? either("古い", "old") : ""),
    overrule: ({ status, conflicts }) => (status === "passable" && Array.isArray(conflicts) && conflicts.length ? "warn" : null),
    bare: ({ status, conflicts }) => status === "passable" && !(Array.isArray(conflicts) && conflicts.length),
  },
  "infrastructure.probe_passage": { glyph: "通", how: "plain", below: count("vehicles"), bare: () => true },
  "disaster.shelter_risk": {
    glyph: "避",
    how: { by: "grade", words: { danger: "bad", warning: "warn", notice: "plain", none: "good" }, otherwise: "unknown" },
    below: count("headcount"),
    rank: rank("grade", { danger: 33, warning: 24 }),
  },
  "disaster.shelter_demand": {
    glyph: "収",
    how: { by: "state", words: { short: "bad", may_be_short: "warn", open_more: "warn", enough: "good" }, otherwise: "unknown" },
    rank: rank("state", { short: 31, may_be_short: 26 }),
  },
  "disaster.flood_state": {
    glyph: { by: "of", words: { sensor: "浸", river: "川", rain: "雨" }, otherwise: "浸" },
    how: { by: "state", words: { dry: "good", below: "good", wet: "bad", above: "warn" }, otherwise: "unknown" },
    overrule: (properties) => {
      if (properties["of"] === "river" && properties["state"] === "above" && number(properties, "step") >= 4) return "bad";
      return properties["of"] === "rain" && properties["state"] === "wet" ? (number(properties, "rain_hour") >= 30 ? "warn" : "plain") : null;
    },
    below: (properties) => {
      const { of, state } = properties;
      if (state === "silent") return wasWet(properties) ? either("前:浸水", "was wet") : either("途絶", "silent");
      if (of === "sensor") return state === "wet" && number(properties, "depth_at_least") ? `≥${Math.round(number(properties, "depth_at_least") * 100)}cm` : "";
      if (of === "river" && typeof properties["level"] === "number") return `${properties["level"].toFixed(1)}m`;
      return of === "rain" && typeof properties["rain_hour"] === "number" ? `${Math.round(properties["rain_hour"])}mm` : "";
    },
    // What has fallen silent under water is as grave as what is under water; else it is to be looked after.
    rank: (properties) => {
      const { of, state } = properties;
      if (state === "silent" || state === "unknown") return wasWet(properties) && of !== "rain" ? 26 : 12;
      if (of === "sensor") return state === "wet" ? 27 : null;
      return of === "river" && state === "above" ? [6, 7, 12, 26, 36, 42][Math.min(number(properties, "step"), 5)] ?? null : null;
    },
  },
  "disaster.inundation": {
    glyph: "水", how: "plain",
    below: (properties) => `${Math.round(number(properties, "probability") * 100)}%`,
    overrule: (properties) => (number(properties, "probability") >= 0.6 ? "bad" : number(properties, "probability") >= 0.3 ? "warn" : "plain"),
    bare: (properties) => properties["place"] === "road" && number(properties, "probability") < 0.6,
    rank: (properties) => (properties["place"] !== "river" || number(properties, "probability") < 0.6 ? null : properties["confirmed"] === true ? 42 : 32),
  },
  "disaster.exposure": {
    glyph: "影", how: "plain",
    below: ({ persons }) => {
      const { best, high } = (persons ?? {}) as Properties;
      return typeof best === "number" ? showCount(best) : typeof high === "number" ? `≤${showCount(high)}` : "";
    },
  },
  "infrastructure.outage_area": {
    glyph: { by: "service", words: { power: "電", water: "水", sewage: "下", gas: "ガ", telecom: "通" }, otherwise: "供" },
    how: { by: "status", words: { out: "bad", partial: "warn", restored: "good" }, otherwise: "unknown" },
    below: count("customers_out"),
    rank: (properties) => (number(properties, "share") >= 0.5 ? 28 : number(properties, "share") >= 0.2 ? 20 : null),
  },
  "infrastructure.station_outlook": {
    glyph: "局",
    how: { by: "state", words: { working: "good", on_battery: "warn", expected_dark: "bad", dark: "bad" }, otherwise: "unknown" },
    below: ({ state, dark_at: dark, presumed }) => {
      const time = readTime(dark);
      if (state === "on_battery" && time !== null) return `~${showTime(time).slice(-5)}`;
      return presumed === true && state !== "working" ? either("推定", "presumed") : "";
    },
    rank: rank("state", { dark: 15, expected_dark: 14 }),
  },
  "disaster.damage_total": {
    glyph: "害", how: "plain",
    overrule: (properties) => (["dead", "missing"].some((one) => number(properties, one)) ? "bad" : ["severe", "injured", "destroyed", "half"].some((one) => number(properties, one)) ? "warn" : null),
  },
  "node.source_health": {
    glyph: "源",
    how: {
      by: "state", otherwise: "unknown",
      words: { on_time: "good", irregular: "plain", late: "warn", stale: "warn", faulty: "bad", contradicting: "bad", out_of_area: "bad", wrong_clock: "bad" },
    },
    rank: rank("state", { silent: 12, never_heard: 11 }),
  },
};
