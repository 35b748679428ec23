import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'results', 'coverage', '.cache'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    // The command line alone may touch the process; everything else is handed what it needs.
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/cli/main.ts', 'src/target-app/main.ts', 'src/worker/main.ts', 'src/link/main.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Throw a LabError: main.ts turns it into an exit code.' },
        { object: 'process', property: 'env', message: 'Take settings as arguments: main.ts reads the environment.' },
        { object: 'process', property: 'argv', message: 'Only main.ts reads the command line.' },
        { object: 'process', property: 'on', message: 'Only main.ts listens for signals.' },
      ],
      'no-console': 'error',
    },
  },
);
