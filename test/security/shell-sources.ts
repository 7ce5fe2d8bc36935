// What the static checker reads: the desktop shell's own sources, and small questions to their syntax trees.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))

export type Sources = ReadonlyMap<string, string>

/** Everything that decides how Electron is used. Keys are paths from the clone's root. */
export function shellSources(): Sources {
  const modules = globSync('src-main/electron/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const paths = ['src-main/main.ts', 'src-main/preload.ts', ...modules, 'electron-builder.yml', 'package.json']
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

/** The syntax trees of the TypeScript among the sources, the one at `only` or all. */
function trees(sources: Sources, only?: string): ts.SourceFile[] {
  return [...sources]
    .filter(([path]) => path.endsWith('.ts') && (only === undefined || path === only))
    .map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true))
}

function nodesIn(sources: Sources, only?: string): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    found.push(node)
    ts.forEachChild(node, visit)
  }
  for (const tree of trees(sources, only)) visit(tree)
  return found
}

export interface Call {
  readonly node: ts.CallExpression | ts.NewExpression
  /** Arguments as written. */
  readonly words: readonly string[]
}

/** Calls (and `new`) whose callee is written exactly so, or ends in `.name` for a name that begins with a dot. */
export function callsOf(sources: Sources, callee: string, only?: string): Call[] {
  return nodesIn(sources, only)
    .filter((node) => ts.isCallExpression(node) || ts.isNewExpression(node))
    .filter(({ expression }) => {
      const text = expression.getText()
      return callee.startsWith('.') ? text.endsWith(callee) : text === callee
    })
    .map((node) => ({ node, words: (node.arguments ?? []).map((argument) => argument.getText()) }))
}

/** The values, as written, of every property of that name in any object literal. */
export function valuesOf(sources: Sources, property: string): string[] {
  return nodesIn(sources).flatMap((node) => {
    if (ts.isShorthandPropertyAssignment(node) && node.name.text === property) return [property]
    if (!ts.isPropertyAssignment(node)) return []
    return node.name.getText().replace(/['"]/g, '') === property ? [node.initializer.getText()] : []
  })
}

/** How an imported name is used: the text of the expression right around each use, its import left out. */
export function usesOf(sources: Sources, name: string, only: string): string[] {
  return nodesIn(sources, only)
    .filter((node): node is ts.Identifier => ts.isIdentifier(node) && node.text === name)
    .filter((node) => !ts.isImportSpecifier(node.parent))
    .map((node) => node.parent.getText())
}

/** The conditions of the `if`s around a node, from the inside out. */
export function conditionsAround(node: ts.Node): string[] {
  const conditions: string[] = []
  for (
    let child = node, parent = node.parent as ts.Node | undefined;
    parent !== undefined;
    child = parent, parent = parent.parent
  )
    if (ts.isIfStatement(parent) && child === parent.thenStatement) conditions.push(parent.expression.getText())
  return conditions
}

/** The `key: value` lines right below a top-level key of a plain YAML file; null where there is no such key. */
export function yamlBlock(text: string, key: string): Record<string, string> | null {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line === `${key}:`)
  if (start < 0) return null
  const block: Record<string, string> = {}
  for (const line of lines.slice(start + 1)) {
    const match = /^ {2}(\w+): (.*)$/.exec(line)
    if (match?.[1] !== undefined && match[2] !== undefined) block[match[1]] = match[2]
    else if (!/^\s*(#.*)?$/.test(line)) break
  }
  return block
}
