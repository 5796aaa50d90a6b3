/** How a record of each kind is called and marked. What is not named here is shown all the same. */
import { prefectureName } from "./areas.ts";
import { type Feature, type Properties, envelope, kindOf, number, text } from "./types.ts";
import { type Mark, intensityMark, intensityText, levelMark, rainMark, tsunamiMark, volcanoMark } from "./scales.ts";
import { reportTitle } from "./reportsigns.ts";
import { sentenceOf } from "./sentences.ts";
import { isOver } from "./productsigns.ts";
import { HOW_COLOURS, howOf, PERSONS, ROADS, signMark, signOf } from "./signs.ts";
import { either, say, sayCode } from "./words.ts";
import { readTime, showCount, showNumber } from "./format.ts";
import { moment, state } from "./state.ts";

/** What a thing is called. */
export function titleOf(feature: Feature): string {
  const reported = reportTitle(kindOf(feature), feature);
  if (reported) return reported;
  switch (kindOf(feature)) {
    case "disaster.evacuation_order":
      return [text(feature, "municipality"), text(feature, "kind")].join(" ");
    case "health.alarm":
      return [text(feature, "name"), text(feature, "area_code") === "00" ? either("全国", "Japan") : prefectureName(`pref:${text(feature, "area_code")}`, state().language)].join(" ");
    case "disaster.exposure":
      return [text(feature, "area_name"), text(feature, "name")].filter(Boolean).join(" ");
    case "disaster.inundation":
      return text(feature, "name") || text(feature, "code");
    case "disaster.road_state":
    case "disaster.reopening":
      return text(feature, "name") || text(feature, "code") || either("路線名不明の道路", "A road without a name");
    case "infrastructure.outage_area":
      return [text(feature, "area_name"), sayCode(text(feature, "service"))].join(" ");
    case "disaster.situation_report":
      return [either(`第${text(feature, "number")}報`, `Report no. ${text(feature, "number")}`), text(feature, "event")].filter(Boolean).join(" ");
  }
  for (const name of ["name", "area_name", "title", "headline", "volcano", "place", "name_ja", "product", "municipality", "code", "source"]) {
    const found = text(feature, name);
    if (found) return found;
  }
  return String(feature.properties["record_key"] ?? feature.properties["key"] ?? feature.id);
}

/** True where the record says that nothing is in force any more. */
export const isLifted = (feature: Feature): boolean => feature.properties["lifted"] === true;

/** The mark of a record on its scale, or null for what has none. */
export function markOf(feature: Feature): Mark | null {
  if (isLifted(feature)) return null;
  const { properties } = feature;
  switch (kindOf(feature)) {
    case "disaster.alert_level":
    case "disaster.weather_warning":
    case "disaster.weather_warning_region":
    case "disaster.landslide_alert":
    case "disaster.tornado_watch":
    case "disaster.flood_warning":
    case "disaster.evacuation_order":
    case "disaster.issued_alert":
      return levelMark(properties["level"], properties["category"]);
    case "disaster.rain_gauge":
      return rainMark(properties["rain_hour"]);
    case "disaster.intensity":
      return intensityMark(properties["intensity"]);
    case "disaster.eew_area":
      return intensityMark(properties["intensity_to"] === "over" ? properties["intensity_from"] : properties["intensity_to"]);
    case "disaster.earthquake":
      return intensityMark(properties["max_intensity"]);
    case "disaster.tsunami_warning":
      return tsunamiMark(properties["kind_code"]);
    case "disaster.volcanic_warning":
    case "disaster.volcano_status":
      return volcanoMark(properties["level"]);
    case "disaster.alert_overview":
      return levelMark(Math.max(number(feature, "agency_level") ?? 0, number(feature, "order_level") ?? 0), "");
    case "disaster.shelter_merged":
      return isOver(properties) ? { scale: "sign", rank: 27, colour: "#B00020", ink: "#FFFFFF", text: either("超過", "over") } : null;
    default:
      return signMark(kindOf(feature), properties);
  }
}

/** Gravity for sorting across kinds, 0 to 100. What is neither level nor intensity is below them. */
export function gravity(feature: Feature): number {
  const mark = markOf(feature);
  if (!mark) return 0;
  if (mark.scale === "sign") return mark.rank;
  // What falls at one gauge is told by the warnings that follow from it.
  if (mark.scale === "rain") return mark.rank;
  if (mark.scale === "level" || mark.scale === "volcano") return mark.rank;
  if (mark.scale === "tsunami") return [0, 12, 28, 40, 50][mark.rank] ?? 0;
  return [0, 5, 8, 12, 20, 28, 33, 40, 45, 50][mark.rank] ?? 0;
}

/** Whether records of this kind colour an area, and on which scale. */
export function scaleOf(kind: string): Mark["scale"] | null {
  switch (kind) {
    case "disaster.alert_level":
    case "disaster.weather_warning":
    case "disaster.weather_warning_region":
    case "disaster.landslide_alert":
    case "disaster.tornado_watch":
    case "disaster.flood_warning":
    case "disaster.evacuation_order":
    case "disaster.alert_overview":
      return "level";
    case "disaster.intensity":
    case "disaster.eew_area":
      return "intensity";
    case "disaster.tsunami_warning":
      return "tsunami";
    default:
      return null;
  }
}

const list = (value: unknown): Properties[] => (Array.isArray(value) ? (value as Properties[]) : []);

/** One line that says the most of a record. */
export function lineOf(feature: Feature): string {
  const { properties } = feature;
  if (isLifted(feature)) return say("liftedNote");
  switch (kindOf(feature)) {
    case "disaster.weather_warning":
    case "disaster.weather_warning_region":
    case "disaster.landslide_alert":
    case "disaster.tornado_watch":
      return list(properties["kinds"]).map((one) => String(one["name"] ?? "")).filter(Boolean).join("・") || text(feature, "product");
    case "disaster.alert_level":
      return Array.isArray(properties["names"]) && properties["names"].length ? properties["names"].map(String).join("・")
        : list(properties["hazards"]).map((one) => String(one["name"] ?? "")).join("・");
    case "disaster.earthquake":
    case "disaster.tsunami_source": {
      const depth = number(feature, "depth");
      const greatest = text(feature, "max_intensity");
      return [
        magnitudeOf(feature),
        depth === null ? "" : depth === 0 ? either("ごく浅い", "very shallow") : `${either("深さ", "depth ")}${showNumber(depth, "m").replace(/^([\d,]+) m$/, (whole, d: string) => Number(d.replaceAll(",", "")) >= 1000 ? `${Number(d.replaceAll(",", "")) / 1000} km` : whole)}`,
        greatest ? `${either("最大震度", "max. intensity ")}${intensityText(greatest)}` : "",
      ].filter(Boolean).join(" ");
    }
    case "disaster.intensity": {
      const found = text(feature, "intensity");
      return `${sayCode(text(feature, "level"))} ${found ? `${say("intensity")} ${intensityText(found)}` : text(feature, "condition")}`;
    }
    case "disaster.tsunami_warning":
      return [text(feature, "kind"), text(feature, "height_text")].filter(Boolean).join(" ");
    case "disaster.tsunami_observation":
    case "disaster.tsunami_arrival":
    case "disaster.tsunami_estimate":
      return text(feature, "height_text") || text(feature, "height_condition") || text(feature, "arrival_condition");
    case "disaster.shelter": {
      const people = number(feature, "headcount");
      return [sayCode(text(feature, "status") || "unknown"), people === null ? "" : say("people", { n: showCount(people) }), text(feature, "municipality")].filter(Boolean).join(" ");
    }
    case "disaster.volcanic_warning":
    case "disaster.volcano_status":
    case "disaster.volcanic_warning_area":
    case "disaster.flood_warning":
      return [text(feature, "kind"), text(feature, "condition")].filter(Boolean).join(" ");
    case "disaster.road":
      return [sayCode(text(feature, "status"), "passage"), text(feature, "status_text"), text(feature, "reason")].filter(Boolean).join(" ");
    case "disaster.bulletin":
      return text(feature, "headline") || [text(feature, "product"), text(feature, "office")].filter(Boolean).join(" ");
    case "report.indicator":
      return `${String(properties["value"] ?? "")} ${text(feature, "unit")}`;
    default:
      return sentenceOf(feature) ?? ["kind", "headline", "status", "category", "text", "condition"].map((name) => sayCode(text(feature, name))).find((one) => one && !one.startsWith("disaster.")) ?? "";
  }
}

/** `M7.1`, or what is said where there is no number. */
export function magnitudeOf(feature: Feature): string {
  const magnitude = number(feature, "magnitude");
  return magnitude === null ? text(feature, "magnitude_text") : `M${magnitude.toFixed(1)}`;
}

/** True for an event that happened before the time that the bar shows: over, but not forgotten. */
export function isPast(feature: Feature): boolean {
  if (!/^disaster\.(earthquake|tsunami_source|eew|intensity)$/.test(kindOf(feature))) return false;
  const time = readTime(feature.properties["origin"]) ?? readTime(envelope(feature.properties, "valid_from"));
  return time !== null && time < moment().at - state().span;
}

/** The icon of a record with a position: the name by which `icons.ts` draws it. */
export function iconOf(feature: Feature): string {
  const { properties } = feature;
  switch (kindOf(feature)) {
    case "disaster.earthquake":
    case "disaster.tsunami_source":
    case "disaster.eew":
      if (isPast(feature)) return "quake|past";
      return `quake|${magnitudeOf(feature).startsWith("M") ? magnitudeOf(feature).slice(1) : "?"}`;
    case "disaster.shelter": {
      const people = number(feature, "headcount");
      return shelterIcon(properties["status"], people);
    }
    case "disaster.shelter_merged":
      return shelterIcon(isOver(properties) ? "over" : properties["status"], number(feature, "headcount"));
    case "disaster.volcanic_warning":
    case "disaster.volcano_status":
      return `volcano|${String(properties["level"] ?? "")}`;
    case "disaster.road":
      return `road|${roadIsBad(properties["status"]) ? "bad" : "other"}`;
    default: {
      const sign = signOf(kindOf(feature), properties);
      if (sign) return sign;
      const mark = markOf(feature);
      return mark ? `mark|${mark.colour}|${mark.ink}|${mark.text}` : "dot|";
    }
  }
}

export const shelterIcon = (status: unknown, people: number | null): string =>
  `shelter|${status === "open" || status === "over" ? status : "other"}|${people === null ? "" : people}`;

/** JMA, SIP4D and others call an open road by several words; anything else than those is marked. */
export const roadIsBad = (status: unknown): boolean => !["open", "passable", "unknown", "", undefined, null].includes(status as string);

/** The colour of a record's line or outline on the map. */
export function colourOf(feature: Feature): string {
  const mark = markOf(feature);
  if (mark && mark.scale !== "sign") return mark.colour;
  const how = howOf(kindOf(feature), feature.properties);
  if (how) return HOW_COLOURS[how];
  if (kindOf(feature) === "infrastructure.road_link") return ROADS[text(feature, "rank")]?.[0] ?? "#6E7882";
  if (kindOf(feature) === "infrastructure.population_mesh") {
    const persons = number(feature, "persons") ?? 0;
    return PERSONS.findLast(([least]) => persons >= least)?.[1] ?? "#DCE9F2";
  }
  if (kindOf(feature) === "disaster.road") return roadIsBad(feature.properties["status"]) ? "#c00020" : "#4a5560";
  return "#1f77c9";
}
