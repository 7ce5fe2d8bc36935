// What this house changes of the rules that typescript-eslint recommends: for ESLint, which lints components, and for
// oxlint, which lints all else.
/** @type {import('eslint').Linter.RulesRecord} */
export const houseRules = {
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
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
  // TypeScript asks for the bracket form wherever a key comes from an index signature.
  '@typescript-eslint/dot-notation': 'off',
}
