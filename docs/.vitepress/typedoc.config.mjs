/** The reference of the library: a page of Markdown for each entry point of package.json, for the site. */
import manifest from '../../package.json' with { type: 'json' };

const entryPoints = Object.values(manifest.exports)
  .map(({ types }) => types)
  .filter((file) => file !== undefined)
  .map((file) => file.replace('./dist/', '../../src/').replace('.d.ts', '.ts'));

/** @type {Partial<import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions>} */
const config = {
  plugin: ['typedoc-plugin-markdown'],
  tsconfig: '../../tsconfig.build.json',
  entryPoints,
  out: '../../build/api',
  readme: 'none',
  router: 'module',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  // `npm test` checks the types.
  skipErrorChecking: true,
  validation: { notExported: false, invalidLink: true },
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases', '*'],
  logLevel: 'Warn',
};
export default config;
