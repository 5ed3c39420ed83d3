/**
 * The documentation as a site. Its pages are the Markdown files of the repository: README.md is the home page, `docs/`
 * holds the others, and typedoc writes those of the API into `build/api`.
 */
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { rewriteLinks, sourceFiles } from './links.ts';
import { math } from './math.ts';
import { isPage, root, sitePath, slugOf } from './pages.ts';
import { sidebar } from './sidebar.ts';

export default defineConfig({
  title: 'meanfield',
  description:
    'Mean-field deep ResNets on libtorch: train blocks with positions in depth, and measure the theory.',
  // Links work under any prefix.
  base: './',
  srcDir: root,
  srcExclude: [
    '**/node_modules/**',
    '{.*,data,dist,python,runs,scripts,src,test,verify}/**',
    'build/!(api)/**',
    'docs/.vitepress/**',
    'docs/results/*/*',
  ],
  rewrites: (page) => (isPage(page) ? sitePath(page) : page),
  outDir: join(root, 'build', 'site'),
  cacheDir: join(root, 'build', 'site-cache'),
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    anchor: { slugify: slugOf },
    config: (markdown) => {
      markdown.use(rewriteLinks).use(math);
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    externalLinkIcon: true,
  },
  // vite.config.ts builds the Studio's page.
  vite: { configFile: false, publicDir: false, plugins: [sourceFiles], logLevel: 'warn' },
});
