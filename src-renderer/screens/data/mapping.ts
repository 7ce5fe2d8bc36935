/** The mapping of a person's files as the form begins with it, and what it makes of what is typed. */
import type { DataMapping } from '../../../src-main/contract.ts'
import { dataSetName, dataSetTitle } from '../../../src-main/experiment/data-set-name.ts'

/** Everything recognised, and a name from the file's. */
export function mappingFor(path: string): DataMapping {
  const title = dataSetTitle(path)
  return {
    name: dataSetName(title),
    title,
    labelColumn: null,
    leaveOut: [],
    header: null,
    separator: null,
    decimal: null,
    missing: 'refuse',
    scaling: null,
    split: null,
    testFraction: 0.2,
    stratified: true,
    splitSeed: 0,
    splitColumn: null,
    testValue: 'test',
    image: null,
  }
}

/** '28×28', '28x28' or '32 x 32 x 3'; null for nothing, undefined for what is no shape. */
export function readShape(text: string): DataMapping['image'] | undefined {
  if (text.trim() === '') return null
  const [, height, width, channels = '1'] = /^\s*(\d{1,4})\s*[x×]\s*(\d{1,4})(?:\s*[x×]\s*([13]))?\s*$/.exec(text) ?? []
  const [h, w] = [Number(height), Number(width)]
  return h >= 1 && w >= 1 && h <= 4096 && w <= 4096
    ? { height: h, width: w, channels: channels === '3' ? 3 : 1 }
    : undefined
}

export function writeShape(image: DataMapping['image']): string {
  if (image === null) return ''
  return `${image.height}×${image.width}${image.channels === 3 ? '×3' : ''}`
}
