/** `apical run --side-by-side`: members of a sweep in one session, told one by one, with the weights of runs of their own. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { paths, readRecord } from '../../src-main/lab/results.ts'
import { eventually } from '../faults/soundness.ts'
import { answered, apical, start, type Finished } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-side-by-side-'))
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

const sweep = (way: string, epochs: number) => [
  ...['run', 'corinfomax-glyphs-small', '--engine', 'reference', '--set', 'widths=784,16,10', '--limit-train', '400'],
  ...['--limit-test', '100', '--epochs', String(epochs), '--seeds', '0', '--sweep', 'iterationsFree=5,6'],
  ...['--sweep', 'neuralLr=0.02,0.05', '--side-by-side', way, '--out', join(scratch, way), '--json'],
]

/** By setting, in the order of the sweep. */
const foldersIn = ({ lines }: Finished): readonly string[] => {
  const groups = lines.find(({ kind }) => kind === 'sweep')?.['groups'] as { folder: string }[]
  return groups.map(({ folder }) => folder)
}

describe('a sweep on the command line', () => {
  it('has the same weights side by side as one after another, and whole sequences of events', async () => {
    const [together, alone] = [await apical(sweep('always', 2)), await apical(sweep('never', 2))]
    const pairs = foldersIn(together).map((folder, index) => [folder, foldersIn(alone)[index] ?? ''] as const)
    expect(pairs).toHaveLength(4)
    for (const [one, other] of pairs) {
      expect(readFileSync(paths(one).weights(0)).equals(readFileSync(paths(other).weights(0)))).toBe(true)
      // Those with as many iterations share a session.
      expect(readRecord(one).environment?.beside).toBe(1)
      expect(readRecord(other).environment?.beside).toBeUndefined()
      expect(readRecord(one).row.sweep?.settings).toEqual(readRecord(other).row.sweep?.settings)
    }
    const ends = together.lines.filter(({ kind }) => kind === 'started' || kind === 'done').map(({ kind }) => kind)
    expect(ends).toEqual(Array.from({ length: 4 }, () => ['started', 'done']).flat())
  })

  it('is stopped as a whole by Ctrl-C, with checkpoints', async () => {
    const out = join(scratch, 'always', 'stopped')
    const running = start([...sweep('always', 1000).slice(0, -2), out, '--json'])
    const folders = () => (existsSync(out) ? readdirSync(out) : []).map((name) => join(out, name))
    const kept = (folder: string) => existsSync(paths(folder).checkpoint(0))
    await eventually('the first two to train', () => folders().length === 2 && folders().every(kept))
    running.child.kill('SIGINT')
    const { code, err, lines } = await running.finished
    expect(code).toBe(130)
    expect(lines.filter(({ kind }) => kind === 'stopped')).toHaveLength(2)
    for (const folder of folders()) {
      expect(readRecord(folder).row.state).toBe('stopped')
      expect(err).toContain(`resume ${basename(folder)}`)
    }
  })

  it('refuses another way', async () => {
    const { code, err } = await answered(sweep('sometimes', 1))
    expect(code).toBe(2)
    expect(err).toMatch(/side-by-side.*auto.*always.*never/s)
  })
})
