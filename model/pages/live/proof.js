// On request: the printed figures that are lines or KPIs of the plan, worked out again in the page.
function offerProof(data) {
  const foot = document.querySelector("footer");
  if (!foot) return;
  const plan = new Plan(structuredClone(data.plan));
  const said = element("p", {"aria-live": "polite"});
  foot.append(element("button", {type: "button", onclick: () => {
    said.textContent = proof(plan, data, printedFigures(), Number(foot.dataset.figures));
  }}, "Work figures out again in this page"), said);
}

// Each with its name, text, line, unit and scale, and the time that it is of.
function printedFigures() {
  const words = (node) => node.textContent.trim().replace(/\s+/g, " ");
  return [...document.querySelectorAll("main [data-line]")].flatMap((mark) => {
    const fact = mark.closest("[data-fact]").dataset.fact, {line, unit, at} = mark.dataset;
    if (mark.matches("dd")) {
      const text = words(mark), label = words(mark.previousElementSibling);
      return [{name: `${fact} · ${label}`, text: text.replace(/^USD /, ""), line, unit, at}];
    }
    const column = [...mark.parentNode.children].indexOf(mark), heads = mark.closest("table").rows[0].cells;
    const cells = mark.scope === "row" ? [...mark.parentNode.cells].slice(1).map((cell, place) =>
      [cell, mark, heads[place + 1], heads[place + 1]]) : [...mark.closest("table").tBodies[0].rows].map(({cells: row}) =>
      [row[column], row[0], mark, row[0]]);
    return cells.map(([cell, row, head, time]) => (
      {name: `${fact} · ${words(row)} · ${words(head)}`, text: words(cell), line, unit, at: words(time)}));
  });
}

// A figure as the plan has it; null for what is of no month or year of it.
function workedOut(plan, data, {line, unit, at}) {
  const [, minus, kpi, name] = line.match(/^(-?)(kpi:)?(.*)$/), [kind, scale] = unit.split(" ");
  const year = data.years.findIndex((each) => String(each) === at);
  const month = at === "end" ? plan.months - 1 : data.months.findIndex((each) => monthName(each) === at);
  if (year < 0 && month < 0) return null;
  const values = kpi ? plan.kpi(name, year < 0 ? 1 : YEAR) : year < 0 ? plan.line(name) : plan.over(name, YEAR);
  const value = (minus ? -1 : 1) * values[year < 0 ? month : year];
  if (kind === "month") return value ? monthName(data.months[value - 1]) : "never";
  const step = scale && STEPS.find(([, suffix]) => suffix === scale);
  if (step) return Number.isFinite(value) ? fixed(value / step[0], SCALED_DECIMALS[scale]) : NOTHING;
  return format(value, kind).replace(/%$/, "");
}

function proof(plan, data, printed, all) {
  const every = printed.map((each) => ({...each, now: workedOut(plan, data, each)})).filter(({now}) => now !== null);
  const wrong = every.filter(({text, now}) => text !== now);
  // A word in place of a figure, as never, is not among all figures.
  const others = all - every.filter(({text}) => /\d/.test(text) || text === NOTHING).length;
  return `${every.length - wrong.length} of ${every.length} figures that this page works out again agree: headline ` +
    "figures, lines and KPIs by year or month. " + wrong.map(({name, text, now}) =>
    `${name}: ${text} is printed, ${now} is worked out. `).join("") +
    `The other ${fixed(others, 0)} figures and the texts are not compared here.`;
}
