"""Reads meanfield run folders into pandas: settings and results, steps with every tau, epochs, swaps.

    from meanfield_runs import runs, steps, tau

    table = runs("runs")                                # a row per run
    table.groupby("scheme")["test_error"].agg(["mean", "sem"])
    steps("runs/NAME").plot(x="step", y="loss")
    tau("runs/NAME").query("stage == 'layer1'").pivot(index="step", columns="block", values="tau").plot()

Columns are named as settings and records with underscores: tau-lr-factor is tau_lr_factor. Needs pandas and PyYAML.
Copy this file beside your script.
"""

import json
import math
import re
from pathlib import Path

import pandas as pd
import yaml

__all__ = ["runs", "steps", "tau", "epochs", "swaps", "config", "result"]


def _snake(name):
    """tau-lr-factor and tauLrFactor are tau_lr_factor."""
    return re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), name.replace("-", "_"))


def _number(value):
    """Non-finite numbers are null in run folders."""
    return math.nan if value is None else value


def _journal(file):
    """The records of a file of JSON lines; a line that is cut off at the end is left out."""
    path = Path(file)
    if not path.exists():
        return []
    records = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        if not line.endswith(b"\n"):
            break
        try:
            records.append(json.loads(line))
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: not a record: {error}") from None
    return records


def config(run):
    """The settings of a run."""
    settings = yaml.safe_load((Path(run) / "config.yaml").read_text()) or {}
    return {_snake(key): value for key, value in settings.items()}


def result(run):
    """The result of a finished run: test_error in percent, test_loss, ..; {} without one."""
    path = Path(run) / "result.json"
    if not path.exists():
        return {}
    return {_snake(key): value for key, value in json.loads(path.read_text()).items()}


def runs(root="runs"):
    """A row per run folder in root: its settings, state, and the numbers of its result. Errors are in percent.

    The state is the one last written: that of a run whose process was killed is still "running".
    """
    rows = []
    for folder in sorted(Path(root).iterdir()):
        if not (folder / "config.yaml").exists():
            continue
        status = folder / "status.json"
        state = json.loads(status.read_text())["state"] if status.exists() else None
        numbers = {key: _number(value) for key, value in result(folder).items() if not isinstance(value, (list, dict))}
        rows.append({"run": folder.name, "state": state, **config(folder), **numbers})
    return pd.DataFrame(rows)


def steps(run):
    """A row per training step: step, epoch (from 0), loss, error (%), lr, tau_lr, images_per_second, seconds."""
    keys = ["step", "epoch", "loss", "error", "lr", "tauLr", "imagesPerSecond", "seconds"]
    rows = [[_number(record.get(key)) for key in keys] for record in _journal(Path(run) / "metrics.jsonl")]
    return pd.DataFrame(rows, columns=[_snake(key) for key in keys])


def tau(run):
    """A row per step, stage and block (in order of creation): tau; tau_end or step_size where the scheme has them."""
    rows = []
    for record in _journal(Path(run) / "metrics.jsonl"):
        for stage, lists in (record.get("stages") or {}).items():
            columns = {"tau": lists.get("tau"), "tau_end": lists.get("tauEnd"), "step_size": lists.get("step")}
            given = {name: values for name, values in columns.items() if values is not None}
            for block, values in enumerate(zip(*given.values())):
                numbers = dict(zip(given, map(_number, values)))
                rows.append({"step": record["step"], "stage": stage, "block": block, **numbers})
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["step", "stage", "block"])


def epochs(run):
    """The table summary.csv: a row per epoch."""
    return pd.read_csv(Path(run) / "summary.csv")


def swaps(run):
    """A row per change of order: step, epoch, stage, before and after (blocks in order of depth), pairs."""
    keys = ["step", "epoch", "stage", "before", "after", "pairs"]
    return pd.DataFrame(_journal(Path(run) / "swaps.jsonl"), columns=keys)
