/** Builds the page of `meanfield studio` into dist/page. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'src/studio/client',
  base: './',
  build: {
    outDir: '../../../dist/page',
    emptyOutDir: true,
    // Data addresses are for the exported folder alone; the server's page may load files.
    assetsInlineLimit: 0,
    target: 'es2022',
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
