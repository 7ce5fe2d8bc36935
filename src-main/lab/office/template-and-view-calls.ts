/** What a person keeps in the results folder beside experiments: templates to begin with, and views of the table. */
import type { Lab } from '../../contract.ts'
import { resolveExperiment } from '../runs.ts'
import { forgetView, keepView, readViews } from '../storage.ts'
import type { FolderParts } from './folder-parts.ts'

export function templateAndViewCalls({
  results,
  templates,
}: FolderParts): Pick<Lab, 'saveTemplate' | 'deleteTemplate' | 'views' | 'keepView' | 'forgetView'> {
  return {
    saveTemplate: async ({ name, experiment, was }) => templates.save(name, resolveExperiment(experiment), was),

    deleteTemplate: async ({ name }) => {
      templates.delete(name)
      return null
    },

    views: async () => readViews(results),
    keepView: async ({ view }) => keepView(results, view),
    forgetView: async ({ name }) => forgetView(results, name),
  }
}
