import type { LabView } from '../../../src-main/contract.ts'

/** How the table looks before anybody changed it. */
export const USUAL: LabView = {
  text: '',
  filters: {},
  showArchived: false,
  sorting: [{ by: 'created', down: true }],
  groups: [],
  // The first seven are what a window of 1280 pixels has room for.
  columns: ['data', 'network', 'test', 'state', 'created', 'tag', 'seeds', 'curve', 'time'],
}
