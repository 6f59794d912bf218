// Passkeys (WebAuthn Level 2): forms with data-passkey ask the browser for one, and are sent with what it says.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

const answer = {
  new: async ({ publicKey }) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
        // Opens the account without the passphrase, so the device must know its owner.
        authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      },
    });
    return describe(made, {
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    });
  },
  show: async ({ publicKey }) => {
    const shown = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        allowCredentials: withBytes(publicKey.allowCredentials),
      },
    });
    const { authenticatorData, signature, userHandle } = shown.response;
    return describe(shown, {
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null,
    });
  },
};

const describe = (credential, response) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
});

const optionsOf = async (form) => {
  if (form.dataset.options) {
    return JSON.parse(form.dataset.options);
  }
  const given = await fetch(form.dataset.optionsAddress, { headers: { Accept: "application/json" } });
  return (await given.json()).request_options;
};

const bind = (form) => {
  const problem = form.querySelector("[data-passkey-problem]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const credential = await answer[form.dataset.passkey](await optionsOf(form));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
};

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach(bind);
}
