/** Runs `meanfield export`. */
import { UsageError } from '../errors.ts';
import { checkOutputFile, encodeSafetensors, writeFileAtomic } from '../io/index.ts';
import { parseKeyStyle } from '../models/index.ts';
import { exportWeights, loadTrained, schemeName } from '../train/index.ts';
import { say } from './output.ts';

export interface ExportFlags {
  output: string;
  checkpoint: string;
  keyStyle: string;
  foldSteps: boolean;
  json?: boolean;
}

/** The output of --json. */
interface ExportOutcome {
  readonly run: string;
  readonly file: string;
  readonly keyStyle: string;
  readonly tensors: number;
  /** `unit`: all were 1. `folded`: into the weights. `apart`: stored separately. */
  readonly steps: 'unit' | 'folded' | 'apart';
}

const remarks: Readonly<Record<ExportOutcome['steps'], string>> = {
  unit: 'every step size is 1',
  folded: "step sizes are multiplied into the blocks' last layers: a plain ResNet produces the same outputs",
  apart:
    'a plain ResNet cannot represent the step sizes, which follow from the positions in the file (layerS.I.tau, tauEnd or step): without them its outputs differ',
};

/** @throws UsageError for flags that do not fit the net, FileError if a file cannot be read or written */
export function exportRun(run: string, flags: ExportFlags): ExportOutcome {
  const style = parseKeyStyle(flags.keyStyle);
  if (!flags.output.endsWith('.safetensors'))
    throw new UsageError(
      `--output ${flags.output}: only safetensors is supported; end the file name with .safetensors`,
    );
  checkOutputFile(flags.output);
  const { config, state, learner } = loadTrained(run, flags.checkpoint);
  const { tensors, metadata, unitSteps } = exportWeights(learner.model, { style, fold: flags.foldSteps });
  const steps = unitSteps ? 'unit' : flags.foldSteps ? 'folded' : 'apart';
  writeFileAtomic(
    flags.output,
    encodeSafetensors(tensors, {
      format: 'pt',
      model: config.model,
      width: String(config.width),
      ...(config.shortcut !== undefined && { shortcut: config.shortcut }),
      scheme: schemeName(config),
      'key-style': style,
      steps,
      mean: JSON.stringify(state.images.mean),
      std: JSON.stringify(state.images.std),
      'image-size': JSON.stringify([state.images.height, state.images.width]),
      classes: JSON.stringify(state.images.classes),
      ...metadata,
    }),
  );
  say(`${flags.output}: ${tensors.size} tensors, ${style} names; ${remarks[steps]}`);
  return { run, file: flags.output, keyStyle: style, tensors: tensors.size, steps };
}
