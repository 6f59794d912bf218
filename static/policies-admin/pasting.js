/* Pasting several paragraphs, headings or numbered items into a clause of the editor's list makes clauses of them, at the
 * level that their numbers tell. The server reads the clipboard as it reads a file (policies/admin_views/pasting.py).
 *
 * A paste of one paragraph stays Wagtail's, and so does Ctrl+Shift+V. What was made can be undone in one step, by its
 * button or by Ctrl+Z, or be had as text instead. */
(() => {
  "use strict";

  // Draftail's own clipboard, which keeps more than any reading of it could.
  const FROM_DRAFTAIL = "data-draftjs-conductor";
  const WORD_LABEL = "mso-list:";
  const BLOCKS = "p, h1, h2, h3, h4, h5, h6, li, dt, dd, tr, pre, blockquote, div";
  const MOST_AS_TEXT = 100_000;
  const SHORTCUT_LASTS = 2_000;
  const EDITING_KEYS = ["Backspace", "Delete", "Enter"];
  const BODY = ".clause-row__body [contenteditable=true]";

  const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

  const linesOf = (text) => text.split(/\r\n?|\n|\u2028|\u2029/).filter((line) => line.trim());

  const holdsSeveral = (html, text) => {
    if (linesOf(text).length > 1) {
      return true;
    }
    const leaves = html ? [...parse(html).querySelectorAll(BLOCKS)].filter((one) => !one.querySelector(BLOCKS)) : [];
    return leaves.filter((leaf) => leaf.textContent.trim()).length > 1;
  };

  /** Take off the number or bullet that Word writes into the text of a paragraph of a list. */
  const withoutLabels = (html) => {
    const body = parse(html);
    body.querySelectorAll("span").forEach((span) => {
      if (/mso-list:\s*ignore/i.test(span.getAttribute("style") || "")) {
        span.remove();
      }
    });
    return body.innerHTML;
  };

  class Pasting {
    constructor(stream, { url, strings, language }) {
      this.stream = stream;
      this.url = url;
      this.strings = strings;
      this.language = language;
      this.plainUntil = 0;
      stream.element.addEventListener("paste", (event) => this.onPaste(event), true);
      stream.element.addEventListener("keydown", (event) => this.onKey(event), true);
      ["cut", "drop", "beforeinput", "change"].forEach((name) => {
        stream.element.addEventListener(name, () => this.edited(), true);
      });
    }

    // What the editor does

    onKey(event) {
      const key = event.key.toLowerCase();
      const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
      if (isCommand && event.shiftKey && key === "v") {
        this.plainUntil = performance.now() + SHORTCUT_LASTS;
      } else if (isCommand && !event.shiftKey && key === "z" && this.canUndoByKey) {
        event.preventDefault();
        event.stopImmediatePropagation();
        this.undo();
      } else if (key === "escape" && this.bar?.contains(event.target)) {
        event.stopPropagation();
        this.close();
      } else if (!isCommand && !this.bar?.contains(event.target) && (key.length === 1 || EDITING_KEYS.includes(event.key))) {
        this.edited();
      }
    }

    edited() {
      if (!this.isWorking) {
        this.canUndoByKey = false;
      }
    }

    onPaste(event) {
      const place = this.isWorking ? null : this.placeOf(event.target);
      if (!place) {
        return;
      }
      this.edited();
      const isPlain = performance.now() < this.plainUntil;
      this.plainUntil = 0;
      const html = event.clipboardData.getData("text/html");
      const text = event.clipboardData.getData("text/plain");
      if (isPlain || html.includes(FROM_DRAFTAIL)) {
        return;
      }
      if (holdsSeveral(html, text)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        this.read(place, html, text);
      } else if (place.field === "body" && html.includes(WORD_LABEL)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        this.putMarkup(place.child, withoutLabels(html), text);
      }
    }

    placeOf(target) {
      const child = this.stream.children.find(({ element }) => element.contains(target));
      if (!child) {
        return null;
      }
      if (target === child.block.headingInput) {
        return { child, field: "heading" };
      }
      return target.closest?.(BODY) ? { child, field: "body" } : null;
    }

    // Reading

    async read(place, html, text) {
      this.close();
      this.stream.say(this.strings.reading);
      const { shallowest, deepest } = this.surroundings(place.child);
      const form = new FormData();
      form.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
      form.append("html", html.replace(/\ssrc=("data:[^"]*"|'data:[^']*')/gi, ""));
      form.append("text", text);
      form.append("language", this.language());
      form.append("beside", place.child.block.depth);
      form.append("shallowest", shallowest);
      form.append("deepest", deepest);
      let answer = { refusal: this.strings.pasteFailed };
      try {
        const response = await fetch(this.url, {
          method: "POST",
          body: form,
          headers: { "X-Requested-With": "XMLHttpRequest" },
        });
        answer = await response.json();
      } catch {
        // Signed out, offline or not an answer of ours: said below, and the text can still be had.
      }
      if (this.stream.children.includes(place.child)) {
        this.apply({ ...place, text }, answer);
      }
    }

    /** Where the numbers may put the first clause: neither under nothing, nor above clauses that are not its own. */
    surroundings(child) {
      const { children } = this.stream;
      const { depth, isEmpty, isLevelChosen } = child.block;
      if (isEmpty && isLevelChosen) {
        return { shallowest: depth, deepest: depth };
      }
      const above = isEmpty ? (children[child.index - 1]?.block.depth ?? 0) : depth;
      const next = children.slice(child.index + 1).find(({ block }) => block.depth <= depth);
      return {
        shallowest: next ? next.block.depth : 1,
        deepest: Math.min(Math.max(above + 1, depth), window.policyNumbering.MAX_DEPTH),
      };
    }

    // Putting it in

    apply(place, answer) {
      if (answer.refusal) {
        this.show(place.child, answer.refusal, [], [this.textOnly(place)]);
      } else if (answer.isText) {
        this.applyText(place, answer);
      } else {
        this.applyClauses(place, answer);
      }
    }

    applyText(place, answer) {
      const before = place.child.block.takeSnapshot();
      if (place.field === "body" || place.child.block.isEmpty) {
        this.putMarkup(place.child, answer.markup, place.text);
      } else {
        this.putText(place);
      }
      this.last = { place, before, made: [] };
      this.canUndoByKey = false; // the field's own undo does it
      this.stream.say(this.strings.pastedAsText);
      if (answer.each.length > 1) {
        const each = this.makeButton(this.strings.oneClauseEach, () => {
          this.undo();
          this.applyClauses(place, { clauses: answer.each, said: answer.eachSaid, warnings: [] });
        });
        this.show(place.child, this.strings.pastedAsText, [], [this.undoButton(), each], { takesFocus: false });
      }
    }

    applyClauses(place, answer) {
      const { child, field } = place;
      const { block } = child;
      const before = block.takeSnapshot();
      const clauses = [...answer.clauses];
      const isFilled = block.isEmpty;
      this.work(() => {
        if (isFilled) {
          const [first] = clauses.splice(0, 1);
          block.fill(answer.beginsWithText ? { ...first, depth: before.depth, numbered: before.numbered } : first);
        } else if (answer.beginsWithText && field === "body") {
          clauses.splice(0, 1);
          this.putMarkup(child, answer.markup, "");
        }
      });
      const start = this.indexAfter(child, clauses);
      const made = this.work(() => clauses.map((state, index) => this.stream.insertClause(start + index, state)));
      this.last = { place, before, made };
      this.canUndoByKey = true;
      const first = isFilled ? child : (made[0] ?? child);
      this.show(first, answer.said, answer.warnings, [this.undoButton(), this.textOnly(place)]);
      this.stream.afterNumbering(() => `${answer.said} ${this.strings.undoKey}`);
    }

    /** After the clause, and after those under it unless the first goes under it itself. */
    indexAfter(child, clauses) {
      const { children } = this.stream;
      let index = child.index + 1;
      const depth = Number(clauses[0]?.depth) || 1;
      while (depth <= child.block.depth && index < children.length && children[index].block.depth > depth) {
        index += 1;
      }
      return index;
    }

    /** Let Wagtail's editor take mark-up or text at its cursor, as if it were pasted. */
    putMarkup(child, markup, text) {
      const data = new DataTransfer();
      data.setData("text/plain", text || parse(markup).innerText);
      if (markup) {
        data.setData("text/html", markup);
      }
      const editor = child.element.querySelector(BODY);
      editor.focus();
      this.work(() =>
        editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })),
      );
    }

    putText({ child, field, text }) {
      if (field === "body") {
        this.putMarkup(child, "", text);
        return;
      }
      child.block.headingInput.focus();
      // The one way to type into a field that its own undo knows.
      this.work(() => document.execCommand("insertText", false, linesOf(text).join(" ")));
    }

    work(act) {
      this.isWorking = true;
      try {
        return act();
      } finally {
        this.isWorking = false;
      }
    }

    // Taking it back

    undo() {
      const { place, before, made } = this.last;
      this.work(() => {
        made.forEach((child) => {
          const index = this.stream.children.indexOf(child);
          if (index >= 0) {
            this.stream.deleteBlock(index, { animate: false });
          }
        });
        place.child.block.restore(before);
      });
      this.close();
      this.focus(place);
      this.stream.afterNumbering(() => this.strings.undone);
    }

    focus({ child, field }) {
      (field === "heading" ? child.block.headingInput : child.element.querySelector(BODY)).focus();
    }

    undoButton() {
      return this.makeButton(this.strings.undo, () => this.undo());
    }

    textOnly(place) {
      if (!place.text || place.text.length > MOST_AS_TEXT) {
        return null;
      }
      return this.makeButton(this.strings.textOnly, () => {
        if (this.last) {
          this.undo();
        }
        this.close();
        this.putText(place);
      });
    }

    // The bar that says what was done

    show(child, message, warnings, buttons, { takesFocus = true } = {}) {
      const bar = document.createElement("div");
      bar.className = "clause-paste";
      bar.dataset.clausePaste = "";
      bar.tabIndex = -1;
      bar.setAttribute("role", "group");
      bar.setAttribute("aria-label", this.strings.pasteBar);
      const words = document.createElement("p");
      words.textContent = message;
      const list = document.createElement("ul");
      list.append(
        ...warnings.map((warning) => Object.assign(document.createElement("li"), { textContent: warning })),
      );
      const acts = document.createElement("div");
      acts.className = "clause-paste__acts";
      acts.append(...buttons.filter(Boolean), this.makeButton(this.strings.close, () => this.close()));
      bar.append(words, ...(warnings.length ? [list] : []), acts);
      this.bar = bar;
      child.element.before(bar);
      if (!takesFocus) {
        return;
      }
      this.stream.say(message);
      bar.focus({ preventScroll: true });
      // Wagtail's own bars lie over the top and the bottom of the window; and the rows are still growing.
      const center = () => bar.scrollIntoView({ block: "center", behavior: "instant" });
      center();
      requestAnimationFrame(center);
    }

    makeButton(label, act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = label;
      button.addEventListener("click", act);
      return button;
    }

    close() {
      const { bar, last } = this;
      if (bar?.contains(document.activeElement) && last) {
        this.focus(last.place);
      }
      bar?.remove();
      this.bar = null;
      this.last = null;
      this.canUndoByKey = false;
    }
  }

  window.policyPasting = { watch: (stream, options) => new Pasting(stream, options) };
})();
