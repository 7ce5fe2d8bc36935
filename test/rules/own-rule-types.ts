/**
 * Makes resources/apical-rule.d.ts: all that `apical/rule` exports (src-main/rules/kit.ts), with its docstrings, in one file
 * that imports nothing, so that an editor beside a person's own rule knows every word.
 *
 *   node_modules/.bin/node test/rules/own-rule-types.ts
 *
 * The compiler writes the declarations of each source; what kit.ts exports, and all that this names, is copied from them. Of
 * zod, which settings are made with, only what the value of a setting is stays: `Setting<number>`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const TYPES_FILE = join(root, 'resources/apical-rule.d.ts')

const KIT = 'src-main/rules/kit.ts'
const HEADER = `/**
 * The words of \`apical/rule\`, for editors. Made from Apical's own sources; "apical rule types" writes it again.
 * A rule names it in its first line: /// <reference path="./apical-rule.d.ts" />
 */
declare module 'apical/rule' {
  const VALUE: unique symbol
  /** What \`number\`, \`choice\` and the like make; in \`build\` its value is a T. */
  interface Setting<T> {
    readonly [VALUE]: T
  }
  /** The values of settings, by key. */
  type Values<T> = { [K in keyof T]: T[K] extends Setting<infer V> ? V : never }
`

/** What a source declares, takes from others and hands on. */
interface Source {
  readonly file: ts.SourceFile
  readonly declared: ReadonlyMap<string, readonly ts.Statement[]>
  /** By the name here: where it is from, and its name there; '*' for all of it. */
  readonly imported: ReadonlyMap<string, { readonly path: string; readonly name: string }>
  /** By the name that others see; true for a type alone. */
  readonly exported: ReadonlyMap<string, boolean>
}

export async function ownRuleTypes(): Promise<string> {
  const sources = readSources()
  const kit = sourceAt(sources, KIT)
  const copied = new Map<string, { readonly path: string; readonly text: string }>()
  const copy = (path: string, name: string): void => {
    const source = sourceAt(sources, path)
    const elsewhere = source.imported.get(name)
    if (elsewhere !== undefined) {
      copy(elsewhere.path, elsewhere.name)
      return
    }
    const known = copied.get(name)
    if (known?.path === path) return
    if (known !== undefined) throw new Error(`${path} and ${known.path} both declare ${name}`)
    const statements = source.declared.get(name)
    if (statements === undefined) throw new Error(`${path} declares no ${name}`)
    const told = statements.map((statement) => textOf(statement, source.file))
    copied.set(name, { path, text: told.map(({ text }) => text).join('\n') })
    for (const other of new Set(told.flatMap(({ names }) => names)))
      if (source.declared.has(other) || source.imported.has(other)) copy(path, other)
  }
  const values: string[] = []
  const types: string[] = []
  const spaces: string[] = []
  for (const [name, typeOnly] of kit.exported) {
    const from = kit.imported.get(name)
    if (from?.name === '*') {
      const names = [...sourceAt(sources, from.path).exported.keys()]
      for (const one of names) copy(from.path, one)
      spaces.push(`namespace ${name} {\n export { ${names.join(', ')} }\n}`)
    } else copy(KIT, name)
    ;(typeOnly ? types : values).push(name)
  }
  const text = [
    HEADER,
    ...[...copied.values()].map((one) => one.text),
    ...spaces,
    `export { ${values.join(', ')} }`,
    `export type { ${types.join(', ')} }\n}`,
  ].join('\n\n')
  return format(text, { ...(await resolveConfig(TYPES_FILE)), parser: 'typescript' })
}

function sourceAt(sources: ReadonlyMap<string, Source>, path: string): Source {
  const source = sources.get(path)
  if (source === undefined) throw new Error(`${path} left no declarations`)
  return source
}

/** The declarations that the compiler writes of kit.ts and of all that it reaches, by the path of the source. */
function readSources(): ReadonlyMap<string, Source> {
  const config = join(root, 'src-main/tsconfig.pure.json')
  const { config: json } = ts.readConfigFile(config, (path) => readFileSync(path, 'utf8')) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(json, ts.sys, dirname(config))
  const emitting = { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true }
  const program = ts.createProgram([join(root, KIT)], emitting)
  const sources = new Map<string, Source>()
  for (const source of program.getSourceFiles()) {
    const path = relative(root, source.fileName).replaceAll('\\', '/')
    if (!path.startsWith('src-main/')) continue
    program.emit(source, (_, text) => sources.set(path, parsed(path, text)), undefined, true)
  }
  return sources
}

function parsed(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const declared = new Map<string, ts.Statement[]>()
  const imported = new Map<string, { path: string; name: string }>()
  const exported = new Map<string, boolean>()
  const at = (specifier: ts.Expression): string => relativeTo(path, (specifier as ts.StringLiteral).text)
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      const names = statement.importClause?.namedBindings
      if (names !== undefined && ts.isNamedImports(names))
        for (const { name, propertyName } of names.elements)
          imported.set(name.text, { path: at(statement.moduleSpecifier), name: (propertyName ?? name).text })
    } else if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier, isTypeOnly } = statement
      if (exportClause === undefined) throw new Error(`${path}: what is handed on must be named`)
      const names = ts.isNamespaceExport(exportClause) ? [exportClause.name] : exportClause.elements.map((e) => e.name)
      for (const { text: name } of names) {
        exported.set(name, isTypeOnly)
        if (moduleSpecifier !== undefined)
          imported.set(name, { path: at(moduleSpecifier), name: ts.isNamespaceExport(exportClause) ? '*' : name })
      }
    } else {
      const names = ts.isVariableStatement(statement)
        ? statement.declarationList.declarations.map(({ name }) => name)
        : [(statement as ts.DeclarationStatement).name]
      for (const name of names) {
        if (name === undefined || !ts.isIdentifier(name)) throw new Error(`${path}: a declaration without a name`)
        declared.set(name.text, [...(declared.get(name.text) ?? []), statement])
        const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
        if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport) === true)
          exported.set(name.text, isType)
      }
    }
  }
  return { file, declared, imported, exported }
}

const isExport = ({ kind }: ts.Node): boolean => kind === ts.SyntaxKind.ExportKeyword

function relativeTo(path: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(path), specifier).replaceAll('\\', '/') : specifier
}

/** A declaration with its docstring and without zod, and what it names of others. */
function textOf(statement: ts.Statement, file: ts.SourceFile): { readonly text: string; readonly names: string[] } {
  const names: string[] = []
  const changes: { readonly from: number; readonly to: number; readonly text: string }[] = []
  const replace = (node: ts.Node, text: string): void => {
    changes.push({ from: node.getStart(file), to: node.end, text })
  }
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.ExportKeyword || node.kind === ts.SyntaxKind.DeclareKeyword) replace(node, '')
    else if (ts.isTypeReferenceNode(node) && isOfZod(node.typeName)) {
      replace(node, withoutZod(node, file))
      return
    } else if (ts.isParameter(node) && !ts.isIdentifier(node.name)) replace(node.name, 'card')
    else if (ts.isTypeReferenceNode(node)) names.push(node.typeName.getText(file))
    else if (ts.isExpressionWithTypeArguments(node)) names.push(node.expression.getText(file))
    else if (ts.isTypeQueryNode(node)) names.push(node.exprName.getText(file))
    ts.forEachChild(node, visit)
  }
  visit(statement)
  const docs = ts.getLeadingCommentRanges(file.text, statement.pos) ?? []
  const doc = docs.at(-1)
  const start = statement.getStart(file)
  let text = file.text.slice(start, statement.end)
  for (const { from, to, text: other } of changes.toSorted((a, b) => b.from - a.from))
    text = text.slice(0, from - start) + other + text.slice(to - start)
  return { text: `${doc === undefined ? '' : `${file.text.slice(doc.pos, doc.end)}\n`}${text}`, names }
}

const isOfZod = (name: ts.EntityName): boolean => name.getText().startsWith('z.')

/** `z.ZodDefault<z.ZodNumber>` is `Setting<number>`; `z.infer<z.ZodObject<T>>` is `Values<T>`. */
function withoutZod(node: ts.TypeReferenceNode, file: ts.SourceFile): string {
  const name = node.typeName.getText(file)
  const [first] = node.typeArguments ?? []
  if (name === 'z.ZodType') return 'Setting<unknown>'
  if (name === 'z.ZodDefault' && first !== undefined) return `Setting<${valueOf(first, file)}>`
  const inner = name === 'z.infer' && first !== undefined && ts.isTypeReferenceNode(first) ? first : undefined
  if (inner?.typeName.getText(file) === 'z.ZodObject')
    return `Values<${inner.typeArguments?.[0]?.getText(file) ?? 'never'}>`
  throw new Error(`${file.fileName}: ${node.getText(file)} has no plain type here`)
}

/** What a value of that schema is. */
function valueOf(node: ts.TypeNode, file: ts.SourceFile): string {
  const name = ts.isTypeReferenceNode(node) ? node.typeName.getText(file) : ''
  const [first] = ts.isTypeReferenceNode(node) ? (node.typeArguments ?? []) : []
  switch (name) {
    case 'z.ZodNumber':
    case 'z.ZodInt':
      return 'number'
    case 'z.ZodBoolean':
      return 'boolean'
    case 'z.ZodArray':
      if (first !== undefined) return `(${valueOf(first, file)})[]`
      break
    case 'z.ZodObject':
      if (first !== undefined && ts.isTypeLiteralNode(first))
        return `{ ${first.members
          .map((member) => {
            if (!ts.isPropertySignature(member) || member.type === undefined) throw new Error('an odd member')
            return `${member.name.getText(file)}: ${valueOf(member.type, file)}`
          })
          .join('; ')} }`
      break
    case 'z.ZodEnum': {
      // { [k in O[number]]: k }, however the compiler writes it.
      let choices: string | undefined
      const visit = (inner: ts.Node): void => {
        if (ts.isMappedTypeNode(inner)) choices ??= inner.typeParameter.constraint?.getText(file)
        ts.forEachChild(inner, visit)
      }
      visit(node)
      if (choices !== undefined) return choices
    }
  }
  throw new Error(`${file.fileName}: ${node.getText(file)} has no plain value here`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TYPES_FILE, await ownRuleTypes())
