"""Work that processes share: jobs that depend on no other job and on no process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import parent_process

from model.progress import Tell

# How many processes may be asked for.
MOST = 256


def run(jobs: Sequence[tuple], workers: int | None = None, tell: Tell | None = None) -> list:
    """The results of jobs, in their order: a function and what it is called with each."""
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    if workers <= 1:
        return _collect(map(_call, jobs), len(jobs), tell)
    with ProcessPoolExecutor(workers, initializer=_end_with_parent) as pool:
        return _collect(pool.map(_call, jobs), len(jobs), tell)


def run_by_dask(jobs: Sequence[tuple], workers: int | None = None) -> list:
    """The same by Dask, which must be installed: on the cluster whose address Dask is told
    (DASK_SCHEDULER_ADDRESS), whose workers must have this package, or in processes here."""
    import dask

    if address := dask.config.get("scheduler-address", None):
        from distributed import Client

        with Client(address) as client:
            return client.gather(client.map(_call, jobs, pure=False))
    return list(dask.compute(*(dask.delayed(_call, pure=False)(job) for job in jobs),
                             scheduler="processes", num_workers=workers or os.cpu_count()))


def _end_with_parent() -> None:
    """Let a worker end with its parent, for whose next job it would wait for ever."""
    def wait() -> None:
        parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _collect(results: Iterable, count: int, tell: Tell | None) -> list:
    every = []
    for result in results:
        every.append(result)
        if tell:
            tell(len(every), count)
    return every


def _call(job: tuple[Callable, ...]):
    function, *arguments = job
    return function(*arguments)
