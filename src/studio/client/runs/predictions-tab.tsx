/** The Predictions tab: confusion matrix, errors by class, and test images with their predictions. */
import { formatCount, formatNumber } from '../../../draw/index.ts';
import { type ConfusionPicture, confusionPicture } from '../../../pictures/index.ts';
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { RunResult } from '../../../runs/index.ts';
import type { SampleList } from '../../protocol/index.ts';
import { ChartCanvas } from '../charts/chart-canvas.tsx';
import { amend, place } from '../location.ts';
import { ChartHead, TableSection } from '../parts/chart-head.tsx';
import { Segments } from '../parts/controls.tsx';
import { useLoaded } from '../parts/loaded.ts';
import { Empty, Failure, Waiting } from '../parts/notes.tsx';
import { pictureItems, tableItems } from '../parts/save.ts';
import { source } from '../store.ts';
import { theme } from '../theme.ts';
import { largestConfusions } from './confusions.ts';
import type { FollowedData } from './run-data.ts';

const onlyWrong = computed(() => place.value.query.show === 'wrong');

export function PredictionsTab({ run }: { readonly run: FollowedData }): JSX.Element {
  const detail = run.detail.value;
  if (!detail) return <Waiting what="the result" />;
  const { result, files } = detail;
  return (
    <>
      {result?.confusion.length ? (
        <div class="pair">
          <Confusion result={result} />
          <PerClass result={result} />
        </div>
      ) : (
        <Empty title="No result yet">
          <p>The confusion matrix and the errors per class appear when the run has finished.</p>
        </Empty>
      )}
      {files.samples ? (
        <Samples id={run.id} />
      ) : (
        result && (
          <section class="aside">
            <h3>Test images</h3>
            <p class="quiet">
              A finished run writes some test images with its predictions; this folder contains none.
            </p>
          </section>
        )
      )}
    </>
  );
}

function Confusion({ result: { confusion, classes } }: { readonly result: RunResult }): JSX.Element {
  const drawn = useRef<ConfusionPicture | undefined>(undefined);
  const [cell, setCell] = useState<readonly [number, number] | undefined>(undefined);
  const name = (index: number): string => classes[index] ?? String(index);
  const worst = largestConfusions(confusion, 4);
  const images = cell && confusion[cell[0]]?.[cell[1]];
  const words = worst
    .map(({ from, to, images: number }) => `${name(from)} predicted as ${name(to)} ${number} times`)
    .join(', ');
  return (
    <figure class="chart">
      <ChartHead
        title="Confusion matrix"
        save={pictureItems(
          'confusion',
          () => confusionPicture(classes, confusion, 620, theme.value).picture,
          () => ({
            header: ['true', ...classes],
            rows: confusion.map((row, i) => [name(i), ...row]),
          }),
        )}
      />
      <p class="legend">
        {cell && images !== undefined
          ? `${name(cell[0])} ${cell[0] === cell[1] ? 'correct' : `predicted as ${name(cell[1])}`}: ${images} of ${confusion[cell[0]]!.reduce((sum, one) => sum + one, 0)}`
          : 'Rows: true class; columns: predicted class'}
      </p>
      <div
        role="img"
        aria-label={`Confusion matrix of ${classes.length} classes. ${words || 'No mistakes'}.`}
        onPointerMove={(event) => {
          setCell(drawn.current?.cellAt(event.offsetX, event.offsetY));
        }}
        onPointerLeave={() => {
          setCell(undefined);
        }}
      >
        <ChartCanvas
          height={(width) =>
            width ? confusionPicture(classes, confusion, width, theme.value).picture.height : 300
          }
          draw={(width) => {
            drawn.current = confusionPicture(classes, confusion, width, theme.value);
            return drawn.current.picture;
          }}
        />
      </div>
      <figcaption>
        {words ? `Most frequent mistakes: ${words}.` : 'No mistakes.'} Colour: fraction of the row, relative
        to the most frequent mistake.
      </figcaption>
    </figure>
  );
}

function PerClass({
  result: { perClassError, classes, confusion },
}: {
  readonly result: RunResult;
}): JSX.Element {
  const largest = Math.max(...perClassError.map((error) => error ?? 0), 1e-9);
  const rows = perClassError
    .map((error, i) => ({
      error,
      name: classes[i] ?? String(i),
      worst: largestConfusions(
        confusion.map((row, j) => (j === i ? row : [])),
        1,
      )[0],
    }))
    .sort((a, b) => (b.error ?? -1) - (a.error ?? -1));
  return (
    <TableSection
      title="Error per class"
      id="per-class"
      level={3}
      tall
      save={tableItems('per-class-error', () => ({
        header: ['class', 'error'],
        rows: rows.map(({ name, error }) => [name, error ?? undefined]),
      }))}
    >
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" class="numeric">
              Error %
            </th>
            <th scope="col">
              <span class="hidden">Error as a bar</span>
            </th>
            <th scope="col">Most frequent mistake</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, error, worst }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="numeric">{error === null ? '–' : formatNumber(error, 1)}</td>
              <td class="bar-cell">
                <span class="bar" style={{ width: `${(100 * (error ?? 0)) / largest}%` }} />
              </td>
              <td class="quiet">
                {error === null
                  ? 'no test images'
                  : worst
                    ? `${classes[worst.to] ?? worst.to} (${worst.images})`
                    : ''}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableSection>
  );
}

function Samples({ id }: { readonly id: string }): JSX.Element {
  const loaded = useLoaded(() => source().samples(id), [id]);
  if (loaded.state === 'failed') return <Failure text={loaded.error} />;
  if (!loaded.value) return <Waiting what="the sample predictions" />;
  const { samples } = loaded.value;
  const wrong = samples.filter(({ label, top }) => top[0]?.class !== label);
  const shown = onlyWrong.value ? wrong : samples;
  return (
    <section class="samples-section" aria-labelledby="samples">
      <div class="chart-head">
        <h3 id="samples">Test images</h3>
        <span class="quiet">
          A selection: {formatCount(wrong.length)} confident mistakes,{' '}
          {formatCount(samples.length - wrong.length)} correct
        </span>
        <Segments
          label="Images"
          options={[
            ['', 'All'],
            ['wrong', 'Mistakes'],
          ]}
          value={onlyWrong.value ? 'wrong' : ''}
          onChange={(show) => {
            amend({ show });
          }}
        />
      </div>
      <ul class="samples">
        {shown.map((sample) => (
          <Sample key={sample.index} sample={sample} classes={loaded.value!.classes} />
        ))}
      </ul>
    </section>
  );
}

function Sample({
  sample: { index, label, image, top },
  classes,
}: {
  readonly sample: SampleList['samples'][number];
  readonly classes: readonly string[];
}): JSX.Element {
  const name = (number: number): string => classes[number] ?? String(number);
  const right = top[0]?.class === label;
  return (
    <li class={right ? 'sample' : 'sample sample-wrong'}>
      <img src={image} alt={`test image ${index}, ${name(label)}`} width={96} height={96} loading="lazy" />
      <div>
        <strong>{name(label)}</strong> {!right && <span class="wrong">wrong</span>}
        <ol>
          {top.slice(0, 3).map(({ class: guess, probability }) => (
            <li key={guess} class={guess === label ? 'true' : ''}>
              <span class="bar" style={{ width: `${(100 * probability).toFixed(1)}%` }} aria-hidden="true" />
              <span>{name(guess)}</span> <span class="numeric">{(100 * probability).toFixed(0)} %</span>
            </li>
          ))}
        </ol>
      </div>
    </li>
  );
}
