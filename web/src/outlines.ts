/** The outlines that the page ships (see tools/outlines.mjs): land, prefectures, their coasts. */
import type { Feature, FeatureCollection, MultiLineString, MultiPolygon, Polygon, Position } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, GeometryObject, Topology } from "topojson-specification";
import landUrl from "./generated/land.json?url";
import prefecturesUrl from "./generated/prefectures.json?url";

type Area = Polygon | MultiPolygon;
type Box = [west: number, south: number, east: number, north: number];

export interface Outlines {
  land: Feature | FeatureCollection;
  prefectures: FeatureCollection<Area, { area: string }>;
  coasts: FeatureCollection<MultiLineString, { area: string }>;
  centres: Map<string, Position>;
  boxes: Map<string, Box>;
}

async function read(url: string): Promise<Topology> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.json()) as Topology;
}

export async function readOutlines(): Promise<Outlines> {
  const [land, japan] = await Promise.all([read(landUrl), read(prefecturesUrl)]);
  const object = japan.objects["prefectures"] as GeometryCollection;
  const whole = feature(japan, object) as FeatureCollection<Area>;
  const prefectures = whole.features.map((one) => ({ ...one, properties: { area: String(one.id) } }));
  const centres = new Map<string, Position>();
  const boxes = new Map<string, Box>();
  for (const one of prefectures) {
    const ring = largestRing(one.geometry);
    centres.set(one.properties.area, centroid(ring));
    boxes.set(one.properties.area, boxOf(one.geometry));
  }
  return {
    land: feature(land, land.objects["land"] as GeometryObject) as Feature,
    prefectures: { type: "FeatureCollection", features: prefectures },
    coasts: { type: "FeatureCollection", features: coastsOf(japan, object) },
    centres, boxes,
  };
}

/** Arcs that two prefectures share are borders, the others coasts. */
function coastsOf(japan: Topology, object: GeometryCollection): Feature<MultiLineString, { area: string }>[] {
  const used = new Map<number, number>();
  const arcs = object.geometries.map((one) => {
    const flat = ("arcs" in one ? (one.arcs as unknown[]).flat(Infinity) : []) as number[];
    const mine = new Set(flat.map((arc) => (arc < 0 ? ~arc : arc)));
    for (const arc of mine) used.set(arc, (used.get(arc) ?? 0) + 1);
    return mine;
  });
  return object.geometries.map((one, index) => {
    const alone = [...(arcs[index] ?? [])].filter((arc) => used.get(arc) === 1);
    const lines = { type: "MultiLineString", arcs: alone.map((arc) => [arc]) } as GeometryObject;
    const { geometry } = feature(japan, lines) as Feature<MultiLineString>;
    return { type: "Feature", properties: { area: String(one.id) }, geometry };
  });
}

const rings = (geometry: Area): Position[][] =>
  geometry.type === "Polygon" ? geometry.coordinates.slice(0, 1) : geometry.coordinates.map((one) => one[0] ?? []);

function signedArea(ring: Position[]): number {
  let sum = 0;
  for (let index = 0; index + 1 < ring.length; index += 1) {
    const [x1 = 0, y1 = 0] = ring[index] ?? [];
    const [x2 = 0, y2 = 0] = ring[index + 1] ?? [];
    sum += x1 * y2 - x2 * y1;
  }
  return sum / 2;
}

export function largestRing(geometry: Area): Position[] {
  return rings(geometry).reduce((most, one) => (Math.abs(signedArea(one)) > Math.abs(signedArea(most)) ? one : most), []);
}

/** Centre of gravity of a ring. */
export function centroid(ring: Position[]): Position {
  const area = signedArea(ring);
  if (!area) return ring[0] ?? [0, 0];
  const [ox = 0, oy = 0] = ring[0] ?? [];
  let x = 0;
  let y = 0;
  for (let index = 0; index + 1 < ring.length; index += 1) {
    const [ax = 0, ay = 0] = ring[index] ?? [];
    const [bx = 0, by = 0] = ring[index + 1] ?? [];
    const cross = (ax - ox) * (by - oy) - (bx - ox) * (ay - oy);
    x += (ax + bx - 2 * ox) * cross;
    y += (ay + by - 2 * oy) * cross;
  }
  return [ox + x / (6 * area), oy + y / (6 * area)];
}

export function boxOf(geometry: Area): Box {
  const box: Box = [180, 90, -180, -90];
  for (const ring of rings(geometry)) {
    for (const [x = 0, y = 0] of ring) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}
