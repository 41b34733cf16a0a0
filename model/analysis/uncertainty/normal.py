"""The normal distribution with the same bits wherever it is worked out.

Positions from 0 to 1 become scores, and scores positions, by sums, products, quotients and square
roots alone, which every machine rounds alike; `pages/live/dependence.js` takes the same steps. The
quantile is that of Wichura (AS 241, 1988), the distribution that of Hart (1968) as West (2005)
gives it.
"""

from __future__ import annotations

import numpy as np

# A position counts as no nearer to 0 or 1, and a score as no farther from 0: no range has a digit
# for more.
EDGE, FARTHEST = 1.4e-11, 7.0
# The highest power first.
_MIDDLE = ((2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
            4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
            1.3314166789178437745e2, 3.3871328727963666080),
           (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
            2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
            4.2313330701600911252e1, 1.0))
_TAIL = ((7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
          1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550,
          4.63033784615654529590, 1.42343711074968357734),
         (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
          1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
          2.05319162663775882187, 1.0))
_BELOW = ((3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383,
           112.079291497871, 221.213596169931, 220.206867912376),
          (8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461,
           296.564248779674, 637.333633378831, 793.826512519948, 440.413735824752))
# The logarithm of 2 in two parts, of which a whole multiple of the first is exact.
_LOG2 = 6.93147180369123816490e-1, 1.90821492927058770002e-10
# So far the series go until nothing is added any more.
_LAST_ODD, _LAST_POWER = 39, 15


def scores(positions: np.ndarray) -> np.ndarray:
    """The normal score at each position, 0 at one half."""
    away = positions - 0.5
    middle = away * _quotient(_MIDDLE, 0.180625 - away * away)
    near = np.maximum(np.where(away < 0, positions, 1.0 - positions), EDGE)
    tail = _quotient(_TAIL, np.sqrt(-_log(near)) - 1.6)
    return np.where(np.abs(away) <= 0.425, middle, np.where(away < 0, -tail, tail))


def positions(scores: np.ndarray) -> np.ndarray:
    """The share of a normal distribution below each score."""
    away = np.minimum(np.abs(scores), FARTHEST)
    below = _falling(away * away / 2.0) * _quotient(_BELOW, away)
    return np.where(scores > 0, 1.0 - below, below)


def _quotient(polynomials, at: np.ndarray) -> np.ndarray:
    upper, lower = (np.zeros_like(at), np.zeros_like(at))
    for coefficient in polynomials[0]:
        upper = upper * at + coefficient
    for coefficient in polynomials[1]:
        lower = lower * at + coefficient
    return upper / lower


def _log(values: np.ndarray) -> np.ndarray:
    """The natural logarithm of values from EDGE to below 1."""
    part, power = np.frexp(values)
    near = (part - 1.0) / (part + 1.0)
    square, total = near * near, np.zeros_like(near)
    for odd in range(_LAST_ODD, 0, -2):
        total = total * square + 1.0 / odd
    return power * _LOG2[0] + (power * _LOG2[1] + 2.0 * near * total)


def _falling(values: np.ndarray) -> np.ndarray:
    """e to the power of minus each value, which is 0 or more."""
    halvings = np.floor(values / _LOG2[0] + 0.5)
    rest = values - halvings * _LOG2[0] - halvings * _LOG2[1]
    total = np.ones_like(rest)
    for term in range(_LAST_POWER, 0, -1):
        total = 1.0 - total * rest / term
    return np.ldexp(total, -halvings.astype(int))
