export interface MenuEntry {
  readonly label: string
  readonly run: () => void
  /** Takes something away. */
  readonly danger?: boolean
}
