/** The head of the page: who is speaking, whether it is live, drill or real, language, token, print. */
import { showAccount, startAccount } from "./account.ts";
import { ask, BASE, setToken, token } from "./api.ts";
import { onlineAllowed } from "./basemap.ts";
import { data, onPicture } from "./data.ts";
import { el, fill, h } from "./dom.ts";
import { session } from "./drill.ts";
import { onUnseen } from "./feed.ts";
import { showClock, showCount, showFull } from "./format.ts";
import type { Link } from "./live.ts";
import { gravest } from "./situation.ts";
import { change, follow, moment, type Panel, present, state } from "./state.ts";
import { printPage } from "./print.ts";
import type { Mode } from "./types.ts";
import { either, say, setLanguage } from "./words.ts";

const MODES: Mode[] = ["actual", "exercise", "test"];
let link: Link = "connecting";
let title = "Noroshi";
let unseen = { n: 0, more: false };
let online = false;
let restart: () => void = () => undefined;

export function startHeader(restartAll: () => void): void {
  restart = restartAll;
  follow(["language"], () => {
    setLanguage(state().language);
    buildAll();
  });
  follow(["mode", "theme", "online", "panel"], buildAll);
  follow(["selected"], tabs);
  onPicture(() => {
    online = onlineAllowed();
    if (!online && state().online) change({ online: false });
    controls();
    name();
    showDrill();
  });
  onUnseen((n, more) => {
    unseen = { n, more };
    tabs();
  });
  setInterval(showLink, 1000);
  setInterval(showDrill, 1000);
  void readTitle();
  void startAccount();
  setLanguage(state().language);
  buildAll();
}

async function readTitle(): Promise<void> {
  try {
    const found = (await (await ask(`${BASE}/`)).json()) as { title?: string };
    title = found.title ?? title;
  } catch {
    return;
  }
  name();
}

function name(): void {
  el("node-title").textContent = title;
  const { mode } = state();
  const [first] = gravest();
  const grave = first?.mark?.scale === "level" && /^[45]$/.test(first.mark.text) ? `(${first.mark.text}) ` : "";
  document.title = `${mode === "actual" ? "" : `【${say(mode)}】`}${grave}狼煙 ${title}`;
}

function buildAll(): void {
  const { language, mode, theme, panel } = state();
  document.documentElement.lang = language;
  document.documentElement.dataset["theme"] = theme;
  document.body.dataset["mode"] = mode;
  document.body.dataset["panel"] = panel;
  el("skip").textContent = say("skip");
  el("panel").setAttribute("aria-label", `${say("situation")}・${say("feed")}・${say("detail")}`);
  el("stage").setAttribute("aria-label", say("stage"));
  const banner = el("banner");
  banner.hidden = mode === "actual";
  fill(banner, mode === "actual" ? "" : h("span", {}, say(mode === "exercise" ? "exerciseBanner" : "testBanner")), drillClock(),
    mode === "actual" ? "" : h("button", { type: "button", onclick: () => change({ mode: "actual", selected: null }) }, say("backToActual")));
  name();
  controls();
  tabs();
  showLink();
  showDrill();
  showAccount();
}

/** Which drill is followed, what time it is in it, and how fast that passes. */
function drillClock(): HTMLElement {
  return h("span", { id: "drill", role: "timer" });
}

function showDrill(): void {
  const home = document.getElementById("drill");
  if (!home) return;
  const one = session();
  home.textContent = one ? say("drill", { title: either(one.title_ja, one.title), at: showFull(present()), speed: one.speed }) : "";
}

function tabs(): void {
  const { panel } = state();
  const text = (one: Panel): (Node | string)[] => one === "feed" && unseen.n
    ? [say(one), h("span", { class: "count", title: say(unseen.more ? "unseenMore" : "unseen", { n: unseen.n }) }, `${showCount(unseen.n)}${unseen.more ? "+" : ""}`)] : [say(one)];
  const all: Panel[] = ["situation", "feed", "detail"];
  const focused = document.activeElement?.id;
  fill(el("tabs"), ...all.map((one) => h("button", {
    type: "button", role: "tab", id: `tab-${one}`, "aria-controls": one, "aria-selected": String(panel === one), tabindex: panel === one ? "0" : "-1",
    onclick: () => change({ panel: one }),
    onkeydown: (event: KeyboardEvent) => {
      const shift = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!shift) return;
      const next = all[(all.indexOf(one) + shift + all.length) % all.length] as Panel;
      change({ panel: next });
      el(`tab-${next}`).focus();
    },
  }, ...text(one))));
  for (const one of all) el(one).hidden = panel !== one;
  if (focused?.startsWith("tab-")) document.getElementById(focused)?.focus();
}

function controls(): void {
  const home = el("controls");
  const had = document.activeElement instanceof HTMLElement && home.contains(document.activeElement) ? document.activeElement.id : "";
  const { mode, language, theme } = state();
  const others = MODES.filter((one) => one !== mode && (data.summary?.mode === mode ? (data.summary.other_modes[one] ?? 0) : 0) > 0);
  fill(home,
    ...others.filter((one) => one !== "actual").map((one) => h("button", { type: "button", id: `other-${one}`, class: "other-mode", title: say("otherMode", { mode: say(one), n: showCount(data.summary?.other_modes[one] ?? 0) }), onclick: () => change({ mode: one, selected: null }) },
      `${say(one)} ${say("count", { n: showCount(data.summary?.other_modes[one] ?? 0) })}`)),
    h("select", { id: "mode", "aria-label": say("mode"), onchange: (event: Event) => change({ mode: (event.target as HTMLSelectElement).value as Mode, selected: null }) },
      ...MODES.map((one) => h("option", { value: one, selected: one === mode }, say(one)))),
    online ? h("label", { class: "online" }, h("input", { type: "checkbox", id: "online", checked: state().online, onchange: (event: Event) => change({ online: (event.target as HTMLInputElement).checked }) }), say("onlineTiles")) : "",
    h("button", { type: "button", id: "theme", title: say("theme"), "aria-label": `${say("theme")}: ${say(theme === "dark" ? "light" : "dark")}`, onclick: () => {
      const next = theme === "dark" ? "light" : "dark";
      try {
        localStorage.setItem("noroshi.theme", next);
      } catch {
        // Kept in the address all the same.
      }
      change({ theme: next });
    } }, theme === "dark" ? "☀" : "☾"),
    h("button", { type: "button", id: "language", lang: language === "ja" ? "en" : "ja", onclick: () => change({ language: language === "ja" ? "en" : "ja" }) }, language === "ja" ? "English" : "日本語"),
    h("a", { id: "chat", href: chatPage(), title: say("chatTitle") }, say("chat")),
    h("button", { type: "button", id: "token", onclick: askToken, class: token() ? "on" : "" }, say(token() ? "tokenUsed" : "token")),
    h("button", { type: "button", id: "print", onclick: () => void printPage() }, say("print")));
  if (had) document.getElementById(had)?.focus();
}

/** The residents' conversation, of what is shown. */
function chatPage(): string {
  const { mode, language } = state();
  return `./chat?${new URLSearchParams({ lang: language, ...(mode === "actual" ? {} : { mode }) })}`;
}

export function setLink(next: Link): void {
  link = next;
  showLink();
}

function showLink(): void {
  const home = el("link");
  const word = link === "live" ? "live" : link === "offline" ? "offline" : "connecting";
  home.className = link;
  if (!home.firstElementChild || home.dataset["said"] !== `${word} ${state().language}`) {
    fill(home, h("span", { class: "lamp", "aria-hidden": "true" }), h("span", { class: "word" }, say(word)), h("time", { "aria-hidden": "true" }));
    home.dataset["said"] = `${word} ${state().language}`;
  }
  const clock = home.querySelector("time");
  if (clock) clock.textContent = `${showClock(Date.now())} JST`;
  document.body.classList.toggle("offline", link === "offline");
}

function askToken(): void {
  const dialog = el<HTMLDialogElement>("dialog");
  const field = h("input", { type: "password", id: "token-field", autocomplete: "off", value: token(), required: true });
  const fault = h("p", { class: "tag bad", role: "alert", hidden: true }, say("tokenBad"));
  const use = async (next: string): Promise<void> => {
    setToken(next);
    try {
      await ask(`${BASE}/sources`);
    } catch {
      setToken("");
      fault.hidden = false;
      return;
    }
    dialog.close();
    controls();
    showAccount();
    restart();
  };
  fill(dialog, h("form", { onsubmit: (event: Event) => {
    event.preventDefault();
    void use(field.value.trim());
  } }, h("div", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, say("token")), h("button", { type: "button", class: "link", onclick: () => dialog.close() }, say("close"))),
  h("div", { class: "body" }, h("label", { for: "token-field" }, say("tokenNote")), field, fault,
    h("p", { class: "actions" }, h("button", { type: "submit" }, say("tokenSet")), token() ? h("button", { type: "button", onclick: () => void use("") }, say("tokenClear")) : ""))));
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.showModal();
  field.focus();
}

export const momentIsNow = (): boolean => moment().now;
