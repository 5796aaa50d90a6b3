/** What the page knows: counts, sources, and the versions from which it computes any picture itself. */
import { getItem, getItems, getSources, getSummary, getTimeline, Refused } from "./api.ts";
import { readDrill, SESSION, session } from "./drill.ts";
import { MINUTE, toParam } from "./format.ts";
import { picture, takeIn } from "./picture.ts";
import { isInternal, isOnDiseases, isOwn } from "./once.ts";
import { forgetProducts, loadProducts } from "./products.ts";
import { REGISTERED } from "./signs.ts";
import { follow, moment, present, state } from "./state.ts";
import { type ChangeEvent, type CollectionSummary, type Feature, type Source, type Summary, envelope, kindOf, text } from "./types.ts";

/** More of a kind than this are not asked for version by version. */
const MOST = 3_000;
/** Of what changes too often to be asked for version by version, so many are still shown one by one. */
const FEW = 1_000;
/** More than this are asked for again less often. */
const SEVERAL = 200;
const SOURCE_HEALTH = "node.source_health";
const INTENSITY = "disaster.intensity";

export interface KindData {
  about: CollectionSummary;
  /** timeline: every version is here; items: the picture of one moment; tiles: only drawn. */
  way: "timeline" | "items" | "tiles";
  versions: Feature[];
  /** The valid times for which `versions` are all there are, ms. */
  from: number;
  to: number;
  /** What is in the picture (for `tiles`: nothing). */
  shown: Feature[];
  /** How many are in the picture, as far as known. */
  count: number;
  /** True while `shown` is not all of the picture. */
  partial: boolean;
  loaded: boolean;
  error: string;
  /** True from when the time has moved until the node has told what it holds then. */
  waiting: boolean;
  /** Rises with every change of what tiles would show. */
  generation: number;
  /** What events told lately, and when: an answer that was on its way then does not know of it. */
  told: { when: number; event: ChangeEvent }[];
}

export const data = {
  kinds: new Map<string, KindData>(),
  summary: null as Summary | null,
  /** Whether there are tables of infectious diseases, which have a page of their own. */
  diseases: false,
  sources: [] as Source[],
  sourcesError: "",
  /** True while what is shown has still to be asked for. */
  waiting: true,
  /** By number of the edition, for what is in the picture: what a product rests on. */
  editions: new Map<number, Feature>(),
  /** Earthquakes of which there are intensities, newest first. */
  events: [] as { event: string; feature: Feature }[],
};

const listeners: (() => void)[] = [];
/** Call `tell` whenever the picture, the counts or the sources have changed. */
export const onPicture = (tell: () => void): void => void listeners.push(tell);

let frame = 0;
/** Compute the picture anew, once before the next frame is drawn. */
export function refresh(): void {
  if (frame) return;
  // A timer and not a frame: a page in the background shows no frames, but its title counts.
  // Where many answers come one after the other they are drawn together.
  frame = window.setTimeout(() => {
    frame = 0;
    compute();
    for (const tell of listeners) tell();
  }, data.kinds.size && !isReady() ? 120 : 8);
}

let signature = 0;
/** Compute the picture; true where it is another one. */
function compute(): boolean {
  const before = signature;
  signature = 0;
  const { at, asOf, now } = moment();
  data.editions.clear();
  data.waiting = !data.summary;
  for (const kind of data.kinds.values()) {
    if (kind.way === "timeline") {
      const here = kind.loaded && at >= kind.from && at <= kind.to;
      // Of a time that was not asked for yet only a part may be here: nothing is shown rather than a part.
      kind.waiting = !here && (kind.loaded || !now);
      kind.shown = here ? picture(kind.versions, at, asOf) : [];
      if (here) kind.count = kind.shown.length;
    }
    data.waiting ||= kind.waiting || (!kind.loaded && kind.about.count > 0 && !kind.error);
    for (const one of kind.shown) {
      const id = Number(envelope(one.properties, "record_id"));
      data.editions.set(id, one);
      signature = (Math.imul(signature, 31) + id) | 0;
    }
  }
  data.events = (data.kinds.get(INTENSITY)?.shown ?? [])
    .filter((one) => text(one, "level") === "event")
    .map((feature) => ({ event: text(feature, "event"), feature }))
    .sort((one, other) => String(envelope(other.feature.properties, "valid_from")).localeCompare(String(envelope(one.feature.properties, "valid_from"))));
  return signature !== before;
}

/** The earthquake whose intensities are shown: the chosen one, or the newest. */
export const shownEvent = (): string | null => state().event ?? data.events[0]?.event ?? null;

/** The time bar's window, ms. */
export function timeWindow(): { from: number; to: number } {
  const to = state().end ?? present();
  return { from: to - state().span, to };
}

/** Window that is asked for: it reaches a little into the future, so that what begins soon is there. */
let loaded = { from: 0, to: 0, mode: "" };
let controller = new AbortController();

/** Ask for everything anew. What is shown first is asked for first. */
export async function loadAll(): Promise<void> {
  controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  const [summary] = await Promise.all([getSummary({ mode: state().mode }, signal), loadSources()]);
  await readDrill(summary, signal);
  if (signal.aborted) return;
  const window = timeWindow();
  loaded = { from: Math.min(window.from, state().at ?? window.from), to: Math.max(window.to, Date.now()) + 60 * MINUTE, mode: state().mode };
  data.diseases = summary.collections.some((one) => isOnDiseases(one.id) && one.count > 0);
  summary.collections = summary.collections.filter((one) => !isInternal(one.id));
  data.summary = summary;
  for (const about of summary.collections) {
    const known = data.kinds.get(about.id);
    if (known) known.about = about;
    else data.kinds.set(about.id, { about, way: "timeline", versions: [], from: 0, to: 0, shown: [], count: about.count, partial: true, loaded: false, error: "", waiting: false, generation: 0, told: [] });
  }
  for (const id of data.kinds.keys()) if (!summary.collections.some((one) => one.id === id)) data.kinds.delete(id);
  refresh();
  const all = [...data.kinds.values()];
  await Promise.all(all.filter(isFirst).map((one) => loadKind(one, signal)));
  if (signal.aborted) return;
  performance.mark("noroshi-picture");
  // What holds nothing now may have held something earlier in the window: needed once the time moves.
  await Promise.all(all.filter((one) => !isFirst(one)).map((one) => loadKind(one, signal, true)));
}

/** True for what the first picture is made of: what there is, but texts that no map shows. */
const isFirst = (kind: KindData): boolean => kind.about.count > 0 && kind.about.layer !== "reports";

/** True once the first picture is whole. */
export const isReady = (): boolean => data.summary !== null && [...data.kinds.values()].every((one) => !isFirst(one) || one.loaded || one.error !== "");

async function loadKind(kind: KindData, signal: AbortSignal, quiet = false): Promise<void> {
  const { id, located } = kind.about;
  const begun = performance.now();
  try {
    // What is registered changes by the year: tiles of it are asked for once somebody wants to see it.
    if (kind.about.count <= MOST && !(id in REGISTERED)) {
      const { from, to } = loaded;
      const asked = { from: toParam(from), to: toParam(to), mode: state().mode, limit: 5000 };
      const found = await getTimeline(id, asked, signal);
      signal.throwIfAborted();
      if (found.complete) {
        const versions = kind.told.filter((one) => one.when >= begun).reduce((all, { event }) => take(all, event), found.features);
        Object.assign(kind, { way: "timeline", versions, from, to, partial: false, error: "" });
      } else kind.way = located && kind.about.count > FEW ? "tiles" : "items";
    } else kind.way = located ? "tiles" : "items";
    kind.generation += 1;
    if (kind.way !== "timeline") await loadMoment(kind, signal);
    kind.error = "";
    kind.loaded = true;
    kind.waiting = false;
  } catch (error) {
    if (signal.aborted) return;
    kind.error = error instanceof Error ? error.message : String(error);
  }
  if (!quiet || kind.versions.length || kind.error) refresh();
}

/** What a kind of which there is too much holds at the moment that is shown. */
async function loadMoment(kind: KindData, signal: AbortSignal): Promise<void> {
  const asked = { mode: state().mode, ...moment().asked };
  if (kind.way === "tiles") {
    kind.shown = kind.versions = [];
    kind.partial = true;
    return;
  }
  let found: Feature[];
  if (kind.about.id === INTENSITY) {
    const heads = (await getItems(INTENSITY, { ...asked, level: "event", limit: 1000 }, signal)).features;
    const newest = heads.map((one) => ({ event: text(one, "event"), from: String(envelope(one.properties, "valid_from")) }))
      .sort((one, other) => other.from.localeCompare(one.from))[0]?.event;
    const event = state().event ?? newest;
    const rest = event ? (await getItems(INTENSITY, { ...asked, event, limit: 10_000 }, signal)).features : [];
    found = [...heads.filter((one) => text(one, "event") !== event), ...rest];
  } else found = (await getItems(kind.about.id, { ...asked, limit: 10_000 }, signal)).features;
  signal.throwIfAborted();
  kind.shown = found;
  kind.versions = [];
  kind.partial = true;
}

/** How sources and products stand. */
export async function loadSources(): Promise<void> {
  const products = loadProducts();
  try {
    data.sources = (await getSources({ mode: state().mode })).sources;
    data.sourcesError = "";
  } catch (error) {
    data.sourcesError = error instanceof Error ? error.message : String(error);
  }
  await products;
}

/** The counts at the moment that is shown, for kinds that the page does not count itself. */
async function loadCounts(signal: AbortSignal): Promise<void> {
  const { now, asked } = moment();
  const found = await getSummary({ mode: state().mode, ...asked }, signal);
  for (const about of found.collections) {
    const kind = data.kinds.get(about.id);
    if (!kind) continue;
    if (kind.way !== "timeline") kind.count = about.count;
    if (now) kind.about = about;
  }
  if (now) data.summary = found;
}

let later = 0;
let moving = new AbortController();
/** After the moment has changed: the picture at once, and what must be asked for once it rests. */
function moved(): void {
  for (const kind of data.kinds.values()) {
    if (kind.way === "timeline") continue;
    kind.shown = [];
    kind.waiting = true;
  }
  refresh();
  clearTimeout(later);
  later = window.setTimeout(async () => {
    moving.abort();
    moving = new AbortController();
    const { signal } = moving;
    const window = timeWindow();
    const { at } = moment();
    if (Math.min(window.from, at) < loaded.from || Math.max(window.to, at) > loaded.to || loaded.mode !== state().mode) {
      await quietly(loadAll());
      return;
    }
    const busy = [...data.kinds.values()].filter((one) => one.way !== "timeline");
    if (!busy.length) return;
    await quietly(Promise.all([loadCounts(signal), ...busy.map((one) => loadMoment(one, signal))]));
    if (signal.aborted) return;
    for (const one of busy) {
      one.generation += 1;
      one.waiting = false;
    }
    refresh();
  }, 180);
}

async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (!(error instanceof Refused) && !(error instanceof TypeError)) throw error;
    failure(error.message);
  }
}

let failure: (why: string) => void = () => undefined;
export const onFailure = (tell: (why: string) => void): void => void (failure = tell);

const pending = new Map<string, ChangeEvent[]>();
const due = new Map<string, number>();
let taking = 0;

/** Take in what the node has just said: at once as far as an event tells, then as the node tells it. */
export function takeEvent(event: ChangeEvent): void {
  const kind = kindOf(event.data);
  if (isInternal(kind)) return;
  pending.set(kind, [...(pending.get(kind) ?? []), event]);
  clearTimeout(taking);
  taking = window.setTimeout(takePending, 15);
}

let asking = 0;
let waited = 0;
const take = (versions: Feature[], event: ChangeEvent): Feature[] => takeIn(versions, event.data, event.type.endsWith(".delete"), Date.parse(event.time));

function takePending(): void {
  for (const [id, all] of pending) {
    const events = all.filter((one) => one.mode === state().mode);
    if (!events.length) continue;
    const kind = data.kinds.get(id);
    // A drill begins or ends: with it the present becomes another.
    // What the node says of itself for the first time can wait until the news is on the map.
    if (!kind && isOwn(id)) waited ||= window.setTimeout(() => {
      waited = 0;
      void quietly(loadAll());
    }, 5_000);
    else if (!kind || id === SESSION) void quietly(loadAll());
    else {
      if (kind.way === "timeline" && events.length <= 200) {
        const when = performance.now();
        kind.told = [...kind.told.filter((one) => when - one.when < MINUTE), ...events.map((event) => ({ when, event }))];
        for (const one of events) {
          kind.versions = take(kind.versions, one);
          kind.about.newest_recorded = one.time;
        }
      }
      if (!due.has(id)) due.set(id, window.setTimeout(() => void reload(id), kind.way === "items" && kind.count > SEVERAL ? 4000 : events.length > 200 ? 300 : 1500));
    }
  }
  // A source has come to stand otherwise: what rests on it may look old, or new again.
  if (pending.has(SOURCE_HEALTH) && !asking) asking = window.setTimeout(() => {
    asking = 0;
    void loadSources().then(refresh);
  }, 3_000);
  pending.clear();
  refresh();
}

async function reload(id: string): Promise<void> {
  const kind = data.kinds.get(id);
  due.delete(id);
  if (!kind) return;
  await quietly(loadCounts(controller.signal));
  await loadKind(kind, controller.signal);
}

/** Whether what a record says comes from a source that is stale or silent now. */
export function isStale(feature: Feature, depth = 0): boolean {
  // How fresh a source is says the node of the world, not of a drill.
  if (!moment().now || session()) return false;
  const source = String(envelope(feature.properties, "source"));
  const found = data.sources.find((one) => one.name === source);
  if (found) return found.state === "stale" || found.state === "silent";
  const basis = envelope(feature.properties, "basis");
  if (depth > 3 || !Array.isArray(basis)) return false;
  return basis.some((id) => {
    const rests = data.editions.get(Number(id));
    return rests !== undefined && isStale(rests, depth + 1);
  });
}

/** The thing with this id in the picture that is shown, or as the node gives it. */
export async function findThing(kind: string, id: string): Promise<Feature> {
  const here = data.kinds.get(kind)?.shown.find((one) => one.id === id);
  if (here) return here;
  return getItem(kind, id, moment().asked);
}

/** Forget every record: not for a moment may one mode's stand under another's name, nor what was
 * shared with one reader before the eyes of the next. */
export function forget(): void {
  controller.abort();
  moving.abort();
  pending.clear();
  data.kinds.clear();
  data.summary = null;
  data.sources = [];
  data.events = [];
  forgetProducts();
  refresh();
}

/** Start following the state and the clock. */
export function startData(): void {
  follow(["at", "asOf"], moved);
  follow(["end", "span"], moved);
  follow(["event"], moved);
  follow(["language"], () => void quietly(loadAll()));
  follow(["mode"], () => {
    forget();
    void quietly(loadAll());
  });
  // What begins or ends by the clock alone.
  setInterval(() => {
    if (moment().now && !frame && compute()) for (const tell of listeners) tell();
    if (loaded.to < present() + 5 * MINUTE) void quietly(loadAll());
  }, 5_000);
  setInterval(() => void loadSources().then(refresh), 30_000);
}

export const loadQuietly = (): Promise<void> => quietly(loadAll());
