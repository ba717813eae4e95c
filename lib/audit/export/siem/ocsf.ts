import "server-only";
import { canonicalJson, type Json, memberOf, parseCanonicalJson } from "@/lib/crypto/json/canonical-json";
import type { ShownEntry } from "../judge-entry";
import { type SiemFacts, siemFacts } from "../tables/shown-row";

/** Version of the schema of the Open Cybersecurity Schema Framework that events follow. */
const VERSION = "1.3.0";
/** Application Activity, and its class API Activity (docs/formats/siem.md). */
const CATEGORY = 6;
const CLASS = 6003;

const ACTIVITIES = { unknown: 0, create: 1, read: 2, update: 3, delete: 4 } as const;

const VERBS: Readonly<Record<keyof Omit<typeof ACTIVITIES, "unknown" | "update">, RegExp>> = {
  create:
    /^(?:create|add(?:-.*)?|ask|attach|submit|register|begin|draft|note|open|use|place|propose(?:-.*)?|send)$/,
  read: /^(?:read|export|exports|download|list|entries|keys|proof|tile|checkpoint|logs|actors|copy|verify|verifications|simulate|dry_run|replay|prepare(?:-.*)?|authenticate)$/,
  delete:
    /^(?:delete|revoke|erase|remove(?:-.*)?|end(?:-.*)?|withdraw|disable|destroy|cancel|expire|leave|dismiss)$/,
};

/** Returns the activity of an action by its verb. Opening a disclosure reads data; opening anything else creates it. */
function activityOf(action: string): number {
  if (action === "") return ACTIVITIES.unknown;
  if (action === "disclosure.open") return ACTIVITIES.read;
  const verb = action.slice(action.lastIndexOf(".") + 1);
  if (VERBS.create.test(verb)) return ACTIVITIES.create;
  if (VERBS.read.test(verb)) return ACTIVITIES.read;
  return VERBS.delete.test(verb) ? ACTIVITIES.delete : ACTIVITIES.update;
}

/** Informational, medium or high. */
const SEVERITIES: Readonly<Record<string, number>> = { intent: 1, done: 1, denied: 3, failed: 4 };
/** Success or failure; an intent is neither yet. */
const STATUSES: Readonly<Record<string, number>> = { done: 1, denied: 2, failed: 2, intent: 99 };

const SYSTEM = "system:";

/** A person by pseudonym, a process by name; an actor that is not shown is an application without a name. */
function actorOf(actor: string): Json {
  if (actor.startsWith(SYSTEM)) return { app_name: actor.slice(SYSTEM.length) };
  return actor === "" ? { app_name: "not shown" } : { user: { uid: actor } };
}

function textOf(part: Json | undefined, name: string): string | undefined {
  const value = memberOf(part, name);
  return typeof value === "string" ? value : undefined;
}

function partOf({ parts }: ShownEntry, kind: "case" | "subject"): Json | undefined {
  const text = parts.find((part) => part.kind === kind)?.text;
  return text === undefined ? undefined : parseCanonicalJson(text);
}

/** Where the call came from, if the reader may read the person's part; else that it is not shown. */
function sourceOf(person: Json | undefined): Json {
  const ip = textOf(person, "address");
  return ip === undefined ? { name: "not shown" } : { ip };
}

const RESOURCES = [
  ["transaction_id", "transaction"],
  ["participant_id", "participant"],
  ["request_id", "request"],
  ["grant_id", "grant"],
] as const;

function resourcesOf({ values }: SiemFacts): Json[] {
  return RESOURCES.flatMap(([name, type]) => (values[name] === "" ? [] : [{ type, uid: values[name] }]));
}

/** What the schema has no attribute for: the entry's own words, its leaf and its opened parts. */
function unmapped(shown: ShownEntry, { values, unshown }: SiemFacts): Json {
  const { row, org, erased, keyless, astray } = shown;
  const caseOf = partOf(shown, "case");
  const labels = (all: readonly { readonly c: string }[]) => all.map(({ c }) => c);
  const some = (name: string, list: readonly string[]): Record<string, Json> =>
    list.length === 0 ? {} : { [name]: [...list] };
  return {
    at: values.at,
    class: values.class,
    leaf_hash: row.leaf_hash.toString("base64url"),
    outcome: values.outcome,
    ...(values.purpose === "" ? {} : { purpose: values.purpose }),
    ...(org === undefined ? {} : { details: org }),
    ...(caseOf === undefined ? {} : { case: caseOf }),
    ...some("erased", labels(erased.map(({ part }) => part))),
    ...some("key_missing", labels(keyless)),
    ...some("missing", astray),
    ...some("not_shown_by_the_entry", unshown),
  };
}

function userAgent(person: Json | undefined): Record<string, Json> {
  const agent = textOf(person, "user_agent");
  return agent === undefined ? {} : { http_request: { user_agent: agent } };
}

/** Returns one entry as an OCSF event of the class API Activity, one line of JSON. */
export function ocsfLine(shown: ShownEntry, log: string): string {
  const facts = siemFacts(shown);
  const { values } = facts;
  const activity = activityOf(values.action);
  const person = partOf(shown, "subject");
  const resources = resourcesOf(facts);
  const ms = Date.parse(values.at);
  return canonicalJson({
    activity_id: activity,
    actor: actorOf(values.actor),
    api: { operation: values.action === "" ? "not shown" : values.action, service: { name: "Sealport" } },
    category_uid: CATEGORY,
    class_uid: CLASS,
    message: `${values.action} ${values.outcome}`.trim(),
    metadata: {
      log_name: log,
      product: { name: "Sealport", vendor_name: "Sealport" },
      sequence: shown.row.seq,
      uid: values.id,
      version: VERSION,
    },
    ...(resources.length === 0 ? {} : { resources }),
    ...userAgent(person),
    severity_id: SEVERITIES[values.outcome] ?? 0,
    src_endpoint: sourceOf(person),
    status: values.outcome === "" ? "unknown" : values.outcome,
    status_id: STATUSES[values.outcome] ?? 0,
    time: Number.isNaN(ms) ? 0 : ms,
    type_uid: CLASS * 100 + activity,
    unmapped: unmapped(shown, facts),
  });
}
