/** A folder with a folder of PNG images per class, as torchvision's ImageFolder and Keras have it. */
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png'
import { DataProblem, formatCount } from '../../data/problem.ts'
import { batchRows, type ImageShape, type RowBatch, type RowSource } from '../../data/rows.ts'
import { readBytes } from '../storage.ts'
import { LABELS } from './array-rows.ts'

/** Bytes of a PNG that is read. */
const LARGEST_PNG = 1 << 26

interface ClassImage {
  readonly path: string
  readonly label: string
}

/** Folders by name, without what systems and editors hide. */
export function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name))
    .map(({ name }) => name)
    .sort()
}

export function openImageFolder(folder: string): RowSource {
  const images: ClassImage[] = []
  for (const label of foldersIn(folder)) for (const path of pngsIn(join(folder, label))) images.push({ path, label })
  const [first] = images
  if (first === undefined)
    throw new DataProblem(folder, 'a folder of PNG images per class', 'no PNG image in any folder of it', HOW)
  const shape = shapeOf(read(first.path))
  const features = shape.height * shape.width * shape.channels
  return {
    file: folder,
    columns: [...Array.from({ length: features }, (_, i) => String(i + 1)), LABELS],
    named: false,
    labelColumn: LABELS,
    image: shape,
    fullRange: true,
    rows: () => rows(folder, images, shape, features),
  }
}

const HOW =
  'Give a folder with one folder per class in it, named for the class, or with “train” and “test” that hold these.'

function pngsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.png$/i.test(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name))
    .sort()
}

async function* rows(
  folder: string,
  images: readonly ClassImage[],
  shape: ImageShape,
  features: number,
): AsyncGenerator<RowBatch> {
  const columns = features + 1
  const many = batchRows(columns)
  for (let first = 0; first < images.length; first += many) {
    const part = images.slice(first, first + many)
    const numbers = new Float64Array(part.length * columns)
    part.forEach(({ path }, row) => {
      writePixels(read(path), path, shape, numbers, row * columns)
      numbers[row * columns + features] = NaN
    })
    // Decoding is hard work between two turns.
    await new Promise<void>((resolve) => setImmediate(resolve))
    yield {
      count: part.length,
      numbers,
      text: (row, column) => (column === features ? (part[row]?.label ?? '') : String(numbers[row * columns + column])),
      where: (row) => relative(folder, part[row]?.path ?? ''),
    }
  }
}

function read(path: string): DecodedPng {
  try {
    const bytes = readBytes(path, LARGEST_PNG)
    if (bytes === null)
      throw new DataProblem(path, 'a PNG image', 'none any more', 'It was moved or deleted meanwhile.')
    const image = decode(bytes, { checkCrc: true })
    if (image.palette === undefined) return image
    const channels = image.palette[0]?.length ?? 3
    return { ...image, data: convertIndexedToRgb(image), channels, depth: 8 }
  } catch (error) {
    if (error instanceof DataProblem) throw error
    throw new DataProblem(
      path,
      'a PNG image',
      `one that cannot be read (${error instanceof Error ? error.message : ''})`,
    )
  }
}

function shapeOf({ width, height, channels }: DecodedPng): ImageShape {
  return { height, width, channels: channels <= 2 ? 1 : 3 }
}

/** Planes one after another; the last channel of two or four is transparency, which must say nothing. */
function writePixels(image: DecodedPng, path: string, shape: ImageShape, to: Float64Array, at: number): void {
  const { width, height, data, channels, depth } = image
  const own = shapeOf(image)
  if (height !== shape.height || width !== shape.width || own.channels !== shape.channels)
    throw new DataProblem(
      path,
      `an image of ${shapeText(shape)}, as the first one`,
      shapeText(own),
      'Bring all images to one size and one kind of colour.',
    )
  const most = 2 ** depth - 1
  // Fewer than eight bits: several pixels of a row share a byte.
  const packed = depth < 8
  const rowBytes = Math.ceil((width * depth) / 8)
  const opaque = channels === 2 || channels === 4 ? channels - 1 : null
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = (y * width + x) * channels
      if (opaque !== null && data[pixel + opaque] !== most)
        throw new DataProblem(
          path,
          'an image without transparency',
          `a transparent pixel at ${x}, ${y}`,
          'Put the images on a background, and save them without an alpha channel.',
        )
      for (let channel = 0; channel < shape.channels; channel++) {
        const value = packed
          ? ((data[y * rowBytes + ((x * depth) >> 3)] as number) >> (8 - depth - ((x * depth) & 7))) & most
          : (data[pixel + channel] as number)
        // Bytes stay what they are; other depths come to the same range.
        to[at + channel * height * width + y * width + x] = depth === 8 ? value : (value * 255) / most
      }
    }
}

function shapeText({ height, width, channels }: ImageShape): string {
  return `${formatCount(height)}×${formatCount(width)} ${channels === 1 ? 'in grey' : 'in colour'}`
}
