/* Keeps the structure of text pasted into a [data-paste-structure] text area: the words go into the area, the mark-up of
 * the clipboard into the hidden field it names. Without this script the words alone are imported. */
(() => {
  "use strict";

  const note = document.querySelector("[data-paste-note]");

  document.querySelectorAll("[data-paste-structure]").forEach((area) => {
    const markup = document.getElementById(area.dataset.pasteStructure);
    if (!markup) {
      return;
    }

    const forget = () => {
      markup.value = "";
      if (note) {
        note.hidden = true;
      }
    };

    area.addEventListener("paste", (event) => {
      const html = event.clipboardData ? event.clipboardData.getData("text/html") : "";
      // Pasted beside words that stand there already, the mark-up would say less than the area shows.
      const replacesAll = area.value.slice(0, area.selectionStart) + area.value.slice(area.selectionEnd) === "";
      if (!html || !replacesAll) {
        forget();
        return;
      }
      event.preventDefault();
      area.value = event.clipboardData.getData("text/plain");
      markup.value = html;
      if (note) {
        note.hidden = false;
      }
    });
    area.addEventListener("input", forget);
  });
})();
