// Suggestions under the search box while one types: the combobox pattern of ARIA 1.2 with a list that only suggests.
// Without this module the box is a box.

const WAIT = 150;

for (const row of document.querySelectorAll("[data-suggestions]")) attach(row);

function attach(row) {
  const input = row.querySelector("input");
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", row.dataset.suggestionsLabel);
  list.hidden = true;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  row.append(list, status);

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  let timer;
  let asking;
  let typed = input.value;
  let active = -1;

  function close() {
    clearTimeout(timer);
    asking?.abort();
    list.hidden = true;
    list.replaceChildren();
    active = -1;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const options = [...list.children];
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = options[active];
    if (!option) {
      input.removeAttribute("aria-activedescendant");
      input.value = typed;
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
    input.value = option.textContent;
  }

  function show(suggestions) {
    if (!suggestions.length) return close();
    list.replaceChildren(
      ...suggestions.map((text, index) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = text;
        return option;
      }),
    );
    active = -1;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    status.textContent = row.dataset.suggestionsCount.replace("{count}", suggestions.length);
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    try {
      const address = `${row.dataset.suggestions}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(address, { signal: asking.signal });
      if (answer.ok) show((await answer.json())[1]);
    } catch {
      // Aborted, or offline: there are no suggestions then.
    }
  }

  input.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method is still putting characters together
    typed = input.value;
    clearTimeout(timer);
    if (!typed.trim()) return close();
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("compositionend", () => input.dispatchEvent(new Event("input")));

  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") choose(active + 1 === count ? -1 : active + 1);
    else if (event.key === "ArrowUp") choose(active === -1 ? count - 1 : active - 1);
    else if (event.key === "Escape") {
      input.value = typed;
      close();
    } else return;
    event.preventDefault();
  });

  // Before the box loses its focus.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (!option) return;
    input.value = option.textContent;
    close();
    input.form.requestSubmit();
  });
  input.addEventListener("blur", close);
}
