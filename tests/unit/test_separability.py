"""Certificates: every pair of point sets has one, and what is not a proof is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn.svm import SVC

from dvc_bridge import import_closure
from redigit.certificates import verify_certificate
from redigit.errors import InputError
from redigit.separability import encode, find_certificate

SEEDS = st.integers(0, 2**32 - 1)


def make_points(seed, n=60, k=4, shift=0) -> tuple[np.ndarray, np.ndarray]:
    """Make two sets of random points, the second one shifted."""
    random = np.random.default_rng(seed)
    is_second = np.arange(n) % 2 == 1
    points = random.integers(0, 100, (n, k))
    points[is_second] += shift
    return points.astype(np.uint8), is_second


def is_separable(points, is_second) -> bool:
    """Ask linear programming, in floating point."""
    vectors = np.append(points, np.ones((len(points), 1)), axis=1) / 100
    vectors = vectors * np.where(is_second, 1, -1)[:, None]
    limits = {"A_ub": -vectors, "b_ub": -np.ones(len(vectors)), "bounds": (None, None)}
    return linprog(np.zeros(vectors.shape[1]), **limits).status == 0


def read_multipliers(certificate) -> list[int]:
    return [int.from_bytes(row.tobytes(), "little") for row in certificate["multiplier"]]


@settings(max_examples=60)
@given(SEEDS, st.integers(2, 60), st.integers(1, 6), st.integers(0, 110))
def test_every_pair_of_sets_has_a_certificate_that_agrees_with_linear_programming(
    seed, n, k, shift
):
    points, is_second = make_points(seed, n, k, shift)
    proved = verify_certificate(find_certificate(points, is_second), points, is_second)
    assert proved["separable"] == is_separable(points, is_second)
    assert proved["support"] <= n


@given(SEEDS)
def test_hyperplane_is_the_widest(seed):
    points, is_second = make_points(seed, shift=90)
    assume(is_separable(points, is_second))
    proved = verify_certificate(find_certificate(points, is_second), points, is_second)
    machine = SVC(kernel="linear", C=1e8).fit(points / 100, is_second)
    widest = 100 / np.linalg.norm(machine.coef_)
    assert proved["margin"] == pytest.approx(widest, rel=1e-3)
    assert proved["margin"] <= proved["margin_bound"] == pytest.approx(widest, rel=1e-3)


@given(SEEDS, st.integers(0, 10**6))
def test_combination_proves_nothing_once_a_multiplier_is_changed(seed, place):
    points, is_second = make_points(seed, shift=10)
    certificate = find_certificate(points, is_second)
    verify_certificate(certificate, points, is_second)
    changed = certificate["multiplier"].copy()
    changed.ravel()[place % changed.size] ^= 1
    with pytest.raises(InputError, match=r"sums over the two sets differ|multiplier of point"):
        verify_certificate(certificate | {"multiplier": changed}, points, is_second)


@given(SEEDS, st.integers(0, 10**6), st.integers(0, 59))
def test_combination_proves_nothing_of_other_points(seed, place, other):
    points, is_second = make_points(seed, shift=10)
    certificate = find_certificate(points, is_second)
    changed = certificate["point"].copy()
    place %= len(changed)
    assume((points[other] != points[changed[place]]).any())
    changed[place] = other
    with pytest.raises(InputError):
        verify_certificate(certificate | {"point": changed}, points, is_second)


@given(SEEDS, st.integers(0, 4), st.integers(-(2**33), 2**33))
def test_hyperplane_is_believed_only_if_each_point_is_on_its_side(seed, place, weight):
    points, is_second = make_points(seed, shift=110)
    certificate = find_certificate(points, is_second)
    weights = certificate["weights"].copy()
    weights[place] = weight
    sides = [
        sum(int(w) * int(x) for w, x in zip(weights, [*point, 1], strict=True)) for point in points
    ]
    right = all(
        (side > 0) if second else (side < 0) for side, second in zip(sides, is_second, strict=True)
    )
    changed = certificate | {"weights": weights}
    if right:
        assert verify_certificate(changed, points, is_second)["separable"] == 1
    else:
        with pytest.raises(InputError, match="not on its side"):
            verify_certificate(changed, points, is_second)


def test_multipliers_are_those_of_the_only_combination():
    # 2 is the mean of 1 and 3: with (x, 1) the combination is 1, 2, 1 up to a factor.
    points, is_second = np.array([[1], [2], [3]], np.uint8), np.array([False, True, False])
    certificate = find_certificate(points, is_second)
    assert certificate["point"].tolist() == [0, 1, 2]
    assert read_multipliers(certificate) == [1, 2, 1]


def test_points_in_both_sets_cannot_be_separated():
    points = np.array([[5, 7], [5, 7], [0, 0]], np.uint8)
    certificate = find_certificate(points, np.array([True, False, True]))
    assert sorted(certificate["point"].tolist()) == [0, 1]
    assert read_multipliers(certificate) == [1, 1]


def test_bound_of_the_margin_is_half_the_distance_of_the_weighted_means():
    points, is_second = np.array([[0, 0], [0, 4], [6, 2]], np.uint8), np.array([False, False, True])
    certificate = {
        "point": np.array([0, 1, 2], np.int32),
        "multiplier": encode([1, 3, 5]),
        "weights": np.array([1, 0, -3]),
    }
    proved = verify_certificate(certificate, points, is_second)
    distance = Fraction(6) ** 2 + Fraction(1) ** 2
    assert proved["margin_bound"] == pytest.approx(float(distance) ** 0.5 / 2)
    assert proved["margin"] == 3


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"more": np.zeros(1)}, "found the arrays"),
        ({"point": np.array([], np.int32), "multiplier": np.zeros((0, 1), np.uint8)}, "0 to 59"),
        ({"point": np.array([60, 1], np.int32), "multiplier": encode([1, 1])}, "0 to 59"),
        ({"point": np.array([-1, 1], np.int32), "multiplier": encode([1, 1])}, "0 to 59"),
        ({"point": np.array([1, 1], np.int32), "multiplier": encode([1, 1])}, "once"),
        ({"point": np.array([0, 1], np.int32), "multiplier": encode([1])}, "once"),
        ({"point": np.array([0, 1], np.int32), "multiplier": encode([0, 1])}, "point 0 is zero"),
        ({"point": np.array([0, 2], np.int32), "multiplier": encode([1, 1])}, "one set only"),
        ({"point": np.array([0, 1]), "multiplier": encode([1, 1])}, "int32"),
        ({"weights": np.array([1, 2])}, "5 in number"),
        ({"weights": np.ones(5)}, "int64"),
        ({"weights": np.full(5, 2**60)}, "too large"),
        ({"weights": np.full(5, -(2**63))}, "too large"),
    ],
)
def test_what_is_no_certificate_is_refused_with_the_reason(changes, problem):
    points, is_second = make_points(0, shift=110)
    certificate = find_certificate(points, is_second)
    with pytest.raises(InputError, match=problem):
        verify_certificate(certificate | changes, points, is_second)


def test_combination_that_rounding_made_up_is_not_given_out(monkeypatch):
    points, is_second = make_points(0, shift=110)
    # So the solver takes any residual for zero.
    monkeypatch.setattr("redigit.separability.NEGLIGIBLE", 0.9)
    with pytest.raises(InputError, match="too close to call"):
        find_certificate(points, is_second)


def test_verifier_shares_no_code_with_the_solver(request):
    root = request.config.rootpath
    closures = [
        {path.rpartition("/")[2] for path in import_closure(f"workflow/scripts/{name}.py", root)}
        for name in ("find_certificates", "verify_certificates")
    ]
    assert {"separability.py", "exact.py"} <= closures[0]
    assert not {"separability.py", "exact.py"} & closures[1]
    # What both have are readers of data and of parameters, and errors.
    readers = {"datasets.py", "digits.py", "files.py", "settings.py", "validation.py"}
    assert closures[0] & closures[1] <= {*readers, "__init__.py", "errors.py", "program.py"}
