/** Runs the file of a rule in a process of its own with next to no rights, for a bounded time and memory. */
import { spawn, spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeProgram, rootFolder } from '../machine.ts'
import { LabProblem } from '../problem.ts'
import { SaidByFile, type AskedOfFile } from './asked.ts'

/** Tracing the deepest network takes well below a second, starting Node included. */
const LIMIT_MS = 10_000
/** Of JavaScript's heap; the whole process may take `MOST_BYTES`. */
const HEAP_MIB = 256
const MOST_BYTES = 1024 ** 3
/** Of one answer: the trace of a network of sixteen layers that reports everything is about two. */
const MOST_ANSWER = 64 * 1024 ** 2
const WATCH_MS = 50

/** Asks a file, and lets the host answer others meanwhile. @throws LabProblem naming the file, and its line where there is one */
export async function askFile(asked: AskedOfFile): Promise<SaidByFile> {
  const { program, words, options } = command()
  const child = spawn(program, words, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  const pieces: Buffer[] = []
  let length = 0
  let why: string | null = null
  const end = (reason: string): void => {
    why ??= reason
    child.kill('SIGKILL')
  }
  const late = setTimeout(() => {
    end(TOO_LONG)
  }, LIMIT_MS)
  const watch = setInterval(() => {
    if (residentBytes(child.pid) > MOST_BYTES) end(TOO_MUCH)
  }, WATCH_MS)
  child.stdout.on('data', (piece: Buffer) => {
    length += piece.length
    if (length > MOST_ANSWER) end(TOO_LARGE)
    else pieces.push(piece)
  })
  let errors = ''
  child.stderr.on('data', (piece: Buffer) => {
    if (errors.length < 20_000) errors += piece.toString()
  })
  // A process that ended before it read all has said why by ending.
  child.stdin.on('error', () => undefined)
  child.stdin.end(JSON.stringify(asked))
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', () => {
        resolve()
      })
    })
  } catch (error) {
    throw new LabProblem(`A process could not be started: ${String(error)}.`, 'Install Apical again.', [], error)
  } finally {
    clearTimeout(late)
    clearInterval(watch)
  }
  return read(asked, Buffer.concat(pieces), why, errors)
}

/** The same where nobody can wait: in the middle of checking an experiment whose network was not traced ahead. */
export function askFileNow(asked: AskedOfFile): SaidByFile {
  const { program, words, options } = command()
  const { stdout, stderr, error, signal } = spawnSync(program, words, {
    ...options,
    input: JSON.stringify(asked),
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_ANSWER,
  } satisfies SpawnSyncOptions)
  const code = error !== undefined && 'code' in error ? error.code : null
  const why = code === 'ETIMEDOUT' ? TOO_LONG : code === 'ENOBUFS' ? TOO_LARGE : signal === null ? null : TOO_MUCH
  return read(asked, Buffer.from(stdout), why, String(stderr))
}

/** What is said of a file that does not end. */
export const TOO_LONG = `it did not end within ${LIMIT_MS / 1000} s; a rule describes its equations once and returns`
const TOO_MUCH = 'it takes too much memory; a rule describes its equations and holds no data'
const TOO_LARGE = 'what it describes is larger than any program that Apical runs'

function command() {
  const root = rootFolder()
  const readable = ['src-main', 'node_modules', 'package.json'].map((name) => `--allow-fs-read=${join(root, name)}`)
  return {
    program: nodeProgram(root),
    words: [
      ...['--permission', ...readable, '--experimental-vm-modules', '--no-warnings'],
      `--max-old-space-size=${HEAP_MIB}`,
      join(root, 'src-main', 'lab', 'own-rules', 'file-entry.ts'),
    ],
    // Nothing of the person's environment is a rule's business.
    options: { cwd: root, env: {}, windowsHide: true },
  } as const
}

function read({ file }: AskedOfFile, bytes: Buffer, why: string | null, errors: string): SaidByFile {
  const wrong = (sentence: string, line: number | null = null): LabProblem =>
    new LabProblem(
      `${file}${line === null ? '' : `:${line}`}: ${sentence}.`,
      'Correct the file; it is read again when it changes.',
    )
  if (why !== null) throw wrong(why)
  if (/heap out of memory|Array buffer allocation failed/.test(errors)) throw wrong(TOO_MUCH)
  let said: SaidByFile
  try {
    said = SaidByFile.parse(JSON.parse(bytes.toString()))
  } catch {
    throw wrong(`its process ended without an answer${errors === '' ? '' : `: ${errors.trim().split('\n')[0] ?? ''}`}`)
  }
  if (said.kind === 'wrong') throw wrong(said.message.replace(/\.$/, ''), said.line)
  return said
}

/** Where the system tells: elsewhere the heap's own limit and the time must do. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid ?? 0}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
