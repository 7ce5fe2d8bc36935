// The tests of the desktop window: as those of the face, in Electron.
import { defineConfig } from '@playwright/test'
import face from './playwright.config.ts'

export default defineConfig({
  ...face,
  testMatch: 'window*.spec.ts',
  testIgnore: [],
  outputDir: '../../build/test/window',
})
