/** Shaders as text: what surrounds kernels, and several independent instructions in one dispatch, each on its own workgroups. */
import type { Instruction, Lowered } from '../lowering/plan.ts'
import { affine, TILE_QUADS } from './kernels/affine.ts'
import { chain } from './kernels/chain.ts'
import { copy, count, fill, input, measure, product, reduce, softmax } from './kernels/plain.ts'
import { mapDefinitions } from './maps.ts'
import { THREADS, Writer, type Kernel, type Word } from './writer.ts'

/** One dispatch: its text, the words of its uniform block and its workgroups for a replica. */
export interface Shader {
  readonly code: string
  readonly words: readonly Word[]
  readonly groups: Word
}

/** How the kernels of a dispatch divide their work: `rows` as `affine` takes them, `block` as `chain` does. */
export interface Division {
  readonly rows: number | null
  readonly block: number
}

/** One dispatch for instructions that touch nothing another of them writes. */
export function shaderOf(lowered: Lowered, instructions: readonly Instruction[], division: Division): Shader {
  const words: Word[] = []
  const writer = new Writer(lowered, words)
  // Where each instruction's workgroups end; known once the kernels are.
  const kernels: Kernel[] = []
  const ends = instructions.map((_, index) =>
    writer.word((place) => kernels.slice(0, index + 1).reduce((sum, { groups }) => sum + groups(place), 0)),
  )
  for (const instruction of instructions) kernels.push(kernelOf(instruction, writer, division))
  const calls = kernels.map((_, index) => {
    const from = index === 0 ? 'g' : `g - ${ends[index - 1] ?? '0u'}`
    return `if (g < ${ends[index] ?? '0u'}) { kernel${index}(${from}, tid); }`
  })
  const functions = kernels.map(({ body }, index) => `fn kernel${index}(g: u32, tid: u32) {\n${body}\n}`)
  return {
    code: wrapped(functions.join('\n'), calls.join('\nelse '), words.length, { threads: THREADS }),
    words,
    groups: (place) => kernels.reduce((sum, { groups }) => sum + groups(place), 0),
  }
}

function kernelOf(instruction: Instruction, writer: Writer, { rows, block }: Division): Kernel {
  switch (instruction.kind) {
    case 'input':
      return input(instruction, writer)
    case 'fill':
      return fill(instruction, writer)
    case 'copy':
    case 'transpose':
      return copy(instruction, writer)
    case 'affine':
      return affine(instruction, writer, rows)
    case 'chain':
      return chain(instruction, writer, block)
    case 'product':
      return product(instruction, writer)
    case 'softmax':
      return softmax(instruction, writer)
    case 'reduce':
      return reduce(instruction, writer)
    case 'measure':
      return measure(instruction, writer)
    case 'count':
      return count(instruction, writer)
    case 'repeat':
      throw new Error('a repeat is dispatched by what is in it')
    default:
      return instruction satisfies never
  }
}

/**
 * What every shader begins with, and `main`. Its arguments to kernels: g, the workgroup's number from 0 among those of
 * its replica, and tid, the thread in it.
 *
 * @param partials sums of four numbers that each thread may share at a time
 * @param vec4Weights parameters are declared as vec4, and only read
 */
export function wrapped(
  functions: string,
  main: string,
  words: number,
  { threads, partials = 1, vec4Weights = false }: { threads: number; partials?: number; vec4Weights?: boolean },
): string {
  const memory = [
    /\btile\[/.test(functions) ? `var<workgroup> tile: array<vec4<f32>, ${TILE_QUADS}>;` : '',
    /\bpartial\[/.test(functions) ? `var<workgroup> partial: array<vec4<f32>, ${threads * partials}>;` : '',
  ]
  return `struct Frame { place: vec4<u32>, strides: vec4<u32>, data: vec4<u32> }
@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<uniform> step: vec4<u32>;
@group(0) @binding(2) var<uniform> p: array<vec4<u32>, ${Math.max(1, Math.ceil(words / 4))}>;
@group(0) @binding(3) var<storage, read_write> W: array<${vec4Weights ? 'vec4<f32>' : 'f32'}>;
@group(0) @binding(4) var<storage, read_write> V: array<f32>;
@group(0) @binding(5) var<storage, read> scalars: array<f32>;
@group(0) @binding(6) var<storage, read> samples: array<u32>;
@group(0) @binding(7) var<storage, read> pixels: array<u32>;
@group(0) @binding(8) var<storage, read> labels: array<u32>;
${/\bX\[/.test(functions) ? '@group(0) @binding(9) var<storage, read_write> X: array<atomic<u32>>;' : ''}
var<private> baseW: u32;
var<private> baseV: u32;
var<private> slot: u32;
var<private> network: u32;
var<private> first: u32;
${memory.join('\n')}
${mapDefinitions(functions)}
${functions}
@compute @workgroup_size(${threads}) fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) tid: u32) {
network = id.z;
let replica = frame.strides.x + id.z;
baseV = id.z * frame.strides.y;
baseW = replica * frame.strides.z;
slot = (id.z * frame.place.y + frame.place.x) * frame.strides.w;
first = frame.place.z + id.z * frame.place.w;
let g = id.x + id.y * count.x;
${main}
}`
}
