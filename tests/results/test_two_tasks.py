"""A task without weight stays at chance, and one with weight does not (studies B and C, task 6).

Each interval is the mean that was measured over six seeds, five standard deviations to either
side or more.
"""

import numpy as np
import pytest

from redigit.backend import start_backend
from redigit.datasets import load_images
from redigit.images import select_images
from redigit.settings import resolve_settings
from redigit.tasks import list_tasks

# Five trainings.
pytestmark = pytest.mark.slow

FEW = {"train_images": 2000, "validation_images": 0, "test_images": 2000, "epochs": 1}


@pytest.fixture(scope="module")
def measure(raw):
    """Train study C's network with a weight of task 1; give the test accuracy of both tasks."""
    start_backend("tensorflow", "cpu", 1, 0)
    import redigit.network as networks

    images = [load_images(raw / "fashion_mnist", split) for split in ("train", "test")]

    def train(row, seed):
        settings = resolve_settings("c/multitask", row, "full") | FEW
        train, _, test = select_images(*images, settings)
        tasks = list_tasks(settings, 10)
        networks.start_anew(seed)
        network = networks.build_network(settings, train.size, tasks)
        curves, _ = networks.train_network(
            network, tasks, train, test, settings["batch"], settings["epochs"], seed
        )
        last = curves.iloc[-1]
        return last["test_accuracy_items"], last["test_accuracy_groups"]

    return train


def test_items_stay_at_chance_without_weight(measure):
    """Items: mean 0.111, standard deviation 0.018; groups: mean 0.810, deviation 0.045."""
    items, groups = measure("lambda_0", 0)
    assert items < 0.21
    assert groups > 0.56


def test_groups_stay_near_chance_without_weight(measure):
    """Items: mean 0.688, standard deviation 0.013; groups: mean 0.329, deviation 0.094.

    A head that was never trained reads groups from what the other has learnt, so that it may be
    right on whole classes or on none.
    """
    items, groups = np.mean([measure("lambda_1", seed) for seed in range(3)], axis=0)
    assert items > 0.62
    assert groups < 0.62


def test_both_tasks_are_learnt_between_the_ends(measure):
    """Items: mean 0.678, standard deviation 0.010; groups: mean 0.804, deviation 0.048."""
    items, groups = measure("lambda_0_5", 0)
    assert items > 0.60
    assert groups > 0.55
