import tseslint from 'typescript-eslint';

// What ESLint's own recommended list would catch in plain JavaScript and TypeScript's compiler catches elsewhere.
const plainJavaScript = {
  'no-undef': 'error',
  'no-unreachable': 'error',
  'no-dupe-keys': 'error',
  'no-dupe-else-if': 'error',
  'no-duplicate-case': 'error',
  'no-const-assign': 'error',
  'no-func-assign': 'error',
  'no-import-assign': 'error',
  'no-self-assign': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-negation': 'error',
  'no-cond-assign': 'error',
  'no-fallthrough': 'error',
  'no-sparse-arrays': 'error',
  'no-regex-spaces': 'error',
  'no-control-regex': 'error',
  'no-useless-escape': 'error',
  'valid-typeof': 'error',
  'use-isnan': 'error',
  'getter-return': 'error',
  'constructor-super': 'error',
  'no-this-before-super': 'error',
};
const globalsOfNode = [
  'Buffer',
  'URL',
  'clearTimeout',
  'console',
  'fetch',
  'performance',
  'process',
  'setImmediate',
  'setTimeout',
];

export default tseslint.config(
  { ignores: ['dist/', 'build/', 'runs/', 'data/', 'coverage/', 'node_modules/', '**/*_generated.ts'] },
  { rules: { eqeqeq: 'error' } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers and booleans read well in messages; objects still need a decision.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `#private` fields with plain constructors are the house style; a class of static members is never needed.
      '@typescript-eslint/prefer-readonly': 'error',
      // With noUncheckedIndexedAccess, an index that a loop has just bounded is asserted, not tested again.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.name=/^mkdir/] Property[key.name="recursive"]',
          message: 'It never returns in /proc: use makeFolder of src/io/output-path.ts.',
        },
        {
          selector: 'CallExpression[callee.property.name=/^mkdir/] Property[key.name="recursive"]',
          message: 'It never returns in /proc: use makeFolder of src/io/output-path.ts.',
        },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { globals: Object.fromEntries(globalsOfNode.map((name) => [name, 'readonly'])) },
    rules: plainJavaScript,
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
