/** NPY, IDX and the arrays in an NPZ, each with its header read and the rest still in the file. */
import { basename } from 'node:path'
import yauzl from 'yauzl'
import { LONGEST_IDX_HEADER, readIdxArrayHeader } from '../../data/idx-array.ts'
import { LONGEST_NPY_HEADER, readNpyHeader } from '../../data/npy.ts'
import { DataProblem } from '../../data/problem.ts'
import { piecesOf, type InputFile } from './beginning.ts'
import type { ArrayFile } from './array-rows.ts'

export interface NamedArray extends ArrayFile {
  /** The file's name without ending, or that of the array in an NPZ: what it holds is guessed from it. */
  readonly name: string
}

export function openArrayFile(file: InputFile): NamedArray {
  const header =
    file.kind === 'npy'
      ? readNpyHeader(file.beginning.subarray(0, LONGEST_NPY_HEADER), file.path)
      : readIdxArrayHeader(file.beginning.subarray(0, LONGEST_IDX_HEADER), file.path)
  return {
    name: basename(file.path).replace(/(\.(npy|idx|gz|ubyte))+$/i, ''),
    file: file.path,
    header,
    pieces: () => piecesOf(file),
  }
}

/** Every array of an NPZ. @throws DataProblem where it is damaged, or holds none */
export async function openNpz(path: string): Promise<NamedArray[]> {
  return withZip(path, async (zip) => {
    const arrays: NamedArray[] = []
    for await (const entry of zip.eachEntry()) {
      const [, name] = /^(.+)\.npy$/.exec(entry.fileName) ?? []
      if (name === undefined) continue
      const file = `${path}, array ${JSON.stringify(name)}`
      const beginning: Uint8Array[] = []
      let have = 0
      const stream = await zip.openReadStreamPromise(entry)
      for await (const piece of stream as AsyncIterable<Uint8Array>) {
        beginning.push(piece)
        have += piece.length
        if (have >= LONGEST_NPY_HEADER) break
      }
      arrays.push({
        name,
        file,
        header: readNpyHeader(Buffer.concat(beginning).subarray(0, LONGEST_NPY_HEADER), file),
        pieces: () => piecesInZip(path, entry.fileName),
      })
    }
    if (arrays.length > 0) return arrays
    throw new DataProblem(path, 'a zip file of NPY arrays', 'none in it', 'Save it with numpy.savez.')
  })
}

async function* piecesInZip(path: string, name: string): AsyncGenerator<Uint8Array> {
  const zip = await opened(path)
  try {
    for await (const entry of zip.eachEntry())
      if (entry.fileName === name) {
        yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>
        return
      }
  } catch (error) {
    throw inWords(error, path)
  } finally {
    zip.close()
  }
}

async function withZip<T>(path: string, work: (zip: yauzl.ZipFile) => Promise<T>): Promise<T> {
  const zip = await opened(path)
  try {
    return await work(zip)
  } catch (error) {
    throw inWords(error, path)
  } finally {
    zip.close()
  }
}

async function opened(path: string): Promise<yauzl.ZipFile> {
  try {
    return await yauzl.openPromise(path, { autoClose: false })
  } catch (error) {
    throw inWords(error, path)
  }
}

/** What the reader of zip files says of a damaged one. */
function inWords(error: unknown, path: string): unknown {
  if (error instanceof DataProblem || !(error instanceof Error)) return error
  if ('code' in error && !String(error.code).startsWith('Z_')) return error
  return new DataProblem(path, 'a whole NPZ file', `one that is damaged (${error.message.replace(/\.$/, '')})`)
}
