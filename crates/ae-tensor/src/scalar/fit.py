"""Makes the coefficients of `polynomials.rs` (needs mpmath)."""

import struct
from mpmath import chebyfit, cos, erf, erfc, exp, log, mp, mpf, nstr, pi, sin, sqrt

mp.dps = 40


def single(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def fit(name, function, limit_at_zero, low, high, terms):
    """Near-minimax polynomial; `limit_at_zero` stands in where the formula divides by 0."""
    safe = lambda t: function(t) if abs(t) > mpf(10) ** -12 else limit_at_zero
    coefficients, error = chebyfit(safe, [mpf(low), mpf(high)], terms, error=True)
    print(f"{name}: error {nstr(error, 2)}")
    print("   ", [single(c) for c in reversed(coefficients)])


half_ln2 = log(mpf(2)) / 2 * mpf("1.001")
fit("EXP", lambda r: (exp(r) - 1 - r) / r**2, mpf(1) / 2, -half_ln2, half_ln2, 6)
fit("LN", lambda t: (log(1 + t) - t + t * t / 2) / t**3, mpf(1) / 3, sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 9)
fit("LN_1P_UNIT", lambda e: log(1 + e) / e, mpf(1), 0, 1, 10)
fit("ERF_NEAR_ZERO", lambda z: erf(sqrt(z)) / sqrt(z), 2 / sqrt(pi), 0, 1, 7)
fit("LN_ERFC", lambda x: log(erfc(x)), mpf(0), "0.99", 4, 9)
quarter = pi / 2
fit("SIN_QUARTER", lambda z: sin(quarter * sqrt(z)) / sqrt(z), quarter, 0, 0.25, 5)
fit("COS_QUARTER", lambda z: (cos(quarter * sqrt(z)) - 1) / z, -quarter**2 / 2, 0, 0.25, 5)
