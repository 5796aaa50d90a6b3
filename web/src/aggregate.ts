/** Which colour each area gets, and what is left over: from the picture to the map. */
import { type Place, placeOf } from "./areas.ts";
import { data, isStale, shownEvent } from "./data.ts";
import { gravity, isLifted, isPast, markOf, scaleOf } from "./kinds.ts";
import { covered, isCoveredWhole } from "./merged.ts";
import { hasMark, isCovered } from "./once.ts";
import { places } from "./places.ts";
import { type Mark, graver } from "./scales.ts";
import { state } from "./state.ts";
import { type Feature, envelope, text } from "./types.ts";

export interface Painted {
  mark: Mark;
  /** Areas (municipalities, regions) that have any mark. */
  areas: Set<string>;
  stale: boolean;
}

export interface Aggregate {
  /** By municipality, where there are boundaries. */
  fine: Map<string, Painted>;
  /** By prefecture: the greatest of what lies in it. */
  coarse: Map<string, Painted>;
  /** By prefecture: of its coastal regions. */
  coasts: Map<string, Painted>;
  /** Records with a position, by kind. */
  located: Map<string, Feature[]>;
  unplaced: Feature[];
}

const INTENSITY = "disaster.intensity";

/** True for what the map shows of its kind: everything but the intensities of other earthquakes. */
export function isMapped(feature: Feature, event: string | null): boolean {
  return feature.properties["record_kind"] !== INTENSITY || text(feature, "event") === event;
}

/** What areas are coloured by: as chosen; else by intensity while an earthquake of the bar's span is
 * the gravest of what is in force, and by alert level otherwise. */
export function shownFill(): "level" | "intensity" {
  const { fill, off } = state();
  if (fill !== "auto") return fill;
  const latest = data.events[0]?.feature;
  if (!latest || isPast(latest) || isStale(latest) || off.has(INTENSITY)) return "level";
  let gravest = 0;
  for (const [id, kind] of data.kinds) {
    if (scaleOf(id) !== "level" || off.has(id)) continue;
    for (const one of kind.shown) if (!isStale(one)) gravest = Math.max(gravest, gravity(one));
  }
  return gravity(latest) >= gravest ? "intensity" : "level";
}

/** Sort the picture of the layers that are on into places on the map. */
export function aggregate(): Aggregate {
  const found: Aggregate = { fine: new Map(), coarse: new Map(), coasts: new Map(), located: new Map(), unplaced: [] };
  const { off } = state();
  const event = shownEvent();
  const fill = shownFill();
  const by = covered();
  for (const [id, kind] of data.kinds) {
    if (off.has(id) || isCoveredWhole(id)) continue;
    const scale = scaleOf(id);
    for (const feature of kind.shown) {
      if (!isMapped(feature, event) || !hasMark(feature) || isCovered(feature, by)) continue;
      const place = placeOf(feature, places.drawn);
      if (place.how === "geometry") {
        const list = found.located.get(id);
        if (list) list.push(feature);
        else found.located.set(id, [feature]);
      } else if (place.how === "none") {
        if (!isLifted(feature)) found.unplaced.push(feature);
      } else if (scale === "tsunami") {
        paint(found.coasts, prefectureOf(place), feature);
      } else if (scale === fill) {
        if (place.how === "area") paint(found.fine, place.area, feature);
        paint(found.coarse, prefectureOf(place), feature);
      }
    }
  }
  return found;
}

const prefectureOf = (place: Place): string | null =>
  place.how === "prefecture" ? place.prefecture : place.how === "area" ? place.prefecture : null;

function paint(into: Map<string, Painted>, area: string | null, feature: Feature): void {
  const mark = markOf(feature);
  if (!area || !mark) return;
  const before = into.get(area);
  const stale = isStale(feature);
  const own = String(envelope(feature.properties, "area"));
  if (!before) into.set(area, { mark, areas: new Set([own]), stale });
  else {
    // What is hatched is what gives the colour: old must not make new look old, nor new hide old.
    before.stale = mark.rank > before.mark.rank ? stale : mark.rank === before.mark.rank ? before.stale && stale : before.stale;
    before.mark = graver(before.mark, mark) ?? mark;
    if (!own.startsWith("pref:")) before.areas.add(own);
  }
}

/** Everything in the picture about one area: itself, or for a prefecture what lies in it. */
export function recordsIn(area: string): Feature[] {
  const event = shownEvent();
  const found: Feature[] = [];
  for (const [id, kind] of data.kinds) {
    if (state().off.has(id)) continue;
    for (const feature of kind.shown) {
      if (!isMapped(feature, event)) continue;
      const place = placeOf(feature, places.drawn);
      if (envelope(feature.properties, "area") === area || (area.startsWith("pref:") && prefectureOf(place) === area)) found.push(feature);
    }
  }
  return found;
}
