import { jsonSchema } from "@/lib/api-client/openapi/json-schema";
import { SAMPLE_ID, sampleOf } from "@/lib/api-client/openapi/sample";
import type { OperationSpec } from "@/lib/api-client/operation";

/** The input of an example call. */
export interface Example {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** Values for members where one made from the schema says too little, or breaks a rule that the schema cannot state. */
const WRITTEN: Readonly<Record<string, Example>> = {
  createTransaction: {
    body: {
      job_id: "job-2026-0042",
      amount: "1250.00",
      currency: "EUR",
      pricing: { unit_price: "0.05", units: 25000 },
      confidential: true,
      participants: ["client-456", "miner-789"],
    },
  },
  createTransactionBatch: {
    body: {
      transactions: [
        { job_id: "job-1", amount: "10.00", confidential: true, participants: ["client-456", "miner-789"] },
        { job_id: "job-2", amount: "12.50", confidential: true, participants: ["client-456", "miner-789"] },
      ],
      atomic: true,
    },
  },
  listTransactions: { query: { limit: 20 } },
  listAuditEvents: { query: { limit: 20 } },
  listAccessLogs: { query: { limit: 20, offset: 0 } },
  exportAuditLog: { query: { format: "bundle" } },
  registerKey: { body: { participant_id: "client-456", algorithm: "X25519", custody: "managed" } },
  openTransaction: { body: { purpose: "settlement", fields: ["amount"] } },
  auditTransaction: { body: { purpose: "audit", grant_id: SAMPLE_ID, fields: ["amount"] } },
  stateFigures: {
    body: { amount: { value: "1250.00", currency: "EUR" }, pricing: { unit_price: "0.05" } },
  },
  askRosterChange: { body: { passkey_id: SAMPLE_ID } },
  getLogEntries: { params: { index: ["000"] } },
  getLogTile: { params: { level: 0, index: ["000"] } },
  createRequest: {
    body: {
      purpose: "audit",
      justification: "Ordered by the court in 12 O 345/26.",
      transactions: [SAMPLE_ID],
      fields: ["amount", "parties"],
    },
  },
  checkIdentity: {
    body: {
      called_number: "+49 30 901820",
      is_confirmed: true,
      note: "Called back on a number stored for the agency.",
    },
  },
  invitePerson: {
    body: {
      name: "Elif Kaya",
      email: "e.kaya@operator.example",
      organisation_id: SAMPLE_ID,
      role: "coordinator",
      duties: ["legal"],
      reason: "Joins the legal team on 1 December.",
    },
  },
  nameSecondAdministrator: { body: { name: "Nils Aalto", email: "n.aalto@havel.example" } },
  changeDuties: {
    body: { role: "coordinator", duties: ["legal", "privacy"], reason: "Takes over data protection." },
  },
  changeOrganisation: { body: { name: "Market Supervision Office", reason: "Renamed by law." } },
  createOrganisation: {
    body: { kind: "company", name: "Alder & Finch Ltd", zone: "Europe/London" },
  },
  createParticipant: {
    body: { id: "client-457", organisation_id: SAMPLE_ID, role: "client", kind: "legal" },
  },
  savePolicySet: {
    body: {
      title: "Exports for auditors",
      document: {
        format: 1,
        policies: [
          {
            id: "auditor-grant",
            text: 'permit(principal in Role::"auditor", action == Action::"open", resource) when { context has grant };',
            examples: [
              {
                name: "An auditor opens under a grant",
                expect: "allow",
                facts: { role: "auditor", purpose: "audit", grant: "request" },
              },
            ],
          },
        ],
        settings: {
          quorums: { legal: 1, coordinator: 2 },
          grants: { max_views: 100, max_exports: 5, max_days: 90 },
          review_days: 10,
          retention: { classes: { "*": 2555 }, roles: { "*": 1825 } },
        },
      },
    },
  },
  setAgencyRecord: {
    body: {
      email_domains: ["authority.example"],
      contacts: [{ number: "+49 30 23125 000", source: "the agency's own site" }],
      reason: "The switchboard has moved.",
    },
  },
};

function made(schema: Parameters<typeof jsonSchema>[0] | undefined): unknown {
  return schema === undefined ? undefined : sampleOf("", jsonSchema(schema, "input"));
}

/**
 * Returns an example of a call's input: it fits the call's own schemas (examples.test.ts). It is the same each time.
 */
export function exampleOf(operation: OperationSpec): Example {
  const written = WRITTEN[operation.id] ?? {};
  return {
    params: written.params ?? made(operation.params),
    query: written.query ?? made(operation.query),
    body: written.body ?? made(operation.body),
  };
}

/** Ids of operations whose example is written out; each is one of the API (examples.test.ts). */
export const WRITTEN_IDS: readonly string[] = Object.keys(WRITTEN);
