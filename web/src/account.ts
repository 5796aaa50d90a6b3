/** Who is looking: signed in as whom, or that only what is public is shown. */
import { address, ask, onRefused, token } from "./api.ts";
import { el, fill, h } from "./dom.ts";
import { showPerson } from "./format.ts";
import { state } from "./state.ts";
import type { Person } from "./types.ts";
import { say } from "./words.ts";

interface Account {
  possible: boolean;
  person: Person | null;
}

let account: Account = { possible: false, person: null };
let ended = false;

/** Ask the node who is looking, and say it; again when it refuses what it gave before. */
export async function startAccount(): Promise<void> {
  onRefused((status) => {
    if (status !== 401 || token() || ended) return;
    ended = true;
    showAccount();
  });
  try {
    account = (await (await ask(address("/account"))).json()) as Account;
  } catch {
    return;
  }
  showAccount();
}

const DECIDES = new Set(["editor", "liaison", "operator"]);

/** The officers' page of an incident or a report, for who may decide on it; null for others. */
export function triageOf(kind: string, key: string): string | null {
  if (kind !== "disaster.incident" && kind !== "disaster.resident_report") return null;
  if (!account.person || ended || !DECIDES.has(account.person.role)) return null;
  const { mode, language } = state();
  return address("/triage", { incident: key, mode: mode === "actual" ? null : mode, lang: language === "en" ? "en" : null });
}

/** Back to the same picture after signing in. */
const here = (): string => address("/login", { next: location.pathname + location.search + location.hash, lang: state().language === "en" ? "en" : null });

export function showAccount(): void {
  const home = el("account");
  const { person, possible } = account;
  home.hidden = !possible || (!person && !!token());
  if (home.hidden) return;
  const enter = h("a", { href: here(), id: "sign-in", onclick: (event: Event) => ((event.currentTarget as HTMLAnchorElement).href = here()) }, say("signIn"));
  home.className = ended ? "ended" : "";
  if (ended) fill(home, h("span", { class: "tag bad" }, say("sessionEnded")), " ", enter);
  else if (person) fill(home, h("a", { href: address("/account", { lang: state().language === "en" ? "en" : null }), title: say("account") }, showPerson(person, state().language)));
  else fill(home, h("span", { class: "dim" }, say("publicOnly")), " ", enter);
}
