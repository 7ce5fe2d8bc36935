// The house rule on the length of files: around 100 lines, talk at 300, split at 500. ESLint holds TypeScript and Svelte to
// it; here C++ is held to it as well, and the engines, where a file is one thought, to the lower of the two.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Later lines override earlier ones. */
const limits: readonly { readonly files: RegExp; readonly lines: number }[] = [
  { files: /\.(ts|mjs|js|svelte|css|html|cpp|h|wgsl)$/, lines: 500 },
  { files: /^src-main\/engines\/.*\.(ts|cpp|h|wgsl)$/, lines: 300 },
]

/** One sentence per file that is longer than its limit. */
function tooLong(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([path, source]) => {
    const limit = limits.findLast(({ files }) => files.test(path))?.lines ?? Infinity
    const lines = source.replace(/\n$/, '').split('\n').length
    return lines > limit ? [`${path} has ${lines} lines, ${limit} are allowed`] : []
  })
}

test('the check sees a file that is too long, and only that', () => {
  const lines = (count: number): string => 'int a;\n'.repeat(count)
  expect(
    tooLong(
      new Map([
        ['src-main/engines/native/addon/long.cpp', lines(301)],
        ['src-main/engines/native/addon/short.h', lines(300)],
        ['src-main/engines/webgpu/long.ts', lines(301)],
        ['src-renderer/long.css', lines(501)],
        ['src-main/lab/short.ts', lines(500)],
        ['resources/cards.json', lines(900)],
      ]),
    ),
  ).toEqual([
    'src-main/engines/native/addon/long.cpp has 301 lines, 300 are allowed',
    'src-main/engines/webgpu/long.ts has 301 lines, 300 are allowed',
    'src-renderer/long.css has 501 lines, 500 are allowed',
  ])
})

test('no file of the clone is too long', () => {
  const paths = globSync('{src-main,src-renderer,test}/**/*', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => limits.some(({ files }) => files.test(path)))
  for (const ending of ['.ts', '.svelte', '.cpp', '.h'])
    expect(paths.filter((path) => path.endsWith(ending)).length).toBeGreaterThan(5)
  expect(tooLong(new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])))).toEqual([])
})
