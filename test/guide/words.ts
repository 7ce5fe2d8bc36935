/**
 * Makes the tables of words in resources/guide/own-rules.md from resources/apical-rule.d.ts, which is made from the sources:
 * what a person reads of a word is its docstring.
 *
 *   node_modules/.bin/node test/guide/words.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import ts from 'typescript'
import { TYPES_FILE } from '../rules/own-rule-types.ts'

export const GUIDE_FILE = join(fileURLToPath(new URL('../..', import.meta.url)), 'resources/guide/own-rules.md')

/** By heading. Everything that `apical/rule` exports stands in one of them. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Products and sums': [
    'apply',
    'applyTransposed',
    'outer',
    'outerSum',
    'sum',
    'difference',
    'multiply',
    'divide',
    'sumOverUnits',
    'meanOverBatch',
    'sumOverBatch',
    'mean',
    'total',
  ],
  'Functions of every entry': ['map', 'hardSigmoid', 'relu', 'softmax', 'crossEntropy'],
  'The network, p': [
    'p.x',
    'p.y',
    'p.parameter',
    'p.state',
    'p.zeros',
    'p.fill',
    'p.repeat',
    'p.scalar',
    'p.scalarPerIteration',
    'p.count',
    'p.measure',
    'layers',
  ],
  'Parameters, states and scalars': ['holder.current', 'holder.become', 'holder.increase', 'scalar.times'],
  'Numbers that change from batch to batch': [
    'formula.epoch',
    'formula.batch',
    'formula.sign',
    'formula.iteration',
    'formula.plus',
    'formula.minus',
    'formula.times',
    'formula.over',
    'formula.power',
    'formula.smaller',
    'formula.larger',
    'formula.floor',
    'formula.root',
    'formula.exp',
    'formula.fromEpoch',
    'formula.scheduled',
  ],
  Settings: ['number', 'whole', 'choice', 'onOff', 'perLayer', 'layerNumbers', 'schedule'],
  'Reports that Apical understands': [
    'reportResidual',
    'reportEnergy',
    'stateName',
    'feedbackName',
    'residualName',
    'layerResidualName',
    'sampleEnergyName',
  ],
}
/** Said in the text itself. */
const TOLD_ELSEWHERE = new Set(['rule', 'formula'])
/** How the classes of a traced rule are called in the guide. */
const CALLED: Readonly<Record<string, string>> = { Tracer: 'p', Holder: 'holder', Scalar: 'scalar' }

interface Word {
  /** 'apply(weight, rates)'. */
  readonly call: string
  readonly doc: string
}

const BEGIN = '<!-- words: made by test/guide/words.ts -->'
const END = '<!-- end of words -->'

/** The guide with its tables as they should be. @throws where a word has no docstring, or is in no group */
export async function withWords(guide: string): Promise<string> {
  const [before, rest] = guide.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`expected "${BEGIN}" and "${END}" in the guide`)
  const { words, exported, initials, maps } = readTypes()
  const grouped = new Set(Object.values(GROUPS).flat())
  const homeless = exported.filter((name) => !grouped.has(name) && !TOLD_ELSEWHERE.has(name))
  if (homeless.length > 0) throw new Error(`no group of the guide has ${homeless.join(', ')}`)
  const tables = Object.entries(GROUPS).map(([heading, names]) => {
    const lines = names.map((name) => {
      const word = words.get(name)
      if (word === undefined || word.doc === '') throw new Error(`apical/rule has no docstring for ${name}`)
      return row(word.call.replace('holder.', 'W.'), word.doc)
    })
    return `### ${heading}\n\n| word | meaning |\n| --- | --- |\n${lines.join('\n')}`
  })
  const named = (title: string, entries: readonly Word[]): string =>
    `### ${title}\n\n| name | meaning |\n| --- | --- |\n${entries.map(({ call, doc }) => row(call, doc)).join('\n')}`
  return format(
    `${before}${BEGIN}\n\n${[...tables, named('Names for map', maps), named('How parameters begin', initials)].join('\n\n')}\n\n${END}${after}`,
    { ...(await resolveConfig(GUIDE_FILE)), parser: 'markdown' },
  )
}

const row = (call: string, doc: string): string => `| \`${call}\` | ${doc.replaceAll('|', '\\|')} |`

function readTypes(): {
  readonly words: ReadonlyMap<string, Word>
  readonly exported: readonly string[]
  readonly initials: readonly Word[]
  readonly maps: readonly Word[]
} {
  const file = ts.createSourceFile(TYPES_FILE, readFileSync(TYPES_FILE, 'utf8'), ts.ScriptTarget.Latest, true)
  const words = new Map<string, Word>()
  const exported: string[] = []
  const initials: Word[] = []
  const maps: Word[] = []
  const kinds = (type: ts.TypeNode): void => {
    if (!ts.isUnionTypeNode(type)) return
    let before = type.pos
    for (const member of type.types) {
      const kind = /kind: ('\w+')/.exec(member.getText())?.[1] ?? ''
      const more = /readonly (value|bound)/.exec(member.getText())?.[1]
      initials.push({
        call: `{ kind: ${kind}${more === undefined ? '' : `, ${more}`} }`,
        doc: plain(/\/\*\*[\s\S]*?\*\//.exec(file.text.slice(before, member.getStart()))?.[0] ?? ''),
      })
      before = member.end
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionDeclaration(node)) {
      const name = node.name?.text ?? ''
      words.set(name, { call: `${name}(${parametersOf(node)})`, doc: docOf(node) })
    } else if (ts.isVariableStatement(node)) {
      for (const { name, type } of node.declarationList.declarations) {
        const text = name.getText()
        if (text === 'MAPS' && type !== undefined && ts.isTypeLiteralNode(type))
          for (const member of type.members)
            maps.push({ call: `'${member.name?.getText() ?? ''}'`, doc: docOf(member) })
        const call = type !== undefined && ts.isFunctionTypeNode(type) ? `${text}(${parametersOf(type)})` : text
        words.set(text, { call, doc: docOf(node) })
      }
    } else if (ts.isClassDeclaration(node)) {
      const of = CALLED[node.name?.text ?? '']
      if (of !== undefined)
        for (const member of node.members) {
          const name = `${of}.${member.name?.getText() ?? ''}`
          const call = ts.isMethodDeclaration(member) ? `${name}(${parametersOf(member)})` : name
          words.set(name, { call, doc: docOf(member) })
        }
    } else if (ts.isTypeAliasDeclaration(node) && node.name.text === 'Initial') kinds(node.type)
    else if (ts.isModuleDeclaration(node) && node.name.text === 'formula') {
      for (const name of node.getText().match(/\b[a-z]\w*(?=,)/g) ?? []) {
        const word = words.get(name)
        if (word !== undefined && name !== 'evaluate')
          words.set(`formula.${name}`, { ...word, call: `formula.${word.call}` })
      }
      return
    } else if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.exportClause !== undefined)
      for (const name of node.exportClause.getText().match(/\w+/g) ?? []) exported.push(name)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { words, exported, initials, maps }
}

function parametersOf(node: ts.SignatureDeclaration): string {
  return node.parameters
    .map(({ name, questionToken, dotDotDotToken }) =>
      dotDotDotToken === undefined
        ? `${name.getText()}${questionToken === undefined ? '' : '?'}`
        : '[factor, operand], …',
    )
    .join(', ')
}

function docOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node)
  return comment === undefined ? '' : plain(comment.getText())
}

function plain(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .replaceAll(/\n\s*\*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(GUIDE_FILE, await withWords(readFileSync(GUIDE_FILE, 'utf8')))
