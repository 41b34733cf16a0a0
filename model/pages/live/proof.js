// On request: the printed figures that say what they are of the plan, worked out again in the page.
function offerProof(data) {
  const foot = document.querySelector("footer");
  if (!foot) return;
  const told = new Proof(data), said = element("p", {"aria-live": "polite"});
  foot.append(element("button", {type: "button", onclick: () => {
    said.textContent = told.sentence(Number(foot.dataset.figures));
  }}, "Work figures out again in this page"), said);
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const words = (node) => node ? node.textContent.trim().replace(/\s+/g, " ") : "";
const factOf = (mark) => mark.closest("[data-fact]").dataset.fact;

class Proof {
  constructor(data) {
    this.given = structuredClone(data.plan);
    this.plan = new Plan(this.given);
    this.lifetimes = new Lifetimes(this.plan, data.sides);
    this.data = data;
    this.months = data.months.map(monthName);
    this.given.bounds[this.plan.months] = [0, this.plan.months];
    this.spans = [[1, this.months], [3, data.quarter_names], [YEAR, data.years],
      ...["Plan", "All quarters"].map((all) => [this.plan.months, [all]])];
  }

  sentence(all) {
    const every = this.figures(), wrong = every.filter(({agrees}) => !agrees);
    return `${every.length - wrong.length} of ${every.length} figures that this page works out again agree in ` +
      "every digit that is printed. " +
      wrong.map(({name, text, now}) => `${name}: ${text} is printed, ${now} is worked out. `).join("") +
      `The other ${fixed(all - every.length, 0)} figures are not compared here: those of sentences, sources, ranges, ` +
      "checks, other scenarios, and goals that are solved for.";
  }

  // Every figure whose row, column or tile says its formula: name, text, and what it comes to.
  figures() {
    const main = document.querySelector("main"), tables = new Set();
    for (const head of main.querySelectorAll("th[data-line]")) tables.add(head.closest("table"));
    const tiles = [...main.querySelectorAll("dd[data-line]")].map((mark) => this.figure(
      `${factOf(mark)} · ${words(mark.previousElementSibling)}`, words(mark), "", mark.dataset.line,
      this.time(mark.dataset.at)));
    const branches = [...main.querySelectorAll("b[data-line]")].map((mark) => {
      const name = mark.previousElementSibling;
      return this.figure(`${factOf(mark)} · ${words(name)}`, words(mark), "", mark.dataset.line || name.dataset.name,
        this.time(mark.closest("[data-at]").dataset.at));
    });
    return [...tiles, ...branches, ...[...tables].flatMap((table) => this.ofTable(table))].filter(Boolean);
  }

  // Where a row and a column both say something, the row's words stand in the column's formula.
  ofTable(table) {
    const [corner, ...heads] = table.rows[0].cells;
    return [...table.tBodies[0].rows].flatMap(({cells: [row, ...cells]}) => cells.map((cell, place) => {
      const head = heads[place], own = row.dataset.line, column = head.dataset.line;
      const formula = column ? column.replace(/\{(\d)\}/g, (_, at) => own ? own.split("|")[at] : "?") : own;
      const time = [head, ...(column ? [row, table.caption] : [])].map(
        (mark) => this.time(words(mark), mark === head)).find(Boolean);
      if (!formula || formula.includes("?") || !(column || time)) return null;
      const unit = [head, row, corner].map((mark) => mark.querySelector(".fm-unit")).find(Boolean);
      return this.figure(`${factOf(table)} · ${words(row)} · ${words(head)}`, words(cell), words(unit), formula,
        time || this.time("end"));
    }));
  }

  // A time by how a text ends, or by all of it: months of a span, which of such spans it is, and its months.
  time(text, whole = false) {
    const span = (months, at) => months === 1 ? {months, at, from: at, end: at + 1} :
      {months, at, from: this.plan.bounds[months][at], end: this.plan.bounds[months][at + 1]};
    if (text === "Opening") return span(1, -1);
    if (text === "end") return span(1, this.plan.months - 1);
    for (const [months, names] of this.spans) {
      const at = names.findIndex((name) => whole ? text === name : text.endsWith(name));
      if (at >= 0) return span(months, at);
    }
    return null;
  }

  // Null where a word or nothing stands for what has no value, or for a month that never comes.
  figure(name, text, unit, formula, time) {
    const value = workedOut(formula, (word) => this.named(word, time)), shown = this.shown(text, unit);
    const nothing = !Number.isFinite(value) || value === 0;
    const plainly = Number.isFinite(value) ? significant(value, 6) : NOTHING;
    if (!shown) return nothing && text !== NOTHING ? null : {name, text, agrees: nothing, now: plainly};
    const agrees = Math.abs(value - shown.value) <= shown.half * (1 + 1e-9) + 1e-13 * Math.abs(value);
    return {name, text, agrees, now: shown.write(value)};
  }

  // A number as it is printed, half of its last place, and how another is printed so.
  shown(text, unit) {
    const at = this.months.indexOf(text);
    if (at >= 0) return {value: at + 1, half: 0, write: (value) => this.months[value - 1] || "never"};
    const found = text.match(/(\u2212?)(\d[\d,]*)(?:\.(\d+))?(?:e([+-]\d+))?(%|k\b|m\b|bn\b)?/);
    if (!found) return null;
    const [, minus, whole, rest = "", power = 0, suffix = ""] = found, scale = unit.match(/^USD (k|m|bn)\b/);
    const step = suffix === "%" || unit.startsWith("%") ? 0.01 :
      STEPS.find(([, each]) => each === (suffix || (scale ? scale[1] : "")))[0];
    const size = step * 10 ** power, value = Number(`${whole.replaceAll(",", "")}.${rest}`) * size;
    return {
      value: minus ? -value : value, half: size * 10 ** -rest.length / 2,
      write: (other) => Number.isFinite(other) ? fixed(other / size, rest.length) + suffix : NOTHING};
  }

  // A line, or by its kind a KPI, an assumption, a line a span before or at a start, a customer's figure.
  named(word, time) {
    const {months, at, from, end} = time;
    const [kind, name] = word.includes(":") ? word.split(":") : ["line", word], {plan} = this;
    if (kind === "kpi") return plan.kpi(name, months)[at];
    if (kind === "drawn") return drawnAround(this).quantiles([Number(name)])[0][end - 1];
    if (kind === "share") return shareOf(this, ...name.split("."), at);
    if (kind === "close") return plan.kpi(name, 1)[end - 1];
    if (word === "months") return end - from;
    const year = plan.bounds[YEAR].findIndex((start) => start > from) - 1;
    if (kind === "ltv") return this.lifetimes.value(...name.split("."), year);
    if (kind === "cohort") {
      const [what, who, age] = name.split(/[.@]/);
      return this.lifetimes.cohort(what, who, time, Number(age));
    }
    if (kind === "customer") return plan.customer(name)[year];
    if (kind === "life") {
      const [own, month = plan.life_months] = name.split("@"), span = plan.life_months + 1;
      plan.run("life");
      return plan.array("life", own, plan.years * span)[year * span + Number(month)];
    }
    if (kind === "path") return months === YEAR ? plan.yearly(name)[at] : plan.assumption(name)[from + 1];
    // A span of which months are missing is held against no other.
    if (kind === "before") return at && end - from === months && from - (months === 1 ? at - 1 :
      plan.bounds[months][at - 1]) === months ? plan.over(name, months)[at - 1] : NaN;
    plan.line(name);
    const monthly = plan.array("line", name, plan.months + 1);
    if (kind === "start") return monthly[from];
    return months === 1 ? monthly[at + 1] : plan.over(name, months)[at];
  }
}

// How many whole ones are enough; undefined below nothing.
const wholes = (number) => number >= 0 ? Math.ceil(number * (1 - 1e-9)) : NaN;

// A formula of sums and products; what is divided by nothing is undefined.
function workedOut(formula, find) {
  const parts = formula.match(/[\w.:@]+|\S/g);
  const does = {"+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => b !== 0 ? a / b : NaN};
  const one = () => {
    const part = parts.shift();
    if (part === "-") return -one();
    if (part === "ceil") return wholes(one());
    if (part !== "(") return /^\d/.test(part) ? Number(part) : find(part);
    const value = sum();
    parts.shift();
    return value;
  };
  const chain = (next, signs) => () => {
    let value = next();
    while (parts.length && signs.includes(parts[0])) value = does[parts.shift()](value, next());
    return value;
  };
  const sum = chain(chain(one, "*/"), "+-");
  return sum();
}
