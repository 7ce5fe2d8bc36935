/** One hue from near the ground to far from it: lightness alone tells the order, so that any eye and any printer can. */
const STOPS = {
  light: ['#f3ecfa', '#d9c6ee', '#b493dc', '#8a5fc0', '#5f3595', '#3a1b66'],
  dark: ['#2a2240', '#46346b', '#6b4d9f', '#9671cf', '#bf9ff0', '#e9dcff'],
} as const

export type Theme = keyof typeof STOPS

/** The colour of a share from 0 to 1, and the text colour that is read best on it. */
export function heatColour(share: number, theme: Theme): { readonly ground: string; readonly text: string } {
  const stops = STOPS[theme]
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1)
  const below = Math.min(Math.floor(place), stops.length - 2)
  const from = channels(stops[below] ?? stops[0])
  const to = channels(stops[below + 1] ?? stops[0])
  const mixed = from.map((channel, i) => Math.round(channel + (place - below) * ((to[i] ?? 0) - channel)))
  const ground = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
  return { ground, text: contrast(ground, '#000000') >= contrast(ground, '#ffffff') ? '#000000' : '#ffffff' }
}

/** Below zero blue, above it red, nothing at zero: of values whose sign is what counts. */
const SIGNED_STOPS = {
  light: ['#1d5a9b', '#7fb2d9', '#faf8f4', '#ef9f7c', '#a81d2b'],
  dark: ['#7cc4f2', '#2b608c', '#1c1926', '#9c4034', '#ff9d85'],
} as const

export function signedStops(theme: Theme): readonly string[] {
  return SIGNED_STOPS[theme]
}

/** RGBA of 256 levels between colours. */
export function levelsOf(stops: readonly string[]): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(256 * 4)
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (stops.length - 1)
    const below = Math.min(Math.floor(place), stops.length - 2)
    const [from, to] = [channels(stops[below] ?? '#000000'), channels(stops[below + 1] ?? '#000000')]
    from.forEach((channel, i) => {
      rgba[level * 4 + i] = Math.round(channel + (place - below) * ((to[i] ?? 0) - channel))
    })
    rgba[level * 4 + 3] = 255
  }
  return rgba
}

/** Colours from low to high, for a key. */
export function heatStops(theme: Theme): readonly string[] {
  return STOPS[theme]
}

/** Contrast of two colours after WCAG 2: from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const value = channel / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16))
}
