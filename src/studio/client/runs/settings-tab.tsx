/** The Settings tab: configuration, machine and command lines. */
import type { JSX } from 'preact';
import { formatValue, sentenceCase } from '../../../draw/index.ts';
import type { PlainRecord } from '../../../runs/index.ts';
import { ChartHead } from '../parts/chart-head.tsx';
import { CommandLine } from '../parts/command-line.tsx';
import { Waiting } from '../parts/notes.tsx';
import { tableItems } from '../parts/save.ts';
import type { FollowedData } from './run-data.ts';

const purposes = {
  start: 'start a new run',
  resume: 'resume from the last checkpoint',
  evaluate: 'evaluate the run',
  report: 'write a report',
  analyse: 'analyse the blocks',
} as const;

export function SettingsTab({ run }: { readonly run: FollowedData }): JSX.Element {
  const detail = run.detail.value;
  if (!detail) return <Waiting what="the settings" />;
  const { config, environment, checkpoints, commands } = detail;
  return (
    <div class="settings">
      <RecordTable
        title="Configuration"
        record={config}
        file="config"
        missing="config.yaml could not be read"
      />
      <div>
        <RecordTable
          title="Environment"
          record={environment}
          file="environment"
          missing="env.json could not be read"
        />
        <section class="chart" aria-labelledby="checkpoints">
          <div class="chart-head">
            <h3 id="checkpoints">Checkpoints</h3>
          </div>
          <p>{checkpoints.length ? checkpoints.join(', ') : 'No checkpoints in the run folder'}</p>
        </section>
        <section class="chart" aria-labelledby="commands">
          <div class="chart-head">
            <h3 id="commands">Command lines</h3>
          </div>
          <dl class="commands">
            {(Object.keys(purposes) as (keyof typeof purposes)[]).map((name) => (
              <div key={name}>
                <dt>{sentenceCase(purposes[name])}</dt>
                <dd>
                  <CommandLine text={commands[name]} label={`command line to ${purposes[name]}`} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </div>
  );
}

function RecordTable({
  title,
  record,
  file,
  missing,
}: {
  readonly title: string;
  readonly record: PlainRecord | null;
  readonly file: string;
  readonly missing: string;
}): JSX.Element {
  const rows = Object.entries(record ?? {}).map(([key, value]) => [key, formatValue(value)] as const);
  const id = `record-${file}`;
  return (
    <section class="chart" aria-labelledby={id}>
      <ChartHead
        title={title}
        id={id}
        save={record ? tableItems(file, () => ({ header: ['setting', 'value'], rows })) : []}
      />
      {record ? (
        <table class="record">
          <thead class="hidden">
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([key, value]) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td>
                  <code>{value}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p class="quiet">{missing}</p>
      )}
    </section>
  );
}
