import { defineConfig } from '@playwright/test'
import { chromiumLaunch } from './chromium.ts'

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  // They need Electron: window.config.ts.
  testIgnore: 'window*.spec.ts',
  outputDir: '../../build/test/app',
  // The app's own states are files in a folder of its own for each test, so files may run side by side.
  fullyParallel: false,
  workers: 2,
  // A busy machine takes long to start a worker; nothing here measures time.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  // A second try would hide what the first one found.
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: 'list',
  use: {
    browserName: 'chromium',
    launchOptions: chromiumLaunch(),
    viewport: { width: 1280, height: 800 },
    trace: 'off',
  },
})
