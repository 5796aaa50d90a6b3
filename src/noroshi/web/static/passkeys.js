// Passkeys on the pages /login and /account. Texts are in the page, in its language.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const described = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function post(home, path, content) {
  const answer = await fetch(home.dataset.root + path, {
    method: "POST", headers: { "X-CSRF-Token": home.dataset.csrf, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(content ?? {}),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? answer.status);
  return said;
}

// RegistrationResponseJSON and AuthenticationResponseJSON (WebAuthn Level 3), for browsers without toJSON.
function told(made) {
  const { response } = made;
  const found = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    found.attestationObject = text(response.attestationObject);
    found.transports = response.getTransports?.() ?? [];
  } else {
    found.authenticatorData = text(response.authenticatorData);
    found.signature = text(response.signature);
    if (response.userHandle) found.userHandle = text(response.userHandle);
  }
  return { id: made.id, rawId: text(made.rawId), type: made.type, response: found, clientExtensionResults: made.getClientExtensionResults(), ...(made.authenticatorAttachment ? { authenticatorAttachment: made.authenticatorAttachment } : {}) };
}

function show(home, error) {
  const fault = document.getElementById("passkey-fault");
  const cancelled = error instanceof DOMException;
  const stale = /fresh sign-in/.test(error.message);
  fault.textContent = cancelled ? home.dataset.cancelled : stale ? home.dataset.again : home.dataset.refused;
  fault.hidden = false;
}

async function register(home) {
  const options = await post(home, "/account/passkeys/options");
  const made = await navigator.credentials.create({ publicKey: {
    ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  } });
  await post(home, "/account/passkeys", { name: document.getElementById("passkey-name").value, credential: told(made) });
  const spoken = home.dataset.spoken;
  location.assign(`${home.dataset.root}/account${spoken}${spoken ? "&" : "?"}done=passkey`);
}

async function signIn(home) {
  const options = await post(home, "/login/passkey/options");
  const used = await navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials),
  } });
  const { next } = await post(home, "/login/passkey", { credential: told(used), next: home.dataset.next });
  location.assign(next);
}

function offer(id, event, from, act) {
  const home = document.getElementById(id);
  if (!home) return;
  home.hidden = false;
  from(home).addEventListener(event, async (given) => {
    given.preventDefault();
    document.getElementById("passkey-fault").hidden = true;
    const button = home.querySelector("button");
    button.disabled = true;
    try {
      await act(home);
    } catch (error) {
      show(home, error);
    }
    button.disabled = false;
  });
}

if (window.PublicKeyCredential) {
  offer("passkey", "click", () => document.getElementById("passkey-use"), signIn);
  offer("passkey-add", "submit", (home) => home, register);
}
