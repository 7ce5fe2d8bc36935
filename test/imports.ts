/** What a source of the app imports, by value or by type, as its syntax tree says it. */
import ts from 'typescript'

interface Import {
  /** As written; null where the argument of a dynamic import is computed, which no check could follow. */
  readonly specifier: string | null
  readonly line: number
  /** Gone when the types are. */
  readonly typesOnly: boolean
}

export function importsOf(path: string, source: string): Import[] {
  const found: Import[] = []
  const script = path.endsWith('.svelte') ? scriptsOf(source) : source
  const file = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS)
  const add = (at: ts.Node, specifier: ts.Node | undefined, typesOnly = false): void => {
    const line = file.getLineAndCharacterOfPosition(at.getStart(file)).line + 1
    found.push({
      specifier: specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : null,
      line,
      typesOnly,
    })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, holdsTypesOnly(node))
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
      add(node, node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isExternalModuleReference(node)) add(node, node.expression)
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    else if (ts.isCallExpression(node)) {
      const { expression } = node
      const loads =
        expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(expression) && expression.text === 'require')
      if (loads) add(node, node.arguments[0])
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function holdsTypesOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { name, namedBindings } = importClause
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
  )
}

/** The script blocks of a component, everything else blanked so that line numbers stay true. */
function scriptsOf(component: string): string {
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
  let scripts = ''
  let end = 0
  for (const { 0: block, 1: code = '', index } of component.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)) {
    const start = index + block.indexOf('>') + 1
    scripts += blank(component.slice(end, start)) + code
    end = start + code.length
  }
  return scripts + blank(component.slice(end))
}
