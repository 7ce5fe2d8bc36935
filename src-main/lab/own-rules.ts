/** The door to own-rules/: rules of a person's own files, allowed one by one and run in a process without rights. */
export { admitOwnRules, allowOwnRule, listOwnRules, lookAtOwnRule, rulesFolder, traceAhead } from './own-rules/shelf.ts'
