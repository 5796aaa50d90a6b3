/** Elements made by code. Text goes in as text nodes only, so nothing that a sender wrote is HTML. */

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, unknown>;

/** An element with properties, attributes (`aria-…`, `data-…`, `role`, `for`) and listeners (`on…`). */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") {
      made.addEventListener(name.slice(2), value as EventListener);
    } else if (name === "class") {
      made.className = String(value);
    } else if (name in made && !name.includes("-") && name !== "role" && name !== "list") {
      (made as unknown as Props)[name] = value;
    } else {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(...children.filter((one): one is Node | string => one !== null && one !== undefined && one !== false)
    .map((one) => (typeof one === "number" ? String(one) : one)));
  return made;
}

/** Put `children` in place of what `parent` holds. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(
    ...children
      .filter((one) => one !== null && one !== undefined && one !== false)
      .map((one) => (typeof one === "number" ? String(one) : (one as Node | string))),
  );
}

/** The element of the page that has this id. */
export function el<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

let pressing = false;
const waiting = new Set<() => void>();

/** Follow the pointer, for `whenFree`. */
export function startPointer(): void {
  addEventListener("pointerdown", () => (pressing = true), true);
  for (const name of ["pointerup", "pointercancel"]) {
    addEventListener(name, () => setTimeout(() => {
      pressing = false;
      const due = [...waiting];
      waiting.clear();
      for (const one of due) one();
    }), true);
  }
}

/** Do `work` now, or once the pointer is released: what is being clicked must not be replaced. */
export function whenFree(work: () => void): void {
  if (pressing) waiting.add(work);
  else work();
}

/** Say something to a screen reader, without moving the focus. */
export function announce(text: string): void {
  el("announcer").textContent = text;
}
