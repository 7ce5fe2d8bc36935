import type { LabView } from '../../../src-main/contract.ts'

/** How the table looks before anybody changed it. */
export const USUAL: LabView = {
  text: '',
  filters: {},
  showArchived: false,
  sorting: [{ by: 'created', down: true }],
  groups: [],
  columns: ['data', 'network', 'test', 'seeds', 'curve', 'state', 'created', 'time', 'tag', 'engine'],
}
