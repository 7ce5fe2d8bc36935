/** How groups of a comparison are told apart: a colour, a dash and a marker each, kept while others come and go. */
import { DASHES, MARKERS, type Dash, type Marker } from './line-style.ts'

export interface GroupLook {
  /** 1 to 8: the property `--series-N`. */
  readonly series: number
  readonly dash: Dash
  readonly marker: Marker
}

const SERIES = 8

/** Colours in an order in which the first few differ most, also for the colour-blind. */
const ORDER: readonly number[] = [1, 3, 2, 4, 5, 6, 8, 7]

/** The look of a place: eight colours first, then the same ones with another dash and marker. */
export function lookAt(place: number): GroupLook {
  // 4 dashes and 6 markers: one step further every round, the two together come again after twelve.
  const step = (place % SERIES) + Math.floor(place / SERIES)
  return {
    series: ORDER[place % SERIES] ?? 1,
    dash: DASHES[step % DASHES.length] ?? 'solid',
    marker: MARKERS[step % MARKERS.length] ?? 'circle',
  }
}

/** A place for every group: the one it had, else the lowest that is free. */
export function placed(ids: readonly string[], before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const places = new Map(ids.flatMap((id) => (before.has(id) ? [[id, before.get(id) ?? 0] as const] : [])))
  const taken = new Set(places.values())
  let free = 0
  for (const id of ids) {
    if (places.has(id)) continue
    while (taken.has(free)) free++
    places.set(id, free)
    taken.add(free)
  }
  return places
}
