"""What runs in a child: one task after another, under limits, until the parent is gone."""

import os
import pickle
import signal
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

try:
    import resource
except ImportError:  # Windows: the parent's watch alone holds the limits there
    resource = None  # type: ignore[assignment]

STARTED = b"started"
DONE, RAISED, NO_MEMORY = "done", "raised", "no memory"
Answer = tuple[str, Any]
ELSEWHERE = (
    *("VRT", "OGR_VRT", "GTI", "DERIVED", "GDALG"),  # other files, under one name
    *("HTTP", "WMS", "WCS", "WMTS", "WFS", "OAPIF", "OGCAPI", "CSW", "STACIT", "STACTA", "EEDA"),
    *("EEDAI", "PLMOSAIC", "PLSCENES", "DAAS", "NGW", "Elasticsearch", "Carto", "AmigoCloud"),
    *("PDF", "MBTiles", "PMTiles", "KMLSUPEROVERLAY", "ESRIC", "CSV", "GTFS", "GPSBabel", "ADBC"),
)
"""Drivers of GDAL that open more than the file they are given, or what no batch holds.

Only children go without them: GDAL tells everybody's console of each that it does not know.
"""
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "GDAL_NUM_THREADS")


def serve(pipe: Connection, address_space: int) -> None:
    """Run each task that comes through the pipe and send back what became of it."""
    _settle(address_space)
    while True:
        try:
            seconds, task = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return  # the parent has closed the pipe, or is gone
        try:
            # Loading a task imports its library, which is not the file's time.
            function, arguments = pickle.loads(task)
            pipe.send_bytes(STARTED)
            _bound_time(seconds)
            answer: Answer = DONE, function(*arguments)
        except MemoryError:
            answer = NO_MEMORY, None
        except Exception as cause:
            answer = RAISED, cause
        try:
            pipe.send_bytes(_packed(answer))
        except OSError:
            return


def _settle(address_space: int) -> None:
    """Give up everything that a child must not do: write, dump core, outlive or outgrow."""
    # Ctrl-C reaches every process of a terminal; it is for the parent to say what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What C libraries print names no file, and differs from run to run.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    os.environ["GDAL_SKIP"] = ",".join(ELSEWHERE)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _lower(resource.RLIMIT_AS, address_space)
    if sys.platform == "win32":
        import ctypes

        # Neither a dialog for a crash nor one for a missing drive: nobody would answer it.
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _bound_time(seconds: float) -> None:
    """End this process where a task loops on after the parent that would stop it is gone."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = used.ru_utime + used.ru_stime + 2 * seconds + 5
        _lower(resource.RLIMIT_CPU, int(most))


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (limit, hard))


def _packed(answer: Answer) -> bytes:
    """Pickle an answer so that the parent can surely read it."""
    try:
        packed = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
        if answer[0] == RAISED:  # an exception may pickle and yet not be made again
            pickle.loads(packed)
        return packed
    except MemoryError:
        return pickle.dumps((NO_MEMORY, None))
    except Exception as cause:
        kind = type(answer[1]).__name__
        if answer[0] == RAISED:
            return pickle.dumps((RAISED, RuntimeError(f"{kind}: {answer[1]}")))
        return pickle.dumps((RAISED, TypeError(f"a result of {kind} cannot be sent: {cause}")))
