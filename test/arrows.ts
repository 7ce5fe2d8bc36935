/** Who may import whom: `layers.test.ts` executes these tables, `map.test.ts` holds the map of the code to them. */

/** Which rooms each room may import from, besides itself. Every list is what the room needs, not all that lies below. */
export const arrows: Record<string, readonly string[]> = {
  program: [],
  rules: ['program'],
  data: ['program'],
  engines: ['program'],
  experiment: ['program', 'rules', 'data'],
  training: ['program', 'rules', 'data', 'engines', 'experiment'],
  analysis: ['program', 'rules', 'data', 'engines', 'experiment', 'training'],
  paper: ['program', 'rules', 'data', 'experiment'],
  contract: ['program', 'rules', 'data', 'experiment', 'paper'],
  lab: ['program', 'rules', 'data', 'engines', 'experiment', 'training', 'analysis', 'paper', 'contract'],
  // Of the face, the files of `withoutWindow` alone.
  hosts: [
    ...['program', 'rules', 'data', 'engines', 'experiment', 'training', 'analysis', 'paper', 'contract', 'lab'],
    ...['face/figure', 'face/exhibits', 'face/report'],
  ],
  preload: ['contract'],
  // The face: from what is drawn with least knowledge to the window that holds it all.
  'face/text': ['contract', 'experiment'],
  'face/statistics': ['contract', 'experiment'],
  'face/transport': ['contract', 'experiment'],
  'face/charts': ['contract', 'experiment', 'face/text', 'face/statistics'],
  'face/stores': ['contract', 'experiment', 'face/text', 'face/transport', 'face/charts'],
  'face/export': ['face/text', 'face/stores'],
  'face/figure': ['contract', 'experiment', 'face/text', 'face/charts', 'face/stores', 'face/export'],
  'face/exhibits': ['contract', 'experiment', 'paper', 'face/text', 'face/charts', 'face/export', 'face/figure'],
  'face/experiments': ['contract', 'experiment', 'face/text', 'face/charts', 'face/stores'],
  'face/groups': [
    ...['contract', 'experiment', 'face/text', 'face/statistics', 'face/charts', 'face/export', 'face/experiments'],
  ],
  'face/report': [
    ...['contract', 'experiment', 'paper', 'face/text', 'face/charts', 'face/stores', 'face/export'],
    ...['face/figure', 'face/exhibits', 'face/experiments', 'face/groups'],
  ],
  'face/parts': [
    ...['contract', 'experiment', 'face/text', 'face/statistics', 'face/charts', 'face/stores', 'face/export'],
    ...['face/figure', 'face/exhibits', 'face/experiments'],
  ],
  'face/screens': [
    ...[
      'contract',
      'experiment',
      'paper',
      'face/text',
      'face/statistics',
      'face/transport',
      'face/charts',
      'face/stores',
    ],
    ...['face/export', 'face/figure', 'face/exhibits', 'face/experiments', 'face/groups', 'face/report'],
    'face/parts',
  ],
  'face/window': [
    ...['contract', 'experiment', 'face/text', 'face/transport', 'face/stores', 'face/figure', 'face/experiments'],
    'face/parts',
  ],
  'face/app': [
    ...['contract', 'face/transport', 'face/stores', 'face/figure', 'face/parts', 'face/screens', 'face/window'],
  ],
}

/**
 * Definitions that both sides must share to the letter: what counts as a result, how it is averaged, which epoch is reported,
 * what was found in trained networks.
 * The face may import their values, and they import none but of one another, so that nothing else comes along.
 */
export const shared: readonly string[] = [
  'src-main/experiment/confusion.ts',
  'src-main/experiment/data-set-name.ts',
  'src-main/experiment/inspected.ts',
  'src-main/experiment/nearest.ts',
  'src-main/experiment/result.ts',
  'src-main/experiment/selection.ts',
  'src-main/experiment/spread.ts',
  'src-main/experiment/student-t.ts',
  'src-main/experiment/wall-clock.ts',
  'src-main/paper/words.ts',
]

/**
 * Of the face, what a host may import: a figure is drawn by one code, in a window and from the command line. These files and
 * all that they reach run in plain Node: no store, no component, nothing that only a browser or a bundler gives.
 */
export const withoutWindow: readonly string[] = [
  'src-renderer/exhibits/exhibit-model.ts',
  'src-renderer/exhibits/exhibit-table.ts',
  'src-renderer/figure/field-grid.ts',
  'src-renderer/figure/figure-bytes.ts',
  'src-renderer/figure/figure-data.ts',
  'src-renderer/figure/figure.ts',
  'src-renderer/figure/from-chart.ts',
  'src-renderer/figure/pdf.ts',
  'src-renderer/report/checklist.ts',
  'src-renderer/report/comparison-report.ts',
  'src-renderer/report/experiment-report.ts',
  'src-renderer/report/paper-report.ts',
  'src-renderer/report/report-context.ts',
]

/** Rooms of the lab, lower ones first: the arrows inside `lab`. A room is a folder and its door, `lab/<room>.ts`. */
export const labArrows: Record<string, readonly string[]> = {
  problem: [],
  machine: ['problem'],
  storage: ['problem'],
  'own-rules': ['problem', 'machine', 'storage'],
  datasets: ['problem', 'storage'],
  imports: ['problem', 'machine', 'storage', 'datasets'],
  results: ['problem', 'machine', 'storage'],
  runs: ['problem', 'machine', 'storage', 'datasets', 'results'],
  cluster: ['problem', 'machine', 'storage', 'results', 'runs'],
  jobs: ['problem', 'machine', 'storage', 'own-rules', 'datasets', 'results'],
  papers: ['problem', 'storage', 'results'],
  exports: ['problem', 'storage', 'results'],
  office: [
    ...['problem', 'machine', 'storage', 'own-rules', 'datasets', 'imports', 'results', 'runs', 'jobs', 'papers'],
    'exports',
  ],
}
