/** The picture of a view, and its export formats. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { captioned, type Picture, type Theme } from '../../../draw/index.ts';
import { labCommand, type LabState, numbersOf, type PictureData, views } from '../../lab/index.ts';
import { ChartCanvas } from '../charts/chart-canvas.tsx';
import { Menu } from '../parts/controls.tsx';
import { saveJson, savePicturePng, savePictureSvg } from '../parts/save.ts';
import { program } from '../program.ts';
import { theme } from '../theme.ts';
import { data, isOld, phase, shown } from './computing.ts';
import { preset, s, state, t } from './lab-state.ts';

/** Input of a picture: the state the data belong to, and the cursor positions. */
interface Drawn {
  readonly of: LabState;
  readonly data: PictureData;
  readonly t: number;
  readonly s: number;
}

const drawing =
  ({ of, data, t, s }: Drawn) =>
  (width: number, height: number, theme: Theme): Picture =>
    views[of.view].picture({ data, state: of, cursor: { t, s }, width, height, theme });

/** Text description of the picture, updated when the picture has settled. */
const words = signal('');
const wordsAfter = 250;
let rest: ReturnType<typeof setTimeout> | undefined;

export function LabPicture(): JSX.Element {
  const of = shown.value ?? state.value;
  const failed = phase.value.is === 'failed';
  // Nothing to wait for, and nothing drawn yet.
  if (failed && shown.value === undefined) return <></>;
  const age = !isOld.value || shown.value === undefined ? '' : failed ? 'lab-old' : 'lab-ageing';
  return (
    <figure class={`lab-picture ${age}`} aria-label={words.value}>
      <Canvas key={of.view} of={of} data={data.value} t={t.value} s={s.value} />
    </figure>
  );
}

function Canvas(drawn: Drawn): JSX.Element {
  const draw = drawing(drawn);
  return (
    <ChartCanvas
      height={views[drawn.of.view].height}
      draw={(width, height, colours) => {
        const picture = draw(width, height, colours);
        clearTimeout(rest);
        rest = setTimeout(() => {
          words.value = picture.description;
        }, wordsAfter);
        return picture;
      }}
    />
  );
}

/** Width of saved pictures in px. */
const savedWidth = 1200;

export function SaveMenu(): JSX.Element {
  const name = (): string => `lab-${preset.value.name}`;
  const picture = (): Picture => {
    const of = shown.value ?? state.value;
    const draw = drawing({ of, data: data.value, t: t.value, s: s.value });
    const { name: from, title } = preset.value;
    const command = labCommand({ ...of, t: t.value, s: s.value }, from, { program: program() });
    return captioned(
      draw(savedWidth, views[of.view].height(savedWidth), theme.value),
      `${title} \u00b7 ${command}`,
      theme.value,
    );
  };
  return (
    <Menu
      label="Save"
      icon="save"
      items={[
        {
          text: 'SVG',
          act: () => {
            savePictureSvg(name(), picture());
          },
        },
        {
          text: 'PNG',
          act: () => {
            void savePicturePng(name(), picture());
          },
        },
        {
          text: 'JSON',
          act: () => {
            saveJson(name(), {
              state: shown.value,
              cursor: { t: t.value, s: s.value },
              numbers: numbersOf(data.value),
              parts: Object.values(data.value)
                .flat()
                .filter(({ part }) => part !== 'progress'),
            });
          },
        },
      ]}
    />
  );
}
