// A window at 200 % zoom, and one as wide as a phone: only tables and drawings may be looked through sideways.
import { expect, type Page } from '@playwright/test'

const SIZES = [
  { width: 640, height: 400 },
  { width: 390, height: 844 },
]

/** Expects that nothing widens the page that is in front; leaves it as wide as the other tests have it. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const before = page.viewportSize()
  for (const size of SIZES) {
    await page.setViewportSize(size)
    const beyond = (): Promise<number> =>
      page.evaluate(() =>
        Math.max(
          ...[document.documentElement, document.querySelector('main')].map((element) =>
            element === null ? Infinity : element.scrollWidth - element.clientWidth,
          ),
        ),
      )
    // Charts follow the size in their next frames.
    await expect.poll(beyond, { message: `beyond a window of ${size.width} pixels` }).toBeLessThanOrEqual(0)
  }
  if (before !== null) await page.setViewportSize(before)
}
