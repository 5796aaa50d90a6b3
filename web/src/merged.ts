/** Which records another record stands for on the map: of one thing there is one mark. */
import { data, type KindData } from "./data.ts";
import { readsOwn } from "./products.ts";
import { howOf } from "./signs.ts";
import { state } from "./state.ts";
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
export const isInternal = (kind: string): boolean => INTERNAL.has(kind);

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

/** Numbers of the editions that a mark on the map stands for. */
export function covered(): Set<number> {
  const found = new Set<number>();
  for (const kind of Object.keys(STANDS_FOR)) {
    if (state().off.has(kind)) continue;
    for (const one of data.kinds.get(kind)?.shown ?? []) {
      if (!one.geometry || !hasMark(one)) continue;
      const basis = envelope(one.properties, "basis");
      if (Array.isArray(basis)) for (const id of basis) found.add(Number(id));
    }
  }
  return found;
}

const MEMBERS: ReadonlySet<string> = new Set(Object.values(STANDS_FOR).flat());

/** Whether one of `covered` is a record of a kind that may be stood for: exposure rests on shelters, too. */
export const isCovered = (feature: Feature, by: ReadonlySet<number>): boolean =>
  MEMBERS.has(kindOf(feature)) && by.has(Number(envelope(feature.properties, "record_id")));

/** Whether tiles of a kind are left out because merged records stand for all of it. Only where the
 * reader sees all: to others a merged record may not be shown of which they may see a part. */
export function isCoveredWhole(kind: string): boolean {
  return readsOwn() && Object.entries(STANDS_FOR).some(([by, of]) => of.includes(kind) && !state().off.has(by) && stands(data.kinds.get(by)));
}

const stands = (kind: KindData | undefined): boolean => kind !== undefined && kind.count > 0 && !kind.waiting;
