import "server-only";
import type { Pool } from "pg";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Keystore } from "@/lib/custody/keystore";
import { InvariantError } from "@/lib/errors";
import type { Compartment, CompartmentName, Compartments } from "./recorder-types";
import { type CompartmentRow, createCompartment, findCompartment, findCompartments } from "./store";

const KEY_BYTES = 32;
const CACHE_ENTRIES = 5_000;
/** A destroyed key must not live on in memory for long. */
const CACHE_MS = 10 * 60_000;

interface Cached {
  readonly value: Promise<Compartment>;
  readonly until: number;
}

function sealingContext(name: CompartmentName): string {
  return `sealport/compartment/1|${name.tenantId}|${name.kind}|${name.subject}`;
}

/**
 * Rows are committed on a connection of the recorder's own, never in a caller's transaction: a rollback
 * there would leave a cached key whose row does not exist.
 */
export function createCompartments(pool: Pool, keystore: Keystore, nowMs: () => number): Compartments {
  const cache = new Map<string, Cached>();

  const unseal = (row: CompartmentRow): Compartment | undefined => {
    if (row.sealedKey === undefined) return undefined;
    const name: CompartmentName = { tenantId: row.tenantId, kind: row.kind, subject: row.subject };
    return { id: row.id, key: keystore.openSecret(sealingContext(name), row.sealedKey) };
  };

  const load = async (name: CompartmentName): Promise<Compartment> => {
    const row = (await findCompartment(pool, name)) ?? (await make(name));
    const compartment = unseal(row);
    if (compartment === undefined) throw new InvariantError("the compartment's key was destroyed");
    return compartment;
  };

  const make = (name: CompartmentName): Promise<CompartmentRow> => {
    const sealedKey = keystore.sealSecret(sealingContext(name), randomBytes(KEY_BYTES));
    return createCompartment(pool, { id: uuidv7(nowMs()), ...name, sealedKey });
  };

  const remember = (cacheKey: string, value: Promise<Compartment>): Promise<Compartment> => {
    const oldest = cache.size >= CACHE_ENTRIES ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(cacheKey, { value, until: nowMs() + CACHE_MS });
    value.catch(() => cache.delete(cacheKey));
    return value;
  };

  return {
    open: (name) => {
      const cacheKey = sealingContext(name);
      const cached = cache.get(cacheKey);
      return cached !== undefined && cached.until > nowMs() ? cached.value : remember(cacheKey, load(name));
    },
    openById: async (ids) => {
      const keys = new Map<string, Uint8Array>();
      for (const row of await findCompartments(pool, ids)) {
        const compartment = unseal(row);
        if (compartment !== undefined) keys.set(compartment.id, compartment.key);
      }
      return keys;
    },
  };
}
