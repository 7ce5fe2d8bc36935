/**
 * A page that hangs or has crashed. The lab and its workers are other processes: whatever becomes of the page, training
 * goes on and nothing is lost, so the page is shown again.
 */

interface TroubledShell {
  reload(): void
  /** Ends a page that hangs, which then counts as crashed. */
  endPage(): void
  /** Asks the person; resolves true for the first answer. */
  ask(sentence: string, detail: string, answers: readonly [string, string]): Promise<boolean>
  /** Leaves as by the menu, with what is asked before. */
  quit(): void
  /** Milliseconds. */
  now(): number
}

/** A page that crashes again within this time would do so for ever. */
const AGAIN_MS = 60_000
const TRAINING = 'Training goes on, and no result is lost.'

export function windowTrouble(shell: TroubledShell): {
  hung(): Promise<void>
  answered(): void
  crashed(reason: string): Promise<void>
} {
  let asking = false
  let hanging = false
  let ending = false
  let crashedAt = -Infinity
  return {
    async hung() {
      hanging = true
      if (asking) return
      asking = true
      const reload = await shell.ask('The window does not answer.', TRAINING, ['Show it again', 'Wait'])
      asking = false
      // It may have come to itself while the question stood.
      ending = reload && hanging
      if (ending) shell.endPage()
    },
    answered() {
      hanging = false
    },
    async crashed(reason) {
      hanging = false
      // The page of a window that is closed goes too.
      if (reason === 'clean-exit') return
      const again = !ending && shell.now() - crashedAt < AGAIN_MS
      if (!ending) crashedAt = shell.now()
      ending = false
      const sentence = `The window crashed twice (${reason}).`
      if (again && !(await shell.ask(sentence, TRAINING, ['Show it again', 'Close Apical']))) shell.quit()
      else shell.reload()
    },
  }
}
