"""Signs of weights, on digits and weights that are drawn by hand."""

import numpy as np
import pytest

from redigit.weight_signs import find_corners, find_excess, measure_weights

RING = np.zeros((28, 28), bool)
RING[7:21, 7:21] = True
RING[10:18, 10:18] = False
BAR = np.zeros((28, 28), bool)
BAR[7:21, 13:15] = True
IS_SECOND = np.array([False, True, False, True, True])
IMAGES = np.where(IS_SECOND[:, None, None], BAR, RING).astype(np.uint8) * 200


def measure(*maps: np.ndarray, bias: float = 0.0) -> dict[str, np.ndarray]:
    weights = np.stack([np.append(each.ravel(), bias) for each in maps]).astype(np.float32)
    return measure_weights(weights, IMAGES, IS_SECOND)


def test_excess_is_the_difference_of_the_means():
    excess = find_excess(IMAGES, IS_SECOND).reshape(28, 28)
    assert (excess[RING & ~BAR] == -200).all() and (excess[BAR & ~RING] == 200).all()
    assert (excess[RING == BAR] == 0).all()


def test_corners_are_four_squares():
    corners = find_corners(28, 28).reshape(28, 28)
    assert corners.sum() == 4 * 49
    assert corners[0, 0] and corners[27, 6] and not corners[0, 14] and not corners[14, 14]


def test_weights_are_averaged_where_either_digit_is_darker():
    found = measure(BAR * 3.0 - RING * 2.0, np.ones((28, 28)))
    # Where both are drawn neither is darker.
    np.testing.assert_allclose(found["weight_on_first"], [-2, 1])
    np.testing.assert_allclose(found["weight_on_second"], [3, 1])
    assert found["first_negative"].tolist() == [1, 0]
    assert found["second_positive"].tolist() == [1, 1]


def test_signs_turn_with_the_weights_and_not_with_the_bias():
    weights = BAR * 1.0 - RING
    for sign in (1, -1):
        found = measure(sign * weights, bias=-9.0)
        assert found["first_negative"] == found["second_positive"] == (sign == 1)


@pytest.mark.parametrize(("corner", "small"), [(0.4, 1), (0.6, 0)])
def test_corners_are_small_by_the_size_of_their_weights(corner, small):
    corners = find_corners(28, 28).reshape(28, 28)
    signs = np.where(np.arange(28) % 2, 1, -1)
    found = measure(np.where(corners, corner * signs, -1.0))
    assert found["corner_size"] == pytest.approx(corner)
    assert found["small_corners"] == small


def test_weights_of_zero_have_no_sign_and_no_size():
    found = measure(np.zeros((28, 28)))
    assert found["first_negative"] == found["second_positive"] == found["corner_size"] == 0
