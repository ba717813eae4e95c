// Finds a thing by its reference, id or name. Each kind is searched by the use case of its own list, so a search shows
// only what these lists show, and only their metadata.

import "server-only";
import { listCases } from "@/lib/access/cases/list-cases";
import { listGrants } from "@/lib/access/grants/list-grants";
import { listRequests, type RequestListQuery } from "@/lib/access/requests/list-requests";
import { getRequest } from "@/lib/access/requests/request-view";
import { listParticipants } from "@/lib/administration/participants/participants";
import { listPeople } from "@/lib/administration/people/list-people";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { isUuid } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import { getKey, listKeys } from "@/lib/keys/list-keys";
import { listOrganisations } from "@/lib/organisations/list-organisations";
import { listTransactions } from "@/lib/transactions/read/list-transactions";
import { getTransaction } from "@/lib/transactions/read/load-known";
import { type Found, FoundKind, type SearchAnswer } from "./search-schema";

/** Of each kind. */
const MOST = 5;
const SHORTEST = 2;
/** So many transactions are offered where a name leads to several. */
const LED = 50;
/** So many requests of a case or reference are read for their transactions. */
const LED_REQUESTS = 10;
/** An organisation's list has no search: so many are looked through. */
const ORGANISATIONS = 500;
const REFERENCE = /^[A-Za-z0-9-]+$/;
const GRANT_REFERENCE = /^(?:GR|DG|BG)-[\dA-F-]{4,40}$/i;
/** So many of the newest grants are looked through. */
const GRANTS = 200;
/** A grant has the number of its request. */
const GRANT = /^GR-(?=\d{4}-\d)/i;

type Finder = (cx: Context, text: string) => Promise<readonly Omit<Found, "kind">[]>;

/** What one id names; nothing where the caller may not know of it, as where it does not exist. */
async function one<T>(read: () => Promise<T>): Promise<readonly T[]> {
  try {
    return [await read()];
  } catch (error) {
    if (error instanceof DomainError && (error.status === 403 || error.status === 404)) return [];
    throw error;
  }
}

/** Requests by id, transaction, case number, reference or the number of their grant. One can be there twice. */
async function requestsNamed(cx: Context, text: string, limit: number) {
  const list = async (query: Partial<RequestListQuery>) =>
    (await listRequests(cx, { limit, ...query })).items;
  const reference = text.replace(GRANT, "AR-");
  return isUuid(text)
    ? [...(await one(() => getRequest(cx, text))), ...(await list({ transaction: text }))]
    : [
        ...(REFERENCE.test(reference) ? await list({ reference }) : []),
        ...(await list({ case_number: text })),
      ];
}

async function findRequests(cx: Context, text: string) {
  const named = (await requestsNamed(cx, text, MOST + 1)).map((request) => ({
    id: request.id,
    name: request.reference,
    ...("authority" in request && request.authority?.case_number !== undefined
      ? { note: request.authority.case_number }
      : {}),
  }));
  return [...new Map(named.map((request) => [request.id, request])).values()];
}

async function findTransactions(cx: Context, text: string, limit = MOST + 1) {
  const found = isUuid(text)
    ? await one(() => getTransaction(cx, text))
    : (await listTransactions(cx, { limit, job_id: text })).items;
  return found.map(({ transaction_id: id, job_id: name }) => ({ id, name, note: id }));
}

async function findKeys(cx: Context, text: string) {
  const found = isUuid(text)
    ? await one(() => getKey(cx, text))
    : (await listKeys(cx, { limit: MOST + 1, participant_id: text, order: "newest" })).items;
  return found.map(({ key_id: id, kid: name, participant_id: note }) => ({ id, name, note }));
}

/** A grant by the whole of its reference. */
async function findGrants(cx: Context, text: string) {
  if (!GRANT_REFERENCE.test(text)) return [];
  const wanted = text.toUpperCase();
  const { items } = await listGrants(cx, { limit: GRANTS, view: "all" });
  return items
    .filter(({ reference }) => reference.toUpperCase() === wanted)
    .map(({ id, reference: name, holder_name: note }) => ({ id, name, note }));
}

/** A transaction that a name leads to: its id and its job. */
export interface NamedTransaction {
  readonly id: string;
  readonly job: string;
}

/** The first transactions that a name leads to, and whether there may be more. */
export interface NamedTransactions {
  readonly items: readonly NamedTransaction[];
  readonly hasMore: boolean;
}

/**
 * Returns the transactions that a job name leads to, otherwise those of the requests that a reference or case number
 * leads to: only what the caller's lists show. It is recorded as a search.
 */
export async function transactionsNamed(cx: Context, name: string): Promise<NamedTransactions> {
  await recordReadOnce(cx, "search.read");
  const ofJob = (await findTransactions(cx, name, LED + 1)).map((found) => ({
    id: found.id,
    job: found.name,
  }));
  if (ofJob.length > 0) return { items: ofJob.slice(0, LED), hasMore: ofJob.length > LED };
  const jobs = new Map<string, NamedTransaction>();
  const requests = await requestsNamed(cx, name, LED_REQUESTS + 1);
  for (const { id } of requests.slice(0, LED_REQUESTS))
    for (const request of await one(() => getRequest(cx, id)))
      for (const { transaction_id, job_id: job } of request.jobs)
        jobs.set(transaction_id, { id: transaction_id, job });
  const items = [...jobs.values()];
  return { items: items.slice(0, LED), hasMore: items.length > LED || requests.length > LED_REQUESTS };
}

const FINDERS: Readonly<Record<FoundKind, Finder>> = {
  async case(cx, q) {
    if (isUuid(q)) return [];
    const { items } = await listCases(cx, { q, limit: MOST + 1 });
    return items.map(({ id, case_number: name, issuer: note }) => ({ id, name, note }));
  },
  grant: findGrants,
  request: findRequests,
  transaction: findTransactions,
  key: findKeys,
  async person(cx, q) {
    const { items } = await listPeople(cx, { q, view: "all", limit: MOST + 1 });
    return items.map(({ id, name, organisation }) => ({ id, name, note: organisation.name }));
  },
  async participant(cx, q) {
    const { items } = await listParticipants(cx, { q, view: "all", limit: MOST + 1 });
    return items.map(({ id, organisation }) => ({ id, name: id, note: organisation.name }));
  },
  async organisation(cx, text) {
    const { items } = await listOrganisations(cx, { limit: ORGANISATIONS });
    const wanted = text.toLowerCase();
    return items
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .map(({ id, name }) => ({ id, name }));
  },
};

/**
 * Returns up to five things of each kind that the caller may list, by reference, case number, job, id or name. `may` says
 * which lists the caller has. One entry is written for a person and ten minutes, without the text (I12).
 */
export async function search(
  cx: Context,
  text: string,
  may: (kind: FoundKind) => boolean,
): Promise<SearchAnswer> {
  await recordReadOnce(cx, "search.read");
  const items: Found[] = [];
  const more: FoundKind[] = [];
  if (text.length < SHORTEST) return { items, more };
  for (const kind of FoundKind.options.filter(may)) {
    const found = await FINDERS[kind](cx, text);
    items.push(...found.slice(0, MOST).map((item) => ({ kind, ...item })));
    if (found.length > MOST) more.push(kind);
  }
  return { items, more };
}
