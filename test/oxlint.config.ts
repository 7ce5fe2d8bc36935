// The rules of typescript-eslint for all that is no component. oxlint has them on the native TypeScript: a tenth of the
// time. What it lints, it lints with types; what Svelte asks of modules with runes, ESLint sees to.
import js from '@eslint/js'
import { defineConfig, type OxlintConfig } from 'oxlint'
import typescript from 'typescript-eslint'
import { houseRules } from './lint-rules.js'

type Rules = NonNullable<OxlintConfig['rules']>

/** ESLint's own rules that know TypeScript in oxlint; typescript-eslint has another one for each. */
const SAME = [
  'no-array-constructor',
  'no-empty-function',
  'no-unused-expressions',
  'no-unused-vars',
  'no-useless-constructor',
]

/** What it has not: the compiler refuses the first two. The last takes `a !== null && a.b === c` for `a?.b === c`. */
const MISSING = [
  ...['no-dupe-args', 'no-octal'],
  ...['typescript/no-unsafe-class-instance-assignment', 'typescript/no-unsafe-enum-assignment'],
  'typescript/prefer-optional-chain',
]

function nameThere(name: string): string {
  const short = name.replace(/^@typescript-eslint\//, '')
  return short === name || SAME.includes(short) ? short : `typescript/${short}`
}

const sets = [
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked,
  ...typescript.configs.stylisticTypeChecked,
]
// In their order, for a later set switches off what an earlier one wants.
const all = [...sets.map(({ rules }) => rules ?? {}), houseRules].flatMap((rules) => Object.entries(rules))
const levels = Object.fromEntries(all.map(([name, level]) => [nameThere(name), level]))
const rules = Object.fromEntries(
  Object.entries(levels).filter(([name, level]) => level !== 'off' && !MISSING.includes(name)),
) as Rules

export default defineConfig({
  plugins: ['typescript'],
  categories: { correctness: 'off' },
  // Directives in modules with runes are ESLint's, and are told to be unused by it.
  options: { typeAware: true, denyWarnings: true },
  rules,
  overrides: [
    {
      files: ['**/*.mjs'],
      // JSDoc types a destructured constant, yet this rule looks at the initialiser alone; `tsc` checks the file all the same.
      rules: { 'typescript/no-unsafe-assignment': 'off' },
    },
  ],
})
