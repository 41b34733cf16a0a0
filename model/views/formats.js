// How a number is written in a page's own script: as formats.py writes it, digit by digit.
const NOTHING = "\u2013", MINUS = "\u2212";
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const AMOUNTS = ["USD", "USD/year", "USD/month"];
const NO_COUNTS = ["days", "years", "shares", "times", "units"];
const STEPS = [[1, "", 1e3], [1e3, "k", 1e3], [1e6, "m", 1e3], [1e9, "bn", Infinity]];
const SCALED_DECIMALS = {k: 1, m: 2, bn: 2};

// The size of a number with so many decimals, half to even on the fifteen digits that it has.
function digits(number, decimals) {
  const [mantissa, exponent] = Math.abs(number).toExponential(14).split("e");
  const drop = 14 - Number(exponent) - decimals;
  let whole = BigInt(mantissa.replace(".", "")) * (drop < 0 ? 10n ** BigInt(-drop) : 1n);
  if (drop > 0) {
    const unit = 10n ** BigInt(drop), rest = 2n * (whole % unit);
    whole /= unit;
    if (rest > unit || (rest === unit && whole % 2n === 1n)) whole += 1n;
  }
  const text = whole.toString().padStart(decimals + 1, "0");
  return decimals ? `${text.slice(0, -decimals)}.${text.slice(-decimals)}` : text;
}

function signed(text, number) {
  return number < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function fixed(number, decimals) {
  const [whole, ...rest] = digits(number, decimals).split(".");
  return signed([whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join("."), number);
}

// Numbers too large or too small for digits: 1.23e-07.
function scientific(number, decimals) {
  const text = Math.abs(number).toExponential(decimals).replace(/(e[+-])(\d)$/, "$10$2");
  return signed(text, number);
}

function significant(number, most = 3) {
  if (Math.abs(number) < 1e-6) return scientific(number, most - 1);
  const decimals = Math.max(0, most - 1 - Math.floor(Math.log10(Math.abs(number))));
  const text = fixed(number, decimals);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function percent(number) {
  const [mantissa, exponent] = number.toExponential(14).split("e");
  const share = Number(`${mantissa}e${Number(exponent) + 2}`);
  if (share === 0) return "0%";
  if (Math.abs(share) >= 1e15) return `${scientific(share, 2)}%`;
  return (Math.abs(share) < 0.1 ? significant(share, 2) : fixed(share, 1)) + "%";
}

function money(number, decimals) {
  for (const [size, suffix, limit] of STEPS) {
    const places = SCALED_DECIMALS[suffix] ?? decimals;
    if (Number(digits(number / size, places)) < limit) return fixed(number / size, places) + suffix;
  }
  return NOTHING;
}

// A number as a table shows it, without the unit's name.
function format(number, unit) {
  if (!Number.isFinite(number)) return NOTHING;
  const value = Math.abs(number) < 1e-12 ? 0 : number, head = unit.split("/")[0];
  if (head === "fraction") return percent(value);
  if (value === 0) return "0";
  if (Math.abs(value) >= 1e15) return scientific(value, 2);
  if (head === "USD") return money(value, AMOUNTS.includes(unit) ? 0 : 2);
  if (unit === "FTE" || (/^[a-z]+(s|people|children)$/.test(unit) && !NO_COUNTS.includes(unit))) {
    if (Math.abs(value) >= 1e4) return money(value, 0);
    return fixed(value, Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1);
  }
  return unit === "ratio" ? fixed(value, 2) : significant(value);
}

// An amount in a sentence.
const usd = (number) => `USD ${format(number, "USD")}`;

// A month, "2027-10", as "Oct 2027".
const monthName = (month) => `${MONTH_NAMES[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`;
