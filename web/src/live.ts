/** Following the node's changes: Server-Sent Events by fetch, so that a token can go with it. */
import { address, headers } from "./api.ts";
import { frames } from "./frames.ts";
import { state } from "./state.ts";
import type { ChangeEvent } from "./types.ts";

export type Link = "connecting" | "live" | "offline";

interface Following {
  event: (event: ChangeEvent) => void;
  link: (link: Link) => void;
}

/** Signs of life come every 15 s; without one for longer the line is taken for dead. */
const SILENCE = 40_000;

let cursor = "";
let controller = new AbortController();
let running = 0;

/** Follow changes after `from`, for ever: a broken line is taken up again where it broke. */
export function startLive(from: number, following: Following): void {
  cursor = String(from);
  void run(following, ++running);
}

/** Begin anew from where we are, with another token or mode. */
export function restartLive(following: Following): void {
  controller.abort();
  void run(following, ++running);
}

export const liveCursor = (): string => cursor;

async function run(following: Following, mine: number): Promise<void> {
  let wait = 500;
  while (mine === running) {
    following.link("connecting");
    controller = new AbortController();
    const { signal } = controller;
    try {
      const answer = await fetch(address("/events", { mode: state().mode }), {
        headers: { ...headers(), Accept: "text/event-stream", "Last-Event-ID": cursor }, signal, cache: "no-store",
      });
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      following.link("live");
      wait = 500;
      await read(answer.body, following, mine);
    } catch {
      // Broken, refused or silent: told as such, and taken up again below.
    }
    if (mine !== running) return;
    following.link("offline");
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(wait * 2, 15_000);
  }
}

async function read(body: ReadableStream<Uint8Array>, following: Following, mine: number): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  const parse = frames((id, data) => {
    if (mine !== running) return;
    if (id) cursor = id;
    if (data) following.event(JSON.parse(data) as ChangeEvent);
  });
  for (;;) {
    let timer = 0;
    const silent = new Promise<never>((_, reject) => {
      timer = window.setTimeout(() => reject(new Error("silent")), SILENCE);
    });
    try {
      const { value, done } = await Promise.race([reader.read(), silent]);
      if (done) return;
      parse(value);
    } catch (error) {
      controller.abort();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
