/** A record's fields as people read them: titles and units from the schema, values as text. */
import { data } from "./data.ts";
import { h } from "./dom.ts";
import { readTime, showCount, showFull, showNumber, showRange, unitOf } from "./format.ts";
import { intensityText } from "./scales.ts";
import type { Properties, SchemaProperty } from "./types.ts";
import { either, isFieldCode, sayCode } from "./words.ts";

/** Names of the envelope: they stand under "since when, and how we know". */
const ENVELOPE = [
  "kind", "key", "series", "mode", "area", "valid_from", "valid_to", "issued", "recorded", "label", "source", "message",
  "confidence", "basis", "record_id", "record_kind", "action", "serial", "superseded_at", "superseded_recorded", "ended", "geometry", "id",
];
/** Fields whose words are codes of the house. */
const CODED = /^(status|category|basis|level|crowding|facility|mode|label|service|power|water|oxygen|building|operation|state|rank|structure|urgency|severity|certainty)$/;

/** How many values of a list are shown: an incident may name hundreds of reports. */
const MOST = 40;

/** The record's own fields. A field called like one of the envelope keeps its name there. */
export function ownFields(properties: Properties): [string, unknown][] {
  return Object.entries(properties).filter(([name, value]) => {
    if (value === null || value === undefined || value === "") return false;
    if (name.startsWith("record_") || name === "id") return false;
    if (!ENVELOPE.includes(name)) return true;
    // `record_kind` is always there: the kind is the record's own word only where it says another.
    return name === "kind" ? properties["kind"] !== properties["record_kind"] : `record_${name}` in properties;
  });
}

export const titleOfField = (name: string, schema: SchemaProperty | undefined): string => schema?.title ?? name;

/** A list of fields and values. */
export function showFields(entries: [string, unknown][], schema: Record<string, SchemaProperty> | undefined, changed?: ReadonlySet<string>): HTMLElement {
  return h("dl", { class: "fields" }, ...entries.flatMap(([name, value]) => {
    const one = schema?.[name];
    return [
      h("dt", { class: changed?.has(name) ? "changed" : "" }, titleOfField(name, one)),
      h("dd", { class: changed?.has(name) ? "changed" : "" }, showValue(name, value, one)),
    ];
  }));
}

/** One value: text as text, times in JST, numbers with their unit, lists and parts below each other. */
export function showValue(name: string, value: unknown, schema: SchemaProperty | undefined): HTMLElement | string {
  if (Array.isArray(value)) {
    if (!value.length) return either("なし", "none");
    const inner = itemsOf(schema);
    if (value.every((one) => typeof one !== "object" || one === null)) {
      const more = value.length - MOST;
      return value.slice(0, MOST).map((one) => textOf(name, one, inner)).join(either("、", ", ")) + (more > 0 ? either(`、ほか${showCount(more)}`, ` and ${showCount(more)} more`) : "");
    }
    return h("ul", { class: "parts" }, ...value.map((one) => h("li", {}, showValue(name, one, inner))));
  }
  const range = showRange(value, unitOf(schema?.description));
  if (range) return range;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as Properties).filter(([, one]) => one !== null && one !== "" && one !== undefined);
    return showFields(entries, propertiesOf(schema));
  }
  return textOf(name, value, schema);
}

function textOf(name: string, value: unknown, schema: SchemaProperty | undefined): string {
  if (typeof value === "boolean") return value ? either("はい", "yes") : either("いいえ", "no");
  if (typeof value === "number") return showNumber(value, unitOf(`${schema?.title ?? ""} ${schema?.description ?? ""}`));
  if (typeof value === "string") {
    const time = readTime(value);
    if (time !== null) return showFull(time);
    const kind = data.kinds.get(value)?.about;
    if (kind && name.endsWith("kind")) return either(kind.title, kind.title_en);
    if (/intensity/.test(name)) return intensityText(value);
    return CODED.test(name) || isFieldCode(value, name) ? sayCode(value, name) : value;
  }
  return value === null || value === undefined ? "—" : JSON.stringify(value);
}

/** A value in one line, for a table's cell and for comparing editions. */
export function plainText(name: string, value: unknown, schema: SchemaProperty | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map((one) => plainText(name, one, itemsOf(schema))).join(either("、", ", "));
  if (typeof value === "object") {
    const range = showRange(value, unitOf(schema?.description));
    if (range) return range;
    const parts = value as Properties;
    return typeof parts["name"] === "string" && parts["name"] ? parts["name"] : Object.values(parts).map((one) => plainText(name, one, undefined)).filter(Boolean).join(" ");
  }
  return textOf(name, value, schema);
}

const itemsOf = (schema: SchemaProperty | undefined): SchemaProperty | undefined =>
  schema?.items ?? schema?.anyOf?.find((one) => one.items)?.items;
export const propertiesOf = (schema: SchemaProperty | undefined): Record<string, SchemaProperty> | undefined =>
  schema?.properties ?? schema?.anyOf?.find((one) => one.properties)?.properties;
