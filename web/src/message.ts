/** The original message: how it arrived, and its bytes as text. */
import { BASE, getContent, getMessage, saveWithToken, token } from "./api.ts";
import { el, fill, h } from "./dom.ts";
import { showCount, showFull } from "./format.ts";
import { say } from "./words.ts";

/** So much of a message is shown; all of it can be saved. */
const SHOWN = 200_000;

export async function showMessage(id: string): Promise<void> {
  const dialog = el<HTMLDialogElement>("dialog");
  const body = h("div", { class: "body" }, say("loading"));
  const url = `${BASE}/messages/${id}/content`;
  fill(dialog, h("form", { method: "dialog", class: "dialog-head" }, h("h2", { id: "dialog-title" }, say("message")), h("button", { class: "link" }, say("close"))), body);
  dialog.setAttribute("aria-labelledby", "dialog-title");
  if (!dialog.open) dialog.showModal();
  try {
    const about = await getMessage(id);
    const rows: [string, string][] = [
      [say("source"), about.source], [say("recorded"), showFull(Date.parse(about.received))], [say("receivedAs"), about.name],
      [say("format"), `${about.format} ${about.media_type}`], [say("size"), say("bytes", { n: showCount(about.size) })], ["SHA-256", about.id],
    ];
    fill(body, h("dl", { class: "fields" }, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      h("p", {}, h("a", { href: url, target: "_blank", rel: "noopener", id: "raw-link", onclick: (event: Event) => {
        if (!token()) return;
        event.preventDefault();
        void saveWithToken(url, about.name || about.id);
      } }, say("rawLink"))), h("pre", { id: "raw", tabindex: "0" }, say("loading")));
    const answer = await getContent(id);
    const raw = el("raw");
    if (!(answer.headers.get("content-type") ?? "").startsWith("text/")) raw.textContent = say("binary");
    else {
      const text = await answer.text();
      raw.textContent = text.slice(0, SHOWN);
      if (text.length > SHOWN) raw.before(h("p", { class: "dim" }, say("truncated", { n: showCount(SHOWN) })));
    }
  } catch (error) {
    body.append(h("p", { class: "tag bad" }, say("failed", { why: error instanceof Error ? error.message : String(error) })));
  }
}
