// Web Push on the page /subscribe: the choice is shown where the browser can, and what it gives is
// sent with the form. Texts are in the page, in its language.

const form = document.querySelector("form[data-push]");
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

async function subscribed() {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const worker = await navigator.serviceWorker.register(`${form.dataset.root}/sw.js`);
  await navigator.serviceWorker.ready;
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) });
}

if (form?.dataset.push && "serviceWorker" in navigator && "PushManager" in window) {
  document.getElementById("by-push").hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.channel.value !== "push" || form.elements.push.value) return;
    event.preventDefault();
    try {
      const found = await subscribed();
      if (found) {
        form.elements.push.value = JSON.stringify(found.toJSON());
        form.submit();
        return;
      }
    } catch (error) {
      console.warn(error);
    }
    document.getElementById("push-refused").hidden = false;
  });
}

for (const button of document.querySelectorAll("button[data-locate]")) {
  if (!("geolocation" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition(({ coords }) => {
    document.getElementById(button.dataset.locate).value = `${coords.latitude.toFixed(4)}, ${coords.longitude.toFixed(4)}`;
  }, () => { button.hidden = true; }, { timeout: 10000 }));
}
