import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // The plugin compiles the face's `*.svelte.ts` modules, whose runes are not plain TypeScript.
  plugins: [svelte({ configFile: 'src-renderer/svelte.config.js' })],
  test: {
    include: ['test/**/*.test.ts'],
    // A Slurm of its own, and minutes of waiting for its clock: `npm run test:slurm`.
    exclude: [
      'test/app/**',
      '**/node_modules/**',
      ...(process.env['APICAL_SLURM'] === undefined ? ['test/slurm/**'] : []),
    ],
    // Processes, not threads: engines load native code, which one process may load only once.
    pool: 'forks',
    maxWorkers: 2,
    // For what hangs: a machine that is busy with other things is slow, which is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // An empty suite must not read as a green one.
    passWithNoTests: false,
    allowOnly: process.env['CI'] === undefined,
  },
})
