// Lifetime value under each of its names, and customers by the time in which they were won: what
// the page on unit economics works out beside the company's texts.
class Lifetimes {
  constructor(plan, sides) {
    Object.assign(this, {plan, sides, lives: new Map()});
  }

  sideOf(who) {
    return this.sides.find(({name, segments}) => name === who || segments.includes(who));
  }

  // One customer of a segment: by month of signing and of life, whether still there and what it brings.
  life(segment) {
    if (this.lives.has(segment)) return this.lives.get(segment);
    const {plan} = this, side = this.sideOf(segment), {billed, first_months, segments} = side;
    const inside = side.climbs ? segments : [segment], last = plan.months - 1;
    const firsts = first_months.map((first) => typeof first === "number" ? () => first : (at) => plan.assumption(first)[at + 1]);
    const per = (one, other) => Float64Array.from(plan.line(one), (value, at) => plan.line(other)[at] ? value / plan.line(other)[at] : NaN);
    const prices = inside.map((name) => per(`revenue.${name}`, `${billed}.${name}`)), margin = per("contribution_before_ads", "revenue");
    const life = Array.from(margin, (_, start) => {
      let places = inside.map((name) => name === segment ? 1 : 0);
      const months = Array.from(margin, (_, age) => {
        const at = Math.min(start + age, last), share = firsts[age] ? firsts[age](at) : 1;
        if (age) places = this.moved(side, inside, places, at, age === 1);
        const there = places.reduce((sum, each) => sum + each, 0);
        const paid = places.reduce((sum, each, n) => sum + (each > 0 ? each * prices[n][at] : 0), 0);
        const price = inside.length > 1 ? (there ? paid / there : NaN) : prices[0][at];
        const revenue = share > 0 ? price * share : 0;
        return {there, revenue, contribution: share > 0 ? margin[at] * revenue : 0, within: start + age < plan.months};
      });
      // The share that stays after all of them.
      const stay = inside.map((name) => 1 - this.rate(side, name, "churn")[last + 1]), left = months[last].there;
      months.last = inside.length === 1 ? stay[0] : left ? places.reduce((sum, each, n) => sum + each * stay[n], 0) / left : 0;
      return months;
    });
    this.lives.set(segment, life);
    return life;
  }

  rate(side, segment, name) {
    return this.plan.assumption(`${side.section}.${segment}.${name}`);
  }

  // Where one is a month later: who moves up does not move down.
  moved(side, inside, places, at, first) {
    const leaves = (name) => this.rate(side, name, first && side.first_churn || "churn")[at + 1];
    const stay = places.map((each, n) => each * (1 - leaves(inside[n]))), after = [...stay];
    if (side.climbs) stay.forEach((each, n) => {
      let rest = each;
      for (const [way, to] of [["up", n + 1], ["down", n - 1]]) if (inside[to]) {
        const moves = this.rate(side, inside[n], way)[at + 1] * rest;
        rest -= moves;
        after[n] -= moves;
        after[to] += moves;
      }
    });
    return after;
  }

  // Over those who were won in a span: a sum over their months of life of what one brings, or of a single month.
  sum(who, {from, end}, worth) {
    const side = this.sideOf(who);
    return (who === side.name ? side.segments : [who]).reduce((total, segment) => {
      const won = this.plan.line(`${side.new}.${segment}`), life = this.life(segment);
      for (let start = from; start < end; start++) {
        if (won[start] > 0) total += won[start] * worth(life[start], start, side, segment);
      }
      return total;
    }, 0);
  }

  cohort(what, who, time, age) {
    const {plan} = this, side = this.sideOf(who), bring = (of) => (life) => life.reduce(
      (sum, month) => sum + (month.within ? month.there * (Number.isNaN(month[of]) ? 0 : month[of]) : 0), 0);
    const won = () => this.sum(who, time, () => 1);
    if (what === "won") return won();
    if (what === "spent") return this.sum(who, time, (_, start) => plan.line(side.marketing)[start] / plan.line(side.new)[start]);
    if (what === "remaining") return this.sum(who, time, (life, start) => life[plan.months - 1 - start].there);
    if (what !== "retention") return this.sum(who, time, bring(what));
    const known = time.end + age - 2 < plan.months, all = won();
    return known && all ? this.sum(who, time, (life) => life[age - 1].there) / all : NaN;
  }

  // A definition of LTV, for those who are won in a year; of a side, for its segments as they are won.
  value(name, who, year) {
    const side = this.sideOf(who), [from, end] = this.plan.bounds[YEAR].slice(year), time = {from, end};
    if (who === side.name) {
      const won = (segment) => this.sum(segment, time, () => 1), all = won(who);
      return all ? side.segments.reduce((sum, each) => sum + (won(each) > 0 ? won(each) * this.value(name, each, year) : 0), 0) / all : NaN;
    }
    const {plan} = this, rate = Math.expm1(Math.log1p(plan.yearly("valuation.discount_rate")[year]) / YEAR);
    const churn = plan.customer(`churn.${who}`)[year], months = plan.life(`lived.${who}`)[year];
    // Who moves between segments pays the price of each.
    const price = side.climbs ? plan.life(`earned.${who}`)[year] / months : plan.customer(`price.${who}`)[year];
    const margin = price * plan.customer("margin_before_ads")[year];
    const per = (one, other) => other !== 0 ? one / other : NaN, leaving = (stay) => Math.max(0, 1 + rate - stay);
    const fixed_end = () => {
      const whole = Math.floor(months), loss = -Math.expm1(-Math.log1p(rate) * whole);
      return margin * ((rate !== 0 ? loss / rate : whole) + (months - whole) * (1 - loss) / (1 + rate));
    };
    const cohorts = (goes_on) => this.sum(who, time, (life) => {
      let sum = 0, last = 0;
      const tail = goes_on ? life.last : 0;
      life.forEach(({there, contribution, within}, age) => {
        last = there > 0 && (tail || within) ? contribution * there / (1 + rate) ** age : 0;
        sum += last;
      });
      return sum + (last && tail > 0 ? last * per(tail, leaving(tail)) : 0);
    }) / this.sum(who, time, () => 1);
    return {
      simple: () => margin * months, churn_start: () => per(margin, churn), churn_end: () => per(margin * (1 - churn), churn),
      fixed_end, fixed_start: () => fixed_end() * (1 + rate),
      geometric_start: () => per(margin * (1 + rate), leaving(1 - churn)),
      geometric_end: () => per(margin * (1 - churn), leaving(1 - churn)),
      cohort: () => cohorts(false), cohort_tail: () => cohorts(true),
    }[name]();
  }
}
