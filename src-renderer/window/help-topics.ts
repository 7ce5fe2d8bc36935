/** Where the “?” of each screen leads: a page of the guide and one of its sections, as in their addresses. */
import type { Route } from '../route.svelte.ts'

export interface HelpTopic {
  /** What a person is told that it leads to. */
  readonly about: string
  readonly page: string
  readonly section: string
}

const topic = (about: string, page: string, section: string): HelpTopic => ({ about, page, section })

export const HELP_TOPICS = {
  lab: topic('the Lab', 'first-experiment', 'the-lab'),
  new: topic('New experiment', 'first-experiment', 'new-experiment'),
  sweeping: topic('sweeps', 'sweeps', 'set-up-a-sweep'),
  live: topic('Live', 'first-experiment', 'live'),
  run: topic('a run', 'first-experiment', 'the-run'),
  scope: topic('the scope', 'first-experiment', 'scope'),
  representations: topic('representations', 'first-experiment', 'representations'),
  draw: topic('Draw', 'first-experiment', 'draw'),
  compare: topic('Compare', 'comparing', 'compare-two-rules'),
  sweep: topic('the sweep', 'sweeps', 'read-a-sweep'),
  paper: topic('papers', 'paper', 'the-paper-as-a-page'),
  exhibit: topic('exhibits', 'paper', 'fill-an-exhibit'),
  data: topic('data sets', 'own-data', 'data-sets-that-apical-knows'),
  engines: topic('engines', 'engines', 'which-engine-is-used'),
} as const satisfies Readonly<Record<string, HelpTopic>>

/** Null where the guide itself is shown. */
export function topicOf(route: Route): HelpTopic | null {
  switch (route.screen) {
    case 'lab':
    case 'live':
    case 'draw':
    case 'compare':
    case 'sweep':
    case 'data':
    case 'engines':
      return HELP_TOPICS[route.screen]
    case 'new':
      return route.from !== null && route.from !== 'grid' && route.sweep === true
        ? HELP_TOPICS.sweeping
        : HELP_TOPICS.new
    case 'run':
      return HELP_TOPICS[route.view ?? 'run']
    case 'paper':
      return route.exhibit === null ? HELP_TOPICS.paper : HELP_TOPICS.exhibit
    case 'guide':
      return null
  }
}
