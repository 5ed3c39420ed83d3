/**
 * Weights & Biases: tables, settings, and a script that logs them with wandb in offline mode. The format of `.wandb`
 * files is internal to wandb, so wandb writes them.
 */
import { join } from 'node:path';
import { writeFileAtomic } from '../io/index.ts';
import { writeTable } from './csv.ts';
import type { Tracker } from './tracker.ts';

const script = `"""Logs the runs of this folder with wandb in offline mode; then upload them with: wandb sync wandb/offline-*"""
import csv
import json
import sys
from pathlib import Path

import wandb

project = sys.argv[1] if len(sys.argv) > 1 else "meanfield"
for table in sorted(Path(__file__).parent.glob("*.csv")):
    settings = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))
    run = wandb.init(mode="offline", project=project, name=table.stem, config=settings, reinit="finish_previous")
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values = {key: float(value) for key, value in row.items() if value != "" and key != "step"}
            run.log(values, step=int(row["step"]))
    run.finish()
`;

export const wandbOffline: Tracker = {
  place: 'output',
  write(history, output) {
    const tables = writeTable(history, output, (seconds) => seconds);
    const settings = join(output, `${history.name}.json`);
    writeFileAtomic(settings, `${JSON.stringify(history.parameters, null, 2)}\n`);
    const file = join(output, 'log_offline.py');
    writeFileAtomic(file, script);
    return [...tables, settings, file];
  },
  hint: (output) => `log with: python ${output}/log_offline.py, then: wandb sync wandb/offline-*`,
};
