/** Where the window is: the hash of its address, so that back and forward work as everywhere. */
export type Route =
  | { readonly screen: 'lab' | 'data' | 'engines' }
  /** `run`: the run in front; null for the first that runs. */
  | { readonly screen: 'live'; readonly run: string | null }
  /** Its results, or what is seen in its networks. */
  | { readonly screen: 'run'; readonly id: string; readonly view?: RunView }
  /** Draws for a network of this run; null for the one drawn for last. */
  | { readonly screen: 'draw'; readonly run: string | null }
  /** Experiments beside each other, in the order they were chosen; none yet when empty. */
  | { readonly screen: 'compare'; readonly ids: readonly string[] }
  /** All experiments of one sweep; stands under Compare. */
  | { readonly screen: 'sweep'; readonly id: string }
  /** A paper by its id, null for the one that comes with Apical; one of its exhibits, or all. */
  | { readonly screen: 'paper'; readonly paper: string | null; readonly exhibit: string | null }
  /** A page of the guide, null for its first; one of its sections, or its beginning. */
  | { readonly screen: 'guide'; readonly page: string | null; readonly section?: string }
  /** Nothing chosen: the gallery of presets. */
  | { readonly screen: 'new'; readonly from: null }
  /** All settings of the grid that a preset was chosen from. */
  | { readonly screen: 'new'; readonly from: 'grid'; readonly name: string }
  /** `sweep`: the toggles that make axes of settings are what the person came for. */
  | { readonly screen: 'new'; readonly from: Beginning; readonly name: string; readonly sweep?: boolean }

/** What can be seen in the networks of a run, beside its results. */
const RUN_VIEWS = ['scope', 'representations'] as const
export type RunView = (typeof RUN_VIEWS)[number]

/** What a form begins with. A 'file' is the one opened last in this window. */
const BEGINNINGS = ['preset', 'run', 'rule', 'template', 'file'] as const
export type Beginning = (typeof BEGINNINGS)[number]

function readRoute(hash: string): Route {
  const [screen = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map(decoded)
  const [first, second, third] = rest
  switch (screen) {
    case 'data':
    case 'engines':
      return { screen }
    case 'live':
      return { screen, run: first ?? null }
    case 'run':
      return first === undefined ? { screen: 'lab' } : { screen, id: first, ...viewOf(second) }
    case 'draw':
      return { screen, run: first ?? null }
    case 'compare':
      return first === 'sweep' && second !== undefined
        ? { screen: 'sweep', id: second }
        : { screen, ids: distinct(rest) }
    case 'paper':
      return { screen, paper: first ?? null, exhibit: second ?? null }
    case 'guide':
      return { screen, page: first ?? null, ...(second === undefined ? {} : { section: second }) }
    case 'new': {
      if (first === 'grid' && second !== undefined) return { screen, from: first, name: second }
      const from = BEGINNINGS.find((one) => one === first)
      if (from === undefined || second === undefined) return { screen, from: null }
      return { screen, from, name: second, ...(third === 'sweep' ? { sweep: true } : {}) }
    }
    default:
      return { screen: 'lab' }
  }
}

export function writeRoute(route: Route): string {
  const parts: string[] = route.screen === 'sweep' ? ['compare', 'sweep', route.id] : [route.screen]
  if (route.screen === 'compare') parts.push(...route.ids)
  if (route.screen === 'live' && route.run !== null) parts.push(route.run)
  if (route.screen === 'run') parts.push(route.id, ...(route.view === undefined ? [] : [route.view]))
  if (route.screen === 'draw' && route.run !== null) parts.push(route.run)
  if (route.screen === 'guide' && route.page !== null) {
    parts.push(route.page)
    if (route.section !== undefined) parts.push(route.section)
  }
  if (route.screen === 'paper' && route.paper !== null) {
    parts.push(route.paper)
    if (route.exhibit !== null) parts.push(route.exhibit)
  }
  if (route.screen === 'new' && route.from !== null) {
    parts.push(route.from, route.name)
    if (route.from !== 'grid' && route.sweep === true) parts.push('sweep')
  }
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

function viewOf(part: string | undefined): { readonly view?: RunView } {
  const view = RUN_VIEWS.find((one) => one === part)
  return view === undefined ? {} : { view }
}

function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id) => id !== ''))]
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** What a native menu asks of the window: an address that is nowhere, `#/do/NAME`. */
const ERRAND = /^#\/do\/([a-z-]+)$/

class Router {
  current = $state.raw<Route>(readRoute(window.location.hash))
  /** Does what a native menu asks for; the window stays where it is. */
  onerrand: (name: string) => void = () => undefined

  constructor() {
    window.addEventListener('hashchange', () => {
      const errand = ERRAND.exec(window.location.hash)?.[1]
      if (errand === undefined) this.current = readRoute(window.location.hash)
      else {
        window.history.replaceState(null, '', writeRoute(this.current))
        this.onerrand(errand)
      }
    })
  }

  go(route: Route): void {
    window.location.hash = writeRoute(route)
  }
}

export const router = new Router()
