/** The frame of the page: header, the view named by the URL, and global notices. */
import { computed, signal } from '@preact/signals';
import type { ComponentType, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Header } from './header.tsx';
import { KeysDialog } from './keys.tsx';
import { place } from './location.ts';
import { Boundary } from './parts/boundary.tsx';
import { Button } from './parts/controls.tsx';
import { Empty, Failure, Waiting } from './parts/notes.tsx';
import { hrefTo } from './routes.ts';
import { ListPage } from './runs/list-page.tsx';

type View = ComponentType;

const lab = import.meta.glob<{ readonly LabPage: View }>('./lab/page.tsx');

async function loadLab(): Promise<View> {
  const load = lab['./lab/page.tsx'];
  if (!load) throw new Error('the lab is not part of this build');
  return (await load()).LabPage;
}

/** The list is part of the main bundle, since most visits begin there; other views load on demand. */
const views: Readonly<Record<string, { readonly title: string; readonly load: () => Promise<View> }>> = {
  run: { title: 'Run', load: async () => (await import('./runs/run-page.tsx')).RunPage },
  compare: { title: 'Compare', load: async () => (await import('./compare/compare-page.tsx')).ComparePage },
  reproduction: {
    title: 'Reproduction',
    load: async () => (await import('./reproduction/reproduction-page.tsx')).ReproductionPage,
  },
  start: { title: 'Start a run', load: async () => (await import('./start/start-page.tsx')).StartPage },
  lab: { title: 'Lab', load: loadLab },
};

const loaded = signal<Readonly<Record<string, View>>>({});
const loadFailure = signal<string | undefined>(undefined);

/** The part of the URL that identifies a view; the rest changes with every slider move. */
const viewName = computed(() => place.value.path[0] ?? '');
const displayPath = computed(() => place.value.path.join('/'));
const subject = computed(() => place.value.path.slice(0, 2).join('/'));

function Content(): JSX.Element {
  const name = viewName.value;
  const view = Object.hasOwn(views, name) ? views[name] : undefined;
  const Shown = loaded.value[name];
  useEffect(() => {
    loadFailure.value = undefined;
    if (!view || loaded.peek()[name]) return;
    view.load().then(
      (component) => {
        loaded.value = { ...loaded.peek(), [name]: component };
      },
      () => {
        loadFailure.value =
          'the view could not be loaded: check that `meanfield studio` is still running, then reload the page';
      },
    );
  }, [name]);
  if (name === '') return <ListPage />;
  if (!view)
    return (
      <Empty title="Page not found">
        <p>
          <a href={hrefTo([])}>All runs</a>
        </p>
      </Empty>
    );
  if (Shown) return <Shown />;
  if (loadFailure.value === undefined) return <Waiting what="the view" />;
  return (
    <>
      <Failure text={loadFailure.value} />
      {/* Browsers do not retry a failed module load, so the page must be reloaded. */}
      <Button
        onClick={() => {
          window.location.reload();
        }}
      >
        Reload the page
      </Button>
    </>
  );
}

/** Title of the browser tab. */
function titleOf(path: readonly string[]): string {
  const [name = '', id] = path;
  const view = Object.hasOwn(views, name) ? views[name]?.title : undefined;
  const what =
    name === '' ? 'Runs' : name === 'run' && id ? (id.split('/').at(-1) ?? id) : (view ?? 'Page not found');
  return `${what} · meanfield studio`;
}

export function App(): JSX.Element {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const path = displayPath.value;
  useEffect(() => {
    document.title = titleOf(place.peek().path);
    // A new view takes the focus, so that screen readers announce it and it starts at the top; a tab of the same view
    // keeps its scroll position.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [subject.value]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1} ref={main}>
        <Boundary viewKey={subject.value}>
          <Content />
        </Boundary>
      </main>
      <KeysDialog />
    </>
  );
}
