/** A lab's home for tests of one's own data: files are written, added and loaded again as a run would load them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DataMapping } from '../../src-main/experiment/data-mapping.ts'
import { loadDataSet } from '../../src-main/lab/datasets.ts'
import { addDataSet, lookAtFiles } from '../../src-main/lab/imports.ts'

export class OwnData {
  readonly home = mkdtempSync(join(tmpdir(), 'apical-own-'))
  readonly #before = process.env['APICAL_HOME']
  #sets = 0

  constructor() {
    process.env['APICAL_HOME'] = this.home
  }

  remove(): void {
    if (this.#before === undefined) delete process.env['APICAL_HOME']
    else process.env['APICAL_HOME'] = this.#before
    rmSync(this.home, { recursive: true, force: true })
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.home, 'files', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  mapping(over: Partial<DataMapping> = {}): DataMapping {
    const name = `set-${this.#sets++}`
    return DataMapping.parse({ name, title: 'A set', ...over })
  }

  /** Adds and loads. */
  async add(paths: string | readonly string[], over: Partial<DataMapping> = {}, tests: readonly string[] = []) {
    const mapping = this.mapping(over)
    const record = await addDataSet([paths].flat(), tests, mapping, () => undefined)
    const { data, fingerprint } = await loadDataSet(mapping.name, { seed: 0 })
    return { record, data, fingerprint, name: mapping.name }
  }

  look(paths: string | readonly string[], over: Partial<DataMapping> = {}, tests: readonly string[] = []) {
    return lookAtFiles([paths].flat(), tests, this.mapping(over), () => undefined)
  }
}
