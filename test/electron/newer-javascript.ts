// What Chrome 108 and Node 16 lack of the JavaScript that main and face are written in. Only for the old Electron of the
// tests; each stands in for the real one by its definition, and none is used where the real one is there.

type Key = string | number | symbol

function standIn(owner: object, name: string, value: unknown): void {
  if (!(name in owner)) Object.defineProperty(owner, name, { value, writable: true, configurable: true })
}

standIn(Array.prototype, 'toSorted', function <T>(this: T[], compare?: (a: T, b: T) => number) {
  return [...this].sort(compare)
})
standIn(Array.prototype, 'toReversed', function <T>(this: T[]) {
  return [...this].reverse()
})
standIn(Array.prototype, 'toSpliced', function <T>(this: T[], start: number, count: number, ...items: T[]) {
  const copy = [...this]
  copy.splice(start, count, ...items)
  return copy
})
standIn(Array.prototype, 'with', function <T>(this: T[], index: number, value: T) {
  const copy = [...this]
  copy[index < 0 ? copy.length + index : index] = value
  return copy
})
for (const numbers of [Float64Array, Float32Array, Int32Array, Uint32Array, Uint16Array, Uint8Array])
  standIn(numbers.prototype, 'toSorted', function (this: Float64Array, compare?: (a: number, b: number) => number) {
    return this.slice().sort(compare)
  })
standIn(Object, 'groupBy', <T>(items: Iterable<T>, keyOf: (item: T, index: number) => Key) => {
  const groups = Object.create(null) as Record<Key, T[]>
  let index = 0
  for (const item of items) (groups[keyOf(item, index++)] ??= []).push(item)
  return groups
})
standIn(Map, 'groupBy', <T, K>(items: Iterable<T>, keyOf: (item: T, index: number) => K) => {
  const groups = new Map<K, T[]>()
  let index = 0
  for (const item of items) {
    const key = keyOf(item, index++)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
})
standIn(Promise, 'withResolvers', () => {
  const made: Partial<PromiseWithResolvers<unknown>> = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
})
standIn(Promise, 'try', async (work: (...words: unknown[]) => unknown, ...words: unknown[]) => work(...words))
standIn(URL, 'parse', (text: string, base?: string) => {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
})
standIn(URL, 'canParse', (text: string, base?: string) => URL.parse(text, base) !== null)
standIn(Set.prototype, 'union', function <T>(this: Set<T>, other: Set<T>) {
  return new Set([...this, ...other])
})
standIn(Set.prototype, 'intersection', function <T>(this: Set<T>, other: Set<T>) {
  return new Set([...this].filter((item) => other.has(item)))
})
standIn(Set.prototype, 'difference', function <T>(this: Set<T>, other: Set<T>) {
  return new Set([...this].filter((item) => !other.has(item)))
})
standIn(Set.prototype, 'isSubsetOf', function <T>(this: Set<T>, other: Set<T>) {
  return [...this].every((item) => other.has(item))
})
