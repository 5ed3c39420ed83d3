/** Entry point of the `meanfield studio` page. */
import { render } from 'preact';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/list.css';
import { App } from './app.tsx';
import { provideLabEngine, serverEngine } from './lab/lab-engine.ts';
import { httpSource } from './source/http-source.ts';
import { provideSource } from './store.ts';
import { applyTheme } from './theme.ts';

applyTheme();
provideSource(httpSource());
provideLabEngine(serverEngine);
const root = document.getElementById('app');
if (root) render(<App />, root);
