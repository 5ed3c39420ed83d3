/** The ensemble and mean-field analysis of a trained net, from its run folder. */
import { checkInteger } from '../../check.ts';
import type { Analysis, AnalysisSection } from '../../runs/index.ts';
import { schemeName } from '../../train/index.ts';
import { blockGradientSection, measureBlockGradient } from './block-gradient.ts';
import { costateSection, measureCostate } from './costate.ts';
import { deletionSection, type DrawOptions, measureDeletion } from './deletion.ts';
import { type Loaded, loadForAnalysis, type LoadOptions } from './load.ts';
import { measureNeighbours, neighboursSection } from './neighbours.ts';
import { measurePaths, pathsSection } from './path-lengths.ts';
import { measurePermutation, permutationSection } from './permutation.ts';
import { measureStepGradient, stepGradientSection } from './step-gradient.ts';

export interface AnalyseOptions extends LoadOptions, DrawOptions {
  /** Called before each measurement. */
  readonly onProgress?: (title: string, done: number, of: number) => void;
}

interface Measurement<T> {
  readonly id: string;
  readonly title: string;
  readonly measure: (loaded: Loaded, options: DrawOptions) => T;
  readonly section: (result: T) => AnalysisSection;
}

/** Erases the result type of a measurement, for the list of all of them. */
const measurement = <T>({ id, title, measure, section }: Measurement<T>) => ({
  id,
  title,
  run(loaded: Loaded, options: DrawOptions): { result: unknown; section: AnalysisSection } {
    const result = measure(loaded, options);
    return { result, section: section(result) };
  },
});

/** In the order of the page. */
const measurements = [
  measurement({
    id: 'paths',
    title: 'path lengths',
    measure: ({ exact, exactBatches }, options) => measurePaths(exact, exactBatches, options),
    section: pathsSection,
  }),
  measurement({
    id: 'deletion',
    title: 'deleting blocks',
    measure: ({ net, batches }, options) => measureDeletion(net, batches, options),
    section: deletionSection,
  }),
  measurement({
    id: 'permutation',
    title: 'permuting blocks',
    measure: ({ net, batches }, options) => measurePermutation(net, batches, options),
    section: permutationSection,
  }),
  measurement({
    id: 'gradients',
    title: 'gradients by block',
    measure: ({ exact, exactBatches }) => measureBlockGradient(exact, exactBatches),
    section: blockGradientSection,
  }),
  measurement({
    id: 'costate',
    title: 'costate along depth',
    measure: ({ exact, exactBatches }, { seed }) => measureCostate(exact, exactBatches, seed),
    section: costateSection,
  }),
  measurement({
    id: 'neighbours',
    title: 'distances along depth',
    measure: ({ exact, fresh, exactBatches }) => measureNeighbours(exact, fresh, exactBatches[0]!),
    section: neighboursSection,
  }),
  measurement({
    id: 'step-gradient',
    title: 'functional gradient',
    measure: ({ exact, exactBatches }) => measureStepGradient(exact, exactBatches),
    section: stepGradientSection,
  }),
];

/**
 * Measures everything on the test images of the run's data set.
 *
 * @throws UsageError for the scheme `intervals`, a path that is not a run folder, or counts below 1; FileError and
 * DataError from reading
 */
export async function analyse(run: string, options: AnalyseOptions): Promise<Analysis> {
  checkInteger('images', options.images, { min: 1 });
  checkInteger('gradientImages', options.gradientImages, { min: 1 });
  checkInteger('draws', options.draws, { min: 1 });
  checkInteger('seed', options.seed, { min: 0 });
  const started = performance.now();
  const loaded = await loadForAnalysis(run, options);
  const found = measurements.map((one, done) => {
    options.onProgress?.(one.title, done, measurements.length);
    return { id: one.id, ...one.run(loaded, options) };
  });
  const { config, state, ema, folder } = loaded.trained;
  return {
    version: 1,
    run,
    checkpoint: ema ? `${folder}, averaged weights` : folder,
    step: state.step,
    dataset: config.dataset,
    model: config.model,
    scheme: schemeName(config),
    trainingSeed: config.seed,
    images: loaded.images,
    gradientImages: loaded.gradientImages,
    draws: options.draws,
    seed: options.seed,
    seconds: (performance.now() - started) / 1000,
    stages: loaded.net.stages.map(({ name, order, steps }) => ({ name, order, steps })),
    sections: found.map(({ section }) => section),
    measurements: Object.fromEntries(found.map(({ id, result }) => [id, result])),
  };
}
