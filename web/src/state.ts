/** What the page shows, held in the address so that a link says the same to everyone. */
import type { Language, Mode } from "./types.ts";
import { DAY, HOUR, toParam } from "./format.ts";
import { OFF_AT_FIRST } from "./signs.ts";

export type Fill = "auto" | "level" | "intensity";
export type Panel = "situation" | "feed" | "detail";
export type Selection =
  | { type: "thing"; kind: string; id: string }
  | { type: "area"; area: string }
  | { type: "unplaced" }
  | null;

export interface State {
  language: Language;
  mode: Mode;
  theme: "dark" | "light";
  /** Valid time, ms; null is now. */
  at: number | null;
  /** Recorded time, ms; null is now. */
  asOf: number | null;
  /** End of the time bar; null is now. */
  end: number | null;
  /** Length of the time bar, ms. */
  span: number;
  off: ReadonlySet<string>;
  fill: Fill;
  /** The earthquake whose intensities are shown; null is the newest. */
  event: string | null;
  selected: Selection;
  /** The collection whose table is open. */
  table: string | null;
  panel: Panel;
  online: boolean;
  view: { zoom: number; lat: number; lon: number } | null;
}

export const SPANS = [6 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY, 365 * DAY, 6 * 365 * DAY];

const DEFAULTS: State = {
  language: "ja", mode: "actual", theme: "dark", at: null, asOf: null, end: null, span: DAY, off: OFF_AT_FIRST,
  fill: "auto", event: null, selected: null, table: null, panel: "situation", online: false, view: null,
};

let current: State = DEFAULTS;
const followers: { names: (keyof State)[]; tell: () => void }[] = [];

export const state = (): Readonly<State> => current;

/** Call `tell` whenever any of `names` changes. */
export function follow(names: (keyof State)[], tell: () => void): void {
  followers.push({ names, tell });
}

/** Change what is shown; followers of what really changed are told. */
export function change(patch: Partial<State>): void {
  const before = current;
  current = { ...current, ...patch };
  const changed = (Object.keys(patch) as (keyof State)[]).filter((name) => before[name] !== current[name]);
  if (!changed.length) return;
  writeAddress();
  for (const one of followers) {
    if (one.names.some((name) => changed.includes(name))) one.tell();
  }
}

let clock: (() => number) | null = null;

/** Let the present be what `next` tells: the time in a drill. Null: that of the world. */
export const setClock = (next: (() => number) | null): void => void (clock = next);

/** What time it is, ms: in the drill that is followed, else in the world. */
export const present = (): number => (clock ?? Date.now)();

export interface Moment {
  at: number;
  asOf: number;
  /** True while the page follows the present. */
  now: boolean;
  /** What to ask the node with; nothing for the world's present. */
  asked: Record<string, string>;
}

/** The moment that is shown: both times in ms. */
export function moment(): Moment {
  const at = current.at ?? present();
  const asOf = current.asOf ?? Date.now();
  const now = current.at === null && current.asOf === null;
  return { at, asOf, now, asked: now && !clock ? {} : { datetime: toParam(at), "as-of": toParam(asOf) } };
}

let timer = 0;
function writeAddress(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => history.replaceState(null, "", `#${toHash(current)}`), 120);
}

/** A state as the part of the address after `#`; what is as usual is left out. */
export function toHash(one: State): string {
  const found = new URLSearchParams();
  const put = (name: string, value: string | null, usual: string | null) => {
    if (value !== null && value !== usual) found.set(name, value);
  };
  put("lang", one.language, DEFAULTS.language);
  put("mode", one.mode, DEFAULTS.mode);
  put("theme", one.theme, DEFAULTS.theme);
  put("at", one.at === null ? null : new Date(one.at).toISOString(), null);
  put("as-of", one.asOf === null ? null : new Date(one.asOf).toISOString(), null);
  put("end", one.end === null ? null : new Date(one.end).toISOString(), null);
  put("span", String(one.span / HOUR), String(DEFAULTS.span / HOUR));
  put("off", [...one.off].sort().join(","), [...DEFAULTS.off].sort().join(","));
  put("fill", one.fill, DEFAULTS.fill);
  put("event", one.event, null);
  put("table", one.table, null);
  put("panel", one.panel, DEFAULTS.panel);
  put("online", one.online ? "1" : null, null);
  if (one.selected?.type === "thing") put("open", `${one.selected.kind}/${one.selected.id}`, null);
  if (one.selected?.type === "area") put("area", one.selected.area, null);
  if (one.selected?.type === "unplaced") put("unplaced", "1", null);
  if (one.view) put("view", `${one.view.zoom.toFixed(2)}/${one.view.lat.toFixed(4)}/${one.view.lon.toFixed(4)}`, null);
  return found.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** What an address says; what cannot be read is as usual. */
export function fromHash(hash: string, usual: Partial<State> = {}): State {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const time = (name: string): number | null => {
    const found = Date.parse(given.get(name) ?? "");
    return Number.isNaN(found) ? null : found;
  };
  const oneOf = <T extends string>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((one) => one === given.get(name)) ?? otherwise;
  const base = { ...DEFAULTS, ...usual };
  const span = Number(given.get("span")) * HOUR;
  const open = /^([^/]+)\/(.+)$/.exec(given.get("open") ?? "");
  const view = (given.get("view") ?? "").split("/").map(Number);
  const [zoom, lat, lon] = view;
  const area = given.get("area");
  return {
    ...base,
    language: oneOf("lang", ["ja", "en"], base.language),
    mode: oneOf("mode", ["actual", "exercise", "test"], base.mode),
    theme: oneOf("theme", ["dark", "light"], base.theme),
    at: time("at"), asOf: time("as-of"), end: time("end"),
    span: span > 0 ? Math.min(span, 20 * 365 * DAY) : base.span,
    off: new Set(given.get("off")?.split(",").filter(Boolean) ?? base.off),
    fill: oneOf("fill", ["auto", "level", "intensity"], base.fill),
    event: given.get("event"),
    table: given.get("table"),
    panel: oneOf("panel", ["situation", "feed", "detail"], base.panel),
    online: given.get("online") === "1",
    selected: open ? { type: "thing", kind: open[1] ?? "", id: open[2] ?? "" }
      : area ? { type: "area", area } : given.has("unplaced") ? { type: "unplaced" } : null,
    view: view.length === 3 && view.every(Number.isFinite) ? { zoom: zoom ?? 4, lat: lat ?? 37, lon: lon ?? 138 } : null,
  };
}

/** Take over what an address says, and tell everyone. */
export function start(hash: string, usual: Partial<State>): void {
  const found = fromHash(hash, usual);
  const { at, end, span } = found;
  // A moment that the bar would not show moves the bar there.
  const moved = at !== null && end === null && at < Date.now() - span ? Math.min(at + span / 2, Date.now()) : end;
  current = { ...found, end: moved };
}
