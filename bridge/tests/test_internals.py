"""What the bridge uses of the engines beside their documented interfaces is as it was.

A failure here after an upgrade says which of the two internals modules to look at.
"""

import inspect
import json
import time
from importlib.metadata import version
from types import SimpleNamespace

import pytest
from toy import Toy


def test_versions_are_those_the_bridge_was_written_for():
    assert version("snakemake") == "9.27.1"
    assert version("dvc") == "3.67.1"


def test_snakemake_has_the_private_calls():
    import snakemake.api  # noqa: F401  (first: the modules import each other in a circle)
    from snakemake.dag import DAG
    from snakemake.persistence import RECORD_FORMAT_VERSION, MetadataRecord, PersistenceBase
    from snakemake.persistence.file import FilePersistence
    from snakemake.scheduling.job_scheduler import JobRateLimiter, JobScheduler
    from snakemake.workflow import Workflow

    assert RECORD_FORMAT_VERSION == 6
    assert set(MetadataRecord.model_fields) == {
        *("rule", "input", "log", "shellcmd", "params", "code", "record_format_version"),
        *("conda_env", "container_img_url", "software_stack_hash", "job_hash", "starttime"),
        *("endtime", "incomplete", "external_jobid", "input_checksums"),
    }
    signatures = {
        Workflow._prepare_dag: "forceall ignore_incomplete lock_warn_only nolock shadow_prefix",
        Workflow._build_dag: "",
        DAG.needrun: "job",
        DAG.has_unfinished_queue_input_jobs: "",
        FilePersistence._read_record: "key",
        FilePersistence._write_record: "key record",
        FilePersistence._record_path: "subject id",
        FilePersistence._unmark_incomplete: "key",
        FilePersistence._filter_incomplete_keys: "keys",
        FilePersistence._clear_cache: "",
        FilePersistence._get_recorded_starttime: "key",
        PersistenceBase._software_stack_hash: "job",
        PersistenceBase.started: "job external_jobid",
        JobScheduler._schedule_reevalutation: "delay",
        JobRateLimiter.get_free_jobs: "",
    }
    for function, expected in signatures.items():
        assert list(inspect.signature(function).parameters)[1:] == expected.split(), function
    for name in ("_params", "_input", "_log", "_code"):
        assert hasattr(PersistenceBase, name)


def test_dvc_has_the_private_calls():
    from dvc.dependency import ParamsDependency
    from dvc.dvcfile import ProjectFile
    from dvc.parsing import DataResolver
    from dvc.repo import lock_repo
    from dvc.stage import Stage
    from dvc.stage.cache import StageCache
    from dvc.stage.serialize import to_single_stage_lockfile

    signatures = {
        DataResolver: "repo wdir d",
        ParamsDependency.fill_values: "self values",
        Stage.commit: "self allow_missing filter_info kwargs",
        StageCache.save: "self stage",
        to_single_stage_lockfile: "stage kwargs",
    }
    for function, expected in signatures.items():
        assert list(inspect.signature(function).parameters) == expected.split(), function
    assert "lockfile_contents" in vars(ProjectFile)
    assert callable(lock_repo)


@pytest.mark.parametrize("has_earlier_record", [True, False])
def test_job_that_a_node_ended_has_the_time_of_its_start(tmp_path, has_earlier_record):
    from snakemake.io import IOFile
    from snakemake.persistence import MetadataRecord
    from snakemake.persistence.file import FilePersistence

    from dvc_bridge.snakemake_internals import keep_start_times

    persistence = FilePersistence(path=tmp_path / ".snakemake")
    if has_earlier_record:
        persistence._write_record("out", MetadataRecord(starttime=1.0))
    keep_start_times(persistence)
    before = time.time()
    persistence.started(SimpleNamespace(output=[IOFile("out")]))
    # The Snakemake of the node, when the job has ended there.
    persistence._unmark_incomplete("out")
    assert persistence._get_recorded_starttime("out") == pytest.approx(before, abs=2)
    assert persistence._get_recorded_starttime("other") is None


def test_scheduler_looks_again_only_if_it_may_start_no_more_jobs_now():
    from snakemake.scheduling.job_scheduler import JobRateLimiter
    from snakemake.settings.types import MaxJobsPerTimespan

    from dvc_bridge.snakemake_internals import wait_without_polling

    timers, queues = [], []
    limiter = JobRateLimiter(MaxJobsPerTimespan.parse_choice("2/3s"))
    dag = SimpleNamespace(has_unfinished_queue_input_jobs=lambda: bool(queues))
    scheduler = SimpleNamespace(
        job_rate_limiter=limiter,
        workflow=SimpleNamespace(dag=dag),
        _schedule_reevalutation=timers.append,
    )
    wait_without_polling(scheduler)
    scheduler._schedule_reevalutation(limiter.timespan)
    limiter.register_jobs(1)
    scheduler._schedule_reevalutation(limiter.timespan)
    assert timers == []
    limiter.register_jobs(1)
    scheduler._schedule_reevalutation(limiter.timespan)
    # What waits for a queue is left as it is.
    limiter._jobs.clear()
    queues.append("queue")
    scheduler._schedule_reevalutation(10)
    assert timers == [3, 10]


def test_run_with_few_jobs_each_second_goes_on_to_its_end(toy):
    toy.edit_params("c1", data__n=31)
    planned = toy.list_planned()
    toy.snakemake("--max-jobs-per-timespan", "2/1s")
    assert len(toy.take_ran()) == len(planned) > 2
    assert toy.list_planned() == set()


@pytest.fixture
def record(finished: Toy):
    """Snakemake's own record of a job that ran."""
    from snakemake.persistence.file import FilePersistence

    persistence = FilePersistence(path=finished.folder / ".snakemake")
    return persistence._read_record("data/c1.csv")


def test_record_of_a_run_has_what_the_bridge_reads(finished, record):
    path = finished.folder / "data/c1.csv"
    assert record.job_hash is not None
    assert record.endtime == path.stat().st_mtime
    assert 0 < record.endtime - record.starttime < 60
    assert set(record.input_checksums) == set(record.input)
    assert all(value.startswith("sha256:") for value in record.input_checksums.values())
    assert record.shellcmd == "python programs/make_data.py c1 source/c1.txt data/c1.csv"
    settings = {"chapters/c1/params.yaml": {"data": {"n": 30}}, "params.yaml": {"scale": 1}}
    assert record.params == [repr(settings)]


def test_lock_is_what_dvc_itself_would_write(toy):
    before = toy.read("dvc.lock")
    toy.run("dvc", "commit", "-f", "-q")
    assert toy.read("dvc.lock") == before


@pytest.mark.slow
def test_run_cache_brings_back_an_earlier_result(toy):
    toy.edit_params("c1", models__m1__rate=0.9)
    toy.snakemake()
    toy.take_ran()
    toy.edit_params("c1", models__m1__rate=0.1)
    toy.repro()
    assert toy.take_ran() == []
    assert json.loads(toy.read("models/c1/m1/weights.json"))["weights"] == [3.0, 6.0]
