/** Entry point of an exported page: read-only runs, and a lab computed in the browser. */
import { render } from 'preact';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/list.css';
import { App } from './app.tsx';
import { provideLabEngine } from './lab/lab-engine.ts';
import { workerEngine } from './lab/worker-engine.ts';
import { exportSource } from './source/export-source.ts';
import { provideSource } from './store.ts';
import { applyTheme } from './theme.ts';

applyTheme();
provideSource(exportSource());
provideLabEngine(workerEngine);
const root = document.getElementById('app');
if (root) render(<App />, root);
