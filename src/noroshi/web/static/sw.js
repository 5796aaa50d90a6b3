// What was pushed is shown from what came with it: no line is needed then. The same message again
// (`id`) takes the place of the first, and does not alarm again.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    said = { title: "Noroshi", body: event.data?.text() ?? "" };
  }
  const urgent = Boolean(said.urgent);
  event.waitUntil(self.registration.showNotification(said.title || "お知らせ / Alert", {
    body: said.body || "", tag: said.id || undefined, requireInteraction: urgent,
    lang: said.lang === "easy" ? "ja" : said.lang || undefined, data: { link: said.link || "" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const here = self.registration.scope;
  // A notification leads to a page of this node only, whatever was pushed.
  let target = here + "me";
  try {
    const asked = new URL(event.notification.data?.link || "", here);
    if (asked.href.startsWith(here)) target = asked.href;
  } catch { /* what is no address leads to one's own page */ }
  event.waitUntil(self.clients.openWindow(target));
});
