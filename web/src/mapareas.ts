/** Areas on the map: fills, hatches where the source is stale, coasts, and the number on each. */
import type { Map as MapLibre, GeoJSONSource } from "maplibre-gl";
import type { Feature as GeoFeature, Point, Position } from "geojson";
import type { Aggregate, Painted } from "./aggregate.ts";
import { BASE } from "./api.ts";
import { boxOf, centroid, largestRing, type Outlines } from "./outlines.ts";
import { places } from "./places.ts";
import { state } from "./state.ts";
import { say } from "./words.ts";

const OFF = ["boolean", ["feature-state", "on"], false];
const colour = ["to-color", ["coalesce", ["feature-state", "colour"], "#000000"], "#000000"] as never;
const whereOn = (on: number, off = 0) => ["case", OFF, on, off] as never;
const whereStale = ["case", ["boolean", ["feature-state", "stale"], false], 1, 0] as never;
/** From this zoom on each municipality carries its number; further out its prefecture does. */
export const FINE_NUMBERS = 7.4;

/** Add the layers of areas, below those of things. */
export function addAreaLayers(map: MapLibre): void {
  fillLayers(map, "prefectures", "prefectures", undefined);
  map.addLayer({ id: "coast-casing", type: "line", source: "coasts", layout: { "line-join": "round", "line-cap": "round", visibility: "none" }, paint: { "line-color": "#fff", "line-width": 8, "line-opacity": whereOn(1) } });
  map.addLayer({ id: "coast-under", type: "line", source: "coasts", layout: { "line-join": "round", "line-cap": "round", visibility: "none" }, paint: { "line-color": "#101010", "line-width": 5.5, "line-opacity": whereOn(1) } });
  map.addLayer({ id: "coast-line", type: "line", source: "coasts", layout: { "line-join": "round", "line-cap": "round", visibility: "none" }, paint: { "line-color": colour, "line-width": 4.5, "line-opacity": whereOn(1) } });
  map.addLayer({ id: "coast-stale", type: "line", source: "coasts", layout: { visibility: "none" }, paint: { "line-color": "#101010", "line-width": 4.5, "line-dasharray": [0.5, 0.9], "line-opacity": whereStale } });
  map.addSource("badges", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({
    id: "badges", type: "symbol", source: "badges",
    layout: {
      "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-anchor": "center",
      "icon-offset": ["get", "offset"], "symbol-sort-key": ["get", "rank"],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 3.5, 0.62, 5, 0.8, 7, 1],
    },
  });
}

/** Add the boundaries that the operator has imported, once they are known. */
export function addFine(map: MapLibre): void {
  if (!places.drawn.size || map.getSource("places")) return;
  map.addSource("places", {
    type: "vector", tiles: [`${BASE}/places/tiles/WebMercatorQuad/{z}/{y}/{x}?scheme=city`], promoteId: "area", maxzoom: 12,
  });
  fillLayers(map, "places", "places", "places", "coast-casing");
}

function fillLayers(map: MapLibre, name: string, source: string, layer: string | undefined, below?: string): void {
  const from = { source, ...(layer ? { "source-layer": layer } : {}) };
  map.addLayer({ id: `${name}-fill`, type: "fill", ...from, layout: { visibility: "none" }, paint: { "fill-color": colour, "fill-opacity": whereOn(1), "fill-antialias": false } }, below);
  map.addLayer({ id: `${name}-hatch`, type: "fill", ...from, layout: { visibility: "none" }, paint: { "fill-pattern": "hatch|", "fill-opacity": whereStale } }, below);
  map.addLayer({ id: `${name}-casing`, type: "line", ...from, layout: { "line-join": "round", visibility: "none" }, paint: { "line-color": "#fff", "line-width": ["interpolate", ["linear"], ["zoom"], 4, 1.2, 8, 2.6], "line-opacity": whereOn(1) } }, below);
  map.addLayer({ id: `${name}-edge`, type: "line", ...from, layout: { "line-join": "round", visibility: "none" }, paint: { "line-color": "#303030", "line-width": 0.6, "line-opacity": whereOn(1) } }, below);
  map.addLayer({ id: `${name}-chosen`, type: "line", ...from, layout: { "line-join": "round", visibility: "none" }, paint: { "line-color": "#00b7ff", "line-width": 4, "line-opacity": ["case", ["boolean", ["feature-state", "chosen"], false], 1, 0] as never } }, below);
}

const painted = { prefectures: new Map<string, string>(), places: new Map<string, string>(), coasts: new Map<string, string>() };

/** Colour the areas: only what has changed is touched, so that moving the time is instant. */
export function paintAreas(map: MapLibre, found: Aggregate): void {
  const fine = !!map.getSource("places");
  apply(map, "prefectures", undefined, painted.prefectures, fine ? new Map() : found.coarse);
  if (fine) apply(map, "places", "places", painted.places, found.fine);
  apply(map, "coasts", undefined, painted.coasts, found.coasts);
  // A layer that has nothing to draw costs time all the same, most of all the first.
  const areas = [...(fine ? found.fine : found.coarse).values()];
  const stale = areas.some((one) => one.stale);
  for (const [name, on] of [["prefectures", !fine], ["places", fine]] as const) {
    for (const part of ["fill", "casing", "edge"]) see(map, `${name}-${part}`, on && areas.length > 0);
    see(map, `${name}-hatch`, on && stale);
  }
  for (const part of ["casing", "under", "line"]) see(map, `coast-${part}`, found.coasts.size > 0);
  see(map, "coast-stale", [...found.coasts.values()].some((one) => one.stale));
}

const seen = new Map<string, boolean>();
function see(map: MapLibre, layer: string, on: boolean): void {
  if ((seen.get(layer) ?? false) === on || !map.getLayer(layer)) return;
  map.setLayoutProperty(layer, "visibility", on ? "visible" : "none");
  seen.set(layer, on);
}

function apply(map: MapLibre, source: string, sourceLayer: string | undefined, before: Map<string, string>, next: Map<string, Painted>): void {
  const target = (id: string) => ({ source, id, ...(sourceLayer ? { sourceLayer } : {}) });
  for (const id of before.keys()) {
    if (next.has(id)) continue;
    map.setFeatureState(target(id), { on: false, stale: false });
    before.delete(id);
  }
  for (const [id, one] of next) {
    const said = `${one.mark.colour}${one.stale}`;
    if (before.get(id) === said) continue;
    map.setFeatureState(target(id), { on: true, colour: one.mark.colour, stale: one.stale });
    before.set(id, said);
  }
}

let badges = "";
/** Put the number of each area on it. */
export function placeBadges(map: MapLibre, found: Aggregate, outlines: Outlines): void {
  const features: GeoFeature<Point>[] = [];
  const put = (at: Position | undefined, one: Painted, area: string, below: string, shift = 0): void => {
    if (!at) return;
    const { mark } = one;
    features.push({
      type: "Feature", geometry: { type: "Point", coordinates: at },
      properties: { icon: `mark|${mark.colour}|${mark.ink}|${mark.text}|${below}|${one.stale ? "old" : ""}`, area, rank: mark.rank, offset: [shift, 0] },
    });
  };
  const close = !!map.getSource("places") && map.getZoom() >= FINE_NUMBERS;
  const [pins, areas] = close ? [found.fine, fineCentres(map)] : [found.coarse, outlines.centres];
  for (const [area, one] of pins) put(areas.get(area), one, area, close || one.areas.size < 2 ? "" : `${one.areas.size}`, found.coasts.has(area) && !close ? -17 : 0);
  for (const [area, one] of found.coasts) put(outlines.centres.get(area), one, area, say("tsunami"), found.coarse.has(area) && !close ? 17 : 0);
  const said = JSON.stringify(features);
  if (said === badges) return;
  badges = said;
  (map.getSource("badges") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
}

/** Where the numbers of municipalities go: the middle of what of each is on the map. */
function fineCentres(map: MapLibre): Map<string, Position> {
  const found = new Map<string, { size: number; at: Position }>();
  for (const one of map.querySourceFeatures("places", { sourceLayer: "places" })) {
    if (one.geometry.type !== "Polygon" && one.geometry.type !== "MultiPolygon") continue;
    const area = String(one.properties["area"]);
    const [west, south, east, north] = boxOf(one.geometry);
    const size = (east - west) * (north - south);
    if ((found.get(area)?.size ?? 0) < size) found.set(area, { size, at: centroid(largestRing(one.geometry)) });
  }
  return new Map([...found].map(([area, { at }]) => [area, at]));
}

let chosen: string | null = null;
/** Outline the chosen area. */
export function chooseArea(map: MapLibre): void {
  const { selected } = state();
  const area = selected?.type === "area" ? selected.area : null;
  if (area === chosen) return;
  const set = (id: string, on: boolean): void => {
    map.setFeatureState({ source: "prefectures", id }, { chosen: on });
    if (map.getSource("places")) map.setFeatureState({ source: "places", sourceLayer: "places", id }, { chosen: on });
  };
  if (chosen) set(chosen, false);
  if (area) set(area, true);
  for (const name of ["prefectures", "places"]) see(map, `${name}-chosen`, !!area);
  chosen = area;
}
