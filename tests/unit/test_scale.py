"""What the scale changes: settings of a row and of those that it builds on."""

import pytest
from study_files import write_study

from redigit.claims import claims_file, read_claims
from redigit.quantities import Quantity
from redigit.scale import find_without_effect, list_changes
from redigit.validation import SCHEMAS

SCHEMA = SCHEMAS / "claims.yaml"
STUDY = {
    "title": "T",
    "experiments": {
        "cnn": {
            "kind": "network",
            "settings": {"epochs": 10, "convolutions": 3},
            "quick": {"epochs": 1},
            "rows": {"small": {}},
        },
        "features": {
            "kind": "features",
            "settings": {"network": "cnn/small", "test_images": 500},
            "smoke": {"test_images": 20},
            "rows": {"small": {}},
        },
    },
    "tables": {},
    "figures": {},
}


@pytest.fixture
def features(folder):
    write_study("t", STUDY)
    return "t/features", "small"


def test_smaller_training_of_the_network_counts(features):
    target = Quantity(*features, "dying_maps")
    assert list_changes(target, "quick") == {"network.epochs": (1, 10)}
    assert list_changes(target, "smoke") == {"test_images": (20, 500)}
    assert list_changes(target, "full") == {}


@pytest.mark.parametrize("metric", ["n_kernels_1", "n_channels_12", "n_planes_deeper"])
def test_number_of_kernels_holds_at_every_scale(features, metric):
    for scale in ("smoke", "quick"):
        assert list_changes(Quantity(*features, metric), scale) == {}


def test_settings_without_effect_are_those_of_the_metric_without_its_number():
    assert find_without_effect("n_kernels_3") == find_without_effect("n_kernels")
    assert find_without_effect("n_parameters") and not find_without_effect("dead_share_3")


@pytest.mark.parametrize("scale", ["smoke", "quick"])
def test_printed_numbers_of_parameters_are_decided_at_every_scale(project, scale):
    claims = [
        claim for study in "abcde" for claim in read_claims(claims_file(study), study, SCHEMA)
    ]
    targets = [claim.target for claim in claims if claim.metric == "n_parameters" and claim.target]
    assert len(targets) > 20
    assert not any(list_changes(target, scale) for target in targets)
