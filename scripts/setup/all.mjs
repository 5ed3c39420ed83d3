// The set-up steps in order.
import { useOpenMpBlas } from './blas.mjs';
import { buildAddon, buildPage, compileTypeScript } from './build.mjs';
import { installDebianPackages } from './debian.mjs';
import { installNpmPackages } from './npm.mjs';
import { say, secondsSince, step } from './steps.mjs';

const started = performance.now();
step('node', () => process.versions.node);
step('debian packages', () => installDebianPackages(process.argv.includes('--tests')));
step('BLAS', useOpenMpBlas);
step('npm packages', installNpmPackages);
step('native addon', buildAddon);
step('typescript', compileTypeScript);
step('page of the studio', buildPage);
say(`ready in ${secondsSince(started)}`);
