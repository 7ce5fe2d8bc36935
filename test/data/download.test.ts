/** Downloads from a real HTTPS server on this machine: breaks, lies, redirects, full disks, and what is left behind. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Download, LabEvent } from '../../src-main/contract.ts'
import { isBuiltIn } from '../../src-main/lab/datasets/built-in.ts'
import { dataSetFacts } from '../../src-main/lab/datasets/cards.ts'
import { downloadInto, sizesOf, stagingOf } from '../../src-main/lab/datasets/download.ts'
import { type Fetchable, hostsOf, publishers } from '../../src-main/lab/datasets/publishers.ts'
import { Rate } from '../../src-main/lab/datasets/rate.ts'
import { openLab } from '../../src-main/lab/lab.ts'
import type { LabProblem } from '../../src-main/lab/problem.ts'
import { scratchFolder } from '../lab/small-experiment.ts'
import { imagesFile, labelsFile } from './idx-file.ts'
import { LocalPublisher, noCertificate, sha256, tarOf } from './local-publisher.ts'

const scratch = scratchFolder()
let publisher: LocalPublisher
let count = 0
let target = ''

beforeAll(async () => {
  if (!noCertificate) publisher = await LocalPublisher.open()
})
afterAll(async () => {
  if (!noCertificate) await publisher.close()
  scratch.remove()
})
afterEach(() => {
  if (!noCertificate) publisher.asked.splice(0)
  vi.unstubAllEnvs()
})

/** Bytes that no packing shortens, different for each seed. */
function noise(length: number, seed = 1): Uint8Array {
  let state = seed * 2654435761
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
}

const bytes = noise(200_000)

function newTarget(): string {
  target = scratch.inside(`data-${++count}`, 'mnist')
  return target
}

async function get(
  fetchables: readonly Fetchable[],
  into = newTarget(),
  signal = new AbortController().signal,
): Promise<void> {
  publisher.stored = 0
  await downloadInto(into, fetchables, {
    ...{ label: 'MNIST', signal, policy: publisher.policy },
    tell: (_, have) => {
      publisher.stored = have
    },
  })
}

async function refusalOf(work: Promise<unknown>): Promise<Pick<LabProblem, 'message' | 'next'>> {
  return work.then(
    () => expect.unreachable('was done'),
    (error: unknown) => error as LabProblem,
  )
}

const read = (name: string, folder = target): Uint8Array => new Uint8Array(readFileSync(join(folder, name)))
const leftOver = (): string[] => (existsSync(stagingOf(target)) ? readdirSync(stagingOf(target)) : [])
const why = noCertificate ? ' (skipped: no openssl on this machine to make a certificate)' : ''

describe.skipIf(noCertificate)(`a file is fetched${why}`, () => {
  it('whole, and nothing else is left', async () => {
    publisher.publish('a', bytes)
    await get([publisher.wanted('a', bytes)])
    expect(read('a')).toEqual(bytes)
    expect(readdirSync(dirname(target))).toEqual(['mnist'])
    expect(publisher.asked).toEqual([{ path: 'a', range: undefined, condition: undefined }])
  })

  it('in pieces when the line breaks, each asked for under the condition that the file is the same', async () => {
    const { etag } = publisher.publish('b', bytes, { breaks: [50_000, 30_000, 0] })
    await get([publisher.wanted('b', bytes)])
    expect(read('b')).toEqual(bytes)
    const [first, ...others] = publisher.asked
    expect(first?.range).toBeUndefined()
    const froms = others.map(({ range }) => Number(/\d+/.exec(range ?? '')?.[0]))
    expect(froms).toEqual([50_000, 80_000, 80_000])
    expect(new Set(others.map(({ condition }) => condition))).toEqual(new Set([etag]))
  })

  it('anew after a break when it changed meanwhile', async () => {
    const old = noise(200_000, 2)
    const { etag } = publisher.publish('c', old, { breaks: [60_000], then: { bytes, etag: '"new"' } })
    await get([publisher.wanted('c', bytes)])
    expect(read('c')).toEqual(bytes)
    expect(publisher.asked[1]).toEqual({ path: 'c', range: 'bytes=60000-', condition: etag })
    expect(publisher.asked).toHaveLength(2)
  })

  it('anew after a break from a server that knows no ranges', async () => {
    publisher.publish('d', bytes, { ranges: false, breaks: [60_000, 60_000] })
    await get([publisher.wanted('d', bytes)])
    expect(read('d')).toEqual(bytes)
  })

  it('from a server that tells no version, judged by its checksum alone', async () => {
    publisher.publish('e', bytes, { etag: null, breaks: [60_000] })
    await get([publisher.wanted('e', bytes)])
    expect(read('e')).toEqual(bytes)
    // Begun with other bytes, which nothing but the checksum can tell: once anew.
    const fetchable = publisher.wanted('f', bytes)
    const into = newTarget()
    const stop = new AbortController()
    const served = publisher.publish('f', noise(200_000, 3), { etag: null, slowMs: 2 })
    const begun = downloadInto(into, [fetchable], {
      ...{ label: 'MNIST', signal: stop.signal, policy: publisher.policy },
      tell: (_, have) => {
        if (have > 50_000) stop.abort()
      },
    })
    await expect(begun).rejects.toThrow()
    expect(leftOver()).toEqual(['f.part', 'f.part.json'])
    Object.assign(served, { bytes, slowMs: undefined })
    await get([fetchable], into)
    expect(read('f')).toEqual(bytes)
  })

  it('from the next address when one has other bytes, another length, no such file, or is nobody', async () => {
    publisher.publish('other', noise(200_000, 4))
    publisher.publish('short', bytes.subarray(0, 1000))
    publisher.publish('busy', bytes, { status: 503 })
    publisher.publish('right', bytes)
    const urls = ['other', 'short', 'gone', 'busy', 'right'].map((path) => publisher.url(path))
    await get([publisher.wanted('g', bytes, ['https://localhost:1/g', ...urls])])
    expect(read('g')).toEqual(bytes)
    // The one that may be free in a moment was asked again.
    expect(publisher.asked.map(({ path }) => path)).toEqual([
      'other',
      'short',
      'gone',
      'busy',
      'busy',
      'busy',
      'busy',
      'right',
    ])
  })

  it('over a redirect that stays encrypted', async () => {
    publisher.publish('h', bytes)
    publisher.publish('moved', bytes, { status: 302, location: publisher.url('h') })
    await get([publisher.wanted('h', bytes, [publisher.url('moved')])])
    expect(read('h')).toEqual(bytes)
  })

  it('after it was stopped, from where it stopped', async () => {
    const into = newTarget()
    publisher.publish('i', bytes, { slowMs: 2 })
    const fetchable = publisher.wanted('i', bytes)
    const stop = new AbortController()
    const work = downloadInto(into, [fetchable], {
      ...{ label: 'MNIST', signal: stop.signal, policy: publisher.policy },
      tell: (_, have) => {
        if (have > 50_000) stop.abort()
      },
    })
    await expect(work).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }) as Error)
    expect(existsSync(into)).toBe(false)
    const { have, bytes: total } = sizesOf([fetchable], into)
    expect(have).toBeGreaterThan(50_000)
    expect(total).toBe(200_000)
    await get([fetchable], into)
    expect(publisher.asked.at(-1)?.range).toBe(`bytes=${have}-`)
    expect(read('i')).toEqual(bytes)
  })
})

describe.skipIf(noCertificate)(`nothing is kept and one sentence said${why}`, () => {
  const cases: readonly [string, () => Fetchable, RegExp][] = [
    [
      'of other bytes than were published',
      () => (publisher.publish('wrong', noise(200_000, 5)), publisher.wanted('wrong', bytes)),
      /localhost:\d+ sent other bytes than were published \(SHA-256/,
    ],
    [
      'of a file of another length',
      () => (publisher.publish('long', noise(300_000)), publisher.wanted('long', bytes)),
      /has a file of 300,000 bytes instead of 200,000/,
    ],
    [
      'of one that goes on beyond the published length',
      () => (publisher.publish('liar', noise(300_000), { silent: true }), publisher.wanted('liar', bytes)),
      /sends more than the 200,000 bytes that were published/,
    ],
    [
      'of a redirect out of encryption',
      () => {
        publisher.publish('open', bytes)
        publisher.publish('downgrade', bytes, { status: 301, location: publisher.plainUrl('open') })
        return publisher.wanted('downgrade', bytes)
      },
      /redirects to http:\/\/localhost:\d+, which is not encrypted/,
    ],
    [
      'of redirects in circles',
      () => (
        publisher.publish('ring', bytes, { status: 302, location: publisher.url('ring') }),
        publisher.wanted('ring', bytes)
      ),
      /redirects in circles/,
    ],
    [
      'of a server that breaks off again and again without anything new',
      () => (
        publisher.publish('stuck', bytes, { ranges: false, breaks: Array.from({ length: 9 }, () => 50_000) }),
        publisher.wanted('stuck', bytes)
      ),
      /broke off in the middle/,
    ],
  ]
  it.each(cases)('%s', async (_, publish, message) => {
    const fetchable = publish()
    const problem = await refusalOf(get([fetchable]))
    expect(problem.message).toMatch(message)
    expect(problem.next).toMatch(/another machine, put the files into one folder here and choose it/)
    expect(existsSync(target)).toBe(false)
    // Whatever was not what it should be is gone; what was only broken off waits.
    expect(leftOver()).toEqual(fetchable.name === 'stuck' ? ['stuck.part', 'stuck.part.json'] : [])
    if (fetchable.name === 'downgrade') expect(publisher.asked.map(({ path }) => path)).toEqual(['downgrade'])
  })

  it('where the server is not who it says', async () => {
    publisher.publish('stranger', bytes)
    const { retryDelaysMs, idleTimeoutMs } = publisher.policy
    const policy = { retryDelaysMs, idleTimeoutMs }
    const work = downloadInto(newTarget(), [publisher.wanted('stranger', bytes)], {
      ...{ label: 'MNIST', signal: new AbortController().signal, policy, tell: () => undefined },
    })
    expect((await refusalOf(work)).message).toMatch(/cannot be talked to safely \(.*SIGNED.*\)/)
    expect(publisher.asked).toEqual([])
  })

  it('without a network: which files from where, and what to do with them', async () => {
    const nobody = (name: string): Fetchable =>
      publisher.wanted(name, bytes, [`https://no-such-host.invalid/mnist/${name}`])
    const problem = await refusalOf(get([nobody('j'), nobody('k')]))
    expect(problem.message).toMatch(/^MNIST cannot be downloaded: no-such-host\.invalid cannot be reached \(E\w+\)\.$/)
    expect(problem.next).toBe(
      'Try again when there is a network, or fetch j, k from https://no-such-host.invalid/mnist/ on another machine, put the files into one folder here and choose it with “Use a folder you have” (on the command line: --data).',
    )
    expect(existsSync(stagingOf(target))).toBe(false)
    expect(readdirSync(dirname(target))).toEqual([])
  })

  it.skipIf(!existsSync('/dev/full'))('when the disk is full', async () => {
    publisher.publish('l', bytes)
    newTarget()
    mkdirSync(stagingOf(target), { recursive: true })
    symlinkSync('/dev/full', join(stagingOf(target), 'l.part'))
    const fetchable = publisher.wanted('l', bytes)
    const problem = await refusalOf(get([fetchable], target))
    expect(problem.message).toMatch(/Cannot write .*l\.part: the disk is full\.$/)
    expect(problem.next).toBe('Free some space and download again; it continues where it stopped.')
  })

  it('when it would not fit on the disk, before anything is fetched', async () => {
    const vast = { ...publisher.wanted('m', bytes), bytes: Number.MAX_SAFE_INTEGER }
    const problem = await refusalOf(get([{ ...vast, gives: [vast] }]))
    expect(problem.message).toMatch(/^MNIST needs \d+ MB on the disk of .*; \d+(\.\d)? MB are free\.$/)
    expect(publisher.asked).toEqual([])
  })

  it('beside a file of that name that is another one, which stays', async () => {
    publisher.publish('n', bytes)
    mkdirSync(newTarget(), { recursive: true })
    writeFileSync(join(target, 'n'), 'my own')
    const problem = await refusalOf(get([publisher.wanted('n', bytes)], target))
    expect(problem.message).toMatch(
      /n: expected the published file or none, found another one, which is left as it is\.$/,
    )
    expect(readFileSync(join(target, 'n'), 'utf8')).toBe('my own')
    expect(publisher.asked).toEqual([])
  })
})

describe.skipIf(noCertificate)(`a set of several files${why}`, () => {
  it('appears when all of it is whole; what is here already is not fetched again', async () => {
    const [one, two] = [noise(1000, 6), noise(1000, 7)]
    publisher.publish('one', one)
    const second = publisher.publish('two', two, { status: 500 })
    const both = [publisher.wanted('one', one), publisher.wanted('two', two)]
    await refusalOf(get(both))
    expect(existsSync(target)).toBe(false)
    delete second.status
    await get(both, target)
    expect([read('one'), read('two')]).toEqual([one, two])
    expect(publisher.asked.filter(({ path }) => path === 'one')).toHaveLength(1)
    await get(both, target)
    expect(publisher.asked.filter(({ path }) => path === 'two')).toHaveLength(5)
  })

  it('is fetched by one Apical at a time', async () => {
    publisher.publish('slow', bytes, { slowMs: 5 })
    const fetchable = publisher.wanted('slow', bytes)
    const first = get([fetchable])
    const second = await refusalOf(get([fetchable], target))
    expect(second.message).toMatch(/is in use by process \d+/)
    await first
    expect(read('slow')).toEqual(bytes)
  })
})

describe.skipIf(noCertificate)(`an archive${why}`, () => {
  const [train, test] = [noise(70_000, 8), noise(30_000, 9)]
  const gives = [
    { name: 'train.bin', bytes: train.length, sha256: sha256(train) },
    { name: 'test.bin', bytes: test.length, sha256: sha256(test) },
  ]
  const members = [
    { name: 'set/', bytes: new Uint8Array(), type: '5' },
    { name: 'set/readme.html', bytes: noise(500) },
    { name: 'set/train.bin', bytes: train },
    { name: 'set/test.bin', bytes: test },
  ]
  const publish = (name: string, archive: Uint8Array): Fetchable => {
    publisher.publish(name, archive)
    return publisher.archive(name, archive, 'set', gives)
  }

  it('gives the files that were expected and no others', async () => {
    const hostile = [
      { name: '../../escaped', bytes: noise(10) },
      { name: '/tmp/apical-escaped', bytes: noise(10) },
      { name: 'set/../train.bin', bytes: noise(10) },
      { name: 'train.bin', bytes: noise(10) },
    ]
    await get([publish('good.tar.gz', gzipSync(tarOf([...hostile, ...members])))])
    expect(readdirSync(target).toSorted()).toEqual(['test.bin', 'train.bin'])
    expect([read('train.bin'), read('test.bin')]).toEqual([train, test])
    expect(readdirSync(dirname(target))).toEqual(['mnist'])
    expect(existsSync('/tmp/apical-escaped')).toBe(false)
  })

  it.each([
    [
      'a file of another length',
      gzipSync(tarOf([...members.slice(0, 3), { name: 'set/test.bin', bytes: test.subarray(1) }])),
      /test\.bin as a file of 30,000 bytes, found File, 29,999 bytes/,
    ],
    [
      'a link instead of a file',
      gzipSync(tarOf([...members.slice(0, 3), { name: 'set/test.bin', bytes: new Uint8Array(), type: '2' }])),
      /test\.bin as a file of 30,000 bytes, found SymbolicLink/,
    ],
    [
      'other bytes',
      gzipSync(tarOf([...members.slice(0, 3), { name: 'set/test.bin', bytes: noise(30_000, 10) }])),
      /test\.bin as it was published, found other bytes/,
    ],
    ['a missing file', gzipSync(tarOf(members.slice(0, 3))), /test\.bin in it, found no such file/],
    ['a cut archive', gzipSync(tarOf(members)).subarray(0, 50_000), /a whole \.tar\.gz/],
    ['no archive at all', noise(5000), /a whole \.tar\.gz/],
    ['a bomb', gzipSync(new Uint8Array(5_000_000)), /bytes at most once unpacked, found more|whole \.tar\.gz/],
  ])('with %s is refused', async (what, archive, message) => {
    const problem = await refusalOf(get([publish(`${what.replaceAll(' ', '-')}.tar.gz`, archive)]))
    expect(problem.message).toMatch(message)
    expect(existsSync(target)).toBe(false)
  })
})

describe.skipIf(noCertificate)(`a lab${why}`, () => {
  const files: Record<string, Uint8Array> = {
    'train-images-idx3-ubyte.gz': gzipSync(imagesFile(30)),
    'train-labels-idx1-ubyte.gz': gzipSync(labelsFile(30)),
    't10k-images-idx3-ubyte.gz': gzipSync(imagesFile(12)),
    't10k-labels-idx1-ubyte.gz': gzipSync(labelsFile(12)),
  }
  const total = Object.values(files).reduce((sum, { length }) => sum + length, 0)

  it('says what a download means, tells how it goes, can be stopped and resumed, and finds the set afterwards', async () => {
    vi.stubEnv('APICAL_HOME', scratch.inside('home'))
    vi.stubEnv('APICAL_DATA', '')
    const mnist = Object.entries(files).map(([name, content]) => {
      publisher.publish(name, content, name.startsWith('train-images') ? { slowMs: 20 } : {})
      return publisher.wanted(name, content)
    })
    const source = { publishers: (name: string) => (name === 'mnist' ? mnist : []), policy: publisher.policy }
    const lab = await openLab({ host: 'test', resultsFolder: scratch.inside('results'), source })
    const events: Download[] = []
    const ended = (state: Download['state']): Promise<Download> =>
      new Promise((resolve) => {
        const stop = lab.watch((event: LabEvent) => {
          if (event.kind !== 'download') return
          events.push(event.download)
          if (event.download.state === state) {
            stop()
            resolve(event.download)
          }
        })
      })
    const card = async () => (await lab.describe({})).dataSets.find(({ name }) => name === 'mnist')
    expect(await card()).toMatchObject({
      state: 'missing',
      download: { bytes: total, have: 0, onDisk: total, folder: scratch.inside('home', 'data', 'mnist') },
    })
    expect((await card())?.looked).toContain(scratch.inside('home', 'data', 'mnist'))

    const begun = ended('fetching')
    await lab.download({ name: 'mnist' })
    await begun
    expect((await refusalOf(lab.download({ name: 'mnist' }))).message).toBe('MNIST is being downloaded already.')
    const stopped = ended('stopped')
    await lab.stopDownload({ name: 'mnist' })
    await stopped
    expect(await card()).toMatchObject({ state: 'missing' })
    expect((await refusalOf(lab.stopDownload({ name: 'mnist' }))).message).toMatch(/is not being downloaded/)

    const done = ended('done')
    await lab.download({ name: 'mnist' })
    expect(await done).toMatchObject({ name: 'mnist', bytes: total, total, problem: null })
    expect((await lab.describe({})).downloads).toMatchObject([{ name: 'mnist', state: 'done' }])
    expect(await card()).toMatchObject({
      state: 'present',
      trainCount: 30,
      folder: scratch.inside('home', 'data', 'mnist'),
      detail: '30 training and 12 test samples, not the published counts.',
    })
    await lab.close()
  })

  it('that is closed keeps what came, and does not take another copy for its own', async () => {
    vi.stubEnv('APICAL_HOME', scratch.inside('home-2'))
    vi.stubEnv('APICAL_DATA', '')
    const content = noise(200_000, 11)
    publisher.publish('x.gz', content, { slowMs: 5 })
    const source = {
      publishers: (name: string) => (name === 'mnist' ? [publisher.wanted('x.gz', content)] : []),
      policy: publisher.policy,
    }
    const lab = await openLab({ host: 'test', resultsFolder: scratch.inside('results-2'), source })
    await lab.download({ name: 'mnist' })
    const folder = scratch.inside('home-2', 'data', 'mnist')
    await vi.waitFor(() => expect(statSync(join(stagingOf(folder), 'x.gz.part')).size).toBeGreaterThan(0))
    await lab.close()
    expect(statSync(join(stagingOf(folder), 'x.gz.part')).size).toBeLessThan(content.length)
    expect((await refusalOf(lab.download({ name: 'glyphs' }))).message).toBe('Glyphs is built in.')
    mkdirSync(folder)
    writeFileSync(join(folder, 'train-images-idx3-ubyte'), imagesFile(3))
    const again = await openLab({ host: 'test', resultsFolder: scratch.inside('results-2'), source })
    const failed = new Promise<Download>((resolve) => {
      again.watch((event) => event.kind === 'download' && event.download.state === 'failed' && resolve(event.download))
    })
    await again.download({ name: 'mnist' })
    expect((await failed).problem?.message).toMatch(/train-images-idx3-ubyte: expected no other copy beside/)
    await again.close()
  })
})

describe('the publishers’ table', () => {
  const published = dataSetFacts.filter((facts) => !isBuiltIn(facts))

  it('has every file of every set once, over https alone, with lengths and checksums that agree with the set’s', () => {
    expect(publishers('glyphs')).toEqual([])
    for (const { name, files } of published) {
      const fetchables = publishers(name)
      const given = fetchables.flatMap(({ gives }) => gives.map((file) => file))
      expect(given.map((file) => file.name.replace(/\.gz$/, '')).toSorted()).toEqual(
        files.map((file) => file.name).toSorted(),
      )
      for (const { urls } of fetchables) for (const url of urls) expect(new URL(url).protocol).toBe('https:')
      for (const file of given) {
        const facts = files.find((one) => one.name === file.name.replace(/\.gz$/, ''))
        expect(file.name.endsWith('.gz') ? facts?.sha256.gz : facts?.sha256.plain).toBe(file.sha256)
        if (!file.name.endsWith('.gz')) expect(facts?.bytes).toBe(file.bytes)
      }
    }
    expect(hostsOf(publishers('mnist'))).toEqual(['ossci-datasets.s3.amazonaws.com', 'storage.googleapis.com'])
  })
})

describe('a rate', () => {
  it('is that of the last seconds, and unknown at first and after a new start', () => {
    let now = 0
    const rate = new Rate(1000, () => now)
    const at = (ms: number, have: number): number | null => ((now = ms), rate.note(have))
    expect(at(500, 2000)).toBeNull()
    expect(at(1000, 3000)).toBeCloseTo(2000)
    for (let second = 2; second <= 8; second++) at(second * 1000, 3000)
    // Nothing came for longer than it looks back.
    expect(at(9000, 3000)).toBe(0)
    expect(at(9500, 10)).toBeNull()
  })
})
