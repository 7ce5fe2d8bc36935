/** The page that every report is: one file, nothing from elsewhere, and no script. */
import { Markup, markup, type Part } from './markup.ts'
import { reportStyle } from './report-style.ts'

export interface Section {
  readonly title: string
  readonly body: Part
  /** Below it. */
  readonly sections?: readonly Section[]
}

interface ReportPage {
  readonly title: string
  /** What it is a report of, above the title. */
  readonly kind: string
  readonly about: readonly string[]
  readonly sections: readonly Section[]
  /** ISO 8601. */
  readonly made: string
  /** Of Apical. */
  readonly version: string
}

/** Nothing is loaded and nothing runs, whatever somebody wrote into a name. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

export function reportPage({ title, kind, about, sections, made, version }: ReportPage): string {
  const contents = sections.map((section, i) => markup`<li><a href="#${anchor([i])}">${section.title}</a></li>\n`)
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Apical ${version}">
<title>${title}</title>
<style>
${new Markup(reportStyle())}
</style>
</head>
<body>
<header>
<p class="kind">${kind}</p>
<h1>${title}</h1>
${about.filter((line) => line !== '').map((line) => markup`<p class="about">${line}</p>\n`)}<nav aria-label="Contents"><ul>
${contents}</ul></nav>
</header>
<main>
${sections.map((section, i) => sectionPart(section, [i]))}</main>
<footer><p>Made on ${utc(made)} with Apical ${version}. This file is complete: it opens without a network and runs no script.</p></footer>
</body>
</html>
`.text
}

function sectionPart({ title, body, sections = [] }: Section, place: readonly number[]): Markup {
  const level = new Markup(String(place.length + 1))
  const id = anchor(place)
  return markup`<section>
<h${level} id="${id}">${title}</h${level}>
${body}${sections.map((section, i) => sectionPart(section, [...place, i]))}</section>
`
}

function anchor(place: readonly number[]): string {
  return `section-${place.map((index) => index + 1).join('-')}`
}

/** '2026-11-28 23:10 UTC': the same wherever it is made and read. */
export function utc(iso: string): string {
  const when = new Date(iso)
  return Number.isNaN(when.getTime()) ? iso : `${when.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
