import type { CommandSpec } from "./command";
import { ACCESS_REVIEW_COMMANDS } from "./commands/access-reviews";
import { AGREEMENT_COMMANDS } from "./commands/agreements";
import { ALERT_COMMANDS } from "./commands/alerts";
import { BATCH_COMMAND } from "./commands/batch";
import { DECISION_COMMANDS } from "./commands/decisions";
import { EVIDENCE_COMMANDS } from "./commands/evidence";
import { EXPORT_COMMAND } from "./commands/export";
import { GRANT_COMMANDS } from "./commands/grants";
import { KEY_COMMANDS } from "./commands/keys";
import { ORGANISATION_COMMANDS } from "./commands/organisations";
import { PEOPLE_COMMANDS } from "./commands/people";
import { POLICY_COMMANDS } from "./commands/policies";
import { POLICY_RUN_COMMANDS } from "./commands/policy-runs";
import { PROFILE_COMMANDS } from "./commands/profile";
import { PROVIDER_COMMANDS } from "./commands/providers";
import { PROVISIONING_COMMANDS } from "./commands/provisioning";
import { READINESS_COMMANDS } from "./commands/readiness";
import { REQUEST_COMMANDS } from "./commands/requests";
import { ROSTER_COMMANDS } from "./commands/roster";
import { TRANSACTION_COMMANDS } from "./commands/transactions";
import { VERIFY_COMMANDS } from "./commands/verify";
import { COMPLETION_COMMAND } from "./completion";
import { DOCTOR_COMMAND } from "./doctor";

/** Every command there is; help, completion and parsing come from it. */
export const COMMANDS: readonly CommandSpec[] = [
  ...PROFILE_COMMANDS,
  ...KEY_COMMANDS,
  ...TRANSACTION_COMMANDS,
  BATCH_COMMAND,
  ...REQUEST_COMMANDS,
  ...DECISION_COMMANDS,
  ...GRANT_COMMANDS,
  EXPORT_COMMAND,
  ...EVIDENCE_COMMANDS,
  ...PEOPLE_COMMANDS,
  ...ORGANISATION_COMMANDS,
  ...PROVISIONING_COMMANDS,
  ...PROVIDER_COMMANDS,
  ...AGREEMENT_COMMANDS,
  ...ALERT_COMMANDS,
  ...ROSTER_COMMANDS,
  ...READINESS_COMMANDS,
  ...POLICY_COMMANDS,
  ...POLICY_RUN_COMMANDS,
  ...ACCESS_REVIEW_COMMANDS,
  ...VERIFY_COMMANDS,
  DOCTOR_COMMAND,
  COMPLETION_COMMAND,
];
