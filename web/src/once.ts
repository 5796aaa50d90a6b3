/** Of one thing the map shows one mark: which records have one, and which others stand for. */
import { howOf } from "./signs.ts";
import { type Feature, envelope, kindOf } from "./types.ts";

/** By kind: the kinds of what it puts together. It stands for those editions that it rests on, so
 * what came since, or what a reader may see that the merged record does not tell, is shown itself. */
export const STANDS_FOR: Record<string, readonly string[]> = {
  "disaster.shelter_merged": ["disaster.shelter"],
  "disaster.shelter_risk": ["disaster.shelter_merged", "disaster.shelter"],
  "disaster.road_state": ["disaster.road"],
  "disaster.flood_state": ["disaster.flood_sensor", "disaster.river_level", "disaster.rain_gauge"],
  "infrastructure.station_outlook": ["infrastructure.base_station"],
};

/** What the node keeps for itself: neither on the page nor asked for. */
const INTERNAL: ReadonlySet<string> = new Set(["node.method", "node.intake"]);
/** What has a page of its own, /diseases: tables and curves of whole years, and no place on a map. */
const ON_DISEASES: ReadonlySet<string> = new Set([
  "health.notifications", "health.notifications_disclosed", "health.trend", "health.detection", "health.nowcast", "health.reproduction", "health.forecast",
]);
export const isInternal = (kind: string): boolean => INTERNAL.has(kind) || ON_DISEASES.has(kind);
export const isOnDiseases = (kind: string): boolean => ON_DISEASES.has(kind);
/** What the node says of itself and of its sources: told where these stand, no news of the world. */
export const isOwn = (kind: string): boolean => kind.startsWith("node.");

/** Whether the map has a mark for a record. The others are in the table and in what is told. */
export function hasMark(feature: Feature): boolean {
  const { properties } = feature;
  switch (kindOf(feature)) {
    case "disaster.shelter_risk":
      // Whom nothing is known to threaten the shelter itself stands for.
      return properties["grade"] === "danger" || properties["grade"] === "warning";
    case "disaster.flood_state":
      // A gauge of rain that reports has its own mark, in the official colours.
      return properties["of"] !== "rain" || howOf("disaster.flood_state", properties) === "unknown";
    case "disaster.inundation":
      // At the sensor and the gauge themselves their own state stands, unless water is likely.
      return properties["place"] === "road" || (properties["observed"] !== true && properties["place"] === "river" && Number(properties["probability"]) >= 0.6);
    case "disaster.situation_report":
    case "node.source_health":
      return false;
    default:
      return true;
  }
}

const MEMBERS: ReadonlySet<string> = new Set(Object.values(STANDS_FOR).flat());

/** Whether one of `covered` is a record of a kind that may be stood for: exposure rests on shelters, too. */
export const isCovered = (feature: Feature, by: ReadonlySet<number>): boolean =>
  MEMBERS.has(kindOf(feature)) && by.has(Number(envelope(feature.properties, "record_id")));
