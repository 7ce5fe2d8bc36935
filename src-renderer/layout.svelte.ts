/** How a person arranged the window; remembered where it has a memory. */
const KEY = 'apical.layout'

class Layout {
  /** The list of screens is icons alone, which leaves the room to charts. */
  narrow = $state(remembered())

  toggle(): void {
    this.narrow = !this.narrow
    try {
      localStorage.setItem(KEY, JSON.stringify({ narrow: this.narrow }))
    } catch {
      // A window without a memory: it holds until it closes.
    }
  }
}

function remembered(): boolean {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    return typeof stored === 'object' && stored !== null && 'narrow' in stored && stored.narrow === true
  } catch {
    return false
  }
}

export const layout = new Layout()
