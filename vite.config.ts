/**
 * Builds the page of `meanfield studio` into dist/page; with `--mode export` that of exported folders into dist/page-export:
 * one classic script and one style sheet, because a page from disk may load neither modules nor fonts from files.
 */
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const common: UserConfig = {
  root: 'src/studio/client',
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
};

const served: UserConfig = {
  ...common,
  build: {
    outDir: '../../../dist/page',
    emptyOutDir: true,
    // The page's security policy allows files of the server alone.
    assetsInlineLimit: 0,
    target: 'es2022',
  },
};

/** A module script from disk is refused by browsers. */
const classicScript: Plugin = {
  name: 'classic-script',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replaceAll('type="module" crossorigin', 'defer').replaceAll(' crossorigin', ''),
  },
};

/** Browsers take the first of a font's formats that they know, which is in the style sheet. */
const oneFontFormat: Plugin = {
  name: 'one-font-format',
  generateBundle(_, bundle) {
    for (const file of Object.keys(bundle))
      if (/\.(ttf|woff)$/.test(file)) Reflect.deleteProperty(bundle, file);
  },
};

const exported: UserConfig = {
  ...common,
  plugins: [classicScript, oneFontFormat],
  build: {
    outDir: '../../../dist/page-export',
    emptyOutDir: true,
    assetsInlineLimit: (file) => file.endsWith('.woff2'),
    cssCodeSplit: false,
    modulePreload: false,
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: 'src/studio/client/export.html',
      // A classic script has no import.meta; with one file there is nothing to find by it.
      transform: { define: { 'import.meta': '{}' } },
      output: {
        format: 'iife',
        codeSplitting: false,
        entryFileNames: 'studio.js',
        assetFileNames: '[name][extname]',
      },
    },
  },
};

export default defineConfig(({ mode }) => (mode === 'export' ? exported : served));
