// The conversation without reloading the page: what is sent shows at once, is sent again by itself
// when the line comes back (under the same id, so it is heard once), and what comes later is asked
// for. Everything that is said is drawn by the node; here it is only put in its place.

interface Turn { number: number; html: string; said: { urgent: boolean; wants: string }[] }
interface Turns { turns: Turn[]; again: number }
interface Refusal { status?: number; said?: { html: string; urgent: boolean; language: string }[] }
interface Sent { id: string; data: FormData; item: HTMLElement; tried: number }

const form = document.getElementById("message") as HTMLFormElement;
const list = document.getElementById("turns") as HTMLOListElement;
const text = document.getElementById("text") as HTMLTextAreaElement;
const picture = document.getElementById("picture") as HTMLInputElement;
const place = document.getElementById("picture-place") as HTMLInputElement;
const more = document.getElementById("more") as HTMLElement;
const add = document.getElementById("add") as HTMLButtonElement;
const status = document.getElementById("status") as HTMLElement;
const words = document.getElementById("words") as HTMLTemplateElement;
/** Pictures above this are made smaller before they are sent, unless their place is to be used. */
const LARGE = 1_500_000;
const SIDE = 1600;
const TIMEOUT = 45_000;

const waiting: Sent[] = [];
let sending = false;
let again = Number(form.dataset.again) || 15;

function word(name: string): Node[] {
  const found = words.content.querySelector(`[data-word="${name}"]`);
  return found ? [...found.childNodes].map((one) => one.cloneNode(true)) : [];
}

function element(tag: string, name: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...content);
  return made;
}

function latest(): number {
  return Math.max(0, ...[...list.querySelectorAll<HTMLElement>("li[data-number]")].map((one) => Number(one.dataset.number)));
}

/** What is pressed belongs to what was said last. */
function endChoices(): void {
  for (const one of list.querySelectorAll(".choices, .wants")) one.remove();
}

function show(turns: Turn[], instead?: HTMLElement): void {
  for (const one of turns) {
    if (one.number && document.getElementById(`turn-${one.number}`)) continue;
    endChoices();
    const parsed = document.createElement("template");
    parsed.innerHTML = one.html; // written by the node, which escapes what is not its own
    const item = parsed.content.firstElementChild;
    if (!item) continue;
    if (instead?.isConnected) instead.replaceWith(item);
    else list.append(item);
    item.scrollIntoView({ block: "start" }); // read from its beginning, where what is urgent stands
  }
  const last = turns.at(-1);
  open(last?.said.some((one) => one.wants === "picture") ?? false);
  if (last?.said.some((one) => one.wants === "position")) locate.focus({ preventScroll: true });
}

function open(wanted: boolean): void {
  more.classList.toggle("open", wanted);
  add.setAttribute("aria-expanded", String(wanted));
}

function say(name: string): void {
  status.replaceChildren(...(name ? word(name) : []));
}

function mark(sent: Sent, name: string, failed = false): void {
  const did = sent.item.querySelector(".did");
  did?.classList.toggle("failed", failed);
  const line = sent.item.querySelector(".sending");
  line?.replaceChildren(...word(name));
  if (!failed) return;
  const button = element("button", "retry", ...word("retry")) as HTMLButtonElement;
  button.type = "button";
  button.addEventListener("click", () => { line?.replaceChildren(...word("sending")); void next(); });
  line?.append(" ", button);
}

async function smaller(file: File): Promise<Blob> {
  if (file.size <= LARGE || place.checked || !("createImageBitmap" in window)) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.85));
  } catch {
    return file; // not a picture that this browser reads: the node says what is wrong
  }
}

function put(shown: Node[], data: FormData): void {
  const id = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16)).join("");
  data.set("id", id);
  const state = element("p", "sending meta", ...word("sending"));
  const item = element("li", "", element("div", "did", element("p", "who", ...word("you")), element("p", "data", ...shown), state));
  endChoices();
  list.append(item);
  item.scrollIntoView({ block: "nearest" });
  waiting.push({ id, data, item, tried: 0 });
  void next();
}

/** Send what waits, one after another, in the order in which it was written. */
async function next(): Promise<void> {
  if (sending) return;
  sending = true;
  try {
    while (waiting.length > 0) if (!(await send(waiting[0]!))) return;
    say("");
  } finally {
    sending = false;
  }
}

/** True once there is nothing more to do for it. */
async function send(one: Sent): Promise<boolean> {
  one.tried += 1;
  mark(one, "answering");
  let answer: Response;
  try {
    answer = await fetch(form.dataset.post ?? "", { method: "POST", body: one.data, signal: AbortSignal.timeout(TIMEOUT) });
  } catch {
    mark(one, navigator.onLine ? "failed" : "offline", true);
    if (navigator.onLine && one.tried < 5) setTimeout(() => void next(), 2000 * 2 ** one.tried);
    return false;
  }
  if (answer.ok) {
    const said = (await answer.json()) as Turns;
    again = said.again;
    waiting.shift();
    show(said.turns, one.item);
    return true;
  }
  const why = (await answer.json().catch(() => ({}))) as Refusal;
  if (answer.status === 429 || answer.status === 503) {
    for (const said of why.said ?? []) {
      const told = element("div", said.urgent ? "said urgent" : "said");
      told.innerHTML = said.html; // written by the node, as above
      told.lang = said.language;
      if (said.urgent) told.setAttribute("role", "alert");
      if (one.tried === 1 || said.urgent) one.item.append(told);
    }
    mark(one, "waiting", true);
    setTimeout(() => void next(), 1000 * Math.min(600, Number(answer.headers.get("retry-after")) || 5));
    return false;
  }
  waiting.shift();
  mark(one, answer.status === 413 ? "too-large" : answer.status === 415 ? "wrong-picture" : "refused");
  one.item.querySelector(".did")?.classList.add("failed");
  return true;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submitted(event.submitter as HTMLButtonElement | null);
});

async function submitted(button: HTMLButtonElement | null): Promise<void> {
  const data = new FormData();
  if (button?.name === "choice") {
    data.set("choice", button.value);
    put([...button.childNodes].map((one) => one.cloneNode(true)), data);
    text.focus();
    return;
  }
  const file = picture.files?.[0];
  const written = text.value.trim();
  if (!written && !file) {
    text.focus();
    return;
  }
  if (written) data.set("text", written);
  const shown: Node[] = [document.createTextNode(written)];
  if (file) {
    data.set("picture", await smaller(file), "picture");
    data.set("picture_place", String(place.checked));
    shown.push(document.createTextNode(written ? " + " : ""), ...word("picture"));
  }
  text.value = picture.value = "";
  place.checked = false;
  put(shown, data);
  text.focus();
}

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector<HTMLButtonElement>(".send"));
});

const locate = document.getElementById("send-position") as HTMLButtonElement;
if ("geolocation" in navigator) {
  locate.hidden = document.getElementById("why-position")!.hidden = false;
  locate.addEventListener("click", () => {
    say("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        say("");
        const data = new FormData();
        data.set("longitude", coords.longitude.toFixed(6));
        data.set("latitude", coords.latitude.toFixed(6));
        put(word("place"), data);
      },
      () => say("unlocated"),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  });
}

async function ask(): Promise<void> {
  if (document.visibilityState !== "visible" || sending || waiting.length > 0 || latest() === 0) return;
  try {
    const from = new URL(form.dataset.get ?? "", location.href);
    from.searchParams.set("after", String(latest()));
    const answer = await fetch(from, { signal: AbortSignal.timeout(TIMEOUT) });
    if (!answer.ok) return;
    const found = (await answer.json()) as Turns;
    again = found.again;
    if (!sending && waiting.length === 0) show(found.turns);
  } catch {
    // asked again in a while
  }
}

function keepAsking(): void {
  setTimeout(() => void ask().finally(keepAsking), again * 1000 * (0.8 + 0.4 * Math.random()));
}

form.classList.add("scripted");
add.hidden = false;
add.addEventListener("click", () => {
  open(add.getAttribute("aria-expanded") !== "true");
  if (more.classList.contains("open")) picture.focus();
});
addEventListener("online", () => void next());
addEventListener("visibilitychange", () => void ask());
if (latest() > 0) list.lastElementChild?.scrollIntoView({ block: "start" });
keepAsking();

export {};
