/**
 * Builds the page of `meanfield studio` into dist/page; with `--mode export` that of exported folders into dist/page-export:
 * one classic script and one style sheet, because a page from disk may load neither modules nor fonts from files.
 */
import { defineConfig, type Plugin, type UserConfig } from 'vite';

/** KaTeX's style sheet names each font in three formats, of which every browser takes the first. */
const oneFontFormat: Plugin = {
  name: 'one-font-format',
  enforce: 'pre',
  transform: (code, id) =>
    /katex.*\.css$/.test(id)
      ? code.replace(/,\s*url\([^)]*\.(woff|ttf)\)\s*format\([^)]*\)/g, '')
      : undefined,
};

const common: UserConfig = {
  plugins: [oneFontFormat],
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

const exported: UserConfig = {
  ...common,
  plugins: [oneFontFormat, classicScript],
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
