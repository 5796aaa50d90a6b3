/** What the node says, as JSON. */
import type { Geometry } from "geojson";

export type Mode = "actual" | "exercise" | "test";
export type Language = "ja" | "en";
export type Properties = Record<string, unknown>;

/** [valid from, valid to, known from, known to, superseded at, superseded known]: ms, null = open. */
export type Piece = [number | null, number | null, number | null, number | null, number | null, number | null];

export interface Feature {
  type: "Feature";
  id: string;
  geometry: Geometry | null;
  properties: Properties;
  pieces?: Piece[];
}

export interface CollectionSummary {
  id: string;
  title: string;
  title_en: string;
  layer: string;
  count: number;
  newest_issued: string | null;
  newest_recorded: string | null;
  located: boolean;
}

export interface Summary {
  at: string;
  as_of: string;
  mode: Mode;
  recorded: string | null;
  other_modes: Partial<Record<Mode, number>>;
  layers: string[];
  collections: CollectionSummary[];
}

export type SourceStateName = "fresh" | "late" | "stale" | "silent" | "unknown";

export interface Source {
  name: string;
  state: SourceStateName;
  state_ja: string;
  reason: string;
  reason_ja: string;
  last_received: string | null;
  newest_issued: string | null;
  age_s: number | null;
  cadence_s: number | null;
  quarantined: number;
}

export interface ChangeEvent {
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  mode: Mode;
  data: Feature;
}

export interface SchemaProperty {
  title?: string;
  description?: string;
  type?: string;
  format?: string;
  items?: SchemaProperty;
  anyOf?: SchemaProperty[];
  properties?: Record<string, SchemaProperty>;
}

export interface Schema {
  title: string;
  properties: Record<string, SchemaProperty>;
}

export interface Density {
  from: string;
  to: string;
  bins: number;
  recorded: number[];
  issued: number[];
}

/** A property of the envelope, under its own name or, where the record has one too, `record_…`. */
export function envelope(properties: Properties, name: string): unknown {
  return `record_${name}` in properties && name !== "kind" ? properties[`record_${name}`] : properties[name];
}

/** The kind of record that a feature is. */
export const kindOf = (feature: Feature): string => String(feature.properties["record_kind"]);

/** A text of a property, or "". */
export function text(feature: Feature, name: string): string {
  const value = feature.properties[name];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** A number of a property, or null. */
export function number(feature: Feature, name: string): number | null {
  const value = feature.properties[name];
  return typeof value === "number" ? value : null;
}

/** Things by what `key` says of each, in the order in which they come. */
export function groupBy<T>(things: Iterable<T>, key: (one: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of things) {
    const list = found.get(key(one));
    if (list) list.push(one);
    else found.set(key(one), [one]);
  }
  return found;
}

/** Who is signed in, as the node tells it. */
export interface Person {
  id: string; name: string; role: string; organisation?: string; organisation_ja?: string; until?: string;
}
