// Components, and what Svelte asks of modules with runes. All else is oxlint's (oxlint.config.ts), which knows no Svelte.
import js from '@eslint/js'
import { defineConfig } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import { fileURLToPath } from 'node:url'
import typescript from 'typescript-eslint'
import svelteConfig from '../src-renderer/svelte.config.js'
import { houseRules } from './lint-rules.js'

const root = fileURLToPath(new URL('..', import.meta.url))

// Every component is to ESLint a change of the whole program, whose types it then infers anew: a minute and a half of a
// core for what svelte-check has mostly seen. `npm run check` and `npm run fix` take that time, `npm test` does not.
const untyped = ['**/*.svelte.ts', ...(process.env['APICAL_LINT'] === 'quick' ? ['**/*.svelte'] : [])]

export default defineConfig(
  {
    basePath: root,
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [
      js.configs.recommended,
      typescript.configs.strictTypeChecked,
      typescript.configs.stylisticTypeChecked,
      svelte.configs.recommended,
    ],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: root,
        extraFileExtensions: ['.svelte'],
        parser: typescript.parser,
        svelteConfig,
      },
    },
    rules: houseRules,
  },
  { basePath: root, files: untyped, extends: [typescript.configs.disableTypeChecked] },
)
