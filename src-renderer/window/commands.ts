/** What the window itself can do: go to screens, the palette, the help, undo, light and dark. */
import { untrack } from 'svelte'
import { commands, isTyping, type Command } from '../commands.svelte.ts'
import { router, type Route } from '../route.svelte.ts'
import { comparison } from '../comparison.svelte.ts'
import { singleKeys } from '../single-keys.svelte.ts'
import { theme } from '../theme.svelte.ts'
import { toasts } from '../toasts.svelte.ts'
import { tour } from '../tour.svelte.ts'

/** In the order of the native menu, whose digits they have there; a browser keeps Ctrl with digits and N to itself. */
const SCREENS: readonly (readonly [name: string, key: string, to: Route])[] = [
  ['Lab', 'Ctrl+1', { screen: 'lab' }],
  ['Live', 'Ctrl+2', { screen: 'live', run: null }],
  ['Compare', 'Ctrl+3', { screen: 'compare', ids: [] }],
  ['Paper', 'Ctrl+4', { screen: 'paper', paper: null, exhibit: null }],
  ['Draw', 'Ctrl+5', { screen: 'draw', run: null }],
  ['Data', 'Ctrl+6', { screen: 'data' }],
  ['Engines', 'Ctrl+7', { screen: 'engines' }],
  ['Guide', 'Ctrl+8', { screen: 'guide', page: null }],
  ['New experiment', 'Ctrl+N', { screen: 'new', from: null }],
]

const windowCommands: readonly (Command & { readonly errand: string })[] = [
  { errand: 'palette', name: 'Commands', key: 'Ctrl+K', run: () => (commands.shown = 'palette') },
  { errand: 'shortcuts', name: 'Keyboard shortcuts', key: '?', run: () => (commands.shown = 'shortcuts') },
  { errand: 'open-results', name: 'Open a results folder…', key: null, run: () => (commands.shown = 'open-results') },
  {
    errand: 'tour',
    name: 'Take the tour',
    key: null,
    run: () => {
      tour.start()
    },
  },
  { errand: 'undo', name: 'Undo the last change', key: 'u', run: undo },
  {
    errand: 'theme-light',
    name: 'Light theme',
    key: null,
    run: () => {
      theme.choose('light')
    },
  },
  {
    errand: 'theme-dark',
    name: 'Dark theme',
    key: null,
    run: () => {
      theme.choose('dark')
    },
  },
  {
    errand: 'theme-system',
    name: 'Use the system theme',
    key: null,
    run: () => {
      theme.choose('system')
    },
  },
]

function undo(): void {
  if (!toasts.undo()) toasts.say('There is nothing to undo.')
}

/** Offers them as long as the window is there; returns what takes them back, for an effect. */
export function offerWindowCommands(inElectron: () => boolean): () => void {
  const menu = inElectron()
  const screens = SCREENS.map(([name, key, to]): Command => ({
    name,
    key: menu ? key : null,
    run: () => {
      // To what was compared last.
      router.go(to.screen === 'compare' ? comparison.route : to)
    },
  }))
  router.onerrand = (errand) => {
    if (errand === 'search') runNamed('/')
    else windowCommands.find((command) => command.errand === errand)?.run()
  }
  return untrack(() => {
    const back = [commands.offer('Go to', screens), commands.offer('Window', windowCommands)]
    return () => {
      for (const take of back) take()
    }
  })
}

function runNamed(key: string): boolean {
  const command = commands.offers.flatMap((offer) => offer.commands).find((one) => one.key === key)
  command?.run()
  return command !== undefined
}

/** Keys that mean the same wherever the window stands; those of a table are the table's. */
export function runKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault()
    commands.shown = commands.shown === 'palette' ? null : 'palette'
    return
  }
  if (event.ctrlKey || event.metaKey || commands.shown !== null || !singleKeys.on) return
  if (isTyping(event.target) || document.querySelector('dialog[open], [role=dialog]') !== null) return
  if ((event.key === '/' || event.key === '?' || event.key === 'u') && runNamed(event.key)) event.preventDefault()
}
