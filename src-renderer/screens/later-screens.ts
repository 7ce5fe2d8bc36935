/**
 * Every screen but the first one. The Lab stands before any of their code is here; it comes when a screen is opened, and
 * at the latest when the window idles, so that nobody waits for it, with the network off or not.
 */
export const laterScreens = {
  new: () => import('./new/New.svelte'),
  live: () => import('./live/Live.svelte'),
  run: () => import('./run/Run.svelte'),
  compare: () => import('./compare/Compare.svelte'),
  sweep: () => import('./sweep/Sweep.svelte'),
  paper: () => import('./paper/PaperScreen.svelte'),
  draw: () => import('./draw/Draw.svelte'),
  data: () => import('./data/Data.svelte'),
  engines: () => import('./engines/Engines.svelte'),
  guide: () => import('./guide/Guide.svelte'),
} as const

/** One after another, each when there is nothing else to do. */
export function fetchWhenIdle(): void {
  const waiting = Object.values(laterScreens)
  const next = (): void => {
    // What fails here is told by the screen itself when it is opened.
    waiting.shift()?.().then(whenIdle, whenIdle)
  }
  const whenIdle = (): void => {
    if (waiting.length === 0) return
    if ('requestIdleCallback' in window) requestIdleCallback(next)
    else setTimeout(next, 200)
  }
  whenIdle()
}
