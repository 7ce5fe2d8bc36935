// What axe finds on a page: one sentence for each violation, so that a failure reads as what to mend.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

export async function violationsOf(page: Page, axe = new AxeBuilder({ page })): Promise<string[]> {
  // A colour on its way from one theme to the other is neither's.
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState, effect }) => {
      return playState !== 'running' || effect?.getComputedTiming().endTime === Infinity
    }),
  )
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help}, at ${target.join(' ')}: ${any[0]?.message ?? ''}`),
  )
}
