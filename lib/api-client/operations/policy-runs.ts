import { operation } from "@/lib/api-client/operation";
import { EmptyBody } from "@/lib/notify/schema";
import {
  DryRunAnswer,
  DryRunList,
  DryRunPath,
  DryRunsPath,
  DryRunView,
  QuestionQuery,
  ReplayAnswer,
  ReplayBody,
  ReplayPath,
  ReplayView,
} from "@/lib/policies/dry-run/schema";

const DRY_RUNS = "/confidential/policies/{number}/dry-runs";
const REPLAYS = "/confidential/policy-replays";
/** As in policies.ts: the use cases say which duties read. */
const read = {
  scopes: ["read"],
  roles: ["coordinator", "admin", "auditor"],
  rate: "reads",
  action: "policy.read",
} as const;
const write = {
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["approve", "legal", "compliance"],
  rate: "writes",
} as const;
const kept = { allBut: [] } as const;

export const startDryRun = operation({
  id: "startDryRun",
  method: "POST",
  path: DRY_RUNS,
  summary:
    "Begin a dry run of a policy set's document: who loses, who gains, past decisions, and the proof of no new permission.",
  ...write,
  params: DryRunsPath,
  body: EmptyBody,
  response: { status: 202, schema: DryRunAnswer },
  action: "policy.dry_run",
  idempotent: kept,
});

export const listDryRuns = operation({
  id: "listDryRuns",
  method: "GET",
  path: DRY_RUNS,
  summary: "The newest dry runs of a policy set, without their results.",
  ...read,
  params: DryRunsPath,
  response: { status: 200, schema: DryRunList },
});

export const getDryRun = operation({
  id: "getDryRun",
  method: "GET",
  path: `${DRY_RUNS}/{id}`,
  summary: "One dry run: its progress and, once it is done, its result.",
  ...read,
  params: DryRunPath,
  response: { status: 200, schema: DryRunView },
});

export const cancelDryRun = operation({
  id: "cancelDryRun",
  method: "POST",
  path: `${DRY_RUNS}/{id}/cancel`,
  summary: "Cancel a dry run that waits or runs.",
  ...write,
  params: DryRunPath,
  body: EmptyBody,
  response: { status: 200, schema: DryRunAnswer },
  action: "policy.dry_run",
});

export const downloadProofQuestion = operation({
  id: "downloadProofQuestion",
  method: "GET",
  path: `${DRY_RUNS}/{id}/questions`,
  summary: "The questions to the solver in a dry run, as SMT-LIB 2.6.",
  ...read,
  params: DryRunPath,
  query: QuestionQuery,
  response: { status: 200, mediaType: "text/plain" },
});

export const startReplay = operation({
  id: "startReplay",
  method: "POST",
  path: REPLAYS,
  summary:
    "Start a replay: decide the recorded decisions of a period again, each with the policy set of its version.",
  ...write,
  body: ReplayBody,
  response: { status: 202, schema: ReplayAnswer },
  action: "policy.replay",
  idempotent: { allBut: [] },
});

export const getReplay = operation({
  id: "getReplay",
  method: "GET",
  path: `${REPLAYS}/{id}`,
  summary: "One replay: its progress and, once it is done, which decisions differ.",
  ...read,
  params: ReplayPath,
  response: { status: 200, schema: ReplayView },
});

export const cancelReplay = operation({
  id: "cancelReplay",
  method: "POST",
  path: `${REPLAYS}/{id}/cancel`,
  summary: "Cancel a replay that waits or runs.",
  ...write,
  params: ReplayPath,
  body: EmptyBody,
  response: { status: 200, schema: ReplayAnswer },
  action: "policy.replay",
});
