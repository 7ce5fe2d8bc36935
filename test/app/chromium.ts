// The Chromium that the app tests drive, and how it has to be started here.
import type { LaunchOptions } from '@playwright/test'
import { existsSync } from 'node:fs'

/** Set-up names the browser that it found; a script started by hand takes the system's, else Playwright's own. */
export function chromiumLaunch(): LaunchOptions {
  const named = process.env['APICAL_CHROMIUM'] ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined)
  return {
    ...(named === undefined ? {} : { executablePath: named }),
    // Chromium's sandbox refuses to start as root, which is who runs in a container.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  }
}
