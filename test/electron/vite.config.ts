// The desktop host for the old Electron of the tests: the same sources in the words of Node 16. Nothing of it ships.
import { fileURLToPath } from 'node:url'
import { defineConfig, type EnvironmentOptions } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

function bundle(entry: string, file: string, target: string, intro = ''): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: ['electron', 'bufferutil', 'utf-8-validate'] },
    build: {
      outDir: here('../../build/electron-22/host'),
      emptyOutDir: false,
      target,
      minify: false,
      rolldownOptions: {
        input: here(entry),
        output: { format: 'cjs', entryFileNames: file, codeSplitting: false, intro },
        checks: { bundlerTimings: false },
      },
    },
  }
}

/** Before Electron 29 a file told its path itself. */
const PATHS = "require('electron').webUtils ??= { getPathForFile: (file) => file.path };"

export default defineConfig({
  root: here('.'),
  publicDir: false,
  logLevel: 'warn',
  environments: {
    main: bundle('old-main.ts', 'main.cjs', 'node16'),
    preload: bundle('../../src-main/preload.ts', 'preload.cjs', 'chrome108', PATHS),
    face: bundle('newer-javascript.ts', 'newer-javascript.js', 'chrome108'),
  },
  builder: {
    buildApp: async (builder) => {
      for (const environment of Object.values(builder.environments))
        if (environment.name !== 'client') await builder.build(environment)
    },
  },
})
