/** The time bar: two handles over the density of arrivals, play, and any moment by its date. */
import { getDensity } from "./api.ts";
import { data, onPicture, timeWindow } from "./data.ts";
import { el, fill, h } from "./dom.ts";
import { clockOf, DAY, fromInput, MINUTE, SECOND, showCount, showFull, showLength, showTime, ticksOf, toInput, toParam } from "./format.ts";
import { change, follow, moment, SPANS, state } from "./state.ts";
import type { Density } from "./types.ts";
import { say } from "./words.ts";

const BINS = 180;
/** Playing goes through the window in so long. */
const PLAY = 24 * SECOND;

let density: Density | null = null;
let together = false;
let playing = 0;

type Handle = "at" | "asOf";

export function startTimebar(): void {
  follow(["language"], build);
  follow(["at", "asOf", "end", "span", "theme"], show);
  follow(["end", "span", "mode"], () => void load());
  window.addEventListener("resize", show);
  build();
  void load();
  setInterval(() => state().end === null && void load(), 60_000);
  setInterval(show, 10_000);
  let seen = "";
  onPicture(() => {
    const said = data.summary?.recorded ?? "";
    if (said !== seen) void load();
    seen = said;
  });
}

let controller = new AbortController();
let waiting = 0;
async function load(): Promise<void> {
  clearTimeout(waiting);
  await new Promise((resolve) => (waiting = window.setTimeout(resolve, 150)));
  controller.abort();
  controller = new AbortController();
  const { from, to } = timeWindow();
  try {
    density = await getDensity({ from: toParam(from), to: toParam(to), bins: BINS, mode: state().mode }, controller.signal);
  } catch {
    return;
  }
  show();
}

function build(): void {
  const bar = el("timebar");
  bar.setAttribute("aria-label", say("time"));
  fill(bar,
    h("div", { class: "time-tools" },
      h("button", { type: "button", id: "play", onclick: () => (playing ? pause() : play()) }),
      h("button", { type: "button", id: "to-now", onclick: toNow }, say("now")),
      h("label", { class: "pick" }, h("span", { class: "unseen" }, say("pickMoment")), h("input", { type: "datetime-local", id: "pick", "aria-label": `${say("trueAt")}: ${say("pickMoment")}`, onchange: pick })),
      h("label", { class: "together" }, h("input", { type: "checkbox", id: "together", checked: together, onchange: (event: Event) => {
        together = (event.target as HTMLInputElement).checked;
        if (together) change({ asOf: state().at });
      } }), h("span", {}, say("moveTogether"))),
      h("label", { class: "span" }, h("span", { class: "unseen" }, say("span")), h("select", { id: "span", "aria-label": say("span"), onchange: (event: Event) => change({ span: Number((event.target as HTMLSelectElement).value) }) }))),
    h("div", { class: "tracks", id: "tracks" },
      h("canvas", { id: "density", role: "img" }),
      track("at"), track("asOf"),
      h("p", { id: "ticks", "aria-hidden": "true" })));
  show();
}

function track(handle: Handle): HTMLElement {
  const title = handle === "at" ? say("trueAt") : say("knownAsOf");
  return h("div", { class: `track ${handle}`, onpointerdown: (event: PointerEvent) => drag(event, handle) },
    h("span", { class: "track-name" }, title),
    h("span", { class: "rail" }),
    h("span", { class: "handle", role: "slider", tabindex: "0", id: `handle-${handle}`, "aria-label": title, onkeydown: (event: KeyboardEvent) => step(event, handle) }, h("span", { class: "flag" })));
}

function show(): void {
  if (!document.getElementById("tracks")) return;
  const { from, to } = timeWindow();
  const { at, asOf, now } = moment();
  for (const [handle, time, isNow] of [["at", at, state().at === null], ["asOf", asOf, state().asOf === null]] as const) {
    const one = el(`handle-${handle}`);
    const share = Math.min(1, Math.max(0, (time - from) / (to - from)));
    one.style.left = `${share * 100}%`;
    one.classList.toggle("now", isNow);
    one.classList.toggle("outside", time < from || time > to + SECOND);
    one.classList.toggle("left", share > 0.6);
    one.setAttribute("aria-valuemin", String(Math.round(from / 1000)));
    one.setAttribute("aria-valuemax", String(Math.round(to / 1000)));
    one.setAttribute("aria-valuenow", String(Math.round(time / 1000)));
    one.setAttribute("aria-valuetext", isNow ? `${say("now")} ${showFull(time)}` : showFull(time));
    const flag = one.firstElementChild as HTMLElement;
    flag.textContent = isNow ? say("now") : showTime(time, Date.now(), state().span <= DAY);
  }
  const playButton = el("play");
  playButton.textContent = playing ? "❚❚" : "▶";
  playButton.setAttribute("aria-label", say(playing ? "pause" : "play"));
  const toNowButton = el<HTMLButtonElement>("to-now");
  toNowButton.setAttribute("aria-pressed", String(now && state().end === null));
  el<HTMLInputElement>("pick").value = toInput(at);
  const spans = [...new Set([...SPANS, state().span])].sort((one, other) => one - other);
  fill(el("span"), ...spans.map((one) => h("option", { value: String(one), selected: one === state().span }, showLength(one))));
  document.body.classList.toggle("not-now", !now);
  const banner = el("moment");
  // While it plays a screen reader would read without end.
  banner.setAttribute("aria-live", playing ? "off" : "polite");
  banner.hidden = now;
  if (!now) {
    fill(banner, h("b", {}, say("notNow")), h("span", {}, say("pictureOf", { at: state().at === null ? say("now") : showFull(at) })),
      h("span", {}, state().asOf === null ? say("asKnownNow") : say("asKnown", { asof: showFull(asOf) })),
      h("button", { type: "button", onclick: toNow }, say("backToNow")));
  } else fill(banner);
  paint(from, to);
}

function paint(from: number, to: number): void {
  const canvas = el<HTMLCanvasElement>("density");
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  if (!width || !height) return;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const to2d = canvas.getContext("2d", { willReadFrequently: true });
  if (!to2d) return;
  to2d.scale(ratio, ratio);
  const style = getComputedStyle(document.body);
  const ticks = ticksOf(from, to, width < 500 ? 4 : 9);
  to2d.fillStyle = style.getPropertyValue("--line");
  for (const one of ticks) to2d.fillRect(((one - from) / (to - from)) * width, 0, 1, height);
  fill(el("ticks"), ...ticks.map((one) => {
    const made = h("span", {}, tickText(one, to - from));
    made.style.left = `${((one - from) / (to - from)) * 100}%`;
    return made;
  }));
  if (!density) return;
  const start = Date.parse(density.from);
  const length = (Date.parse(density.to) - start) / density.bins;
  const x = (time: number): number => ((time - from) / (to - from)) * width;
  const middle = height / 2;
  const bars = (counts: number[], colour: string, up: boolean): void => {
    const most = Math.max(...counts, 1);
    to2d.fillStyle = colour;
    counts.forEach((count, index) => {
      if (!count) return;
      // Square root: one message stays visible beside a burst of thousands.
      const tall = Math.max(2, Math.sqrt(count / most) * (middle - 3));
      const left = x(start + index * length);
      to2d.fillRect(left, up ? middle - 1 - tall : middle + 1, Math.max(1, x(start + (index + 1) * length) - left - 0.5), tall);
    });
  };
  bars(density.issued, style.getPropertyValue("--issued"), true);
  bars(density.recorded, style.getPropertyValue("--recorded"), false);
  const total = density.recorded.reduce((sum, one) => sum + one, 0);
  const said = density.issued.reduce((sum, one) => sum + one, 0);
  canvas.setAttribute("aria-label", `${say("arrivals")} ${say("count", { n: showCount(total) })} · ${say("issues")} ${say("count", { n: showCount(said) })}`);
  canvas.title = `↑ ${say("issues")} ${showCount(said)} / ↓ ${say("arrivals")} ${showCount(total)}`;
}

function tickText(time: number, span: number): string {
  const one = clockOf(time);
  if (span <= 3 * DAY) return one.hour === "00" && one.minute === "00" ? `${Number(one.month)}/${Number(one.day)}` : `${one.hour}:${one.minute}`;
  return span <= 200 * DAY ? `${Number(one.month)}/${Number(one.day)}` : `${one.year}/${Number(one.month)}`;
}

/** Move a handle; at the end of a bar that follows the clock it is "now". */
function move(handle: Handle, time: number): void {
  const { from, to } = timeWindow();
  const bounded = Math.max(from, Math.min(to, time));
  const value = state().end === null && bounded >= to - (to - from) / 400 ? null : Math.round(bounded);
  change(together ? { at: value, asOf: value } : { [handle]: value });
}

function drag(event: PointerEvent, handle: Handle): void {
  const rail = el("tracks").getBoundingClientRect();
  const target = event.currentTarget as HTMLElement;
  const to = (one: PointerEvent): void => {
    const window_ = timeWindow();
    move(handle, window_.from + ((one.clientX - rail.left) / rail.width) * (window_.to - window_.from));
  };
  pause();
  target.setPointerCapture(event.pointerId);
  to(event);
  const moved = (one: Event): void => to(one as PointerEvent);
  target.addEventListener("pointermove", moved);
  const end = (): void => target.removeEventListener("pointermove", moved);
  target.addEventListener("pointerup", end, { once: true });
  target.addEventListener("pointercancel", end, { once: true });
  el(`handle-${handle}`).focus({ preventScroll: true });
  event.preventDefault();
}

function step(event: KeyboardEvent, handle: Handle): void {
  const { from, to } = timeWindow();
  const { at, asOf } = moment();
  const time = handle === "at" ? at : asOf;
  const small = Math.max(MINUTE, Math.round((to - from) / 288 / MINUTE) * MINUTE);
  const next: Record<string, number> = {
    ArrowLeft: time - small, ArrowDown: time - small, ArrowRight: time + small, ArrowUp: time + small,
    PageDown: time - 12 * small, PageUp: time + 12 * small, Home: from, End: to,
  };
  const found = next[event.key];
  if (found === undefined) return;
  pause();
  move(handle, found);
  event.preventDefault();
}

function pick(event: Event): void {
  const time = fromInput((event.target as HTMLInputElement).value);
  if (time === null) return;
  pause();
  const { from, to } = timeWindow();
  // A moment beyond the bar moves the bar there.
  const end = time >= from && time <= to ? state().end : time + state().span / 2 >= Date.now() ? null : time + state().span / 2;
  change({ at: time, ...(together ? { asOf: time } : {}), end });
}

export function toNow(): void {
  pause();
  change({ at: null, asOf: null, end: null });
}

function play(): void {
  const { from, to } = timeWindow();
  const { at } = moment();
  const start = at >= to - (to - from) / 100 || at < from ? from : at;
  const began = performance.now();
  const tick = (): void => {
    const time = start + ((performance.now() - began) / PLAY) * (to - from);
    if (time >= to) {
      pause();
      move("at", to);
      return;
    }
    move("at", time);
    playing = requestAnimationFrame(tick);
  };
  playing = requestAnimationFrame(tick);
  show();
}

function pause(): void {
  if (!playing) return;
  cancelAnimationFrame(playing);
  playing = 0;
  show();
}
