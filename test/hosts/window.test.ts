// The parts of the desktop host that know no Electron, with the system played by the test.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExperimentRow, HandedFile } from '../../src-main/contract.ts'
import { HandedFiles, pathsIn } from '../../src-main/electron/handed-files.ts'
import { keepAwake } from '../../src-main/electron/keep-awake.ts'
import { windowTrouble } from '../../src-main/electron/window-trouble.ts'

describe('the machine is kept awake', () => {
  const events = () => {
    const calls: string[] = []
    const tell = keepAwake({ start: (kind) => calls.push(kind), stop: (id) => calls.push(`stop ${id}`) > 0 })
    const row = (id: string, state: ExperimentRow['state']): void => {
      tell({ kind: 'row', row: { id, state } as ExperimentRow })
    }
    return { calls, tell, row }
  }

  test('from the first run that trains to the last, once', () => {
    const { calls, row } = events()
    row('a', 'queued')
    expect(calls).toEqual([])
    row('a', 'running')
    row('b', 'running')
    row('a', 'done')
    expect(calls).toEqual(['prevent-app-suspension'])
    row('b', 'paused')
    expect(calls).toEqual(['prevent-app-suspension', 'stop 1'])
    row('b', 'running')
    expect(calls).toHaveLength(3)
  })

  test('no longer than a run is there', () => {
    const { calls, tell, row } = events()
    row('a', 'running')
    tell({ kind: 'removed', id: 'a' })
    expect(calls).toEqual(['prevent-app-suspension', 'stop 1'])
  })
})

describe('a page in trouble', () => {
  const play = (answer: boolean) => {
    const did: string[] = []
    const clock = { now: 0 }
    const trouble = windowTrouble({
      reload: () => did.push('reload'),
      endPage: () => did.push('end'),
      ask: async (sentence) => {
        did.push(sentence)
        return Promise.resolve(answer)
      },
      quit: () => did.push('quit'),
      now: () => clock.now,
    })
    return { did, clock, trouble }
  }

  test('that crashed is shown again, and asked about where it crashes again within a minute', async () => {
    const { did, clock, trouble } = play(true)
    await trouble.crashed('crashed')
    clock.now = 61_000
    await trouble.crashed('oom')
    expect(did).toEqual(['reload', 'reload'])
    clock.now = 62_000
    await trouble.crashed('oom')
    expect(did.slice(2)).toEqual(['The window crashed twice (oom).', 'reload'])
  })

  test('is given up when the person says so, and not mourned when the window was closed', async () => {
    const { did, trouble } = play(false)
    await trouble.crashed('clean-exit')
    expect(did).toEqual([])
    await trouble.crashed('crashed')
    await trouble.crashed('crashed')
    expect(did).toEqual(['reload', 'The window crashed twice (crashed).', 'quit'])
  })

  test('that hangs is ended and shown again without another question', async () => {
    const { did, trouble } = play(true)
    await trouble.crashed('crashed')
    await trouble.hung()
    await trouble.crashed('killed')
    expect(did).toEqual(['reload', 'The window does not answer.', 'end', 'reload'])
  })

  test('is let be when the person waits, or when it answers while the question stands', async () => {
    const waiting = play(false)
    await waiting.trouble.hung()
    expect(waiting.did).toEqual(['The window does not answer.'])
    const back = play(true)
    const asked = back.trouble.hung()
    back.trouble.answered()
    await asked
    expect(back.did).toEqual(['The window does not answer.'])
  })
})

describe('files that the system hands over', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apical-handed-'))
    await mkdir(join(folder, 'results'))
    await writeFile(join(folder, 'a.json'), '{}')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('are the words that name something, seen from where the app was started', () => {
    expect(pathsIn(['--flag', '', 'a.json', 'none', join(folder, 'results')], folder)).toEqual([
      join(folder, 'a.json'),
      join(folder, 'results'),
    ])
  })

  test('wait until the page listens, then come with their bytes', async () => {
    const told: HandedFile[] = []
    const files = new HandedFiles()
    await files.take([join(folder, 'a.json')])
    expect(told).toEqual([])
    await files.handTo((file) => told.push(file))
    expect(told).toHaveLength(1)
    await files.take([join(folder, 'results'), join(folder, 'gone')])
    expect(told).toEqual([
      { name: 'a.json', path: join(folder, 'a.json'), isFolder: false, bytes: new Uint8Array([123, 125]) },
      { name: 'results', path: join(folder, 'results'), isFolder: true, bytes: null },
    ])
  })
})
