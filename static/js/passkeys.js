/* Passkeys: a form that asks the browser for one, and is sent with its answer. */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const fault = form.querySelector("[data-passkey-fault]");
  fault.hidden = true;
  try {
    const asked = JSON.parse(form.dataset.options);
    const found = form.dataset.passkey === "new" ? await make(asked) : await take(asked);
    form.elements.answer.value = JSON.stringify(found);
    form.submit();
  } catch {
    fault.hidden = false;
  }
});

async function make(asked) {
  const user = { ...asked.user, id: bytes(asked.user.id) };
  const found = await navigator.credentials.create({ publicKey: { ...asked, user, challenge: bytes(asked.challenge), excludeCredentials: known(asked.excludeCredentials) } });
  const { clientDataJSON, attestationObject } = found.response;
  return answer(found, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject) });
}

async function take(asked) {
  const found = await navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) } });
  const { clientDataJSON, authenticatorData, signature } = found.response;
  return answer(found, { clientDataJSON: text(clientDataJSON), authenticatorData: text(authenticatorData), signature: text(signature) });
}

const answer = (found, response) => ({ id: found.id, rawId: text(found.rawId), type: found.type, clientExtensionResults: {}, response });
