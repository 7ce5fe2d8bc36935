// What axe finds on a page: one sentence for each violation, so that a failure reads as what to mend.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

export interface Looked {
  /** The part of the page to look at; all of it where none is named. */
  readonly within?: string
  /** The only rules to look with. */
  readonly rules?: readonly string[]
}

export async function violationsOf(page: Page, { within, rules }: Looked = {}): Promise<string[]> {
  // A colour on its way from one theme to the other is neither's.
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState, effect }) => {
      return playState !== 'running' || effect?.getComputedTiming().endTime === Infinity
    }),
  )
  // Describing every element that passed takes most of axe's time, as does the empty page that it otherwise opens to join
  // the results of frames from elsewhere, of which there are none here.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  if (within !== undefined) axe.include(within)
  if (rules !== undefined) axe.withRules([...rules])
  const { violations } = await axe.analyze()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help}, at ${target.join(' ')}: ${any[0]?.message ?? ''}`),
  )
}
