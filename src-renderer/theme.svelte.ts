/** Light or dark: as the system says, or as the person chose; remembered where the window has a memory. */
export type ThemeChoice = 'system' | 'light' | 'dark'

const KEY = 'apical.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')

class Theme {
  choice = $state<ThemeChoice>(remembered())
  #systemIsDark = $state(dark.matches)
  current = $derived<'light' | 'dark'>(resolved(this.choice, this.#systemIsDark))

  constructor() {
    paint(this.choice)
    dark.addEventListener('change', () => {
      paint(this.choice)
      this.#systemIsDark = dark.matches
    })
    // Paper is white.
    window.addEventListener('beforeprint', () => {
      paint('light')
    })
    window.addEventListener('afterprint', () => {
      paint(this.choice)
    })
  }

  choose(choice: ThemeChoice): void {
    paint(choice)
    this.choice = choice
    try {
      if (choice === 'system') localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, choice)
    } catch {
      // A window without a memory: the choice holds until it closes.
    }
  }
}

function resolved(choice: ThemeChoice, systemIsDark: boolean): 'light' | 'dark' {
  return choice === 'system' ? (systemIsDark ? 'dark' : 'light') : choice
}

/** The document changes before anything hears of it: charts read their colours from it. */
function paint(choice: ThemeChoice): void {
  document.documentElement.dataset['theme'] = resolved(choice, dark.matches)
}

function remembered(): ThemeChoice {
  try {
    const choice = localStorage.getItem(KEY)
    return choice === 'light' || choice === 'dark' ? choice : 'system'
  } catch {
    return 'system'
  }
}

export const theme = new Theme()
