/** The numbers of a chart for other programs: as a table, and as Python that reads the run's own files. */
import { columnName, type ChartModel } from './chart-model.ts'
import type { ChartChoice } from './chart-view.ts'
import { notAFormula } from '../text/spreadsheet.ts'
import { pandasSmoothing } from './smoothing.ts'

/** Who reads a table: a spreadsheet runs what begins like a formula, a program looks names up as they are. */
export type TableReader = 'spreadsheet' | 'program'

/** All lines, one row for each x: every point, none thinned. Bands have two columns. Tabs or commas. */
export function tableText(model: ChartModel, separator: '\t' | ',', reader: TableReader = 'spreadsheet'): string {
  const columns = model.lines.flatMap((line) => {
    const { x, y, low, high } = line
    const name = columnName(line)
    return [
      { name, x, values: y },
      ...(low === undefined || high === undefined
        ? []
        : [
            { name: `${name}, band from`, x, values: low },
            { name: `${name}, band to`, x, values: high },
          ]),
    ]
  })
  const rows = new Map<number, string[]>()
  columns.forEach(({ x, values }, column) => {
    x.forEach((at, i) => {
      const row = rows.get(at) ?? new Array<string>(columns.length).fill('')
      rows.set(at, row)
      const value = values[i]!
      if (Number.isFinite(value)) row[column] = String(value)
    })
  })
  const lines = [...rows].sort(([a], [b]) => a - b).map(([x, row]) => [String(x), ...row].join(separator))
  const quoted = (name: string): string => {
    const text = reader === 'spreadsheet' ? notAFormula(name) : name
    return separator === ',' && /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text.replace(/\s/g, ' ')
  }
  const head = [model.xLabel, ...columns.map(({ name }) => name)].map(quoted).join(separator)
  return `${[head, ...lines].join('\n')}\n`
}

const PARTS: Readonly<Record<string, string>> = {
  train: 'trainAccuracy',
  validation: 'validationAccuracy',
  test: 'testAccuracy',
}

/** Python that draws the same lines with pandas and Matplotlib from the run's folder; null for a chart of no one run. */
export function pandasCode(model: ChartModel, choice: ChartChoice, folder: string): string | null {
  const { source } = model
  if (source === undefined) return null
  const labels = model.lines.flatMap(({ label, thin, light, reference }) =>
    thin === true || light === true || reference === true ? [] : [label],
  )
  const read = {
    epochs: `x, lines = "epoch", ${python(Object.fromEntries(labels.map((label) => [label, PARTS[label] ?? label])))}
def points(rows):
    rows = rows[rows.kind == "epoch"]
    return rows.drop_duplicates("epoch", keep="last").set_index("epoch")[list(lines.values())].astype(float)`,
    measure: `x, lines = "batch", ${python(Object.fromEntries(labels.map((label) => [label, label])))}
def points(rows):
    rows = rows[(rows.kind == "measure") & (rows.measure == ${python(measureOf(source))})]
    rows = rows.drop_duplicates("batch", keep="last")
    return pd.DataFrame(rows["values"].tolist(), index=rows["batch"].astype(int))`,
    profile: `x, lines = "iteration", ${python(Object.fromEntries(labels.map((label) => [label, label])))}
def points(rows):
    rows = rows[(rows.kind == "measure") & (rows.measure == ${python(measureOf(source))})]
    latest = {}
    for profiles in rows["profiles"].dropna():
        latest.update(profiles)
    return pd.DataFrame({name: pd.Series(values, index=range(1, len(values) + 1)) for name, values in latest.items()})`,
  }[source.kind]
  const smooth = pandasSmoothing(choice.smoothing)
  const band =
    model.band?.chosen === 'quartiles'
      ? ['seeds.quantile(0.25)', 'seeds.quantile(0.75)']
      : model.band?.chosen === 'range'
        ? ['seeds.min()', 'seeds.max()']
        : ['mean - seeds.std()', 'mean + seeds.std()']
  const percent = model.unit === 'percent' && choice.y !== 'logit' ? ' * 100' : ''
  return `import json
from pathlib import Path
import matplotlib.pyplot as plt
import pandas as pd

folder = Path(${python(folder)})
${read}

def read(path):
    rows = []
    for line in path.open(encoding="utf-8"):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # cut off by a crash
        if row["kind"] == "resumed":  # what came after this place was repeated; undone: what was said because it was the end
            undone = row.get("undone", [])
            rows = [r for r in rows if r.get("epoch", 0) <= row["epoch"] and r.get("batch", 0) <= row["batch"]]
            rows = [r for r in rows if r.get("batch") != row["batch"] or r.get("measure", r["kind"]) not in undone]
        rows.append(row)
    return pd.DataFrame(rows)

runs = {path.parent.name: read(path) for path in sorted(folder.glob("seed-*/metrics.jsonl"))}
# A collapsed seed is not averaged, unless all collapsed.
healthy = {name: rows for name, rows in runs.items() if not (rows.kind == "collapsed").any()} or runs
all_seeds = pd.concat({name: points(rows) for name, rows in healthy.items()}, names=["seed", x])

figure, axes = plt.subplots(figsize=(3.5, 2.5), layout="constrained")
for label, column in lines.items():
    seeds = (all_seeds[column].dropna()${percent}).groupby(level=x)
    mean = seeds.mean()
    line, = axes.plot(mean.index, mean${smooth}, label=label)
    if len(healthy) > 1:
        axes.fill_between(mean.index, ${band.join(', ')}, color=line.get_color(), alpha=0.15, linewidth=0)
axes.set(xlabel=x, ylabel=${python(model.unit === 'percent' ? `${model.name}${percent === '' ? '' : ', %'}` : model.name)}, xscale=${python(choice.x)}, yscale=${python(choice.y)})
axes.legend(frameon=False)
figure.savefig("figure.pdf")
`
}

function measureOf(source: NonNullable<ChartModel['source']>): string {
  return source.kind === 'epochs' ? '' : source.measure
}

/** JSON of strings and plain objects of strings is Python, too. */
function python(value: string | Readonly<Record<string, string>>): string {
  return JSON.stringify(value)
}
