/** What changed, newest first, with a mark where the reader left off. */
import { getChanges, BASE } from "./api.ts";
import { data, onPicture } from "./data.ts";
import { el, fill, h, whenFree } from "./dom.ts";
import { showAge, showFull, showTime } from "./format.ts";
import { isOwn } from "./once.ts";
import { lineOf, markOf, titleOf } from "./kinds.ts";
import { badge, shortKindTitle, sourceName } from "./situation.ts";
import { change, follow, present, state } from "./state.ts";
import { type ChangeEvent, envelope, kindOf } from "./types.ts";
import { layerTitle, say } from "./words.ts";

/** Changes that are kept; earlier ones are asked for again. */
const KEPT = 3_000;
/** Fewer changes than this do not fill the panel. */
const FEW = 30;
/** Changes of one message are one line where there are more of them than this. */
const SINGLE = 3;

let changes: ChangeEvent[] = [];
let next: number | null = null;
let error = "";
let layer = "";
let search = "";
let seen = { cursor: 0, when: 0 };
let newest = 0;
const unfolded = new Set<string>();
const listeners: ((unseen: number, more: boolean) => void)[] = [];
export const onUnseen = (tell: (unseen: number, more: boolean) => void): void => void listeners.push(tell);

const key = (): string => `noroshi.seen ${BASE} ${state().mode}`;

/** Read the latest changes; gives the cursor from which live ones go on. */
export async function startFeed(): Promise<number> {
  follow(["language"], build);
  let titled = 0;
  onPicture(() => {
    if (titled !== data.kinds.size) whenFree(show);
    titled = data.kinds.size;
  });
  build();
  return reloadFeed();
}

export async function reloadFeed(): Promise<number> {
  changes = [];
  next = null;
  show();
  try {
    const kept = JSON.parse(localStorage.getItem(key()) ?? "null") as typeof seen | null;
    seen = kept && Number.isFinite(kept.cursor) ? kept : { cursor: 0, when: 0 };
  } catch {
    seen = { cursor: 0, when: 0 };
  }
  await older();
  show();
  return newest;
}

/** Read the changes before those that are here. Of the node's own there may be many among them:
 * `more` times it is asked on where they leave too few. */
async function older(more = 4): Promise<void> {
  try {
    const found = await getChanges({ mode: state().mode, limit: 200, before: next });
    const known = new Set(changes.map((one) => one.id));
    const kept = found.changes.filter((one) => !known.has(one.id) && !isOwn(kindOf(one.data)));
    changes.push(...kept);
    next = found.next;
    newest = Math.max(newest, found.newest);
    error = "";
    // Someone who is here for the first time has left off nowhere: everything so far is as seen.
    if (!seen.cursor) remember(newest);
    if (kept.length < FEW && next !== null && more) await older(more - 1);
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
}

function remember(cursor: number): void {
  seen = { cursor, when: Date.now() };
  try {
    localStorage.setItem(key(), JSON.stringify(seen));
  } catch {
    // A browser that keeps nothing: the mark lasts as long as the page.
  }
}

let timer = 0;
/** A change that has just come. */
export function addChange(event: ChangeEvent): void {
  if (isOwn(kindOf(event.data)) || changes.some((one) => one.id === event.id)) return;
  changes.unshift(event);
  newest = Math.max(newest, Number(event.id));
  if (changes.length > KEPT) {
    changes.length = KEPT;
    next = Number(changes.at(-1)?.id ?? 0);
  }
  if (!timer) timer = window.setTimeout(() => {
    timer = 0;
    whenFree(show);
  }, 60);
}

function build(): void {
  fill(el("feed"),
    h("h2", { class: "unseen" }, say("feed")),
    h("div", { class: "feed-tools" },
      h("input", { type: "search", id: "feed-search", value: search, placeholder: say("searchFeed"), "aria-label": say("searchFeed"), oninput: (event: Event) => {
        search = (event.target as HTMLInputElement).value;
        show();
      } }),
      h("select", { id: "feed-layer", "aria-label": say("layers"), onchange: (event: Event) => {
        layer = (event.target as HTMLSelectElement).value;
        show();
      } }),
      h("button", { type: "button", id: "mark-read", onclick: () => {
        remember(newest);
        show();
      } }, say("markRead"))),
    h("ol", { id: "changes", class: "plain" }),
    h("p", { id: "feed-more" }));
  show();
}

function show(): void {
  const layers = data.summary?.layers ?? [];
  const select = el<HTMLSelectElement>("feed-layer");
  fill(select, h("option", { value: "" }, say("allLayers")), ...layers.map((one) => h("option", { value: one, selected: one === layer }, layerTitle(one))));
  const kept = changes.filter(matches);
  const list = el("changes");
  const focused = document.activeElement?.getAttribute("data-key");
  const rows: HTMLElement[] = [];
  let marked = false;
  for (const group of grouped(kept)) {
    const [first] = group as [ChangeEvent];
    if (!marked && Number(first.id) <= seen.cursor) {
      marked = true;
      if (seen.when) rows.push(h("li", { class: "left-off" }, say("seenHere", { when: showTime(seen.when) })));
    }
    rows.push(...lines(group));
  }
  fill(list, ...rows);
  if (focused) list.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  fill(el("feed-more"), error ? h("span", { class: "tag bad" }, say("failed", { why: error })) : kept.length ? "" : say("noChanges"),
    next !== null ? h("button", { type: "button", class: "link", onclick: async () => {
      await older();
      show();
    } }, say("older")) : "");
  const unseen = changes.filter((one) => Number(one.id) > seen.cursor).length;
  const more = unseen === changes.length && next !== null && unseen > 0;
  for (const tell of listeners) tell(unseen, more);
}

function matches(event: ChangeEvent): boolean {
  const kind = kindOf(event.data);
  if (layer && data.kinds.get(kind)?.about.layer !== layer) return false;
  if (!search) return true;
  const said = `${titleOf(event.data)} ${lineOf(event.data)} ${shortKindTitle(event.data)} ${String(envelope(event.data.properties, "source"))}`;
  return said.toLowerCase().includes(search.toLowerCase());
}

/** Neighbours that one message said of one kind, in runs that the mark of "seen" does not cut. */
function grouped(events: ChangeEvent[]): ChangeEvent[][] {
  const found: ChangeEvent[][] = [];
  let before = "";
  for (const one of events) {
    const said = `${kindOf(one.data)} ${String(envelope(one.data.properties, "source"))} ${Math.floor(Date.parse(one.time) / 2000)} ${Number(one.id) > seen.cursor}`;
    const last = found.at(-1);
    if (last && said === before) last.push(one);
    else found.push([one]);
    before = said;
  }
  return found;
}

function lines(group: ChangeEvent[]): HTMLElement[] {
  const [first] = group as [ChangeEvent];
  if (group.length <= SINGLE) return group.map(line);
  const id = String(group.at(-1)?.id);
  const shown = unfolded.has(id);
  const marks = group.map((one) => markOf(one.data)).filter((one) => one !== null);
  const worst = marks.reduce<(typeof marks)[number] | null>((most, one) => (!most || one.rank > most.rank ? one : most), null);
  return [
    h("li", { class: fresh(first) }, h("button", { type: "button", class: "change", "data-key": `fold ${id}`, "aria-expanded": String(shown), onclick: () => {
      if (!unfolded.delete(id)) unfolded.add(id);
      show();
    } }, badge(worst), h("span", { class: "said" }, h("b", {}, `${shortKindTitle(first.data)} ${say("count", { n: group.length })}`),
      h("span", { class: "line" }, group.slice(0, 5).map((one) => titleOf(one.data)).join("・"), group.length > 5 ? ` ${say("several", { n: group.length - 5 })}` : ""), times(first)))),
    ...(shown ? group.map(line) : []),
  ];
}

const fresh = (event: ChangeEvent): string => (Number(event.id) > seen.cursor ? "new" : "");

function line(event: ChangeEvent): HTMLElement {
  const operation = event.type.endsWith(".create") ? "create" : event.type.endsWith(".delete") ? "delete" : "update";
  const { data: feature } = event;
  return h("li", { class: fresh(event) }, h("button", { type: "button", class: `change ${operation}`, "data-key": `change ${event.id}`, onclick: () =>
    change({ selected: { type: "thing", kind: kindOf(feature), id: feature.id }, panel: "detail" }) },
  badge(operation === "delete" ? null : markOf(feature)), h("span", { class: "said" },
    h("b", {}, h("span", { class: `tag ${operation}` }, say(operation)), titleOf(feature)),
    h("span", { class: "line" }, `${shortKindTitle(feature)} ${operation === "delete" ? "" : lineOf(feature)}`), times(event))));
}

function times(event: ChangeEvent): HTMLElement {
  const known = Date.parse(event.time);
  const issued = Date.parse(String(envelope(event.data.properties, "issued")));
  return h("span", { class: "age" }, h("time", { datetime: event.time, title: showFull(known) }, showTime(known, Date.now(), true)),
    Number.isFinite(issued) ? h("span", { title: showFull(issued) }, say("issuedAgo", { age: showAge(issued, present()) })) : "",
    h("span", {}, sourceName(String(envelope(event.data.properties, "source")))));
}
