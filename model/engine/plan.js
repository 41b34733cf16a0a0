// A plan in the page: what its assumptions give, worked out when it is first asked for. The functions
// opening, month, memory, checks, customer, life and kpis are written from the company's texts. Months are
// counted from 1, and place 0 of a line holds its opening. NaN stands for undefined.
const YEAR = 12;
const least = (a, b) => a < b || a !== a ? a : b;
const most = (a, b) => a > b || a !== a ? a : b;
const ratio = (over, under) => under !== 0 ? over / under : NaN;
const part = (over, under) => under !== 0 ? over / under : 0;
const share_of = (over, under) => under > 0 ? over / under : NaN;

class Plan {
  constructor(data) {
    Object.assign(this, data);
    this.series = Object.fromEntries(Object.entries(data.series).map(([path, each]) =>
      [path, Array.isArray(each) ? {grain: "constant", values: each} : each]));
    this.rules = {reductions: Plan.byLine(data.reductions), quarterly: Plan.byLine(data.quarterly)};
    this.years = this.periods(YEAR);
    this.arrays = new Map();
    this.fresh = new Set();
    this.texts = new Map();
  }

  // Give an assumption another level: one value, or one a year, or one a month.
  set(path, values) {
    this.series[path].values = values;
    this.fresh.clear();
    if (this.arrays.has(`assumption ${path}`)) this.spread(path);
  }

  // A line of the month or of memory, by month.
  line(name) {
    this.run("month");
    if (!this.monthly.has(name)) this.run("memory");
    return this.array("line", name, this.months + 1).subarray(1);
  }

  // A difference that must be nothing, by month.
  check(name) {
    this.run("checks");
    return this.array("check", name, this.months + 1).subarray(1);
  }

  // A figure of one customer of those won in a year, by year.
  customer(name) {
    this.run("customer");
    return this.array("customer", name, this.years);
  }

  // The last month of a line of that customer's life, by year.
  life(name) {
    this.run("life");
    const span = this.life_months + 1;
    return this.once("end of life", name, this.years, (ends) => {
      const months = this.array("life", name, this.years * span);
      ends.forEach((_, year) => { ends[year] = months[(year + 1) * span - 1]; });
    });
  }

  // How many periods of so many months there are; the first and the last may have fewer.
  periods(months) {
    return months === 1 ? this.months : this.bounds[months].length - 1;
  }

  // A KPI over periods of so many months.
  kpi(name, months = YEAR) {
    this.run("kpis", months);
    return this.array(`kpi ${months}`, name, this.periods(months));
  }

  // A line over periods of so many months: their sum unless the line has another rule.
  over(name, months) {
    if (months === 1) return this.line(name);
    return this.once(`over ${months}`, name, this.periods(months), (values) => {
      const rule = (rules) => rules[name] || rules[name.split(".")[0]];
      const quarterly = months < YEAR ? rule(this.rules.quarterly) : undefined;
      const [operation, ...lines] = quarterly || rule(this.rules.reductions) || ["sum"];
      const [one, other] = lines.map((line) => this.over(line, months));
      const monthly = one ? undefined : this.line(name);
      const bounds = this.bounds[months];
      for (let at = 0; at < values.length; at++) {
        const from = bounds[at], end = bounds[at + 1];
        if (operation === "ratio") values[at] = other[at] !== 0 ? one[at] / other[at] : NaN;
        else if (operation === "same") values[at] = one[at];
        else values[at] = monthly[operation === "last" ? end - 1 : from];
        if (operation === "sum") for (let n = from + 1; n < end; n++) values[at] += monthly[n];
      }
    });
  }

  // An assumption by month.
  assumption(path) {
    return this.arrays.get(`assumption ${path}`) || this.spread(path);
  }

  spread(path) {
    const {values, weights} = this.series[path];
    const months = this.array("assumption", path, this.months + 1);
    if (values.length === 1) months.fill(values[0]);
    else if (values.length === this.months) months.set(values, 1);
    else values.forEach((value, year) => {
      months.fill(value, this.typed_years[year] + 1, this.typed_years[year + 1] + 1);
    });
    if (weights) weights.forEach((weight, month) => { months[month + 1] *= weight; });
    return months;
  }

  // The mean of an assumption in each year; of dated amounts, the sum.
  yearly(path) {
    return this.once("yearly", path, this.years, (years) => {
      const months = this.assumption(path);
      for (let year = 0; year < this.years; year++) {
        const from = this.bounds[YEAR][year], end = this.bounds[YEAR][year + 1];
        years[year] = months[from + 1];
        for (let n = from + 2; n <= end; n++) years[year] += months[n];
        if (!this.series[path].dated) years[year] /= end - from;
      }
    });
  }

  // Values of the timeline by month, or by month of a customer's life.
  time(name, from, months) {
    const values = from[name];
    return this.once(`time of ${months}`, name, months + 1, (filled) => {
      for (let at = 1; at <= months; at++) filled[at] = values[values.length === 1 ? 0 : at - 1];
    });
  }

  // An array by kind and name: the same one each time, whatever it is filled with.
  array(kind, name, length) {
    const key = `${kind} ${name}`;
    let values = this.arrays.get(key);
    if (!values) this.arrays.set(key, values = new Float64Array(length));
    return values;
  }

  // Such an array, filled again after a change.
  once(kind, name, length, fill) {
    const values = this.array(kind, name, length), key = `${kind} ${name}`;
    if (!this.fresh.has(key)) {
      this.fresh.add(key);
      fill(values);
    }
    return values;
  }

  // Work out a text, unless it has been since the last change.
  run(text, months) {
    const key = `${text} ${months}`;
    if (this.fresh.has(key)) return;
    this.fresh.add(key);
    if (!this.texts.has(key)) this.texts.set(key, this.bound(text, months));
    this.texts.get(key)();
  }

  // A text with the arrays that it reads and fills, which stay the same ones.
  bound(text, months) {
    const assumption = (path) => this.assumption(path);
    const timeline = (name) => this.time(name, this.timeline, this.months);
    const own = (kind, length) => (name) => this.array(kind, name, length);
    const line = own("line", this.months + 1), check = own("check", this.months + 1);
    if (text === "month") {
      this.monthly = new Set();
      const noted = (name) => { this.monthly.add(name); return line(name); };
      const fill = month(Plan.named({assumption, timeline, line: noted}));
      const open = opening(Plan.named({assumption, timeline, opening: line}));
      return () => { open(1); fill(this.months); };
    }
    if (text === "memory" || text === "checks") {
      const fill = (text === "memory" ? memory : checks)(
        Plan.named({assumption, timeline, line, check}));
      return () => { this.run(text === "memory" ? "month" : "memory"); fill(this.months); };
    }
    const needs = [];
    // Worked out anew before each time that the text is.
    const first = (find) => (name) => { needs.push(() => find(name)); return find(name); };
    let fill, counts;
    if (text === "customer") {
      fill = customer(Plan.named({
        assumption: first((path) => this.yearly(path)), line: first((name) => this.over(name, YEAR)),
        customer: own("customer", this.years)}));
      counts = [this.years];
    } else if (text === "life") {
      const span = this.life_months;
      fill = life(Plan.named({
        timeline: (name) => this.time(name, this.life_timeline, span),
        customer: first((name) => this.customer(name)),
        life: own("life", this.years * (span + 1))}));
      counts = [span, this.years];
    } else {
      const periods = this.periods(months);
      fill = kpis(Plan.named({
        assumption, timeline, line: first((name) => this.over(name, months)),
        plan: first((name) => this.line(name)), customer: first((name) => this.customer(name)),
        life: first((name) => this.life(name)), kpi: own(`kpi ${months}`, periods)}));
      const ends = Array.from({length: periods}, (_, at) => months === 1 ? at + 1 : this.bounds[months][at + 1]);
      const starts = this.bounds[YEAR], years = ends.map((end) => starts.findIndex((start) => start >= end) - 1);
      counts = [periods, ends, years, this.months - 1];
    }
    return () => { for (const need of needs) need(); fill(...counts); };
  }

  // Rules that are given by operation, by line.
  static byLine(operations) {
    return Object.fromEntries(Object.entries(operations).flatMap(([operation, rules]) =>
      rules.map((rule) => {
        const [line, ...lines] = [rule].flat();
        return [line, [operation, ...lines]];
      })));
  }

  // What a text finds under each kind: arrays by name, in which $ stands for a dot.
  static named(kinds) {
    return Object.fromEntries(Object.entries(kinds).map(([kind, find]) => [
      kind, new Proxy({}, {get: (_, name) => find(name.replaceAll("$", "."))})]));
  }
}
