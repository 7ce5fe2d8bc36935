/** How a report looks: on a light and a dark screen, on a phone, and on paper. Everything is in the file itself. */
import { PAPER } from '../figure/paper.ts'

/** Of a dark page: the same values as the window's own, which its test holds them to. */
export const DARK = {
  ground: '#15131c',
  surface: '#1c1926',
  ink: '#edeaf4',
  quiet: '#b3adc3',
  line: '#2f2b3d',
  accent: '#b58cf0',
  good: '#5fd0a5',
  warn: '#f0b35a',
  bad: '#ff8a80',
  series: ['#b58cf0', '#56b4e9', '#f08a4b', '#4fd1a5', '#f0a8cf', '#e3c34a', '#9ad7f7', '#c9c4d6', '#a8e05a'],
  shades: [
    ['#d3b8fe', '#9168c8'],
    ['#b5e2fe', '#1a84b6'],
    ['#ffc29f', '#c3611b'],
    ['#9fffd9', '#078c69'],
    ['#ffddee', '#a7658a'],
    ['#bb9c0d', '#917800'],
    ['#6faac9', '#4782a0'],
    ['#a39eb0', '#7f7a8b'],
    ['#d9f9ae', '#74a92f'],
  ],
} as const

/** What stands on paper in one colour stands on a dark page in another: a rule weighs more than an attribute. */
function darkFigures(): string {
  const pairs: readonly (readonly [string, string])[] = [
    ['#ffffff', DARK.surface],
    [PAPER.ink, DARK.ink],
    [PAPER.quiet, DARK.quiet],
    [PAPER.grid, DARK.line],
    [PAPER.published, DARK.quiet],
    [PAPER.bad, DARK.bad],
    ...PAPER.series.map((colour, i) => [colour, DARK.series[i] ?? DARK.ink] as const),
    ...PAPER.shades.flatMap((shades, i) =>
      shades.map((colour, j) => [colour, DARK.shades[i]?.[j] ?? DARK.ink] as const),
    ),
  ]
  return pairs
    .flatMap(([from, to]) => ['fill', 'stroke'].map((what) => `.lines [${what}="${from}"]{${what}:${to}}`))
    .join('\n')
}

export function reportStyle(): string {
  return `${STYLE}
@media screen and (prefers-color-scheme: dark) {
:root{color-scheme:dark;--ground:${DARK.ground};--surface:${DARK.surface};--ink:${DARK.ink};--quiet:${DARK.quiet};--line:${DARK.line};--accent:${DARK.accent};--good:${DARK.good};--warn:${DARK.warn};--bad:${DARK.bad}}
${darkFigures()}
}`
}

const STYLE = `:root{color-scheme:light;--ground:#f6f4ef;--surface:#fffdf9;--ink:${PAPER.ink};--quiet:${PAPER.quiet};--line:#e6e1d6;--accent:#6b3fa0;--good:#15704f;--warn:#8f5300;--bad:${PAPER.bad}}
*{box-sizing:border-box}
html{background:var(--ground);-webkit-text-size-adjust:100%}
body{max-width:1040px;margin:0 auto;padding:44px 48px 64px;background:var(--surface);color:var(--ink);font:15px/1.55 system-ui,-apple-system,'Segoe UI','Liberation Sans',Arial,sans-serif}
h1,h2,h3,h4{line-height:1.25;letter-spacing:-.012em;margin:0;overflow-wrap:anywhere}
h1{font-size:29px;letter-spacing:-.02em}
h2{font-size:20px;margin-top:44px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:16px;margin-top:28px}
h4{font-size:14.5px;margin-top:20px}
p{margin:8px 0 0;max-width:740px;overflow-wrap:anywhere}
a{color:var(--accent)}
.kind{margin:0;color:var(--accent);font-size:13px;font-weight:600}
.about{color:var(--quiet);margin-top:8px}
nav{margin-top:22px;font-size:14px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0;padding:0;list-style:none}
.result{margin-top:14px}
.result strong{display:block;font-size:32px;line-height:1.2;letter-spacing:-.025em;font-variant-numeric:tabular-nums}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.quiet{color:var(--quiet)}
.good,.warn,.bad{font-weight:600}
p.good,p.warn,p.bad{font-weight:400}
.small{font-size:13px}
dl{margin:14px 0 0}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
dl.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px 24px}
dl.figures dt{font-size:13px}
dl.figures dd{font-weight:600;font-variant-numeric:tabular-nums}
dl.lines>div{display:grid;grid-template-columns:minmax(120px,210px) minmax(0,1fr);gap:0 20px;padding:3px 0}
table{width:100%;margin-top:12px;border-collapse:collapse;font-size:14px;border-top:1.5px solid var(--ink);border-bottom:1.5px solid var(--ink)}
th,td{padding:5px 10px 5px 0;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{border-bottom:1px solid var(--ink);font-weight:600;vertical-align:bottom;overflow-wrap:normal}
tbody th{font-weight:500}
tbody tr+tr>*{border-top:1px solid var(--line)}
td.right+.left,th.right+.left{padding-left:20px}
.right{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-left:10px}
th:last-child,td:last-child{padding-right:0}
.wide{overflow-x:auto}
.wide table{font-size:13.5px}
.wide th,.wide td{overflow-wrap:normal}
.wide td.left{min-width:90px}
.wide .wraps{min-width:124px;white-space:normal}
.wide tbody th{min-width:150px}
.leads{font-weight:700}
.symbol{color:var(--quiet);font-family:'STIX Two Math','Cambria Math',Cambria,Georgia,'Liberation Serif',serif}
.was{color:var(--accent);font-weight:600}
code,pre,td.code{font:12.5px/1.5 ui-monospace,'SF Mono','Cascadia Mono',Menlo,Consolas,'Liberation Mono',monospace}
td.code{font-size:12px;overflow-wrap:anywhere}
pre{margin:12px 0 0;padding:12px 14px;border:1px solid var(--line);border-radius:6px;background:var(--ground);white-space:pre-wrap;overflow-wrap:anywhere}
.notes{margin-top:12px;white-space:pre-wrap;overflow-wrap:anywhere;max-width:78ch}
figure{margin:18px 0 0}
figure svg{display:block;width:100%;height:auto}
figure.lines [fill="#ffffff"]{fill:var(--surface)}
figure .wide svg{max-width:840px}
figure.plate svg{max-width:560px;padding:6px;background:#fff;border-radius:6px}
figcaption{margin-top:6px;color:var(--quiet);font-size:13px;max-width:740px;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:8px 32px}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{margin-top:48px;padding-top:14px;border-top:1px solid var(--line);color:var(--quiet);font-size:13px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:700px){
body{padding:24px 18px 40px}
h1{font-size:24px}
.pair{grid-template-columns:minmax(0,1fr)}
dl.lines>div{grid-template-columns:minmax(0,1fr);padding:5px 0}
figure .wide svg{min-width:600px}
}
@media print{
@page{margin:16mm 15mm}
:root{--surface:#fff}
html,body{background:#fff}
body{max-width:none;padding:0;font-size:10pt}
nav{display:none}
h1{font-size:18pt}h2{font-size:13.5pt;margin-top:22pt}h3{font-size:11.5pt;margin-top:14pt}
h1,h2,h3,h4{break-after:avoid}
figure,tr,dl.lines>div{break-inside:avoid}
table{font-size:9pt}
pre{font-size:8pt;background:none}
td.code{font-size:7.5pt}
.wide{overflow:visible}
.wide table{font-size:7.5pt}
.wide tbody th,.wide td.left,.wide .wraps,figure .wide svg{min-width:0}
.wide .right{white-space:normal;padding-left:8px}
.wide th,.wide td{padding-right:6px;overflow-wrap:break-word}
.small,figcaption,footer,dl.figures dt{font-size:8.5pt}
thead{display:table-header-group}
a{color:inherit;text-decoration:none}
}`
