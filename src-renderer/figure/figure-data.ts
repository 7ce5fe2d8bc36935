/** The numbers of a figure for other programs: as a table, and as Python that carries them and draws the figure again. */
import { type TableReader, tableText } from '../charts/chart-data.ts'
import { columnName, nameBeside, namedLines } from '../charts/chart-model.ts'
import { pandasSmoothing } from '../charts/smoothing.ts'
import { notAFormula } from '../text/spreadsheet.ts'
import { modelOf } from './draw-lines.ts'
import type {
  BarsContent,
  Figure,
  FigureLook,
  HeatMapContent,
  LinesContent,
  ParallelContent,
  ScatterContent,
} from './figure.ts'

/**
 * A head and its rows, with tabs or commas between values; fractions stay fractions. What begins like a formula is guarded,
 * unless a program reads it, which knows the names as they are.
 */
export function figureTable(
  { content, look }: Figure,
  separator: '\t' | ',',
  reader: TableReader = 'spreadsheet',
): string {
  switch (content.kind) {
    case 'lines':
      return tableText(modelOf(content, look.title), separator, reader)
    case 'matrix': {
      const rows = content.shares.map((row, i) => [content.classes[i] ?? '', ...row])
      return written([['class', ...content.classes], ...rows], separator, reader)
    }
    case 'heat-map': {
      const rows = content.cells.flatMap((line, i) =>
        line.map((cell, j) => [
          ...[content.rows[i] ?? '', content.columns[j] ?? ''],
          ...[cell?.mean ?? null, cell?.sd ?? null, cell?.n ?? null, cell?.collapsed ?? null],
        ]),
      )
      return written([[content.down, content.across, 'mean', 'sd', 'n', 'collapsed'], ...rows], separator, reader)
    }
    case 'parallel': {
      const { axes, lines, outcome } = content
      const rows = lines.map(({ places, mean, sd, n, collapsed }) => [
        ...axes.map(({ ticks }, i) => ticks[places[i] ?? 0]?.text ?? ''),
        ...[mean, sd, n, collapsed],
      ])
      return written([[...axes.map(({ key }) => key), outcome.key, 'sd', 'n', 'collapsed'], ...rows], separator, reader)
    }
    case 'bars':
      return written([['name', 'count'], ...content.bars.map(({ name, count }) => [name, count])], separator, reader)
    case 'scatter': {
      const { classes, labels, samples, x, y } = content
      const rows = labels.map((label, i) => [samples[i] ?? i, classes[label] ?? '', x[i] ?? null, y[i] ?? null])
      return written([['sample', 'class', 'x', 'y'], ...rows], separator, reader)
    }
  }
}

function written(
  rows: readonly (readonly (string | number | null)[])[],
  separator: '\t' | ',',
  reader: TableReader,
): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return ''
    const text = typeof value === 'string' && reader === 'spreadsheet' ? notAFormula(value) : String(value)
    if (separator === '\t') return text.replace(/\s/g, ' ')
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
  }
  return `${rows.map((row) => row.map(cell).join(separator)).join('\n')}\n`
}

/** Python that draws the figure from the numbers that stand in it. */
export function figurePython(figure: Figure): string {
  const { content, look } = figure
  const from = figure.origin === '' ? '' : `# From ${figure.origin.replace(/\s/g, ' ')}\n`
  return `from io import StringIO

import matplotlib.pyplot as plt
import pandas as pd

${from}table = """\\
${figureTable(figure, ',', 'program').replace(/\\/g, '\\\\').replace(/"""/g, '""\\"')}"""
figure, axes = plt.subplots(figsize=(${inches(look.width)}, ${inches(look.width * look.ratio)}), layout="constrained")
${drawing(content, look)}
figure.savefig("figure.pdf")
`
}

function drawing(content: Figure['content'], look: FigureLook): string {
  switch (content.kind) {
    case 'lines':
      return drawingLines(content, look)
    case 'matrix':
      return `data = pd.read_csv(StringIO(table), index_col=0, dtype={0: str})
image = axes.imshow(data**0.5, cmap="Purples", vmin=0, vmax=1)  # the root, so that rare mistakes are seen
axes.set_xticks(range(len(data.columns)), data.columns, rotation="vertical")
axes.set_yticks(range(len(data)), data.index)
axes.set(xlabel=${python(look.xTitle)}, ylabel=${python(look.yTitle)})
for row in range(len(data)):
    for column in range(len(data.columns)):
        share = data.iloc[row, column]
        axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=5, color="white" if share > 0.4 else "black")`
    case 'heat-map':
      return drawingHeatMap(content, look)
    case 'parallel':
      return drawingParallel(content)
    case 'bars':
      return drawingBars(content, look)
    case 'scatter':
      return drawingScatter(content, look)
  }
}

function drawingLines(content: LinesContent, look: FigureLook): string {
  const { unit, scales, smoothing, published, lines } = content
  const ours = lines.filter(({ reference }) => !reference)
  const smooth = pandasSmoothing(smoothing)
  const scale = unit === 'percent' && scales.y !== 'logit' ? 100 : 1
  const times = scale === 1 ? '' : ` * ${scale}`
  const unitOf = scale === 1 ? '' : ', %'
  const band =
    published === null
      ? ''
      : `axes.axhspan(${(published.mean - published.sd) * scale}, ${(published.mean + published.sd) * scale}, color="0.85", label="published")\n`
  return `data = pd.read_csv(StringIO(table), index_col=0)${times}
${band}for label in ${JSON.stringify(ours.map(({ label }) => label))}:
    y = data[label].dropna()
    (line,) = axes.plot(y.index, y${smooth}, label=label)
    if f"{label}, band from" in data:
        axes.fill_between(data.index, data[f"{label}, band from"], data[f"{label}, band to"], color=line.get_color(), alpha=0.15, linewidth=0)
${drawingReferences(content)}axes.set(xlabel=${python(look.xTitle)}, ylabel=${python(look.yTitle + unitOf)}, xscale=${python(scales.x)}, yscale=${python(scales.y)})
axes.legend(frameon=False)`
}

/** What was published, behind the lines and in their colours: Matplotlib gives our lines its own, in their order. */
function drawingReferences({ lines, reference: note }: LinesContent): string {
  const references = lines.filter(({ reference }) => reference)
  if (references.length === 0) return ''
  const named = namedLines(lines)
  const colours = lines.filter(({ reference }) => !reference)
  const place = (line: (typeof lines)[number]): number =>
    colours.findIndex(({ series, shade }) => series === line.series && shade === line.shade)
  for (const line of references) if (place(line) < 0) colours.push(line)
  const rows = references.map((line) => [
    columnName(line),
    `C${place(line)}`,
    named.includes(line) ? nameBeside(line, lines) : '',
  ])
  return `for column, color, label in ${JSON.stringify(rows)}:
    y = data[column].dropna()
    axes.plot(y.index, y, color=color, linestyle="--", linewidth=0.8, zorder=1.5, label=label or None)
    if f"{column}, band from" in data:
        axes.fill_between(data.index, data[f"{column}, band from"], data[f"{column}, band to"], color=color, alpha=0.25, linewidth=0, zorder=1)
axes.plot([], [], color="0.4", linestyle="--", linewidth=0.8, label=${python(note)})
`
}

function drawingHeatMap({ down, across }: HeatMapContent, look: FigureLook): string {
  return `data = pd.read_csv(StringIO(table), dtype={${python(down)}: str, ${python(across)}: str})
rows, columns = data[${python(down)}].unique(), data[${python(across)}].unique()
mean = data.pivot(index=${python(down)}, columns=${python(across)}, values="mean").loc[rows, columns]
sd = data.pivot(index=${python(down)}, columns=${python(across)}, values="sd").loc[rows, columns]
image = axes.imshow(mean * 100, cmap="Purples", aspect="auto")
figure.colorbar(image, label=${python(look.title)})
axes.set_xticks(range(len(columns)), columns)
axes.set_yticks(range(len(rows)), rows)
axes.set(xlabel=${python(look.xTitle)}, ylabel=${python(look.yTitle)})
middle = (mean.max().max() + mean.min().min()) / 2
for row in range(len(rows)):
    for column in range(len(columns)):
        m, s = mean.iloc[row, column], sd.iloc[row, column]
        if pd.notna(m):
            words = f"{m:.1%}" + (f"\\n± {s * 100:.1f}" if pd.notna(s) else "")
            axes.text(column, row, words, ha="center", va="center", color="white" if m > middle else "black")`
}

function drawingParallel({ axes, outcome }: ParallelContent): string {
  const keys = axes.map(({ key }) => key)
  const places = axes.map(({ ticks }) => ticks.map(({ text, at }) => `${python(text)}: ${at}`).join(', '))
  return `settings = {${keys.map((key, i) => `${python(key)}: {${places[i] ?? ''}}`).join(', ')}}
labels = ${JSON.stringify([...axes, outcome].map(({ label }) => label))}
data = pd.read_csv(StringIO(table), dtype={key: str for key in settings})
low, high = ${outcome.low}, ${outcome.high}  # at the foot and the top of the last axis
scaled = lambda value: (value - low) / (high - low)
shade = plt.Normalize(data[${python(outcome.key)}].min() - 0.3 * (high - low), data[${python(outcome.key)}].max())
last = len(settings)
for place, (_, run) in enumerate(data[::-1].iterrows()):
    mean = run[${python(outcome.key)}]
    color = plt.cm.Purples(shade(mean))
    axes.plot([at[run[key]] for key, at in settings.items()] + [scaled(mean)], color=color)
    whisker = last + 0.1 + 0.06 * place
    axes.errorbar(whisker, scaled(mean), yerr=run["sd"] / (high - low), fmt="o", color=color, markersize=3, capsize=2)
for x, ticks in enumerate([*settings.values(), {f"{v:.1%}": scaled(v) for v in (low, (low + high) / 2, high)}]):
    axes.axvline(x, color="0.3", linewidth=0.7)
    for text, y in ticks.items():
        axes.text(x - 0.03, y, text, ha="right", va="center", fontsize=7)
axes.set_xticks(range(last + 1), labels)
axes.set_yticks([])
axes.spines[:].set_visible(False)`
}

function drawingScatter(_: ScatterContent, look: FigureLook): string {
  return `data = pd.read_csv(StringIO(table), dtype={"class": str})
for name, points in data.groupby("class", sort=False):
    axes.scatter(points["x"], points["y"], s=3, alpha=0.75, linewidths=0, label=name)
    axes.annotate(name, (points["x"].median(), points["y"].median()), ha="center", va="center", bbox=dict(color="white", alpha=0.75, pad=1))
axes.set(aspect="equal", xticks=[], yticks=[], xlabel=${python(look.xTitle)}, ylabel=${python(look.yTitle)})`
}

function drawingBars(_: BarsContent, look: FigureLook): string {
  return `data = pd.read_csv(StringIO(table), dtype={"name": str})
axes.barh(data["name"], data["count"])
axes.invert_yaxis()
axes.set(xlabel=${python(look.xTitle)}, ylabel=${python(look.yTitle)})`
}

/** JSON of a string is Python, too. */
function python(text: string): string {
  return JSON.stringify(text)
}

function inches(points: number): string {
  return (points / 72).toFixed(2)
}
