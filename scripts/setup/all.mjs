// The set-up steps in order. A checkout also gets its npm packages and everything that an installed package contains.
import { useOpenMpBlas } from './blas.mjs';
import { buildAddon, buildPage, checkPackage, compileTypeScript } from './build.mjs';
import { installDebianPackages } from './debian.mjs';
import { installNpmPackages } from './npm.mjs';
import { fail, isCheckout, say, secondsSince, step } from './steps.mjs';

const flags = process.argv.slice(2);
const unknown = flags.filter((flag) => flag !== '--yes' && flag !== '--tests');
if (unknown.length > 0) fail(`unknown flag ${unknown.join(' ')}; known are --yes and --tests`);
const yes = flags.includes('--yes');

const started = performance.now();
step('node', () => process.versions.node);
step('debian packages', () => installDebianPackages({ yes, forTests: flags.includes('--tests') }));
step('BLAS', () => useOpenMpBlas(yes));
if (isCheckout()) step('npm packages', installNpmPackages);
step('native addon', buildAddon);
if (isCheckout()) {
  step('typescript', compileTypeScript);
  step('page of the studio', buildPage);
} else step('package', checkPackage);
say(`ready in ${secondsSince(started)}`);
