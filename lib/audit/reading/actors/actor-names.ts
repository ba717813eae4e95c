import "server-only";
import type { Context } from "@/lib/context/context";
import type { Running } from "@/lib/db/statement";
import { type Reader, seesEveryCase } from "../fence";
import { type ActorRow, readActors } from "./actor-store";

/**
 * Returns whether the caller knows all the tenant's people by name: auditors read their parts, approvers work with
 * them.
 */
export function knowsEveryName(cx: { readonly principal: Pick<Reader, "role" | "duties"> }): boolean {
  return cx.principal.role === "auditor" || seesEveryCase(cx);
}

/**
 * Returns the people behind pseudonyms, with names only where the caller knows them. Auditors read every person's
 * part, approvers work with all the tenant's people, and all others know the people of their own organisation.
 */
export function findActors(
  cx: Context,
  tx: Running,
  pseudonyms: readonly (string | null)[],
): Promise<Map<string, ActorRow>> {
  const known = pseudonyms.filter((name) => name !== null);
  return readActors(tx, known, knowsEveryName(cx) ? undefined : cx.principal.organisationId);
}

/** What an entry's view says of its actor: a name, or the organisation of a person whom the caller does not know. */
export interface ActorWords {
  readonly actor_name?: string;
  readonly actor_organisation?: string;
}

/** Returns how actors are named for the caller. Those without a row stay pseudonyms. */
export async function actorNames(
  cx: Context,
  tx: Running,
  pseudonyms: readonly (string | null)[],
): Promise<Map<string, ActorWords>> {
  const actors = await findActors(cx, tx, pseudonyms);
  return new Map(
    [...actors].map(([actor, { name, organisation }]) => [
      actor,
      name === null ? { actor_organisation: organisation } : { actor_name: name },
    ]),
  );
}
