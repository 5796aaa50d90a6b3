/** The drill that is followed: while one is played, the present of the page is its time. */
import { getItems } from "./api.ts";
import { isRunning, type Session, timeIn } from "./clock.ts";
import { setClock, state } from "./state.ts";
import type { Summary } from "./types.ts";

export const SESSION = "exercise.session";

let current: Session | null = null;

/** The drill that is followed, or null. */
export const session = (): Session | null => current;

/** Learn which drill runs, if any. Of several the one that was stated last. */
export async function readDrill(summary: Summary, signal: AbortSignal): Promise<void> {
  let found: Session | null = null;
  if (state().mode === "exercise" && summary.collections.some((one) => one.id === SESSION)) {
    const all = (await getItems(SESSION, { mode: "exercise", limit: 100 }, signal)).features
      .map((one) => one.properties as unknown as Session)
      .filter((one) => isRunning(one, Date.now()))
      .sort((one, other) => other.stated.localeCompare(one.stated));
    found = all[0] ?? null;
  }
  if (signal.aborted) return;
  current = found;
  setClock(found ? () => timeIn(found, Date.now()) : null);
}
