// The clone that the set-up works on: its stamps, and programs run in it. Imports nothing but Node, as the bootstrap does.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** @param {string} path */
export const inClone = (path) => join(root, path)

/** @param {string} step */
export function stamp(step) {
  const path = inClone(`node_modules/.apical/${step}`)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

/** @param {string} step @param {string} hash */
export function setStamp(step, hash) {
  mkdirSync(inClone('node_modules/.apical'), { recursive: true })
  writeFileSync(inClone(`node_modules/.apical/${step}`), hash)
}

/** @param {string[]} paths files, or folders with all they hold */
export function hashOf(paths) {
  const hash = createHash('sha256')
  /** @param {string} path */
  const add = (path) => {
    if (!existsSync(inClone(path))) return
    if (statSync(inClone(path)).isDirectory())
      for (const name of readdirSync(inClone(path)).sort()) add(`${path}/${name}`)
    else
      hash
        .update(`${path}\0`)
        .update(readFileSync(inClone(path)))
        .update('\0')
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

/** Where programs of the set-up say what they do, out of the way of `--json` readers. */
const log = inClone('build/setup.log')

export function beginLog() {
  mkdirSync(inClone('build'), { recursive: true })
  writeFileSync(log, '')
}

/**
 * Runs a program, with its output added to the log; whether it succeeded.
 * @param {string} program @param {string[]} programArgs @param {boolean} shell @returns {Promise<boolean>}
 */
export function ran(program, programArgs, shell = false) {
  const said = openSync(log, 'a')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const child = spawn(program, programArgs, { cwd: root, stdio: ['ignore', said, said], env, shell })
  closeSync(said)
  return new Promise((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
}

/**
 * Runs a program that must succeed.
 * @param {string} name @param {string} program @param {string[]} programArgs @param {{ cure?: string, shell?: boolean }} how
 * @throws {Error} that it did not, after the end of the log was shown
 */
export async function must(name, program, programArgs, { cure = '', shell = false } = {}) {
  if (await ran(program, programArgs, shell)) return
  process.stderr.write(readFileSync(log, 'utf8').split('\n').slice(-60).join('\n'))
  throw new Error(`"${name}" failed. What it said is above and in build/setup.log. ${cure}`)
}

/** @param {number} code @param {string} sentence @returns {never} */
export function stop(code, sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}
