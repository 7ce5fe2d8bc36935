/** Where a box covers nothing that is drawn. */

/** What lies between two edges that go from left to right, on paper; a line is both of its edges. */
export interface Obstacle {
  readonly x: readonly number[]
  readonly upper: readonly number[]
  readonly lower: readonly number[]
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Exact, for edges that are straight from point to point. */
export function covers({ x: left, y: top, width, height }: Box, { x, upper, lower }: Obstacle): boolean {
  const [right, bottom] = [left + width, top + height]
  if (x.length === 1) return inside(x[0]!, left, right) && upper[0]! <= bottom && lower[0]! >= top
  for (let i = 0; i + 1 < x.length; i++) {
    const [from, to] = [x[i]!, x[i + 1]!]
    if (to < left || from > right) continue
    const at = (edge: readonly number[], where: number): number =>
      to === from ? edge[i]! : edge[i]! + ((edge[i + 1]! - edge[i]!) * (where - from)) / (to - from)
    const [begin, end] = [Math.max(from, left), Math.min(to, right)]
    const ends =
      to === from
        ? [edgeEnds(upper, i), edgeEnds(lower, i)]
        : [
            [at(upper, begin), at(upper, end)],
            [at(lower, begin), at(lower, end)],
          ]
    // Over the stretch that both share, an edge takes every value between those at its ends.
    if (Math.min(...ends[0]!) <= bottom && Math.max(...ends[1]!) >= top) return true
  }
  return false
}

function edgeEnds(edge: readonly number[], i: number): readonly number[] {
  return [edge[i]!, edge[i + 1]!]
}

function inside(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}

const ACROSS = 16
const DOWN = 12

/**
 * The first place in the frame where a box of that size, with air around it, covers none of them: corners first, where one
 * looks for a legend, then along the frame's edges, then anywhere; null where there is none.
 */
export function freePlace(
  frame: Box,
  size: { readonly width: number; readonly height: number },
  air: number,
  obstacles: readonly Obstacle[],
): { readonly x: number; readonly y: number } | null {
  const room = { x: frame.width - size.width - 2 * air, y: frame.height - size.height - 2 * air }
  if (room.x < 0 || room.y < 0) return null
  const steps = Array.from({ length: (ACROSS + 1) * (DOWN + 1) }, (_, i) => {
    const [column, row] = [i % (ACROSS + 1), Math.floor(i / (ACROSS + 1))]
    const edges = Number(column === 0 || column === ACROSS) + Number(row === 0 || row === DOWN)
    // From the lower right, where learning curves leave room.
    return { edges, x: 1 - column / ACROSS, y: 1 - row / DOWN }
  }).sort((a, b) => b.edges - a.edges)
  for (const step of steps) {
    const place = { x: frame.x + air + step.x * room.x, y: frame.y + air + step.y * room.y }
    const aired = { x: place.x - air, y: place.y - air, width: size.width + 2 * air, height: size.height + 2 * air }
    if (!obstacles.some((obstacle) => covers(aired, obstacle))) return place
  }
  return null
}
