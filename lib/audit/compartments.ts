import "server-only";
import type { Pool } from "pg";
import { OpenError } from "@/lib/crypto/format-error";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Keystore } from "@/lib/custody/keystore";
import { InvariantError } from "@/lib/errors";
import { KeyMemory } from "./key-memory";
import type { Compartment, CompartmentName, Compartments } from "./recorder-types";
import { type CompartmentRow, createCompartment, findCompartment, findCompartments } from "./store";

const KEY_BYTES = 32;

/** Context under which the keystore seals a compartment's key. */
export function sealingContext(name: CompartmentName): string {
  return `sealport/compartment/1|${name.tenantId}|${name.kind}|${name.subject}`;
}

/**
 * Rows are committed on a connection of the recorder's own, never in a caller's transaction: a rollback
 * there would leave a cached key whose row does not exist.
 */
export function createCompartments(pool: Pool, keystore: Keystore, nowMs: () => number): Compartments {
  const memory = new KeyMemory(nowMs);

  const unseal = (row: CompartmentRow): Compartment | undefined => {
    if (row.sealedKey === undefined) return undefined;
    const name: CompartmentName = { tenantId: row.tenantId, kind: row.kind, subject: row.subject };
    return { id: row.id, key: keystore.openSecret(sealingContext(name), row.sealedKey) };
  };

  const unsealIfWhole = (row: CompartmentRow): Compartment | undefined => {
    try {
      return unseal(row);
    } catch (error) {
      if (error instanceof OpenError) return undefined;
      throw error;
    }
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

  return {
    open: (name) => memory.get(sealingContext(name), () => load(name)),
    openById: async (ids) => {
      const keys = new Map<string, Uint8Array>();
      for (const row of await findCompartments(pool, ids)) {
        const compartment = unsealIfWhole(row);
        if (compartment !== undefined) keys.set(compartment.id, compartment.key);
      }
      return keys;
    },
    forget: (id) => memory.forget(id),
    hear: (isHeard) => memory.hear(isHeard),
  };
}
