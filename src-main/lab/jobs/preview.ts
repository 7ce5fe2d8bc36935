/** A page of samples as people look at them: images as bytes, points of a plane, or lines of a table. */
import { base64 } from '../../analysis/pack.ts'
import type { DataPreview } from '../../contract.ts'
import type { Samples } from '../../data/data-set.ts'
import { arePoints, planeAround, pointsOf } from '../../data/plane.ts'
import { loadDataSet, ownRecord } from '../datasets.ts'
import type { Job } from './job.ts'

/** As they are drawn: what a network sees as 0 in black and as 1 in white, where pixels are no bytes. */
function asBytes(pixels: Samples['pixels'], { image, scaling }: Samples): Uint8Array {
  if (pixels instanceof Uint8Array || image === null) return Uint8Array.from(pixels)
  const plane = image.height * image.width
  return Uint8ClampedArray.from(pixels, (value, i) => {
    const channel = scaling.scale.length === 1 ? 0 : Math.floor(i / plane)
    return 255 * (value * (scaling.scale[channel] ?? 1) + (scaling.offset[channel] ?? 0))
  }) as unknown as Uint8Array
}

/** So many points of a cloud are told apart. */
const MOST_OF_CLOUD = 4000

function planeOf(
  samples: Samples,
  page: readonly number[],
  found: readonly number[],
): NonNullable<DataPreview['plane']> {
  const all = pointsOf(
    samples,
    Array.from({ length: samples.count }, (_, i) => i),
  )
  const cloud = found.slice(0, MOST_OF_CLOUD)
  return {
    plane: planeAround(all),
    points: base64(pointsOf(samples, page)),
    cloud: base64(pointsOf(samples, cloud)),
    cloudLabels: base64(Uint16Array.from(cloud, (index) => samples.labels[index] as number)),
  }
}

/** A screen has room for so many columns. */
const MOST_COLUMNS = 12

/** The first columns, in the numbers of the person's own file. */
function tableOf(name: string, { pixels, features }: Samples, page: readonly number[]): DataPreview['table'] {
  const record = ownRecord(name)
  const shown = Math.min(MOST_COLUMNS, features)
  const columns = Array.from({ length: shown }, (_, i) => record?.columnNames?.[i] ?? `${i + 1}`)
  const row = (index: number): number[] =>
    columns.map((_, i) => {
      const { offset, divisor } = record?.columns?.[i] ?? { offset: 0, divisor: 1 }
      const apart = (pixels[index * features + i] as number) * divisor
      // What float32 keeps of a 0 whose column has another mean.
      return Math.abs(apart + offset) < Math.abs(apart) * 2 ** -20 ? 0 : apart + offset
    })
  return { columns, features, rows: page.map(row) }
}

export async function preview(asked: Extract<Job, { kind: 'preview' }>): Promise<DataPreview> {
  const { data, fingerprint, warnings } = await loadDataSet(asked.name, { seed: 0, folder: asked.dataFolder })
  const { labels, pixels, features, count: total, image } = data[asked.split]
  const counts = data.classNames.map(() => 0)
  const found: number[] = []
  for (let index = 0; index < total; index++) {
    const label = labels[index] as number
    counts[label] = (counts[label] ?? 0) + 1
    if (asked.label === null || asked.label === label) found.push(index)
  }
  const page = asked.samples?.filter((index) => index < total) ?? found.slice(asked.from, asked.from + asked.count)
  const drawn = image === null ? 0 : features
  const bytes = new Uint8Array(page.length * drawn)
  page.forEach((index, at) => {
    bytes.set(asBytes(pixels.subarray(index * drawn, (index + 1) * drawn), data[asked.split]), at * drawn)
  })
  const points = arePoints(data[asked.split])
  return {
    image,
    classNames: data.classNames,
    counts,
    total,
    matching: found.length,
    samples: page.map((index) => ({ index, label: labels[index] as number })),
    pixels: Buffer.from(bytes).toString('base64'),
    plane: points ? planeOf(data[asked.split], page, asked.samples === null ? found : []) : null,
    table: image === null && !points ? tableOf(asked.name, data[asked.split], page) : null,
    checksums: fingerprint,
    warnings,
  }
}
