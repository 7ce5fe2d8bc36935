import { describe, expect, it } from 'vitest'
import { Generator, threefry } from '../../src-main/program/random.ts'

describe('Threefry-2x32-20', () => {
  // The known answers that the authors of Random123 publish with their library (kat_vectors).
  it.each([
    { counter: [0, 0], key: [0, 0], words: [0x6b200159, 0x99ba4efe] },
    { counter: [0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], words: [0x1cb996fc, 0xbb002be7] },
    { counter: [0x243f6a88, 0x85a308d3], key: [0x13198a2e, 0x03707344], words: [0xc4923a9c, 0x483df7a0] },
  ] as const)('gives the published words for counter $counter', ({ counter, key, words }) => {
    expect([...threefry(key, counter)]).toEqual([...words])
  })
})

describe('Generator', () => {
  it('goes on from a saved state with the very next number, at every position', () => {
    const generator = Generator.seeded(7)
    for (let i = 0; i < 9; i++) {
      const saved = JSON.parse(JSON.stringify(generator.state())) as ReturnType<Generator['state']>
      const next = generator.bits()
      expect(Generator.restore(saved).bits()).toBe(next)
    }
  })

  it('splits without reading from its stream, and by label', () => {
    const one = Generator.seeded(3)
    const two = Generator.seeded(3)
    one.split('initial').bits()
    expect(one.bits()).toBe(two.bits())
    const first = (label: string | number): number => Generator.seeded(3).split(label).bits()
    expect(first('initial')).toBe(first('initial'))
    expect(new Set(['initial', 'order', 'sign', 'evaluate', 0, 1, 2, '10'].map(first)).size).toBe(8)
  })

  it('gives different seeds different streams, also beyond 32 bits', () => {
    const firsts = [0, 1, 10, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].map((seed) =>
      Generator.seeded(seed).bits(),
    )
    expect(new Set(firsts).size).toBe(firsts.length)
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses %s as a seed', (seed) => {
    expect(() => Generator.seeded(seed)).toThrow(/seed/)
  })

  it('is uniform: mean ½ and variance 1⁄12 within five standard errors of 100,000 draws', () => {
    const generator = Generator.seeded(11)
    const n = 100_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const u = generator.uniform()
      expect(u >= 0 && u < 1).toBe(true)
      sum += u
      squares += (u - 0.5) ** 2
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(squares / n - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n))
  })

  it('draws standard normals', () => {
    const generator = Generator.seeded(12)
    const n = 50_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const v = generator.normal()
      sum += v
      squares += v * v
    }
    expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
  })

  it('draws whole numbers without favouring any: χ² of 60,000 draws from 6 stays below its 99.999 % point', () => {
    const generator = Generator.seeded(13)
    const counts = new Float64Array(6)
    for (let i = 0; i < 60_000; i++) {
      const k = generator.integer(6)
      counts[k] = (counts[k] ?? 0) + 1
    }
    const chi = counts.reduce((total, count) => total + (count - 10_000) ** 2 / 10_000, 0)
    expect(chi).toBeLessThan(30.9)
  })

  it('tosses a fair coin', () => {
    const generator = Generator.seeded(14)
    let sum = 0
    for (let i = 0; i < 40_000; i++) sum += generator.coin()
    expect(Math.abs(sum)).toBeLessThan(5 * Math.sqrt(40_000))
  })

  it('shuffles into a permutation in which every place is reached', () => {
    const reached = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const order = Generator.seeded(seed).shuffle(Uint32Array.from([0, 1, 2]))
      expect([...order].sort()).toEqual([0, 1, 2])
      reached.add(order.join())
    }
    expect(reached.size).toBe(6)
  })

  it('whole numbers have no modulo bias', () => {
    // A quarter of all words lie above the limit; taken modulo the count, they would make the low third a half.
    const generator = Generator.seeded(3)
    const count = 3 * 2 ** 30
    const draws = Array.from({ length: 3000 }, () => generator.integer(count))
    expect(draws.filter((draw) => draw < 2 ** 30).length / draws.length).toBeCloseTo(1 / 3, 1)
  })
})
