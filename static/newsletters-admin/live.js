// Keeps the numbers of a mailing up to date: asks for them while the page is looked at, and says so when nobody answers.

const EVERY = 3000;
const LONGEST = 60000;

for (const place of document.querySelectorAll("[data-live]")) {
  follow(place);
}

function follow(place) {
  let wait = EVERY;

  async function look() {
    if (document.hidden) {
      return EVERY;
    }
    try {
      const answer = await fetch(place.dataset.live, { headers: { Accept: "application/json" } });
      if (!answer.ok) {
        throw new Error(`${answer.status}`);
      }
      const numbers = await answer.json();
      show(place, numbers);
      stale(place, false);
      return numbers.is_moving ? EVERY : 5 * EVERY;
    } catch {
      stale(place, true);
      return Math.min(2 * wait, LONGEST);
    }
  }

  async function go() {
    wait = await look();
    setTimeout(go, wait);
  }

  setTimeout(go, EVERY);
}

function show(place, numbers) {
  for (const field of place.querySelectorAll("[data-field]")) {
    write(field, numbers[field.dataset.field]);
  }
  for (const row of numbers.counts) {
    write(place.querySelector(`[data-count="${row.state}"]`), row.count);
  }
  const progress = place.querySelector("[data-progress]");
  progress.max = Math.max(1, numbers.total);
  progress.value = numbers.over;
  const rows = numbers.destinations.map((row) => {
    const line = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    name.textContent = row.name;
    line.append(name, ...row.cells.map(cell));
    return line;
  });
  place.querySelector("[data-destinations]").replaceChildren(...rows);
}

function cell(text) {
  const found = document.createElement("td");
  found.textContent = text;
  return found;
}

// Only what changed: screen readers announce what is written into a status, the same words too.
function write(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

function stale(place, isStale) {
  place.querySelector("[data-stale]").hidden = !isStale;
}
