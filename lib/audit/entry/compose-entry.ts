import "server-only";
import type { AuditContext } from "@/lib/context/context";
import type {
  AppendedEntry,
  AppendedPart,
  Compartment,
  CompartmentKind,
  CompartmentName,
  EntryRows,
} from "@/lib/context/recorder";
import { toBase64, toBase64url } from "@/lib/crypto/bytes";
import { formatMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { keyMark, sealPart } from "@/lib/crypto/log/audit-part";
import { randomBytes } from "@/lib/crypto/primitives";
import { isUuid, uuidv7 } from "@/lib/crypto/uuid";
import { InvariantError } from "@/lib/errors";
import { type Entry, encodeEntry, entryLeaf } from "./entry";
import type { AuditEvent, PublicDetails } from "./event";

const MERGE_DELAY_MICROS = 60_000_000n;
const LABEL_BYTES = 8;

/** An entry ready to be written, with the values that its author may pass on. */
export interface ComposedEntry {
  readonly appended: AppendedEntry;
  readonly rows: EntryRows;
}

interface PlannedPart {
  readonly name: CompartmentName;
  readonly plaintext: Record<string, Json>;
}

/** What an entry is about, and the keys of its index row. The org part seals both. */
interface FoundBy {
  readonly subjects: readonly string[];
  readonly keys: Readonly<Record<string, string>>;
}

/** A part with its label in the entry and the compartment that it is sealed in. */
interface PlacedPart extends PlannedPart {
  readonly c: string;
  readonly compartment: Compartment;
}

interface SealedUnder {
  readonly part: AppendedPart;
  readonly compartmentId: string;
  readonly digest: string;
}

/** Who acts, as a random pseudonym or the name of a process. */
function actorOf(cx: AuditContext): string {
  if (cx.principal !== undefined) return cx.principal.pseudonym;
  return cx.system === undefined ? "anonymous" : `system:${cx.system}`;
}

/** Leaves out absent members, because JCS has no undefined. */
function present<T extends Json>(members: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const out: Record<string, T> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) out[name] = value;
  return out;
}

/** Returns the participant that an access is counted for: the accessor's own, or the person's handle. */
function accessor(cx: AuditContext, event: AuditEvent): string | undefined {
  return (
    event.index?.participantId ??
    cx.principal?.participantId ??
    (event.access ? cx.principal?.handle : undefined)
  );
}

function indexKeys(cx: AuditContext, event: AuditEvent): Record<string, string> {
  const uuid = (id: string | undefined) => (id !== undefined && isUuid(id) ? id : undefined);
  return present({
    transaction_id: uuid(event.index?.transactionId),
    participant_id: accessor(cx, event),
    request_id: uuid(event.index?.requestId),
    grant_id: uuid(event.index?.grantId),
  });
}

function orgPart(cx: AuditContext, event: AuditEvent, { subjects, keys }: FoundBy): Record<string, Json> {
  const access =
    event.access === undefined
      ? undefined
      : present<Json>({
          participant_id: accessor(cx, event),
          data_accessed: [...event.access.dataAccessed],
          success: event.access.success,
          error: event.access.error,
          authorized_by: event.access.authorizedBy,
        });
  return present<Json>({
    action: event.action,
    actor: actorOf(cx),
    role: cx.principal?.role,
    subjects: [...subjects],
    request_id: cx.requestId,
    purpose: event.purpose,
    details: event.details === undefined ? undefined : { ...event.details },
    access,
    index: Object.keys(keys).length === 0 ? undefined : { ...keys },
    case: event.caseId === undefined ? undefined : true,
    suspicion: event.suspicion === undefined ? undefined : true,
  });
}

function subjectPart(cx: AuditContext): Record<string, Json> {
  return present<Json>({
    name: cx.principal?.name,
    handle: cx.principal?.handle,
    address: cx.client.address,
    user_agent: cx.client.userAgent,
  });
}

function planParts(cx: AuditContext, event: AuditEvent, found: FoundBy): PlannedPart[] {
  const tenantId = cx.instance.tenantId;
  const part = (kind: CompartmentKind, subject: string, plaintext: Record<string, Json>): PlannedPart => ({
    name: { tenantId, kind, subject },
    plaintext,
  });
  const parts = [part("org", tenantId, orgPart(cx, event, found))];
  if (event.caseId !== undefined) parts.push(part("case", event.caseId, { ...event.caseDetails }));
  else if (event.caseDetails !== undefined) throw new InvariantError("case details without a case");
  if (event.suspicion !== undefined) parts.push(part("suspicion", tenantId, { ...event.suspicion }));
  const person = subjectPart(cx);
  if (Object.keys(person).length > 0) parts.push(part("subject", actorOf(cx), person));
  return parts;
}

async function place(cx: AuditContext, planned: PlannedPart): Promise<PlacedPart> {
  const compartment = await cx.audit.compartments.open(planned.name);
  const c = planned.name.kind === "org" ? "org" : toBase64url(randomBytes(LABEL_BYTES));
  return { ...planned, c, compartment };
}

/**
 * Writes into the org part which part belongs to the person and which key seals it. An erasure names the key that it
 * destroyed. So an erasure can only end parts that were sealed with exactly this key.
 */
function tellOfPerson(parts: readonly PlacedPart[]): PlacedPart[] {
  const person = parts.find(({ name }) => name.kind === "subject");
  if (person === undefined) return [...parts];
  const personRef = { c: person.c, key_mark: keyMark(person.compartment.key) };
  return parts.map((part) =>
    part.name.kind === "org" ? { ...part, plaintext: { ...part.plaintext, person: personRef } } : part,
  );
}

function sealPlaced(log: string, entryId: string, placed: PlacedPart): SealedUnder {
  const { c, compartment, plaintext, name } = placed;
  const { stored, digest, partKey } = sealPart({
    log,
    entryId,
    c,
    compartmentKey: compartment.key,
    plaintext,
  });
  const part = { c, stored, partKey, kind: name.kind };
  return { part, compartmentId: compartment.id, digest };
}

function sortedPub(pub: PublicDetails | undefined): Entry["pub"] {
  if (pub === undefined) return undefined;
  const { envelopes, ...rest } = pub;
  if (envelopes === undefined) return rest;
  const sorted = [...envelopes].sort((a, b) => (a.grp < b.grp ? -1 : a.grp > b.grp ? 1 : a.gen - b.gen));
  return { ...rest, envelopes: sorted };
}

/** Builds one entry: seals its parts, encodes its canonical bytes and composes its rows. Writes nothing. */
export async function composeEntry(cx: AuditContext, event: AuditEvent): Promise<ComposedEntry> {
  const micros = cx.clock.nowMicros();
  const id = uuidv7(Number(micros / 1000n));
  const at = formatMicros(micros);
  const subjects = event.subjects.length === 0 ? [`entry:${id}`] : [...new Set(event.subjects)];
  const found = { subjects, keys: indexKeys(cx, event) };
  const placed: PlacedPart[] = [];
  for (const planned of planParts(cx, event, found)) placed.push(await place(cx, planned));
  const sealed = tellOfPerson(placed).map((part) => sealPlaced(cx.instance.log, id, part));
  sealed.sort((a, b) => (a.part.c < b.part.c ? -1 : 1));
  const pub = sortedPub(event.pub);
  const bytes = encodeEntry({
    v: 1,
    log: cx.instance.log,
    id,
    at,
    tenant: cx.instance.tenantPseudonym,
    class: event.class,
    outcome: event.outcome,
    sealed: sealed.map(({ part, digest }) => ({ c: part.c, d: digest })),
    ...(pub === undefined ? {} : { pub }),
  });
  const appended: AppendedEntry = {
    id,
    at,
    bytes,
    leafHash: entryLeaf(bytes),
    integrateBy: formatMicros(micros + MERGE_DELAY_MICROS),
    parts: sealed.map(({ part }) => part),
  };
  return { appended, rows: layOutRows(cx, event, appended, found, sealed) };
}

function layOutRows(
  cx: AuditContext,
  event: AuditEvent,
  { id, at, bytes }: AppendedEntry,
  { subjects, keys }: FoundBy,
  sealed: readonly SealedUnder[],
): EntryRows {
  const { log, tenantId: tenant_id } = cx.instance;
  return {
    entry: { id, log, tenant_id, at, class: event.class, outcome: event.outcome, bytes: toBase64(bytes) },
    parts: sealed.map(({ part, compartmentId }) => ({
      entry_id: id,
      c: part.c,
      tenant_id,
      compartment_id: compartmentId,
      stored: toBase64(part.stored),
    })),
    queue: subjects.map((subject) => ({ entry_id: id, tenant_id, subject, action: event.action })),
    index: {
      entry_id: id,
      tenant_id,
      at,
      actor: actorOf(cx),
      action: event.action,
      outcome: event.outcome,
      ...(event.purpose === undefined ? {} : { purpose: event.purpose }),
      ...keys,
      ...(event.caseId === undefined ? {} : { case_id: event.caseId }),
      is_access: event.access !== undefined,
      is_suspicion: event.suspicion !== undefined,
    },
  };
}
