/** Things counted by layer as papers count them: `W(k)` for k = from … to. Asking for another layer is an error in the rule. */
export function layers<T>(from: number, to: number, make: (k: number) => T): (k: number) => T {
  const made = new Map<number, T>()
  for (let k = from; k <= to; k++) made.set(k, make(k))
  return (k) => {
    const thing = made.get(k)
    if (thing === undefined) throw new RangeError(`there is no layer ${k} here; layers run from ${from} to ${to}`)
    return thing
  }
}
