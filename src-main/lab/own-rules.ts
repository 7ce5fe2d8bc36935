/** The door to own-rules/: rules of a person's own files, allowed one by one and run in a process without rights. */
export {
  admitOwnRules,
  allowedRule,
  allowOwnRule,
  listOwnRules,
  lookAtOwnRule,
  ownRulePath,
  rulesFolder,
  traceAgain,
  traceAhead,
} from './own-rules/shelf.ts'
