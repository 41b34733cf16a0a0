// The chances of the printed plan, counted again for its proof, on pages that print them.

// Amounts that differ by less are equal.
const MONEY = 1e-6;

// What a plan is judged by among its draws: its break-even, which counts only with cash, and amounts.
function judgedBy(plan) {
  const [first, out, trough, cash] = ["breakeven_first", "out_of_cash", "trough_cash", "unrestricted_cash"].map(
    (line) => plan.line(line)[plan.months - 1]);
  return {first, out, trough, cash, ebitda: [...plan.over("ebitda", YEAR)],
          reached: first > 0 && (out === 0 || out > first)};
}

// Random draws around the printed plan, made once: quantiles of cash, and what each is judged by.
function drawnAround(proof) {
  if (!proof.odds) {
    const {draws, seed, mixes, spreads, groups} = proof.data, fork = new Plan(structuredClone(proof.given));
    const drawn = new Draws(fork, spreads, mixes, seed, groups);
    proof.odds = new Odds(fork.months, draws);
    proof.seen = [];
    for (let number = 0; number < draws; number++) {
      drawn.set(number);
      proof.odds.add(fork, 0);
      proof.seen.push(judgedBy(fork));
    }
  }
  return proof.odds;
}

// The share of draws in which a headline is as good as in the plan or better (good), or is worse.
function shareOf(proof, how, headline, at) {
  drawnAround(proof);
  const own = judgedBy(proof.plan), {first, out} = own, funded = first > 0 && !(out > 0 && out <= first);
  const value = (one) => headline === "ebitda" ? one.ebitda[at] : one[headline];
  const tests = {
    good: (one) => headline === "first" ? one.reached && (!first || one.first <= first) :
      value(one) >= value(own) - MONEY,
    worse: (one) => headline === "first" ? funded && (!one.reached || one.first > first) :
      value(one) < value(own) - MONEY,
    short: (one) => one.out > 0};
  return proof.seen.filter(tests[how]).length / proof.seen.length;
}
