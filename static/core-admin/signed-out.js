/* Keeps what an editor typed when the session has ended meanwhile.
 *
 * Wagtail answers a form that is sent without a session with the sign-in page, and everything typed is gone. So before an
 * editor's form is sent, the server is asked whether somebody is signed in. If so, the form goes with the token of that
 * session, since signing in again makes a new one; if not, it stays, with a link to sign in beside it. */
(() => {
  "use strict";

  const { sessionUrl, signInUrl, signedOut, signIn, unreachable } = document.currentScript.dataset;
  const FORM = "form[data-edit-form]";
  const cleared = new WeakSet();

  /** Return the token of the session; null when nobody is signed in. Throws when the server does not answer. */
  const askForToken = async () => {
    const response = await fetch(sessionUrl, {
      headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      redirect: "manual",
      cache: "no-store",
    });
    if (!response.ok && response.status >= 500) {
      throw new Error(response.statusText);
    }
    return response.ok ? (await response.json()).token : null;
  };

  const takeAway = (form) => form.querySelector("[data-kept-form]")?.remove();

  const tell = (form, words, { withLink }) => {
    takeAway(form);
    const notice = document.createElement("div");
    notice.className = "help-block help-critical";
    notice.dataset.keptForm = "";
    notice.setAttribute("role", "alert");
    const sentence = document.createElement("p");
    sentence.textContent = words;
    notice.append(sentence);
    if (withLink) {
      const link = document.createElement("a");
      link.href = signInUrl;
      link.target = "_blank";
      link.textContent = signIn;
      notice.append(link);
    }
    form.prepend(notice); // the style sheet keeps it in view
  };

  /** Whether the form may go; it has the session's token then. Otherwise says why not. */
  const check = async (form) => {
    let token;
    try {
      token = await askForToken();
    } catch {
      tell(form, unreachable, { withLink: false });
      return false;
    }
    if (!token) {
      tell(form, signedOut, { withLink: true });
      return false;
    }
    form.elements.csrfmiddlewaretoken.value = token;
    takeAway(form);
    return true;
  };

  const onSubmit = async (event) => {
    const form = event.target;
    if (!form.matches(FORM) || cleared.delete(form)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    const mayGo = await check(form);
    // Wagtail shows progress by switching the button off: it could not be pressed again, and what is off is not sent.
    button?.setAttribute("data-w-progress-loading-value", "false");
    if (button) {
      button.disabled = false;
    }
    if (mayGo) {
      cleared.add(form);
      form.requestSubmit(button);
    }
  };

  document.addEventListener("submit", onSubmit, true);
  // Wagtail calls it an error of the server when its autosave finds nobody signed in.
  document.addEventListener("w-autosave:error", ({ detail }) => {
    if (detail?.type === "server_error") {
      document.querySelectorAll(FORM).forEach(check);
    }
  });
  // Back from signing in: the notice goes, and what is saved next has the new token.
  window.addEventListener("focus", () => {
    if (document.querySelector(`${FORM} [data-kept-form]`)) {
      document.querySelectorAll(FORM).forEach(check);
    }
  });
})();
