import type { z } from "zod";
import { GrantAnswer, GrantDetail, GrantView } from "@/lib/access/grants/schema";
import {
  AuthorizationView,
  DecisionView,
  RequestAnswer,
  RequestView,
} from "@/lib/access/requests/answer-schema";
import { isRecord, type JsonSchema, jsonSchema } from "@/lib/api-client/openapi/json-schema";
import { EventItem, ExportItem } from "@/lib/audit/schema";
import { VerificationItem } from "@/lib/audit/self-check/schema";
import { AuthorityView } from "@/lib/authorities/schema";
import { DisputeAnswer, DisputeView } from "@/lib/disputes/schema";
import { ApiKeyView } from "@/lib/identity/api-keys/schema";
import { RotationView } from "@/lib/keys/rotation/schema";
import { KeyView, RegisteredKey } from "@/lib/keys/schema";
import { Webhook } from "@/lib/notify/schema";
import { Receipt } from "@/lib/schema";
import { Disclosure, TransactionAnswer, TransactionView } from "@/lib/transactions/schema";

/** Answers that several operations share: each is in the document once, under this name. */
const SHARED: Readonly<Record<string, z.ZodType>> = {
  Receipt,
  TransactionView,
  TransactionAnswer,
  Disclosure,
  DisputeAnswer,
  DisputeView,
  KeyView,
  RegisteredKey,
  RotationView,
  AuthorizationView,
  DecisionView,
  RequestAnswer,
  RequestView,
  GrantView,
  GrantAnswer,
  GrantDetail,
  EventItem,
  ExportItem,
  VerificationItem,
  AuthorityView,
  ApiKeyView,
  Webhook,
};

type Names = ReadonlyMap<string, string>;

function refer(value: unknown, names: Names, isOwn = false): unknown {
  if (Array.isArray(value)) return value.map((item) => refer(item, names));
  if (!isRecord(value)) return value;
  const name = isOwn ? undefined : names.get(JSON.stringify(value));
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, refer(member, names)]));
}

function asRecord(value: unknown): JsonSchema {
  return isRecord(value) ? value : {};
}

/** Returns the shared schemas, and a function that replaces them in other schemas by references. */
export function shareSchemas() {
  const made = Object.entries(SHARED).map(([name, schema]) => [name, jsonSchema(schema, "output")] as const);
  const names: Names = new Map(made.map(([name, schema]) => [JSON.stringify(schema), name]));
  return {
    schemas: Object.fromEntries(made.map(([name, schema]) => [name, asRecord(refer(schema, names, true))])),
    share: (schema: JsonSchema): JsonSchema => asRecord(refer(schema, names)),
  };
}
