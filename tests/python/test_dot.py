# SPDX-License-Identifier: Apache-2.0
"""`dot` and `certify` against plain Python, addition by addition and input by input."""

import itertools

import numpy as np
import pytest

import spillway


def plain_dot(w, x, bits, overflow, scope, simd=1):
    """(stored, exact, events) of one dot product, from the definitions."""
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    products = [int(a) * int(b) for a, b in zip(w, x)]
    steps = {"per_product": 1, "per_cycle": simd, "final": len(products)}[scope]
    stored = events = 0
    for first in range(0, len(products), steps):
        exact = stored + sum(products[first : first + steps])
        fits = low <= exact <= high
        events += not fits
        stored = exact if fits else ((exact - low) % (1 << bits) + low if overflow == "wrap" else min(max(exact, low), high))
    return stored, sum(products), events


FORMATS = list(itertools.product(("wrap", "saturate"), ("per_product", "per_cycle", "final")))


@pytest.mark.parametrize("overflow, scope", FORMATS)
@pytest.mark.parametrize("bits, greatest", [(1, 3), (6, 8), (12, 128), (20, 128), (31, 2**15), (40, 2**20)])
def test_every_addition_is_the_registers(overflow, scope, bits, greatest):
    random = np.random.default_rng(bits)
    w = random.integers(-greatest, greatest, (17, 24))
    x = random.integers(0, greatest, (5, 24))
    found = spillway.dot(w, x[:, None, :], f"{bits}:{overflow}:{scope}", simd=4)
    assert found.stored.shape == found.exact.shape == found.events.shape == (5, 17)
    for n, m in itertools.product(range(5), range(17)):
        expected = plain_dot(w[m], x[n], bits, overflow, scope, simd=4)
        assert (found.stored[n, m], found.exact[n, m], found.events[n, m]) == expected
    fits = (-(2 ** (bits - 1)) <= found.exact) & (found.exact < 2 ** (bits - 1))
    assert np.array_equal(found.persistent, ~fits) and np.array_equal(found.overflows, found.events > 0)


@pytest.mark.parametrize("overflow, scope", FORMATS)
def test_shapes_types_and_layouts_make_no_difference(overflow, scope):
    random = np.random.default_rng(5)
    w, x = random.integers(-8, 8, (9, 30)), random.integers(0, 16, (9, 30))
    form = f"7:{overflow}:{scope}"
    expected = [plain_dot(a, b, 7, overflow, scope) for a, b in zip(w, x)]
    wide = np.zeros((9, 60), dtype=np.int16)
    wide[:, ::2] = w
    for one in (w, w.astype(np.int8), w.astype(">i4"), np.asfortranarray(w), wide[:, ::2], w[::-1][::-1], w.tolist()):
        for other in (x, x.astype(np.uint8), x.astype(np.uint64), x.astype(">u2")):
            found = spillway.dot(one, other, form)
            assert list(zip(found.stored, found.exact, found.events)) == expected
    rows = spillway.dot(w[0], x, form)  # one vector of weights, many inputs
    assert rows.stored.tolist() == [plain_dot(w[0], b, 7, overflow, scope)[0] for b in x]
    batches = spillway.dot(np.stack([w, -w])[:, None], x[None, :4, None, :], form)  # several matrices
    for b, n, m in itertools.product(range(2), range(4), range(9)):
        assert batches.stored[b, n, m] == plain_dot([w, -w][b][m], x[n], 7, overflow, scope)[0]
    assert spillway.dot(w[0], x[0], form).stored == expected[0][0]


def test_order_is_the_order_of_addition():
    random = np.random.default_rng(2)
    w, x, order = random.integers(-8, 8, (3, 20)), random.integers(0, 16, (4, 1, 20)), random.permutation(20)
    found = spillway.dot(w, x, "6:saturate:per_product", order=order)
    assert found.stored.tolist() == spillway.dot(w[:, order], x[..., order], "6:saturate:per_product").stored.tolist()
    assert found.events[0, 0] == plain_dot(w[0][order], x[0, 0][order], 6, "saturate", "per_product")[2]
    assert np.array_equal(spillway.dot(w, x, "6:wrap", order=order).stored, spillway.dot(w, x, "6:wrap").stored)


@pytest.mark.parametrize("overflow", ["wrap", "saturate"])
@pytest.mark.parametrize("bits", [50, 63, 64, 65, 100, 200])
def test_sums_beyond_64_bits(bits, overflow):
    random = np.random.default_rng(bits)
    w = random.integers(-(2**62), 2**62, (3, 12))
    x = random.integers(-(2**62), 2**62, (3, 12))
    found = spillway.dot(w, x, f"{bits}:{overflow}:per_product")
    expected = [plain_dot(a, b, bits, overflow, "per_product") for a, b in zip(w, x)]
    assert list(zip(found.stored, found.exact, found.events)) == expected
    assert found.persistent.tolist() == [not -(2 ** (bits - 1)) <= e < 2 ** (bits - 1) for _, e, _ in expected]


def test_threads_make_no_difference():
    random = np.random.default_rng(9)
    w, x = random.integers(-8, 8, (300, 200), dtype=np.int8), random.integers(0, 16, (200, 1, 200), dtype=np.uint8)
    one, many = (spillway.dot(w, x, "9:wrap:per_product", threads=threads) for threads in (1, 5))
    for name in ("stored", "exact", "events"):
        assert np.array_equal(getattr(one, name), getattr(many, name))
    assert np.array_equal(one.exact, x[:, 0].astype(int) @ w.T.astype(int))


@pytest.mark.parametrize(
    "arguments, line",
    [
        (([1.5], [2]), "float64"),
        (([1], ["a"]), "<U1"),
        (([1, 2], [1]), "last axis"),
        ((np.zeros(0, int), np.zeros(0, int)), "K products"),
        ((3, 4), "K products"),
        ((np.zeros((3, 4), int), np.zeros((2, 4), int)), "broadcast"),
        (([2**64 - 1], [1]), "int64"),
        (([1], [1], "0"), "1|bits"),
        (([1], [1], 5000), "4096"),
        (([1], [1], "12:wrp"), "wrap"),
        (([1], [1], "certified"), "certified"),
        (([1], [1], None), "accumulator"),
        (([1, 2], [1, 2], 8, [0, 0]), "permutation"),
        (([1, 2], [1, 2], 8, [0]), "permutation"),
    ],
)
def test_what_is_no_dot_product_is_refused(arguments, line):
    with pytest.raises(spillway.InputError, match=line):
        spillway.dot(*arguments)


def test_simd_divides_and_empty_batches_are_empty():
    with pytest.raises(spillway.InputError, match="simd = 3"):
        spillway.dot([1, 2], [1, 2], simd=3)
    empty = spillway.dot(np.zeros((0, 4), int), np.zeros(4, int))
    assert empty.stored.shape == (0,) and empty.events.sum() == 0


@pytest.mark.parametrize("input_type, values", [("UINT2", range(4)), ("INT2", range(-2, 2)), ("BIPOLAR", (-1, 1))])
def test_certificates_by_brute_force(input_type, values):
    w = np.random.default_rng(4).integers(-5, 6, (6, 4))
    found = spillway.certify(w, input_type)
    inputs = np.array(list(itertools.product(values, repeat=4)))
    for row in range(6):
        # Every partial sum in every order: each product's own extremes, 0 where it is left out.
        partial = [0]
        for vector in inputs:
            products = vector * w[row]
            partial += [int(products[products > 0].sum()), int(products[products < 0].sum())]
        assert (found.low[row], found.high[row]) == (min(partial), max(partial))
        bits = next(p for p in range(1, 20) if -(2 ** (p - 1)) <= min(partial) and max(partial) < 2 ** (p - 1))
        assert found.minimal_bits[row] == bits
        if bits > 1:
            witness = found.witness(row, bits - 1)
            assert set(witness.tolist()) <= set(values)
            assert not -(2 ** (bits - 2)) <= int(witness @ w[row]) < 2 ** (bits - 2)
        with pytest.raises(spillway.InputError):
            found.witness(row, bits)
    assert found.bits == found.minimal_bits.max() and found.holds(found.bits).all()
    assert spillway.certify(w[0], input_type).bits == found.minimal_bits[0]


@pytest.mark.parametrize("w, kind", [([1.5], "INT8"), ([1], "INT0"), ([1], 8), ([], "INT8"), (np.zeros((2, 2, 2), int), "INT8")])
def test_what_has_no_certificate_is_refused(w, kind):
    with pytest.raises(spillway.InputError):
        spillway.certify(w, kind)
