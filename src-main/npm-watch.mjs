// Whether the npm that started this script is still there. A signal sent to npm ends npm or its shell and gets no further: that
// one of them is gone is all that the script can see of it. Imports nothing but Node, as the bootstrap that uses it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const LOOK_MS = 250

/**
 * Calls back once when npm, or the shell that it runs scripts in, has ended; the shell outlives an npm that was hung up on.
 * @param {() => void} gone
 */
export function whenNpmIsGone(gone) {
  const shell = process.ppid
  const npm = parentOf(shell)
  const watch = setInterval(() => {
    if (process.ppid === shell && (npm === null || isThere(npm))) return
    clearInterval(watch)
    gone()
  }, LOOK_MS)
  watch.unref()
}

/**
 * The process that started another one; null where the system does not say.
 * @param {number} pid
 */
function parentOf(pid) {
  if (process.platform === 'win32') return null
  try {
    // Its name, in parentheses, may hold anything; state and parent follow.
    const said = existsSync(`/proc/${pid}/stat`)
      ? readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S+ /s, '')
      : spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).stdout
    const parent = Number.parseInt(said, 10)
    return parent > 1 ? parent : null
  } catch {
    return null
  }
}

/** @param {number} pid */
function isThere(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
