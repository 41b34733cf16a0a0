// What a plan is judged by: break-evens, cash, goals, rules, ranges and checks. Nothing is drawn here.
const QUARTER = 3;

function outcome(plan, data, moved) {
  const last = (line) => plan.line(line)[plan.months - 1];
  const month = (line) => data.months[last(line) - 1] || null;
  return {
    ebitda: plan.line("ebitda").slice(), cash: plan.line("unrestricted_cash").slice(),
    yearly: {ebitda: plan.over("ebitda", YEAR).slice(), revenue: plan.over("revenue", YEAR).slice()},
    first: month("breakeven_first"), back: month("breakeven_earned_back"),
    lowest: last("trough_cash"), lowest_month: month("trough_month"), out: month("out_of_cash"),
    goals: data.kpis.map((goal) => judged(plan, goal)),
    failed: data.checks.filter((check) => fails(plan, data, check)).map((check) => check.meaning),
    alerts: alerts(plan, data, moved),
  };
}

// The value, goal and state of a KPI in each year.
function judged(plan, goal) {
  const values = plan.kpi(goal.name).slice();
  const targets = goal.moving ? plan.kpi(goal.moving).slice() : goal.targets;
  return {values, targets, states: Array.from(values, (value, year) => {
    if (Number.isNaN(value)) return "undefined";
    if ((goal.unjudged || []).includes(year)) return "not judged";
    if (!targets) return "no target";
    const passed = goal.states.find(([, bound, ...test]) => passes(value, bound ?? targets[year], test));
    return passed ? passed[0] : "missed";
  })};
}

const near = (value, other) => Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(other));

// Whether a value is on the right side of a bound; what lies within the tolerance is equal to it.
function passes(value, bound, [above, equal]) {
  if (near(value, bound) || value === bound) return Boolean(equal);
  return above ? value > bound : value < bound;
}

function fails(plan, data, {names}) {
  const assets = plan.line("assets"), {amount, share} = data.tolerance;
  const most = Math.max(amount, share * assets.reduce((so_far, each) => Math.max(so_far, Math.abs(each)), 0));
  return names.some((name) => !plan.check(name).every((gap) => Math.abs(gap) <= most));
}

function alerts(plan, data, moved) {
  const found = [], out = plan.line("out_of_cash")[plan.months - 1];
  if (out) {
    found.push(`Cash is below zero from ${monthName(data.months[out - 1])}: the plan needs more money than it has.`);
  }
  if (!plan.line("breakeven_first")[plan.months - 1]) found.push("EBITDA never reaches zero within the plan.");
  for (const path of Object.keys(moved)) {
    const lever = data.levers[path], [low, high] = lever.range;
    if (moved[path] < low - 1e-9 * Math.max(1, Math.abs(low)) ||
        moved[path] > high + 1e-9 * Math.max(1, Math.abs(high))) {
      const name = (value) => lever.factor ? `${fixed(value, 2)} × plan` :
        lever.shown.endsWith("%") ? percent(value) : significant(value, 6);
      found.push(`${lever.label} is at ${name(moved[path])}, outside its plausible ${name(low)} to ${name(high)}.`);
    }
  }
  for (const rule of data.rules) {
    const months = plan.kpi(rule.kpi, 1), readings = readingsOf(rule, data);
    const fired = states(rule, readings.map(([, at]) => months[at]).map((value) => Number.isNaN(value) &&
      rule.without_value && plan.months >= rule.threshold ? Infinity : value));
    if (fired.length) found.push(`${capital(rule.says)}${when(rule, data, fired, readings.length)}: ${lower(rule.action)}.`);
  }
  return found;
}

// When a rule is read: months, or quarters that have ended, with the place of their last month.
const readingsOf = (rule, data) => rule.every === QUARTER ? data.quarters : data.months.map((month, at) => [month, at]);
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const lower = (text) => (text.slice(0, 1).toLowerCase() + text.slice(1)).replace(/\.$/, "");

// The readings at which a rule has fired: with the one that completes its run, until one is right.
function states(rule, values) {
  const fired = [];
  let run = 0, firing = false, before = -Infinity;
  values.forEach((value, at) => {
    if (Number.isNaN(value)) { run = 0; return; }
    const wrong = passes(value, rule.falls ? before : rule.threshold, rule.test);
    before = value;
    run = wrong ? run + 1 : 0;
    firing = wrong && (firing || run >= rule.dwell);
    if (firing) fired.push(at);
  });
  return fired;
}

function when(rule, data, fired, readings) {
  if (rule.whole) return "";
  const period = rule.every === QUARTER ? "quarter" : "month";
  if (fired.length === readings) return ` in every ${period}`;
  const [label] = readingsOf(rule, data)[fired[0]], [year, quarter] = label.split("-");
  const first = rule.every === QUARTER ? `${quarter} ${year}` : monthName(label);
  const more = fired.length - 1;
  return ` in ${first}${more ? ` and ${more} later ${period}${more > 1 ? "s" : ""}` : ""}`;
}
