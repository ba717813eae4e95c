import { operation } from "@/lib/api-client/operation";
import { EmptyBody } from "@/lib/notify/schema";
import {
  DecideBody,
  EndSetBody,
  NewPolicySet,
  PolicySetAnswer,
  PolicySetList,
  PolicySetPath,
  PolicySetQuery,
  PolicySetView,
  RollBackBody,
  SavedPolicySet,
  ScheduleBody,
  ValidateAnswer,
  ValidateBody,
} from "@/lib/policies/schema";
import { SimulateAnswer, SimulateBody } from "@/lib/policies/simulate/schema";

const POLICIES = "/confidential/policies";
/** Which duties read and write is said by the use cases: the roles admin and auditor read without a duty. */
const read = { scopes: ["read"], roles: ["coordinator", "admin", "auditor"], rate: "reads" } as const;
const write = {
  scopes: ["decide"],
  roles: ["coordinator"],
  duties: ["approve", "legal", "compliance"],
  rate: "writes",
} as const;
const one = { params: PolicySetPath, response: { status: 200, schema: PolicySetAnswer } } as const;
const kept = { allBut: [] } as const;

export const listPolicySets = operation({
  id: "listPolicySets",
  method: "GET",
  path: POLICIES,
  summary: "Policy sets, newest first, and the number of the active one.",
  ...read,
  query: PolicySetQuery,
  response: { status: 200, schema: PolicySetList },
  action: "policy.read",
});

export const getActivePolicySet = operation({
  id: "getActivePolicySet",
  method: "GET",
  path: `${POLICIES}/active`,
  summary: "The active policy set, with its document.",
  ...read,
  response: { status: 200, schema: PolicySetView },
  etag: "revision",
  action: "policy.read",
});

export const getPolicySet = operation({
  id: "getPolicySet",
  method: "GET",
  path: `${POLICIES}/{number}`,
  summary: "One policy set: its document, approvals, activations and newest dry run.",
  ...read,
  params: PolicySetPath,
  response: { status: 200, schema: PolicySetView },
  etag: "revision",
  action: "policy.read",
});

export const createPolicySet = operation({
  id: "createPolicySet",
  method: "POST",
  path: POLICIES,
  summary: "Make a draft from a policy set, or from the active one.",
  ...write,
  body: NewPolicySet,
  response: { status: 201, schema: PolicySetAnswer, location: "/confidential/policies/{number}" },
  etag: "revision",
  action: "policy.draft",
  idempotent: kept,
});

export const savePolicySet = operation({
  id: "savePolicySet",
  method: "PUT",
  path: `${POLICIES}/{number}`,
  summary: "Save a draft's document. It is checked strictly, and its examples are run.",
  ...write,
  ...one,
  body: SavedPolicySet,
  etag: "revision",
  action: "policy.save",
  ifMatch: true,
});

export const validatePolicySet = operation({
  id: "validatePolicySet",
  method: "POST",
  path: `${POLICIES}/{number}/validate`,
  summary:
    "Check a document, the given one or the set's own, and name each fault at its place. Stores nothing.",
  ...write,
  params: PolicySetPath,
  body: ValidateBody,
  response: { status: 200, schema: ValidateAnswer },
  action: "policy.read",
});

export const submitPolicySet = operation({
  id: "submitPolicySet",
  method: "POST",
  path: `${POLICIES}/{number}/submit`,
  summary:
    "Submit a draft for approval. This needs a finished dry run of its document against the active set.",
  ...write,
  ...one,
  body: EmptyBody,
  etag: "revision",
  action: "policy.submit",
  stepUp: true,
  ifMatch: true,
});

export const decidePolicySet = operation({
  id: "decidePolicySet",
  method: "POST",
  path: `${POLICIES}/{number}/decide`,
  summary:
    "Approve a submitted policy set, refuse it, or send it back. Its author and people who gain access cannot do this.",
  ...write,
  ...one,
  body: DecideBody,
  etag: "revision",
  action: "policy.decide",
  stepUp: true,
});

export const schedulePolicySet = operation({
  id: "schedulePolicySet",
  method: "POST",
  path: `${POLICIES}/{number}/schedule`,
  summary: "Set when an approved policy set becomes active, at most 90 days ahead.",
  ...write,
  ...one,
  body: ScheduleBody,
  etag: "revision",
  action: "policy.schedule",
  stepUp: true,
});

export const activatePolicySet = operation({
  id: "activatePolicySet",
  method: "POST",
  path: `${POLICIES}/{number}/activate`,
  summary: "Put an approved policy set in force now, in every portal.",
  ...write,
  ...one,
  body: EmptyBody,
  etag: "revision",
  action: "policy.activate",
  stepUp: true,
});

export const withdrawPolicySet = operation({
  id: "withdrawPolicySet",
  method: "POST",
  path: `${POLICIES}/{number}/withdraw`,
  summary: "Withdraw a policy set that is not active yet.",
  ...write,
  ...one,
  body: EndSetBody,
  etag: "revision",
  action: "policy.withdraw",
});

export const rollBackPolicySet = operation({
  id: "rollBackPolicySet",
  method: "POST",
  path: `${POLICIES}/roll-back`,
  summary: "Go back to the policy set that was active before, if no one gains access by it.",
  ...write,
  body: RollBackBody,
  response: { status: 200, schema: PolicySetAnswer },
  etag: "revision",
  action: "policy.roll_back",
  stepUp: true,
});

export const simulatePolicies = operation({
  id: "simulatePolicies",
  method: "POST",
  path: `${POLICIES}/simulate`,
  summary:
    "Try a policy set in one situation: what it decides, by which rules, and what would change the result. Opens no data.",
  ...read,
  scopes: ["decide"],
  body: SimulateBody,
  response: { status: 200, schema: SimulateAnswer },
  action: "policy.simulate",
});
