/* The list of clauses in the editor's form: Wagtail's StreamField with one compact row for each clause.
 *
 * The row's heading shows the number that readers will see. Levels change by buttons, by the select or by
 * Alt+Shift+← →, order by Wagtail's own buttons and drag or by Alt+Shift+↑ ↓ (the keys of Word's outline);
 * Alt+Shift+Enter inserts a clause; several pasted at once make several (pasting.js). On a translation the source owns the structure: its text stands beside each clause
 * and nothing is added, moved or removed. */
(() => {
  "use strict";

  const { StreamBlock, StreamBlockDefinition, StructBlock, StructBlockDefinition } = window.wagtailStreamField.blocks;
  const { numberClauses, MAX_DEPTH } = window.policyNumbering;

  const ROWS_AT_ONCE = 60;

  const desk = () => document.querySelector("[data-policy-desk]");
  const isFixed = () => desk()?.dataset.structure === "source";

  const numberingLanguage = () => desk()?.dataset.numbering || document.documentElement.lang;

  let source;
  const sourceText = () => {
    if (source === undefined) {
      const element = document.getElementById("policy-source-text");
      source = element ? JSON.parse(element.textContent) : null;
    }
    return source;
  };

  const fill = (template, values) => template.replace(/\{(\w+)\}/g, (match, name) => values[name] ?? match);

  const makeButton = (label, icon, name, onClick) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--icon text-replace white";
    button.title = label;
    button.dataset.clauseAction = name;
    button.innerHTML = `<svg class="icon icon-${icon}" aria-hidden="true"><use href="#icon-${icon}"></use></svg>`;
    button.addEventListener("click", onClick);
    return button;
  };

  class ClauseBlock extends StructBlock {
    /** Tie the row to the block of the stream that holds it. */
    join(child, stream) {
      this.child = child;
      this.stream = stream;
      // Rows beyond the first screens are laid out when they come near: five hundred at once take a minute.
      child.element.classList.toggle("clause-row-far", (stream.children?.length ?? 0) >= ROWS_AT_ONCE);
      const root = this.container[0];
      this.levelSelect = root.querySelector(`select[name="${this.prefix}-depth"]`);
      this.numberedBox = root.querySelector(`input[name="${this.prefix}-numbered"]`);
      this.headingInput = root.querySelector(`input[name="${this.prefix}-heading"]`);
      this.reasonInput = root.querySelector(`input[name="${this.prefix}-reason"]`);
      this.panel = child.element.querySelector("[data-panel]");
      this.numberElement = this.panel.querySelector(".c-sf-block__type");
      this.levelSelect.addEventListener("change", () => {
        this.isLevelChosen = true;
        stream.renumber();
      });
      this.numberedBox.addEventListener("change", () => stream.renumber());
      this.addControls(stream.blockDef.meta.strings);
      const more = root.querySelector("[data-clause-more]");
      more.open = !this.numberedBox.checked || Boolean(this.reasonInput.value);
      if (isFixed()) {
        this.showSource(root.querySelector("[data-clause-source]"), stream.blockDef.meta.strings);
      }
    }

    addControls(strings) {
      const controls = this.panel.querySelector("[data-panel-controls]");
      this.outdentButton = makeButton(strings.outdent, "arrow-left", "outdent", () => this.changeLevel(-1));
      this.indentButton = makeButton(strings.indent, "arrow-right", "indent", () => this.changeLevel(1));
      const insert = makeButton(strings.insertAfter, "plus", "insert", () => this.insertAfter());
      controls.prepend(this.outdentButton, this.indentButton);
      controls.append(insert);
    }

    showSource(place, strings) {
      const text = sourceText();
      const clause = text && text.clauses[this.child.id];
      const title = document.createElement("p");
      title.className = "clause-row__source-title";
      title.textContent = strings.sourceText;
      place.append(title);
      if (clause) {
        const words = document.createElement("div");
        words.lang = text.lang;
        const heading = document.createElement("p");
        heading.className = "clause-row__source-heading";
        heading.textContent = `${clause.number} ${clause.heading}`.trim();
        const body = document.createElement("div");
        body.innerHTML = clause.body; // sanitised before it was published
        words.append(heading, body);
        place.append(words);
      } else {
        place.append(strings.newInSource);
      }
      place.hidden = false;
    }

    get depth() {
      return Number(this.levelSelect.value) || 1;
    }

    get isNumbered() {
      return this.numberedBox.checked;
    }

    get isEmpty() {
      return !this.headingInput.value.trim() && !this.childBlocks.body.getState().getCurrentContent().hasText();
    }

    /** What `restore` takes; the text with its own undo and cursor. */
    takeSnapshot() {
      return {
        depth: this.levelSelect.value,
        numbered: this.numberedBox.checked,
        heading: this.headingInput.value,
        body: this.childBlocks.body.getState(),
      };
    }

    restore({ depth, numbered, heading, body }) {
      this.levelSelect.value = depth;
      this.numberedBox.checked = numbered;
      this.headingInput.value = heading;
      this.childBlocks.body.setState(body);
      // Wagtail asks before changes are lost only of those that fields tell of.
      this.headingInput.dispatchEvent(new Event("change", { bubbles: true }));
      this.stream.renumber();
    }

    /** Take the state of a clause as the server gives it. */
    fill({ depth, numbered, heading, body }) {
      const text = window.Draftail.createEditorStateFromRaw(JSON.parse(body));
      this.restore({ depth: String(depth), numbered, heading, body: text });
    }

    changeLevel(step) {
      const depth = Math.min(MAX_DEPTH, Math.max(1, this.depth + step));
      if (depth === this.depth || isFixed()) {
        return;
      }
      this.levelSelect.value = String(depth);
      this.levelSelect.dispatchEvent(new Event("change", { bubbles: true }));
      const strings = this.stream.blockDef.meta.strings;
      this.stream.afterNumbering(() => fill(strings.levelIs, { level: depth, number: this.spokenNumber }));
    }

    insertAfter() {
      if (!isFixed()) {
        this.stream._onRequestInsert(this.child.index + 1, { type: this.child.type });
      }
    }

    move(step) {
      const index = this.child.index + step;
      if (isFixed() || index < 0 || index >= this.stream.children.length) {
        return;
      }
      const focused = document.activeElement;
      this.stream.moveBlock(this.child.index, index);
      focused?.focus();
      const strings = this.stream.blockDef.meta.strings;
      this.stream.afterNumbering(() => fill(strings.movedTo, { number: this.spokenNumber }));
    }

    setNumber(number) {
      const depth = String(this.depth);
      const isShown = number === this.number && this.child.element.dataset.clauseDepth === depth;
      if (isShown && this.isNamed) {
        return;
      }
      this.number = number;
      this.numberElement.textContent = number || this.stream.blockDef.meta.strings.unnumbered;
      // Wagtail's editor has no name of its own for those who hear the page.
      const editor = this.container[0].querySelector(".public-DraftEditor-content");
      this.isNamed = Boolean(editor);
      editor?.setAttribute("aria-label", fill(this.stream.blockDef.meta.strings.textOf, { number: this.spokenNumber }));
      this.child.element.dataset.clauseDepth = depth;
      this.outdentButton.disabled = this.depth === 1;
      this.indentButton.disabled = this.depth === MAX_DEPTH;
    }

    get spokenNumber() {
      return this.number || this.stream.blockDef.meta.strings.unnumbered;
    }

    /** The words beside the number of a collapsed row. */
    getTextLabel(options) {
      const heading = this.childBlocks.heading?.getTextLabel(options);
      return heading || this.childBlocks.body?.getTextLabel(options) || "";
    }
  }

  class ClauseBlockDefinition extends StructBlockDefinition {
    render(placeholder, prefix, state, error) {
      return new ClauseBlock(this, placeholder, prefix, state, error);
    }
  }

  // Its constructor builds the rows before ours could run, so it has no fields of its own.
  class ClauseStreamBlock extends StreamBlock {
    /** Build the rows out of sight: each asks for its size, for which the browser would lay out all of them anew. */
    constructor(definition, placeholder, ...args) {
      const { style } = placeholder.parentElement;
      style.display = "none";
      super(definition, placeholder, ...args);
      style.display = "";
    }

    _createChild(...args) {
      const child = super._createChild(...args);
      child.block.join(child, this);
      return child;
    }

    /** A new clause begins at the level of the clause before it. */
    _onRequestInsert(index, request) {
      const [definition, state, id] = this._getChildDataForInsertion(request);
      const before = this.children[index - 1];
      const value = before ? { ...state, depth: [String(before.block.depth)] } : state;
      const child = this._insert(definition, value, id, index, { animate: true });
      setTimeout(() => child.block.headingInput.focus(), 20);
    }

    /** Insert a clause with the state that the server gives, and return its row. */
    insertClause(index, state) {
      const [definition, , id] = this._getChildDataForInsertion({ type: "clause" });
      return this._insert(definition, state, id, index, { animate: false });
    }

    blockCountChanged() {
      super.blockCountChanged();
      this.renumber();
    }

    moveBlock(from, to) {
      super.moveBlock(from, to);
      this.renumber();
    }

    renumber() {
      if (this.isRenumbering) {
        return;
      }
      this.isRenumbering = true;
      requestAnimationFrame(() => {
        this.isRenumbering = false;
        this.furnish();
        const clauses = this.children.map(({ block }) => ({ depth: block.depth, numbered: block.isNumbered }));
        const numbers = numberClauses(clauses, numberingLanguage());
        this.children.forEach((child, index) => child.block.setNumber(numbers[index]));
        (this.waiting || []).splice(0).forEach((message) => this.say(message()));
      });
    }

    /** Announce what `message()` returns once the numbers are right again. */
    afterNumbering(message) {
      this.waiting = [...(this.waiting || []), message];
      this.renumber();
    }

    say(text) {
      this.status.textContent = text;
    }

    /** Add the toolbar and the keys, once. */
    furnish() {
      if (this.status) {
        return;
      }
      const { strings } = this.blockDef.meta;
      this.element.classList.toggle("clause-stream--fixed", isFixed());
      this.status = document.createElement("p");
      this.status.className = "w-sr-only";
      this.status.setAttribute("role", "status");
      const toolbar = document.createElement("div");
      toolbar.className = "clause-toolbar";
      toolbar.setAttribute("role", "group");
      toolbar.setAttribute("aria-label", strings.toolbar);
      toolbar.append(
        this.makeToggle(strings.collapseAll, false),
        this.makeToggle(strings.expandAll, true),
      );
      if (!isFixed()) {
        const keys = document.createElement("p");
        keys.className = "clause-toolbar__keys";
        keys.textContent = strings.keys;
        toolbar.append(keys);
        window.policyPasting.watch(this, {
          url: this.blockDef.meta.pasteUrl,
          strings,
          language: numberingLanguage,
        });
      }
      this.element.prepend(toolbar, this.status);
      this.element.addEventListener("keydown", (event) => this.onKey(event));
    }

    makeToggle(label, isExpanded) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = label;
      button.addEventListener("click", () => {
        this.children.forEach(({ toggleElement }) => {
          if ((toggleElement.getAttribute("aria-expanded") === "true") !== isExpanded) {
            toggleElement.click();
          }
        });
      });
      return button;
    }

    onKey(event) {
      if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) {
        return;
      }
      const element = event.target.closest("[data-streamfield-child]");
      const child = this.children.find((each) => each.element === element);
      const acts = {
        ArrowLeft: (block) => block.changeLevel(-1),
        ArrowRight: (block) => block.changeLevel(1),
        ArrowUp: (block) => block.move(-1),
        ArrowDown: (block) => block.move(1),
        Enter: (block) => block.insertAfter(),
      };
      if (!child || !acts[event.key]) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      acts[event.key](child.block);
    }
  }

  class ClauseStreamBlockDefinition extends StreamBlockDefinition {
    render(placeholder, prefix, state, error) {
      return new ClauseStreamBlock(this, placeholder, prefix, state, error);
    }
  }

  window.telepath.register("policies.ClauseBlock", ClauseBlockDefinition);
  window.telepath.register("policies.ClauseStreamBlock", ClauseStreamBlockDefinition);
})();
