/** What a window needs to know once: versions, rules, presets, data sets, engines, and what a person keeps. */
import type { Lab, LabDescription } from '../../contract.ts'
import { experimentFields } from '../../experiment/fields.ts'
import { dataMappingFields } from '../../experiment/data-mapping.ts'
import { presetCards } from '../../experiment/presets.ts'
import { describeDataSets } from '../datasets.ts'
import { versionIn } from '../machine.ts'
import { admitOwnRules, listOwnRules, rulesFolder } from '../own-rules.ts'
import type { FolderParts } from './folder-parts.ts'
import { ownRuleCards, ruleCards } from './rule-cards.ts'

export function descriptionCalls(parts: FolderParts, host: LabDescription['host']): Pick<Lab, 'describe'> {
  const { root, results, dataFolder, templates, benchmarks, downloads, engines: scout } = parts
  // What the code itself says, worked out when it is first asked for: a schema of every setting takes a while.
  let own: Pick<LabDescription, 'rules' | 'fields' | 'presets'> | undefined
  return {
    describe: async () => {
      // One may have been allowed in a terminal since.
      admitOwnRules()
      const [dataSets, engines] = await Promise.all([describeDataSets(dataFolder, downloads.source), scout.cards()])
      return {
        version: versionIn(root),
        host,
        resultsFolder: results,
        ownResultsFolder: null,
        ...(own ??= { rules: ruleCards(), fields: experimentFields(), presets: presetCards() }),
        rules: [...own.rules, ...ownRuleCards()],
        ownRules: { folder: rulesFolder(), files: listOwnRules() },
        templates: templates.list(),
        dataSets,
        dataMapping: dataMappingFields(),
        engines,
        benches: benchmarks.list(),
        downloads: downloads.list(),
      }
    },
  }
}
