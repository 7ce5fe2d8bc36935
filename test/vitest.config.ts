import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that take longest, so that none of them begins when the others end. A wrong order costs time and nothing else. */
const LONGEST = [
  ...[
    'engines/webgpu',
    'engines/battery',
    'golden/runs',
    'guide/pages',
    'cli/run',
    'training/measures',
    'engines/hits',
  ],
  ...[
    'contract/contract',
    'cli/sweep',
    'cli/rule',
    'engines/sessions',
    'guide/own-rules',
    'guide/results',
    'cli/paper',
  ],
  ...['faults/endings', 'faults/kill', 'lab/own-rules', 'faults/signals', 'lab/jobs', 'lab/longer', 'guide/cluster'],
].map((name) => `/test/${name}.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(name))
      return at === -1 ? LONGEST.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

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
    sequence: { sequencer: LongestFirst },
    // For what hangs: a machine that is busy with other things is slow, which is no failure.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // An empty suite must not read as a green one.
    passWithNoTests: false,
    allowOnly: process.env['CI'] === undefined,
  },
})
