"""Exact linear algebra: what it gives is exact, and found whenever it exists."""

from fractions import Fraction
from math import gcd

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from redigit.exact import PRIME, find_denominator, find_relation, invert, join_digits


@settings(max_examples=60)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.sampled_from([2, 256, 2**24]))
def test_relation_adds_up_to_zero_and_is_the_smallest(size, seed, largest):
    random = np.random.default_rng(seed)
    vectors = random.integers(-largest, largest, (size + 1, size))
    relation = find_relation(vectors)
    if relation is None:
        assert np.linalg.matrix_rank(vectors[:-1]) < size
        return
    total = np.array(relation, object) @ vectors.astype(object)
    assert not total.any()
    assert gcd(*relation) == 1 and relation[-1] > 0


def test_relation_of_vectors_with_dependent_coordinates():
    assert find_relation(np.array([[1, 2, 0, 3], [-2, -4, 0, -6]])) == [2, 1]
    assert find_relation(np.array([[1, 0, 1], [1, 1, 2], [-3, -2, -5]])) == [1, 2, 1]


def test_independent_vectors_have_no_relation():
    assert find_relation(np.array([[3, 1]])) is None
    assert find_relation(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]])) is None


def test_dependent_vectors_have_no_single_relation():
    assert find_relation(np.array([[1, 0], [2, 0], [0, 1]])) is None


@given(st.integers(1, 10), st.integers(0, 2**32 - 1))
def test_inverse_is_one_modulo_the_prime(size, seed):
    matrix = np.random.default_rng(seed).integers(-1000, 1000, (size, size))
    pivots, inverse = invert(matrix)
    if len(pivots) == size:
        product = matrix.astype(object) @ inverse.astype(object) % PRIME
        np.testing.assert_array_equal(product, np.eye(size, dtype=int))


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_denominator_of_a_fraction_is_found_again(numerator, denominator):
    modulus = PRIME**2
    residue = numerator * pow(denominator, -1, modulus) % modulus
    found = find_denominator(residue, modulus)
    assert found == Fraction(numerator, denominator).denominator


@given(st.lists(st.integers(0, PRIME - 1), min_size=1, max_size=40))
def test_digits_are_joined_from_the_lowest(digits):
    assert join_digits(digits) == sum(digit * PRIME**i for i, digit in enumerate(digits))
