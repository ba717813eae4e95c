import {
  BackupStatement,
  CheckBody,
  MailCode,
  ReadinessAnswer,
  ReadinessList,
  RestoreDrill,
  RulesRead,
  RulesReadAnswer,
} from "@/lib/administration/readiness/schema";
import { SecondAdministrator, SecondAdministratorAnswer } from "@/lib/administration/setup/schema";
import { operation } from "@/lib/api-client/operation";

const READINESS = "/confidential/admin/readiness";
const admin = { scopes: ["admin"], roles: ["admin"], duties: ["admin"] } as const;
const check = { ...admin, method: "POST", rate: "writes" } as const;
const record = { ...check, stepUp: true } as const;

export const getReadinessList = operation({
  id: "getReadinessList",
  method: "GET",
  path: READINESS,
  summary: "The ten parts that real data needs, each with its state and, if it is not done, the cause.",
  ...admin,
  response: { status: 200, schema: ReadinessList },
  rate: "reads",
  action: "readiness.read",
});

export const runReadinessChecks = operation({
  id: "runReadinessChecks",
  path: READINESS,
  summary: "Check the named parts, or all of them, and record the results.",
  ...check,
  body: CheckBody,
  response: { status: 200, schema: ReadinessAnswer },
  action: "readiness.check",
});

export const confirmReadinessMail = operation({
  id: "confirmReadinessMail",
  path: `${READINESS}/mail`,
  summary: "Confirm with its code that the test message arrived.",
  ...check,
  body: MailCode,
  response: { status: 200, schema: ReadinessAnswer },
  action: "readiness.record",
});

export const recordRootBackup = operation({
  id: "recordRootBackup",
  path: `${READINESS}/backup`,
  summary: "Record how the key service keeps the root key safe, where shares are not used.",
  ...record,
  body: BackupStatement,
  response: { status: 200, schema: ReadinessAnswer },
  action: "readiness.record",
});

export const recordRestoreDrill = operation({
  id: "recordRestoreDrill",
  path: `${READINESS}/drill`,
  summary: "Record a restore drill. Size and root must match a checkpoint of this log.",
  ...record,
  body: RestoreDrill,
  response: { status: 200, schema: ReadinessAnswer },
  action: "readiness.record",
});

export const askRulesRead = operation({
  id: "askRulesRead",
  path: `${READINESS}/policies`,
  summary: "State that you have read the rules of this build; a second administrator agrees.",
  ...record,
  body: RulesRead,
  response: { status: 201, schema: RulesReadAnswer, location: "/confidential/agreements/{id}" },
  action: "agreement.ask",
  idempotent: { allBut: [] },
});

export const nameSecondAdministrator = operation({
  id: "nameSecondAdministrator",
  path: "/confidential/admin/setup/second-administrator",
  summary: "Name the second administrator in a set-up. Only this answer has the link.",
  ...record,
  body: SecondAdministrator,
  response: { status: 201, schema: SecondAdministratorAnswer },
  action: "setup.administrator",
});
