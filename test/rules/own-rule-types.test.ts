// The words of `apical/rule` for an editor: of the sources as they are, and enough for a rule to be written against them alone.
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { deltaRule, settlingRule } from '../../src-main/cli/rule-examples.ts'
import * as kit from '../../src-main/rules/kit.ts'
import { ownRuleTypes, TYPES_FILE } from './own-rule-types.ts'

const text = readFileSync(TYPES_FILE, 'utf8')

test('resources/apical-rule.d.ts is of these sources; node_modules/.bin/node test/rules/own-rule-types.ts writes it', async () => {
  expect(text).toBe(await ownRuleTypes())
})

test('it imports nothing', () => {
  expect(text).not.toMatch(/^\s*import\b|\bimport\(|\bz\.|zod/m)
})

/** What TypeScript has against these files, strict, with the words beside them and nothing else: file, line, sentence. */
function complaints(files: Readonly<Record<string, string>>): readonly string[] {
  const all: Readonly<Record<string, string>> = { 'apical-rule.d.ts': text, ...files }
  const options: ts.CompilerOptions = {
    ...{ strict: true, noUncheckedIndexedAccess: true, noEmit: true, types: [], skipLibCheck: false },
    ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, lib: ['lib.es2023.d.ts'] },
  }
  const disk = ts.createCompilerHost(options)
  const own = (path: string): string | undefined =>
    path.startsWith('/rules/') ? all[path.slice('/rules/'.length)] : undefined
  const host: ts.CompilerHost = {
    ...disk,
    getSourceFile(path, ...more) {
      const virtual = own(path)
      return virtual === undefined
        ? disk.getSourceFile(path, ...more)
        : ts.createSourceFile(path, virtual, ts.ScriptTarget.ES2023, true)
    },
    fileExists: (path) => own(path) !== undefined || disk.fileExists(path),
    readFile: (path) => own(path) ?? disk.readFile(path),
  }
  const program = ts.createProgram(
    Object.keys(files).map((name) => `/rules/${name}`),
    options,
    host,
  )
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1
    return `${file?.fileName.replace('/rules/', '') ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

test('the examples are right by it alone, and what is wrong is told in its line', () => {
  const wrong = deltaRule('wrong')
    .replace('apply(W, p.x)\n', 'apply(W, 3)\n')
    .replace('s.learningRate', 's.learningRat')
    .replace("{ kind: 'xavier' }", "{ kind: 'xavjer' }")
    .replace("p.measure('error', error)", "p.measure('error')")
  const line = (part: string): number => wrong.split('\n').findIndex((one) => one.includes(part)) + 1
  const found = complaints({ 'delta.ts': deltaRule('delta'), 'chl.ts': settlingRule('chl'), 'wrong.ts': wrong })
  expect(found.map((one) => one.replace(/: .*/, ''))).toEqual(
    ['xavjer', 's.learningRat,', 'apply(W, 3)', "p.measure('error')"]
      .map(line)
      .sort((a, b) => a - b)
      .map((at) => `wrong.ts:${at}`),
  )
  expect(found.join('\n')).toMatch(/'learningRat' does not exist on type .*Did you mean 'learningRate'/)
})

test('every word that a file can import is in it', () => {
  const names = Object.keys(kit)
  const file = `import * as words from 'apical/rule'\n${names.map((name) => `void words.${name}`).join('\n')}\n`
  const missing = `${file}void words.notThere\n`
  const reference = '/// <reference path="./apical-rule.d.ts" />\n'
  expect(complaints({ 'all.ts': reference + file })).toEqual([])
  expect(complaints({ 'all.ts': reference + missing })).toHaveLength(1)
})
