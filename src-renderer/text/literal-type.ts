/**
 * Inter sets "16x64" as "16×64" and "->" as an arrow: what a person typed is shown as it was typed. The page says so in its
 * style; a canvas knows no `font-variant-ligatures`, but sets no contextual forms where letters are apart, however little.
 */
export function literally(context: CanvasRenderingContext2D): void {
  context.letterSpacing = '0.001px'
}
