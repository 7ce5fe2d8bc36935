/** The guided first run: what each step says, the element that it points at, and what a person does to have done it. */
import { figures } from '../figure/figures.svelte.ts'
import type { LabStore } from '../lab.svelte.ts'
import { writeRoute, type Route } from '../route.svelte.ts'

export interface TourStep {
  readonly title: string
  readonly text: (route: Route) => string
  /** A selector of the element to use now: what leads to the step's screen, then what is done there. */
  readonly target: (route: Route, lab: LabStore) => string
  readonly done: (route: Route, lab: LabStore) => boolean
}

/** Needs no data from files, and its curve begins within seconds on any machine. */
const PRESET = 'corinfomax-glyphs-small'

const sidebar = (screen: string): string => `nav[aria-label=Screens] a[href^="#/${screen}"].entry`
const linkTo = (route: Route): string => `main a[href="${writeRoute(route)}"]`
const isSample = (lab: LabStore, id: string): boolean => lab.row(id)?.state === 'sample'
/** The menu of the chart that lies first. */
const CHART_MENU = 'main button[aria-label^="Options of"]'

export const tourSteps: readonly TourStep[] = [
  {
    title: 'A finished experiment',
    text: () =>
      'The Lab lists every experiment. This one comes with Apical: open it to see its curves, its settings and the networks that it trained.',
    target: (route, lab) => {
      if (route.screen !== 'lab') return sidebar('lab')
      const sample = lab.rows.find(({ state }) => state === 'sample')
      return `main [role=treegrid] a[href${sample === undefined ? '^="#/run/' : `="${writeRoute({ screen: 'run', id: sample.id })}`}"]`
    },
    done: (route) => route.screen === 'run',
  },
  {
    title: 'An experiment of your own',
    text: (route) =>
      route.screen === 'new'
        ? 'A preset fills in every setting. Choose the small CorInfoMax network on glyphs, which are built in and need no download.'
        : 'Go to New experiment. Its presets are the published configurations, and some that train within seconds.',
    target: ({ screen }) =>
      screen === 'new' ? linkTo({ screen: 'new', from: 'preset', name: PRESET }) : sidebar('new'),
    done: (route) => route.screen === 'new' && route.from === 'preset',
  },
  {
    title: 'Start it',
    text: (route) =>
      route.screen === 'new'
        ? 'The tabs hold the settings, with the rule’s equations beside them. Leave them as they are, and press Start.'
        : 'Go back to New experiment, choose a preset and press Start.',
    target: ({ screen }) => (screen === 'new' ? 'main [data-tour=start]' : sidebar('new')),
    done: ({ screen }) => screen === 'live',
  },
  {
    title: 'Watch it learn',
    text: ({ screen }) =>
      screen === 'live'
        ? 'Live draws the accuracy while the network trains, and says how long it will take. Details opens the run itself, also before it ends.'
        : 'Go to Live, where every running experiment is.',
    target: (route, lab) => {
      if (route.screen !== 'live') return sidebar('live')
      return route.run !== null && lab.row(route.run) !== undefined
        ? linkTo({ screen: 'run', id: route.run })
        : 'main .head .actions a[href^="#/run/"]:last-child'
    },
    done: (route, lab) => route.screen === 'run' && !isSample(lab, route.id),
  },
  {
    title: 'What a run leaves',
    text: ({ screen }) =>
      screen === 'run'
        ? 'Result, curves, configuration and files, all on disk as plain files. Scope and Representations look into the networks. Now choose Compare.'
        : 'Open your run in the Lab.',
    target: ({ screen }) => (screen === 'run' ? 'main header .actions a[href^="#/compare"]' : sidebar('lab')),
    done: (route) => route.screen === 'compare' && route.ids.length > 0,
  },
  {
    title: 'Compare, and take a figure along',
    text: (route) => {
      if (route.screen !== 'compare') return 'Go to Compare.'
      return route.ids.length < 2
        ? 'Add the sample experiment beside your own: type its name here and choose it.'
        : 'Both curves lie over each other. The menu of the chart saves them as SVG, PDF or PNG: choose Export figure.'
    },
    target: (route) => {
      if (route.screen !== 'compare') return sidebar('compare')
      return route.ids.length < 2 ? 'main [aria-label="Add an experiment to the comparison"]' : CHART_MENU
    },
    done: ({ screen }) => screen === 'compare' && figures.open !== null,
  },
]
