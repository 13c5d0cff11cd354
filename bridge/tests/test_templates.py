"""Texts that differ by named values are written as one template, and read back as they were."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dvc_bridge.dvc_internals import resolve_pipeline
from dvc_bridge.graph import Job
from dvc_bridge.render import Options, render, verify
from dvc_bridge.templates import escape, find_template


def test_values_within_words():
    rows = [
        {"study": "a", "row": "2x1000", "seed": "0"},
        {"study": "b", "row": "3x10", "seed": "1"},
    ]
    texts = ["models/a/2x1000/0.npz", "models/b/3x10/1.npz"]
    expected = "models/${item.study}/${item.row}/${item.seed}.npz"
    assert find_template(texts, rows) == expected


def test_constant_values_are_whole_words_only():
    assert find_template(["a/1/2x1000"], [{"row": "1"}]) == "a/${item.row}/2x1000"


def test_search_goes_back_where_a_first_guess_fails():
    # Both names fit at the start of the texts; only one of them fits to the end.
    rows = [{"long": "ab", "short": "a"}, {"long": "cd", "short": "c"}]
    assert find_template(["ab/b", "cd/d"], rows) is None
    rows = [{"p": "x", "q": "x"}, {"p": "x", "q": "y"}]
    assert find_template(["x-x", "x-y"], rows) == "${item.p}-${item.q}"


def test_no_template_for_what_no_value_explains():
    assert find_template(["a", "b"], [{"x": "1"}, {"x": "2"}]) is None


def test_shell_variables_are_escaped():
    assert find_template(["echo ${HOME} 1"], [{"x": "1"}]) == "echo \\${HOME} ${item.x}"
    assert escape("${a}$b") == "\\${a}$b"


WORDS = st.text(alphabet="abx019_-.", min_size=1, max_size=4)
VALUE = st.text(alphabet="abx019_-./ ", min_size=1, max_size=5).filter(str.strip)


@st.composite
def groups(draw):
    """Jobs of a rule, whose paths and commands are made from wildcards and other words."""
    names = ["study", "row"][: draw(st.integers(1, 2))]
    count = draw(st.integers(1, 4))
    keys = draw(st.lists(st.tuples(*[WORDS] * len(names)), min_size=count, max_size=count))
    unrelated = draw(st.lists(WORDS, min_size=count, max_size=count))
    parts = draw(
        st.lists(st.sampled_from([*names, "other", "-", "/", "$HOME ", "${X}"]), max_size=5)
    )
    inputs = draw(st.lists(WORDS, max_size=2, unique=True))
    jobs = {}
    for key, other in zip(keys, unrelated, strict=True):
        values = dict(zip(names, key, strict=True))
        text = "".join({**values, "other": other}.get(part, part) for part in parts)
        job = Job(
            rule="make",
            wildcards=values,
            inputs=("in/" + "-".join(key), *(f"{word}/{other}" for word in inputs)),
            input_names=("main", *[""] * len(inputs)),
            outputs=("out/" + "+".join(key),),
            command=f"run {text} < {key[0]}",
            settings={"params.yaml": {"scale": 1}, f"{key[0]}.yaml": {f"rows.{key[-1]}": 2}},
        )
        jobs.setdefault(job.key, job)
    return list(jobs.values())


@settings(deadline=None)
@given(groups())
def test_dvc_expands_a_pipeline_to_the_jobs(jobs):
    options = Options(metrics=("out/a*",), in_git=("out/x*",))
    text = render(jobs, options)
    verify(text, jobs, options)
    commands = {stage["cmd"] for stage in resolve_pipeline(text).values()}
    assert commands == {job.dvc_command for job in jobs}


@given(st.lists(VALUE, min_size=1, max_size=3), VALUE)
def test_template_gives_back_each_text(values, between):
    rows = [{"v": value} for value in values]
    texts = [f"{value}{between}{value}" for value in values]
    template = find_template(texts, rows)
    assert template is not None
    for row, text in zip(rows, texts, strict=True):
        assert template.replace("${item.v}", row["v"]) == text
