/** The table twin of a layer: what the map shows of it, sortable and filterable by keyboard. */
import { address, BASE, getItems, getNext, getSchema, type Items } from "./api.ts";
import { data, onPicture } from "./data.ts";
import { guard } from "./detail.ts";
import { announce, el, fill, h, whenFree } from "./dom.ts";
import { plainText, propertiesOf } from "./fields.ts";
import { readTime, showAge, showCount, showFull, showTime } from "./format.ts";
import { gravity, lineOf, markOf, titleOf } from "./kinds.ts";
import { badge, kindTitle } from "./situation.ts";
import { change, follow, moment, state } from "./state.ts";
import { type Feature, type Schema, type SchemaProperty, envelope } from "./types.ts";
import { currentLanguage, say } from "./words.ts";

/** Rows that are put on the page at once; more follow as one goes on. */
const STEP = 150;

interface Column { name: string; title: string; value: (one: Feature) => string | number | null; cell?: (one: Feature) => Node | string }

let rows: Feature[] = [];
let total = 0;
let page: Items | null = null;
let busy = "";
let error = "";
let schema: Schema | null = null;
let columns: Column[] = [];
let sort = { column: "", up: false };
let search = "";
let shownRows = STEP;
let current = 0;
let asked = "";

export function startTable(): void {
  follow(["table"], () => {
    search = "";
    sort = { column: "", up: false };
    shownRows = STEP;
    current = 0;
    asked = "";
    void load().then(() => {
      if (state().table) el("table").querySelector<HTMLElement>("[role=grid] tr[tabindex='0']")?.focus();
    });
  });
  follow(["language"], () => {
    asked = "";
    void load();
  });
  onPicture(() => whenFree(() => void load()));
  void load();
}

async function load(): Promise<void> {
  const id = state().table;
  const home = el("table");
  home.hidden = !id;
  document.body.classList.toggle("with-table", !!id);
  if (!id) {
    fill(home);
    asked = "";
    return;
  }
  const kind = data.kinds.get(id);
  if (!kind) {
    // Not known (yet) in this mode or to this reader: nothing of another's may stay.
    rows = [];
    total = 0;
    page = null;
    asked = "";
    draw();
    return;
  }
  const key = `${id} ${state().language}`;
  if (!asked.startsWith(key) || !schema) {
    schema = await getSchema(id).catch(() => null);
    if (state().table !== id) return;
    columns = columnsOf(id, schema);
    asked = key;
    build();
  }
  if (kind.way === "timeline") {
    rows = kind.shown;
    total = rows.length;
    page = null;
    error = kind.error;
    draw();
    return;
  }
  const { at, asOf, now } = moment();
  const moment_ = now ? "now" : `${at} ${asOf}`;
  const wanted = `${key} ${state().mode} ${moment_} ${kind.generation}`;
  if (wanted === asked) return;
  asked = wanted;
  try {
    page = await getItems(id, { ...moment().asked, mode: state().mode, limit: 500 });
    if (state().table !== id) return;
    rows = page.features;
    total = kind.count;
    error = "";
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
  draw();
}

async function loadRest(id: string): Promise<void> {
  busy = say("loading");
  draw();
  try {
    while (page && state().table === id) {
      page = await getNext(page, id);
      if (page) rows = [...rows, ...page.features];
      drawCount();
    }
  } catch (failure) {
    error = failure instanceof Error ? failure.message : String(failure);
  }
  busy = "";
  draw();
}

/** Name, gravity and what it says first, then the record's own simple fields, then its times. */
function columnsOf(id: string, known: Schema | null): Column[] {
  const found: Column[] = [
    { name: "title", title: say("name"), value: titleOf, cell: (one) => h("span", { class: "who" }, markOf(one) ? badge(markOf(one)) : "", titleOf(one)) },
    { name: "gravity", title: say("severity"), value: gravity, cell: (one) => lineOf(one) },
  ];
  const used = new Set(["name", "area_name", "title", "lifted", "kinds", "hazards"]);
  const simple = Object.entries(known?.properties ?? {}).filter(([name, one]) =>
    !used.has(name) && !(name.startsWith("record_") && name !== "record_kind") && !ENVELOPE.has(name) &&
    (one.type !== "object" && one.type !== "array" || isRange(one) || name === "names"));
  for (const [name, one] of simple.slice(0, MOST[id] ?? 10)) {
    found.push({ name, title: one.title ?? name, value: (row) => sortable(row.properties[name]), cell: (row) => {
      const time = readTime(row.properties[name]);
      return time === null ? plainText(name, row.properties[name], one) : showTime(time);
    } });
  }
  for (const name of ["issued", "recorded", "valid_from", "valid_to"] as const) {
    const word = ({ issued: "issued", recorded: "recorded", valid_from: "validFrom", valid_to: "validTo" } as const)[name];
    found.push({ name, title: say(word), value: (row) => readTime(envelope(row.properties, name)), cell: (row) => {
      const time = readTime(envelope(row.properties, name));
      return time === null ? "—" : h("time", { title: showFull(time), datetime: String(envelope(row.properties, name)) }, showTime(time));
    } });
  }
  found.push({ name: "age", title: say("age"), value: (row) => -(readTime(envelope(row.properties, "issued")) ?? 0), cell: (row) => {
    const time = readTime(envelope(row.properties, "issued"));
    return time === null ? "—" : showAge(time, moment().at);
  } });
  found.push({ name: "source", title: say("source"), value: (row) => String(envelope(row.properties, "source")) });
  return found;
}

/** Columns of kinds that have more to say, or less, than others. */
const MOST: Record<string, number> = { "disaster.bulletin": 8, "disaster.damage_total": 60, "disaster.exposure": 14 };

/** True for a number that is known within bounds: one cell, though it has parts. */
const isRange = (one: SchemaProperty): boolean => {
  const parts = propertiesOf(one);
  return parts !== undefined && "low" in parts && "high" in parts;
};

const ENVELOPE = new Set(["kind", "key", "series", "mode", "area", "valid_from", "valid_to", "issued", "recorded", "source", "message", "confidence", "record_id", "record_kind", "label", "basis"]);

const sortable = (value: unknown): string | number | null =>
  typeof value === "object" && value !== null && "low" in value ? sortable("best" in value && value.best !== null ? value.best : value.low) : typeof value === "number" || typeof value === "string" ? value : typeof value === "boolean" ? Number(value) : value === null || value === undefined ? null : JSON.stringify(value);

/** Columns that say something of any row; a number that nobody gave is no column. */
function filled(): Column[] {
  return columns.filter((one) => ALWAYS.has(one.name) || rows.some((row) => {
    const value = one.value(row);
    return value !== null && value !== "" && value !== "[]" && value !== "{}";
  }));
}

const ALWAYS = new Set(["title", "gravity", "issued", "recorded", "age", "source"]);

function build(): void {
  const id = state().table ?? "";
  visible = filled();
  fill(el("table"),
    h("div", { class: "table-head" },
      h("h2", { id: "table-title" }, kindTitle(id)),
      h("span", { id: "table-count", role: "status" }),
      h("input", { type: "search", id: "table-search", value: search, placeholder: say("search"), "aria-label": say("search"), oninput: (event: Event) => {
        search = (event.target as HTMLInputElement).value;
        shownRows = STEP;
        current = 0;
        draw();
      }, onkeydown: (event: KeyboardEvent) => {
        if (event.key === "ArrowDown") focusRow(0);
        if (event.key === "Escape") change({ table: null });
      } }),
      h("span", { id: "downloads" }),
      h("button", { type: "button", class: "link", id: "table-close", onclick: () => change({ table: null }) }, say("close"))),
    h("p", { id: "table-note", class: "dim" }),
    h("div", { class: "table-scroll", tabindex: "-1", id: "table-scroll" },
      h("table", { role: "grid", "aria-labelledby": "table-title", "aria-describedby": "table-keys", onkeydown: keys, onclick: click },
        h("thead", {}, h("tr", {}, ...visible.map(headCell))),
        h("tbody", {}))),
    h("p", { id: "table-keys", class: "dim" }, say("keysHint")));
}

function sortBy(column: string): void {
  sort = { column, up: sort.column === column ? !sort.up : ["title", "source"].includes(column) };
  shownRows = STEP;
  current = 0;
  draw();
  const name = columns.find((one) => one.name === column)?.title ?? "";
  announce(`${name} ${sort.up ? "↑" : "↓"}`);
}

function kept(): Feature[] {
  const wanted = search.trim().toLowerCase();
  const some = wanted ? rows.filter((row) => columns.some((one) => cellText(one, row).toLowerCase().includes(wanted))) : [...rows];
  const column = columns.find((one) => one.name === sort.column);
  if (!column) {
    // As it opens: the gravest, then the newest.
    return some.sort((one, other) => gravity(other) - gravity(one) || String(envelope(other.properties, "issued")).localeCompare(String(envelope(one.properties, "issued"))) || one.id.localeCompare(other.id));
  }
  const collator = new Intl.Collator(currentLanguage(), { numeric: true });
  return some.sort((one, other) => {
    const [left, right] = [column.value(one), column.value(other)];
    if (left === null || left === "") return right === null || right === "" ? 0 : 1;
    if (right === null || right === "") return -1;
    const order = typeof left === "number" && typeof right === "number" ? left - right : collator.compare(String(left), String(right));
    return sort.up ? order : -order;
  });
}

function cellText(column: Column, row: Feature): string {
  const made = column.cell ? column.cell(row) : (column.value(row) ?? "");
  return typeof made === "object" && made ? (made.textContent ?? "") : String(made);
}

let listed: Feature[] = [];
let visible: Column[] = [];

const headCell = (one: Column): HTMLElement =>
  h("th", { scope: "col", "aria-sort": "none", "data-column": one.name }, h("button", { type: "button", onclick: () => sortBy(one.name) }, one.title));

function draw(): void {
  const home = el("table");
  const body = home.querySelector("tbody");
  const grid = home.querySelector("table");
  if (!body || !grid) return;
  const had = body.contains(document.activeElement);
  const open = listed[current]?.id;
  if (filled().length !== visible.length) {
    visible = filled();
    fill(home.querySelector("thead tr") as Element, ...visible.map(headCell));
  }
  listed = kept();
  if (open) {
    const again = listed.findIndex((one) => one.id === open);
    if (again >= 0 && had) current = again;
  }
  current = Math.min(current, Math.max(0, listed.length - 1));
  shownRows = Math.max(shownRows, current + 20);
  const { selected } = state();
  grid.setAttribute("aria-rowcount", String(listed.length + 1));
  for (const one of home.querySelectorAll("th")) {
    one.setAttribute("aria-sort", one.dataset["column"] === sort.column ? (sort.up ? "ascending" : "descending") : "none");
  }
  fill(body, ...listed.slice(0, shownRows).map((row, index) =>
    h("tr", { tabindex: index === current ? "0" : "-1", "data-index": String(index), "aria-rowindex": String(index + 2), "aria-selected": String(selected?.type === "thing" && selected.id === row.id) },
      ...visible.map((one, place) => {
        const made = one.cell ? one.cell(row) : String(one.value(row) ?? "");
        return place === 0 ? h("th", { scope: "row" }, made) : h("td", {}, made);
      }))));
  if (!listed.length) fill(body, h("tr", {}, h("td", { colspan: columns.length }, error ? say("failed", { why: error }) : say("emptyTable"))));
  if (listed.length > shownRows) {
    body.append(h("tr", {}, h("td", { colspan: columns.length }, h("button", { type: "button", class: "link", onclick: () => {
      shownRows += STEP * 2;
      draw();
    } }, say("more")))));
  }
  drawCount();
  drawDownloads();
  if (had) focusRow(current);
}

function drawCount(): void {
  const count = document.getElementById("table-count");
  if (!count) return;
  count.textContent = say("rows", { shown: showCount(listed.length), total: showCount(total) });
  const id = state().table ?? "";
  fill(el("table-note"), busy || (page && rows.length < total ? say("loadedOf", { n: showCount(rows.length), total: showCount(total) }) : ""),
    page && rows.length < total && !busy ? h("button", { type: "button", class: "link", onclick: () => void loadRest(id) }, say("loadAll", { n: showCount(total) })) : "",
    error ? h("span", { class: "tag bad" }, say("failed", { why: error })) : "");
}

function drawDownloads(): void {
  const id = state().table ?? "";
  const query = { ...moment().asked, mode: state().mode, lang: currentLanguage() };
  fill(el("downloads"), ...([["csv", "csv"], ["excel", "xlsx"]] as const).map(([word, form]) =>
    h("a", { class: "download", download: `${id}.${form}`, ...guard(address(`/collections/${id}/items`, { ...query, f: form }), `${id}.${form}`) }, say(word))),
  h("a", { href: `${BASE}/collections/${id}?f=html` }, say("api")));
}

function focusRow(index: number): void {
  if (index >= shownRows) {
    shownRows = index + STEP;
    current = index;
    draw();
  }
  const body = el("table").querySelector("tbody");
  const next = body?.children[index] as HTMLElement | undefined;
  if (!next) return;
  (body?.children[current] as HTMLElement | undefined)?.setAttribute("tabindex", "-1");
  current = index;
  next.setAttribute("tabindex", "0");
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function keys(event: KeyboardEvent): void {
  const last = listed.length - 1;
  const row = (event.target as HTMLElement).closest("tbody tr");
  const steps: Record<string, number> = {
    ArrowDown: Math.min(current + 1, last), ArrowUp: Math.max(current - 1, 0), PageDown: Math.min(current + 10, last),
    PageUp: Math.max(current - 10, 0), Home: 0, End: Math.min(last, shownRows - 1),
  };
  const step = steps[event.key];
  if (event.key === "Escape") change({ table: null });
  else if (event.key === "Enter" && row && event.target === row) openRow(current);
  else if (step !== undefined && row) focusRow(step);
  else return;
  event.preventDefault();
}

function click(event: MouseEvent): void {
  const row = (event.target as HTMLElement).closest<HTMLElement>("tbody tr");
  const index = Number(row?.dataset["index"] ?? "");
  if (!row?.dataset["index"] || Number.isNaN(index)) return;
  focusRow(index);
  openRow(index);
}

function openRow(index: number): void {
  const one = listed[index];
  const id = state().table;
  if (one && id) change({ selected: { type: "thing", kind: id, id: one.id }, panel: "detail" });
  for (const row of el("table").querySelectorAll("tbody tr")) row.setAttribute("aria-selected", String((row as HTMLElement).dataset["index"] === String(index)));
}
