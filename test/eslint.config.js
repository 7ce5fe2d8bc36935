import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import { fileURLToPath } from 'node:url'
import typescript from 'typescript-eslint'
import svelteConfig from '../src-renderer/svelte.config.js'

const root = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig(
  // ESLint takes paths relative to this file's folder, hence the leading `**`.
  { basePath: root, ...globalIgnores(['node_modules/', 'build/', 'dist/', 'resources/']) },
  {
    basePath: root,
    files: ['**/*.{ts,js,mjs,svelte}'],
    extends: [js.configs.recommended, typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        // The build's configuration runs under Node, so src-renderer/tsconfig.json leaves it to that of the tests.
        projectService: {
          allowDefaultProject: ['*/vite.config.ts', 'src-renderer/svelte.config.js'],
          defaultProject: 'test/tsconfig.json',
        },
        tsconfigRootDir: root,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      eqeqeq: 'error',
      // TypeScript finds undefined names in every file here, and knows which globals exist where.
      'no-undef': 'off',
      // The house rule: around 100 lines a file, talk at 300, split at 500.
      'max-lines': ['error', { max: 500 }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `a[i]!` in numeric loops whose bounds are plain: a test for undefined there costs time and says less.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Spreading a string by code points is what is meant wherever it is done here.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // `delete environment[name]` is how a variable is taken out of an environment.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Taste, of no consequence here.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Interfaces are asynchronous for the sake of engines that need it; the others implement them without an await.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // TypeScript asks for the bracket form wherever a key comes from an index signature.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    basePath: root,
    files: ['**/*.mjs'],
    // JSDoc types a destructured constant, yet this rule looks at the initialiser alone; `tsc` checks the file all the same.
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' },
  },
  {
    basePath: root,
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: typescript.parser, svelteConfig } },
  },
  // Every component is to ESLint a change of the whole program, whose types it then infers anew: a minute and a half of
  // a core for what svelte-check has mostly seen. `npm run check` and `npm run fix` take that time, `npm test` does not.
  ...(process.env['APICAL_LINT'] === 'quick'
    ? [{ basePath: root, files: ['**/*.svelte'], extends: [typescript.configs.disableTypeChecked] }]
    : []),
)
