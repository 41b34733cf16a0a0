// Random draws by number, as the sensitivity page makes them: the same seed gives the same plans, to
// the same bits.

// Threefry-2x32 with 20 rounds: two words of 32 bits from a key of two and a number.
function threefry(seed, key, number) {
  const keys = [seed, key, seed ^ key ^ 0x1BD11BDA];
  let one = number + keys[0] | 0, other = keys[1] | 0;
  for (let group = 1; group < 6; group++) {
    for (const places of group % 2 ? [13, 15, 26, 6] : [17, 29, 16, 24]) {
      one = one + other | 0;
      other = (other << places | other >>> 32 - places) ^ one;
    }
    one = one + keys[group % 3] | 0;
    other = other + keys[(group + 1) % 3] + group | 0;
  }
  return [one >>> 0, other >>> 0];
}

// A path as a number of 32 bits, as zlib counts it.
function crc32(path) {
  let sum = -1;
  for (const letter of path) {
    sum ^= letter.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) sum = sum >>> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
  }
  return ~sum >>> 0;
}

// Where a draw lies, from 0 to below 1: each block of 50 has one in every part of the distribution.
const blocks = {};

function position(seed, key, number) {
  const block = Math.floor(number / 50), known = blocks[[seed, key]] ||= [];
  if (!known[block]) {
    const words = Array.from({length: 50}, (_, at) => [...threefry(seed, key, block * 50 + at), at]);
    known[block] = [];
    words.sort((one, other) => one[0] - other[0])
      .forEach(([, within, at], place) => { known[block][at] = (place + within / 2 ** 32) / 50; });
  }
  return known[block][number % 50];
}

// The value at a position of the distribution from low to high that peaks at the plan's value.
function quantile(place, low, peak, high, uniform) {
  if (uniform) return low + (high - low) * place;
  if (high < low) return -quantile(place, -low, -peak, -high);
  return place < (peak - low) / (high - low) ? low + Math.sqrt(place * (high - low) * (peak - low)) :
    high - Math.sqrt((1 - place) * (high - low) * (high - peak));
}

// Draws around a plan: `set(number)` gives `plan`, which has the same texts, the values of a draw. The
// paths of each of `groups` go together.
class Draws {
  constructor(plan, spreads, mixes, seed, groups) {
    Object.assign(this, {plan, seed, groups, mixes: Object.values(mixes)});
    this.paths = Object.entries(spreads).map(([path, [from, to, factor, uniform, least = 0, most = 1e12]]) => {
      const now = plan.series[path].values;
      // Of who leaves, the low end is that of fewer who leave.
      const end = (bound, pick, other) => now.map((value) =>
        (factor && value < 0 ? other : pick)(factor ? value * bound : bound, value));
      // A bound of all periods, or one of each; the plan's own values stay, as rounding leaves them.
      const bound = (ends, pick) => now.map((value, at) => pick(Array.isArray(ends) ? ends[at] : ends, value));
      return {path, key: crc32(path), uniform, now, values: [...now],
              bottom: bound(least, Math.min), top: bound(most, Math.max),
              low: end(from, Math.min, Math.max), high: end(to, Math.max, Math.min)};
    });
    this.values = Object.fromEntries(this.paths.map(({path, values}) => [path, values]));
  }

  set(number) {
    const together = this.groups ? positionsTogether(this.groups, this.seed, number) : {};
    for (const {path, key, now, values, low, high, uniform, bottom, top} of this.paths) {
      const place = together[path] ?? position(this.seed, key, number);
      for (let at = 0; at < now.length; at++) {
        const value = low[at] !== high[at] ? quantile(place, low[at], now[at], high[at], uniform) : now[at];
        values[at] = Math.min(Math.max(value, bottom[at]), top[at]);
      }
    }
    const shared = Object.assign({}, ...this.mixes.map((members) => this.shareOut(members)));
    for (const {path, values} of this.paths) this.plan.set(path, shared[path] || values);
  }

  // The members of a mix that sum to more than 1: they share what there is in proportion.
  shareOut(members) {
    const rows = members.map((path) => this.values[path] || this.plan.series[path].values);
    const weights = members.map((path) => this.plan.series[path].weights);
    const periods = Math.max(...rows.map((row) => row.length), ...weights.map((each) => each ? each.length : 1));
    const year = (period) => this.plan.typed_years.findIndex((start) => start > period) - 1;
    const at = (row, period) => row[row.length === 1 ? 0 : row.length === periods ? period : year(period)];
    // What rounding leaves above 1 is none too much.
    const totals = Array.from({length: periods}, (_, period) =>
      rows.reduce((sum, row, member) =>
        sum + at(row, period) * (weights[member] ? weights[member][period] : 1), 0))
      .map((total) => total > 1 + 1e-12 ? total : 1);
    if (totals.every((total) => total === 1)) return {};
    return Object.fromEntries(members.map((path, member) => [path, totals.map((total, period) =>
      at(rows[member], period) / total)]).filter(([path]) => path in this.values));
  }
}

// What so many draws around a plan come to: how often cash falls below zero, how often the first
// break-even comes in time with cash lasting to it, and quantiles of cash by month.
class Odds {
  constructor(months, size) {
    this.cash = Array.from({length: months}, () => new Float64Array(size));
    Object.assign(this, {size, done: 0, short: 0, in_time: 0});
  }

  add(plan, by) {
    const [first, out] = ["breakeven_first", "out_of_cash"].map(
      (line) => plan.line(line)[plan.months - 1]);
    plan.line("unrestricted_cash").forEach((amount, month) => { this.cash[month][this.done] = amount; });
    this.short += out > 0;
    this.in_time += first > 0 && (out === 0 || out > first) && first <= by;
    this.done++;
  }

  // A quantile by month, between the two draws that are next to it.
  quantiles(shares) {
    const sorted = this.cash.map((month) => month.slice().sort());
    return shares.map((share) => Float64Array.from(sorted, (month) => {
      const place = share * (this.size - 1), at = Math.floor(place), next = Math.min(at + 1, this.size - 1);
      return month[at] + (place - at) * (month[next] - month[at]);
    }));
  }
}
