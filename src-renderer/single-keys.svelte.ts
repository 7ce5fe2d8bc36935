/** Whether single letters are shortcuts: who dictates or trembles must be able to turn them off (WCAG 2.1.4). */
const KEY = 'apical.single-keys'

class SingleKeys {
  on = $state(remembered())

  turn(on: boolean): void {
    this.on = on
    try {
      localStorage.setItem(KEY, on ? 'on' : 'off')
    } catch {
      // Remembered until the window closes.
    }
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true
  }
}

export const singleKeys = new SingleKeys()
