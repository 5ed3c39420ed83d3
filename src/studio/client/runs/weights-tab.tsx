/** The Weights tab: weight clouds over the checkpoints. */
import { formatCount } from '../../../draw/index.ts';
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import type { WeightCloud } from '../../protocol/index.ts';
import { ChartCanvas } from '../charts/chart-canvas.tsx';
import { amend, place } from '../location.ts';
import { ChartHead } from '../parts/chart-head.tsx';
import { useLoaded } from '../parts/loaded.ts';
import { Empty, Failure, Waiting } from '../parts/notes.tsx';
import { pictureItems } from '../parts/save.ts';
import { source } from '../store.ts';
import { theme } from '../theme.ts';
import type { FollowedData } from './run-data.ts';
import { checkpointsOf, weightsPicture } from './weights-picture.ts';

const wanted = computed(() => place.value.query.checkpoint);

export function WeightsTab({ run }: { readonly run: FollowedData }): JSX.Element {
  const detail = run.detail.value;
  const loaded = useLoaded(() => source().weights(run.id), [run.id, detail?.stamp]);
  if (loaded.state === 'failed') return <Failure text={loaded.error} />;
  if (!loaded.value || !detail) return <Waiting what="the weights" />;
  const stages = Object.entries(loaded.value.stages)
    .filter(([, { points }]) => points.length > 0)
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const [first] = stages;
  if (!first)
    return (
      <Empty title="No weights to show">
        <p>
          This view is computed from checkpoints, and this run folder has none with blocks of equal shape. A
          run keeps its last and best checkpoint; with <code>--checkpoint-every 1</code> it keeps one per
          epoch, and the blocks show a trail.
        </p>
      </Empty>
    );
  const checkpoints = checkpointsOf(first[1]);
  const at = Math.max(
    checkpoints.findIndex(({ checkpoint }) => checkpoint === wanted.value),
    -1,
  );
  const index = at < 0 ? checkpoints.length - 1 : at;
  const chosen = checkpoints[index]!;
  const words = `${chosen.checkpoint}, step ${formatCount(chosen.step)}`;
  return (
    <>
      {checkpoints.length > 1 && (
        <div class="time">
          <span>Checkpoint</span>
          <input
            type="range"
            aria-label="Checkpoint"
            min={0}
            max={checkpoints.length - 1}
            step={1}
            value={index}
            aria-valuetext={words}
            onInput={(event) => {
              amend({ checkpoint: checkpoints[Number(event.currentTarget.value)]?.checkpoint });
            }}
          />
          <output>{words}</output>
        </div>
      )}
      <div class="stages">
        {stages.map(([stage, cloud]) => (
          <CloudFigure key={stage} stage={stage} cloud={cloud} checkpoint={chosen.checkpoint} />
        ))}
      </div>
      <p class="caption">
        Each dot is a block of the stage at the first two principal components of its weights over all
        checkpoints, coloured by depth and numbered in creation order. Grey lines connect its earlier
        checkpoints; the dotted line connects the blocks in depth order.
      </p>
    </>
  );
}

function CloudFigure({
  stage,
  cloud,
  checkpoint,
}: {
  readonly stage: string;
  readonly cloud: WeightCloud;
  readonly checkpoint: string;
}): JSX.Element {
  const picture = (width: number, height: number) =>
    weightsPicture(stage, cloud, checkpoint, width, height, theme.value);
  const now = cloud.points
    .filter((point) => point.checkpoint === checkpoint)
    .sort((a, b) => a.place - b.place);
  return (
    <figure class="chart">
      <ChartHead
        title={stage}
        save={pictureItems(
          `weights-${stage}`,
          () => picture(560, 480),
          () => ({
            header: ['checkpoint', 'step', 'block', 'x', 'y', 'tau', 'place'],
            rows: cloud.points.map((point) => [
              point.checkpoint,
              point.step,
              point.particle + 1,
              point.x,
              point.y,
              point.tau,
              point.place + 1,
            ]),
          }),
        )}
      />
      <ChartCanvas height={(width) => Math.min(420, Math.max(260, width * 0.85))} draw={picture} />
      <figcaption>
        {(100 * (cloud.explained[0] + cloud.explained[1])).toFixed(0)} % of the variance is in this plane.
        Blocks in depth order:{' '}
        {now
          .map(({ particle, tau }) => `block ${particle + 1}${tau === null ? '' : ` at ${tau.toFixed(2)}`}`)
          .join(', ')}
        .
      </figcaption>
    </figure>
  );
}
