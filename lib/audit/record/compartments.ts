import "server-only";
import type { Pool } from "pg";
import type { Compartment, CompartmentName, Compartments, NamedKey } from "@/lib/context/recorder";
import { OpenError } from "@/lib/crypto/format-error";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type Listener, type NoticeSource, openListener } from "@/lib/db/listen";
import { InvariantError } from "@/lib/errors";
import type { Keystore } from "@/lib/keystore/keystore";
import type { Logger } from "@/lib/telemetry/logger";
import { KeyMemory } from "./key-memory";
import { type CompartmentRow, createCompartment, findCompartments, findLiveCompartments } from "./store";

const KEY_BYTES = 32;
/** Attempts to create a compartment. In each attempt another process may take the number first. */
const MOST_TURNS = 4;

/** Returns the lowest number that is not in this ascending list. */
function lowestFree(taken: readonly number[]): number {
  const gap = taken.findIndex((nth, at) => nth !== at);
  return gap === -1 ? taken.length : gap;
}

/** Context under which the keystore seals a compartment's key. */
export function sealingContext(name: CompartmentName): string {
  return `sealport/compartment/1|${name.tenantId}|${name.kind}|${name.subject}`;
}

/**
 * Returns the compartment of a row; undefined if its key no longer exists, or if the key is sealed for another
 * compartment.
 */
function unseal(keystore: Keystore, row: CompartmentRow): Compartment | undefined {
  if (row.sealedKey === undefined) return undefined;
  const name: CompartmentName = { tenantId: row.tenantId, kind: row.kind, subject: row.subject };
  try {
    return { id: row.id, key: keystore.openSecret(sealingContext(name), row.sealedKey) };
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}

/**
 * Finds or creates compartments. Rows are committed on the recorder's own connection, never in a caller's
 * transaction: after a rollback there, the key cache would have a key without a row. If a name has several rows, the
 * first that opens counts. If none opens, another compartment is created. This does not apply to a person, because an
 * erasure destroys exactly one key.
 */
export function createCompartments(
  pool: Pool,
  keystore: Keystore,
  nowMs: () => number,
  logger: Logger | undefined,
): Compartments {
  const memory = new KeyMemory(nowMs);

  const unsealIfWhole = (row: CompartmentRow): Compartment | undefined => unseal(keystore, row);

  const openNamed = async (ids: readonly string[]): Promise<ReadonlyMap<string, NamedKey>> => {
    const named = new Map<string, NamedKey>();
    for (const row of await findCompartments(pool, ids)) {
      const { tenantId, kind, subject } = row;
      const compartment = unsealIfWhole(row);
      if (compartment !== undefined)
        named.set(compartment.id, { key: compartment.key, tenantId, kind, subject });
    }
    return named;
  };

  const make = (name: CompartmentName, nth: number): Promise<void> => {
    const sealedKey = keystore.sealSecret(sealingContext(name), randomBytes(KEY_BYTES));
    return createCompartment(pool, { id: uuidv7(nowMs()), ...name, sealedKey, nth });
  };

  const firstOpen = (rows: readonly CompartmentRow[]): Compartment | undefined => {
    for (const row of rows) {
      const compartment = unsealIfWhole(row);
      if (compartment !== undefined) return compartment;
    }
    return undefined;
  };

  const load = async (name: CompartmentName): Promise<Compartment> => {
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const rows = await findLiveCompartments(pool, name);
      const compartment = firstOpen(rows);
      if (compartment !== undefined) return compartment;
      const [first] = rows;
      if (first !== undefined) {
        const about = { alarm: "log.compartment", compartment: first.id, kind: name.kind };
        logger?.error(about, "no compartment of this name opens");
        if (name.kind === "subject") break;
      }
      await make(name, lowestFree(rows.map(({ nth }) => nth)));
    }
    throw new InvariantError("no compartment of this name opens");
  };

  return {
    open: (name) => memory.get(sealingContext(name), () => load(name)),
    openById: async (ids) => new Map([...(await openNamed(ids))].map(([id, { key }]) => [id, key])),
    openNamed,
    forget: (id) => memory.forget(id),
    hear: (isHeard) => memory.hear(isHeard),
  };
}

const CHANNEL = "sealport_erased";

/**
 * Listens for destroyed keys and forgets them in this process as soon as the erasing transaction commits. Without a
 * working notification channel, this process keeps no compartment key in memory.
 */
export function watchErasures(
  source: NoticeSource,
  applicationName: string,
  compartments: Compartments,
): Listener {
  compartments.hear(false);
  return openListener({
    source,
    applicationName,
    channel: CHANNEL,
    onMessage: (id) => compartments.forget(id),
    onListening: () => compartments.hear(true),
    onLost: () => compartments.hear(false),
  });
}
