// Draws of assumptions that go together, to the bits of analysis/dependence.py and analysis/normal.py:
// positions become normal scores, which are mixed and become positions again.

const EDGE = 1.4e-11, FARTHEST = 7, LAST_ODD = 39, LAST_POWER = 15;
const LOG2 = [6.93147180369123816490e-1, 1.90821492927058770002e-10];
const MIDDLE = [
  [2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
   1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080],
  [5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
   5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1]];
const TAIL = [
  [7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
   3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734],
  [1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
   6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1]];
const BELOW = [
  [3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
   221.213596169931, 220.206867912376],
  [8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
   637.333633378831, 793.826512519948, 440.413735824752]];

function quotient(polynomials, at) {
  const [upper, lower] = polynomials.map((each) => each.reduce((total, one) => total * at + one, 0));
  return upper / lower;
}

// The natural logarithm of a value from EDGE to below 1.
function logarithm(value) {
  let part = value, power = 0, total = 0;
  for (; part < 0.5; part *= 2) power--;
  const near = (part - 1) / (part + 1), square = near * near;
  for (let odd = LAST_ODD; odd > 0; odd -= 2) total = total * square + 1 / odd;
  return power * LOG2[0] + (power * LOG2[1] + 2 * near * total);
}

// e to the power of minus a value, which is 0 or more.
function falling(value) {
  const halvings = Math.floor(value / LOG2[0] + 0.5);
  const rest = value - halvings * LOG2[0] - halvings * LOG2[1];
  let total = 1;
  for (let term = LAST_POWER; term > 0; term--) total = 1 - total * rest / term;
  for (let half = 0; half < halvings; half++) total /= 2;
  return total;
}

// The normal score at a position, 0 at one half.
function score(place) {
  const away = place - 0.5;
  if (Math.abs(away) <= 0.425) return away * quotient(MIDDLE, 0.180625 - away * away);
  const near = Math.max(away < 0 ? place : 1 - place, EDGE);
  const tail = quotient(TAIL, Math.sqrt(-logarithm(near)) - 1.6);
  return away < 0 ? -tail : tail;
}

// The share of a normal distribution below a score.
function below(value) {
  const away = Math.min(Math.abs(value), FARTHEST);
  const share = falling(away * away / 2) * quotient(BELOW, away);
  return value > 0 ? 1 - share : share;
}

// The positions of a draw by path: the first of a group keeps its own.
function positionsTogether(groups, seed, number) {
  const found = {};
  for (const group of groups) {
    const {paths, shares} = group;
    group.keys ||= paths.map(crc32);
    const own = group.keys.map((key) => position(seed, key, number)), scores = own.map(score);
    paths.forEach((path, at) => {
      found[path] = at ? below(shares[at].reduce((total, share, other) =>
        share ? total + share * scores[other] : total, 0)) : own[0];
    });
  }
  return found;
}
