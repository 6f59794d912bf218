/* The numbers of clauses as readers see them, from depth and order: the same rules as policies/text/numbering
 * (tests/policies/test_admin_numbering.py compares the two). */
(() => {
  "use strict";

  const DIGITS = "〇一二三四五六七八九";
  const UNITS = [
    [1000, "千"],
    [100, "百"],
    [10, "十"],
  ];
  const ROMAN = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  const MAX_DEPTH = 4;

  const chinese = (number) => {
    let out = "";
    let rest = number;
    UNITS.forEach(([size, unit]) => {
      const count = Math.floor(rest / size);
      rest %= size;
      if (count) {
        // 十一, not 一十一, at the start; but 一百一十一.
        out += size === 10 && count === 1 && !out ? unit : DIGITS[count] + unit;
      } else if (out && rest && !out.endsWith("零")) {
        out += "零";
      }
    });
    return rest ? out + DIGITS[rest] : out;
  };

  const letters = (number) => {
    let out = "";
    let rest = number;
    while (rest) {
      const index = (rest - 1) % 26;
      rest = Math.floor((rest - 1) / 26);
      out = String.fromCharCode(97 + index) + out;
    }
    return out;
  };

  const roman = (number) => {
    let out = "";
    let rest = number;
    ROMAN.forEach(([value, digits]) => {
      out += digits.repeat(Math.floor(rest / value));
      rest %= value;
    });
    return out;
  };

  const STYLES = {
    en: [(n) => `${n}.`, (n) => `(${n})`, (n) => `(${letters(n)})`, (n) => `${roman(n)}.`],
    "zh-hant": [(n) => `${chinese(n)}、`, (n) => `（${chinese(n)}）`, (n) => `${n}.`, (n) => `(${n})`],
  };

  /** Return the number of each clause ({depth, numbered}), "" for an unnumbered one. */
  const numberClauses = (clauses, language) => {
    const style = STYLES[language] || STYLES.en;
    const counts = new Array(MAX_DEPTH).fill(0);
    return clauses.map(({ depth, numbered }) => {
      counts.fill(0, depth);
      if (!numbered) {
        return "";
      }
      counts[depth - 1] += 1;
      return style[depth - 1](counts[depth - 1]);
    });
  };

  globalThis.policyNumbering = { numberClauses, MAX_DEPTH };
})();
