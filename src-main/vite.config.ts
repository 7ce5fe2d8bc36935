import { fileURLToPath } from 'node:url'
import { defineConfig, type EnvironmentOptions } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** One entry, all it imports in one file: a window opens sooner than by resolving a hundred modules inside an archive. */
function bundle(entry: string, format: 'es' | 'cjs', file: string): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true, external: ['electron', 'bufferutil', 'utf-8-validate'] },
    build: {
      outDir: here('../build/main'),
      // Both bundles share the folder.
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      sourcemap: true,
      rolldownOptions: {
        input: here(entry),
        // A sandboxed preload script is CommonJS and may import nothing but Electron, so it is one file by need.
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
  }
}

/** The desktop host alone is bundled; workers and the command line run from source, under the Node that ships with it. */
export default defineConfig({
  root: here('.'),
  publicDir: false,
  environments: {
    main: bundle('main.ts', 'es', 'main.js'),
    preload: bundle('preload.ts', 'cjs', 'preload.cjs'),
  },
  builder: {
    buildApp: async (builder) => {
      for (const environment of Object.values(builder.environments))
        if (environment.name !== 'client') await builder.build(environment)
    },
  },
})
