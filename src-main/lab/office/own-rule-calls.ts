/** Rules of the person's own files: allowed one by one, each as it is. */
import { z } from 'zod'
import type { Lab } from '../../contract.ts'
import { allowOwnRule, traceAhead } from '../own-rules.ts'

export const ownRuleCalls: Pick<Lab, 'allowRule'> = {
  allowRule: async ({ path, sha256 }) => ({ rule: await allowOwnRule(path, sha256) }),
}

const Asked = z.object({
  rule: z.object({ name: z.string(), settings: z.unknown() }),
  widths: z.array(z.int().min(1).max(1_000_000)).min(2),
})

/** Before an experiment is checked: what its rule's file says to it is fetched while the host answers others. */
export async function fetchTrace(experiment: unknown): Promise<void> {
  const { data } = Asked.safeParse(experiment)
  if (data !== undefined) await traceAhead(data.rule.name, data.rule.settings, data.widths)
}
