// The room api-client: the API as declarations. operation.ts defines their form, operations/ has one module for each
// part of the API, and this file lists all of them. openapi/ makes the OpenAPI document and the reference, client/ the
// typed client, which is also the SDK. Pages and programs call only declared operations. The room runs in a browser
// too, so it must not import server code.

import type { Duty, Role, Scope } from "@/lib/vocabulary";
import type { OperationSpec } from "./operation";
import * as access from "./operations/access";
import * as account from "./operations/account";
import * as accountProvider from "./operations/account-provider";
import * as adminRequests from "./operations/admin-requests";
import * as accessReviews from "./operations/administration/access-reviews";
import * as agreements from "./operations/administration/agreements";
import * as organisations from "./operations/administration/organisations";
import * as participants from "./operations/administration/participants";
import * as people from "./operations/administration/people";
import * as providers from "./operations/administration/providers";
import * as provisioning from "./operations/administration/provisioning";
import * as readiness from "./operations/administration/readiness";
import * as roster from "./operations/administration/roster";
import * as seal from "./operations/administration/seal";
import * as alerts from "./operations/alerts";
import * as apiKeys from "./operations/api-keys";
import * as audit from "./operations/audit";
import * as authorities from "./operations/authorities";
import * as background from "./operations/background";
import * as breakGlass from "./operations/break-glass";
import * as cases from "./operations/cases";
import * as decisions from "./operations/decisions";
import * as disclosures from "./operations/disclosures";
import * as disputes from "./operations/disputes";
import * as erasures from "./operations/erasures";
import * as evidence from "./operations/evidence";
import * as figures from "./operations/figures";
import * as follows from "./operations/follows";
import * as grants from "./operations/grants";
import * as home from "./operations/home";
import * as keys from "./operations/keys";
import * as log from "./operations/log";
import * as notices from "./operations/notices";
import * as notifications from "./operations/notifications";
import * as policies from "./operations/policies";
import * as policyRuns from "./operations/policy-runs";
import * as preservations from "./operations/preservations";
import * as quarantine from "./operations/quarantine";
import * as recoveries from "./operations/recoveries";
import * as releases from "./operations/releases";
import * as steering from "./operations/steering";
import * as system from "./operations/system";
import * as transactions from "./operations/transactions";
import * as transparency from "./operations/transparency";
import * as views from "./operations/views";
import * as wraps from "./operations/wraps";

/** Every module of operations. The declaration test fails for routes of a module that is missing here. */
const MODULES = [
  system,
  transactions,
  disclosures,
  disputes,
  keys,
  wraps,
  recoveries,
  access,
  cases,
  adminRequests,
  decisions,
  steering,
  releases,
  breakGlass,
  grants,
  policies,
  policyRuns,
  audit,
  evidence,
  quarantine,
  erasures,
  organisations,
  readiness,
  background,
  providers,
  people,
  participants,
  provisioning,
  agreements,
  alerts,
  figures,
  follows,
  accessReviews,
  preservations,
  authorities,
  account,
  accountProvider,
  apiKeys,
  log,
  home,
  views,
  roster,
  seal,
  notices,
  notifications,
  transparency,
] as const;

function isOperation(value: unknown): value is OperationSpec {
  return typeof value === "object" && value !== null && "id" in value && "method" in value && "path" in value;
}

/** All operations of the API by path and method: the source of the OpenAPI document and of the tests over it. */
export const OPERATIONS: readonly OperationSpec[] = MODULES.flatMap((module) =>
  Object.values<unknown>(module).filter(isOperation),
).sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));

type All<Module> = (Module extends unknown ? (module: Module) => void : never) extends (
  all: infer Every,
) => void
  ? Every
  : never;
type OnlyOperations<Members> = {
  readonly [Id in keyof Members as Members[Id] extends OperationSpec ? Id : never]: Members[Id];
};

/** All operations by their id, with their exact types, for the SDK. */
export type Operations = OnlyOperations<All<(typeof MODULES)[number]>>;

/** `operations.createTransaction` and all others; each export's name is its operation's id (registry.test.ts). */
export const operations: Operations = Object.assign({}, ...OPERATIONS.map((one) => ({ [one.id]: one })));

const known = new Map<string, readonly Scope[]>();

/** Returns every scope that an operation for this role and these duties requires. */
export function scopesFor(role: Role, duties: readonly Duty[]): readonly Scope[] {
  const key = [role, ...[...duties].sort()].join(" ");
  const found = known.get(key);
  if (found !== undefined) return found;
  const usable = OPERATIONS.filter(
    (operation) =>
      (operation.roles === "any" || operation.roles.includes(role)) &&
      (operation.duties === undefined || operation.duties.some((duty) => duties.includes(duty))),
  );
  const scopes = [
    ...new Set(usable.flatMap(({ scopes: named }) => (typeof named === "string" ? [] : named))),
  ].sort();
  known.set(key, scopes);
  return scopes;
}
