/** How a person arranged the window; remembered where it has a memory. */
const KEY = 'apical.layout'

interface Stored {
  readonly narrow: boolean
  readonly sweepFolded: boolean
}

class Layout {
  /** The list of screens is icons alone, which leaves the room to charts. */
  narrow = $state(false)
  /** Live shows of a run's sweep one line only. */
  sweepFolded = $state(false)

  constructor() {
    const { narrow, sweepFolded } = remembered()
    this.narrow = narrow
    this.sweepFolded = sweepFolded
  }

  toggle(what: keyof Stored): void {
    this[what] = !this[what]
    try {
      localStorage.setItem(KEY, JSON.stringify({ narrow: this.narrow, sweepFolded: this.sweepFolded } satisfies Stored))
    } catch {
      // A window without a memory: it holds until it closes.
    }
  }
}

function remembered(): Stored {
  const plain = { narrow: false, sweepFolded: false }
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    if (typeof stored !== 'object' || stored === null) return plain
    const { narrow, sweepFolded } = stored as Partial<Record<keyof Stored, unknown>>
    return { narrow: narrow === true, sweepFolded: sweepFolded === true }
  } catch {
    return plain
  }
}

export const layout = new Layout()
