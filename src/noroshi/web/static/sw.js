// What was pushed is shown from what came with it: no line is needed then. The newest edition of an
// alert takes the place of the one before it (`tag`), and alarms again only where it says so.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    said = { title: "Noroshi", text: event.data?.text() ?? "" };
  }
  const urgent = Boolean(said.urgent);
  event.waitUntil(self.registration.showNotification(said.title || "お知らせ / Alert", {
    body: said.text || "", tag: said.tag || undefined, renotify: Boolean(said.tag) && urgent,
    requireInteraction: urgent, silent: false, lang: said.language || undefined,
    timestamp: said.time || Date.now(), data: { link: said.link || "" },
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
