/**
 * How groups of a comparison are told apart: by dash and marker first, which no two share, so that no eye and no printer
 * mixes them up. Their colour is their rule's, as everywhere; where two share a rule, shades of it. Kept while others come and go.
 */
import { DASHES, MARKERS, SHADES, type Dash, type Marker } from './line-style.ts'

export interface GroupLook {
  /** 1 to 9: the property `--series-N`, the rule's slot. */
  readonly series: number
  /** 0 to 2. */
  readonly shade: number
  readonly dash: Dash
  readonly marker: Marker
}

/** 4 dashes and 6 markers: one step further every round of twelve, the two together come again after all 24. */
export function lookAt(place: number, series: number, shade: number): GroupLook {
  return {
    ...{ series, shade: shade % SHADES },
    dash: DASHES[place % DASHES.length] ?? 'solid',
    marker: MARKERS[(place + Math.floor(place / 12)) % MARKERS.length] ?? 'circle',
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

/** As `placed`, apart for each slot: the first group of a rule has the rule's own colour. */
export function shaded(
  groups: readonly { readonly id: string; readonly series: number }[],
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map(
    [...Map.groupBy(groups, ({ series }) => series).values()].flatMap((same) => [
      ...placed(
        same.map(({ id }) => id),
        before,
      ),
    ]),
  )
}
