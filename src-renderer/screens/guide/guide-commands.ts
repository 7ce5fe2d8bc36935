/** Pages and sections of the guide, for the palette. */
import type { Command } from '../../commands.svelte.ts'
import { router } from '../../route.svelte.ts'
import { pages } from './pages.ts'
import { sectionsOf } from './search.ts'

export function guideCommands(): readonly Command[] {
  return pages.flatMap(sectionsOf).map(({ page, id, title }) => ({
    name: id === null ? `Guide: ${page.title}` : `Guide: ${page.title} › ${title}`,
    key: null,
    run: () => {
      router.go({ screen: 'guide', page: page.name, ...(id === null ? {} : { section: id }) })
    },
  }))
}
