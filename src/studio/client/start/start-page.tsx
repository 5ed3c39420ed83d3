/** A form for `meanfield train` that shows the resulting command line and runs it. */
import { computed } from '@preact/signals';
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import { pathArgument } from '../../../command-line.ts';
import type { ActionAnswer } from '../../protocol/index.ts';
import { amend, go, place } from '../location.ts';
import { programLine } from '../program.ts';
import { CommandLine } from '../parts/command-line.tsx';
import { Button } from '../parts/controls.tsx';
import { messageOf } from '../parts/loaded.ts';
import { Empty, Failure } from '../parts/notes.tsx';
import { hrefTo, runHref } from '../routes.ts';
import { runs, source, useRuns } from '../store.ts';
import '../styles/start.css';
import { argumentsOf, effectsOf, type Field, sections, type Values } from './fields.ts';

const values = computed((): Values => place.value.query);
const isEffective = computed(() => effectsOf(values.value));

export function StartPage(): JSX.Element {
  useRuns();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | undefined>(undefined);
  const [started, setStarted] = useState<ActionAnswer | undefined>(undefined);
  const { actions } = source();
  if (!actions)
    return (
      <Empty title="Runs cannot be started here">
        <p>This is an exported folder: it shows runs but cannot start any.</p>
      </Empty>
    );
  const args = argumentsOf(values.value);
  const root = runs.value?.root;
  const line = programLine('train', ...args, ...(root === undefined ? [] : ['--output', pathArgument(root)]));
  const start = (): void => {
    setBusy(true);
    setFailure(undefined);
    setStarted(undefined);
    actions
      .start(args)
      .then(
        (answer) => {
          setStarted(answer);
          if (answer.id !== null) go(runHref(answer.id));
        },
        (error: unknown) => {
          setFailure(messageOf(error));
        },
      )
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <article class="start-page">
      <header class="page-head">
        <h1>Start a run</h1>
        <span class="quiet">The run continues if this page or the server is closed.</span>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) start();
        }}
      >
        <div class="fields">
          {sections.map(({ title, basic, more }) => (
            <fieldset key={title}>
              <legend>{title}</legend>
              <FieldRows fields={basic} />
              {more.length > 0 && (
                <details open={more.some(({ flag }) => values.value[flag] !== undefined)}>
                  <summary>{basic.length > 0 ? 'More settings' : 'Settings'}</summary>
                  <FieldRows fields={more} />
                </details>
              )}
            </fieldset>
          ))}
        </div>
        <div class="launch">
          <h2>Command line</h2>
          <CommandLine text={line} />
          <div class="launch-end">
            <button type="submit" class="button button-primary" disabled={busy}>
              {busy ? 'Starting …' : 'Start'}
            </button>
            {args.length > 0 && (
              <Button
                look="plain"
                onClick={() => {
                  go(hrefTo(['start']));
                }}
              >
                Reset all
              </Button>
            )}
          </div>
          {failure !== undefined && <Failure text={failure} />}
          {started && (
            <p role="status">
              Started as process {started.pid}: <code>{started.command}</code>. The run appears in the{' '}
              <a href={hrefTo([])}>list</a> once it has created its folder.
            </p>
          )}
        </div>
      </form>
    </article>
  );
}

function FieldRows({ fields }: { readonly fields: readonly Field[] }): JSX.Element {
  return (
    <>
      {fields.map((field) => (
        <FieldRow
          key={field.flag}
          field={field}
          value={values.value[field.flag]}
          disabled={!isEffective.value(field)}
        />
      ))}
    </>
  );
}

function FieldRow({
  field,
  value,
  disabled,
}: {
  readonly field: Field;
  readonly value: string | undefined;
  readonly disabled: boolean;
}): JSX.Element {
  const id = useId();
  const { flag, input, hint, placeholder, defaultValue, options } = field;
  const set = (text: string): void => {
    amend({ [flag]: text });
  };
  const description = { id, disabled, 'aria-describedby': `${id}-hint` };
  const hintLine = <small id={`${id}-hint`}>{hint}</small>;
  if (input === 'switch')
    return (
      <div class="field field-switch">
        <input
          {...description}
          type="checkbox"
          checked={value === '1'}
          onChange={(event) => {
            set(event.currentTarget.checked ? '1' : '');
          }}
        />
        <label for={id}>{flag}</label>
        {hintLine}
      </div>
    );
  return (
    <div class="field">
      <label for={id}>{flag}</label>
      {input === 'choice' ? (
        <select
          {...description}
          value={value ?? defaultValue ?? ''}
          onChange={(event) => {
            set(event.currentTarget.value === defaultValue ? '' : event.currentTarget.value);
          }}
        >
          {defaultValue === undefined && <option value="">default: {placeholder}</option>}
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...description}
          type="text"
          inputMode={input === 'number' ? 'decimal' : 'text'}
          placeholder={placeholder}
          value={value ?? ''}
          list={options.length > 0 ? `${id}-list` : undefined}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => {
            set(event.currentTarget.value);
          }}
        />
      )}
      {input === 'text' && options.length > 0 && (
        <datalist id={`${id}-list`}>
          {options.map((text) => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
      {hintLine}
    </div>
  );
}
