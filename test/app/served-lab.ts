// A real lab in a process of its own, served to the browser under test, with a home folder that nobody else uses.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const clone = fileURLToPath(new URL('../..', import.meta.url))

export class ServedLab {
  readonly home: string
  /** Token included. */
  readonly address: string
  readonly #process: ChildProcess

  private constructor(home: string, address: string, process: ChildProcess) {
    this.home = home
    this.address = address
    this.#process = process
  }

  /** Starts `apical serve` as a person does; `home` of an earlier one opens the same lab again. */
  static start(home?: string, { idleMeasuring = false, port = '0' } = {}): Promise<ServedLab> {
    // What a lab measures while it is idle would take the processor from the tests beside it.
    const quiet = idleMeasuring ? [] : ['--no-measure']
    return ServedLab.run([join(clone, 'src-main/cli.ts'), 'serve', '--port', port, ...quiet], home)
  }

  /** Starts a program that prints the address of a lab that it serves, and ends it with SIGINT. */
  static async run(program: readonly string[], home?: string): Promise<ServedLab> {
    const folder = home ?? (await mkdtemp(join(tmpdir(), 'apical-app-')))
    const child = spawn(process.execPath, [...program], {
      // No data sets but the built-in one, whatever this machine has.
      env: { ...process.env, APICAL_HOME: folder, APICAL_DATA: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return new Promise((resolve, reject) => {
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        const address = /http:\/\/\S+/.exec(said)?.[0]
        if (address !== undefined) resolve(new ServedLab(folder, address, child))
      })
      child.on('error', reject)
      child.on('exit', (code) => {
        reject(new Error(`apical serve ended with ${code ?? 'a signal'} and no address: ${said}`))
      })
    })
  }

  /** As Ctrl-C. Running experiments write a checkpoint first. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGINT')
      await once(this.#process, 'exit')
    }
  }

  /** Stops, and forgets all that was made. */
  async remove(): Promise<void> {
    await this.stop()
    await rm(this.home, { recursive: true, force: true })
  }
}
