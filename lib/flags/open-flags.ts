// The room flags: switches that an operator sets in a file, for the roll-out of new ways of doing the same thing.
// guarded.ts lists them with their safe values, file-provider.ts reads the file, this file evaluates, record-change.ts
// keeps each change with its entry in the log. No switch reaches the log itself, authorization or retention.

import "server-only";
import { type Client, OpenFeature, ProviderEvents } from "@openfeature/server-sdk";
import { z } from "zod";
import type { Clock } from "@/lib/clock";
import type { FlagName, FlagSource, Flags } from "@/lib/context/flags";
import { FileProvider } from "@/lib/flags/file-provider";
import { GUARDED } from "@/lib/flags/guarded";
import type { Logger } from "@/lib/telemetry/logger";

/** A value is evaluated again after this time, for rules that look at the clock. */
const FRESH_MS = 60_000;
const Organisation = z.uuid();

/** A value for an organisation, and why. */
export interface FlagValue {
  readonly flag: FlagName;
  readonly organisationId: string;
  readonly isOn: boolean;
  readonly reason: string;
}

interface Parts {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Keeps a value, with its entry where it differs from the one before. A value counts only after that. */
  readonly record: (value: FlagValue) => Promise<void>;
  readonly watchMs?: number;
}

interface Known {
  readonly isOn: boolean;
  readonly at: number;
}

let opened = 0;

class OpenFlags implements Flags {
  readonly #parts: Parts;
  readonly #client: Client;
  readonly #provider: FileProvider;
  #known = new Map<string, Known>();
  #running = new Map<string, Promise<boolean>>();

  constructor(parts: Parts, client: Client, provider: FileProvider) {
    this.#parts = parts;
    this.#client = client;
    this.#provider = provider;
    client.addHandler(ProviderEvents.ConfigurationChanged, () => this.#forget());
  }

  source(): FlagSource {
    return this.#provider.source;
  }

  async isOn(name: FlagName, organisationId: string): Promise<boolean> {
    const key = `${name} ${organisationId}`;
    const known = this.#known.get(key);
    if (known !== undefined && this.#isFresh(known)) return known.isOn;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const found = this.#find(name, organisationId, key);
    this.#running.set(key, found);
    return found.finally(() => {
      if (this.#running.get(key) === found) this.#running.delete(key);
    });
  }

  lastKnown(name: FlagName, organisationId: string): boolean {
    const known = this.#known.get(`${name} ${organisationId}`);
    if (known === undefined || !this.#isFresh(known)) void this.isOn(name, organisationId);
    return known?.isOn ?? GUARDED[name].safe;
  }

  /** Also after the clock was set back. */
  #isFresh({ at }: Known): boolean {
    return Math.abs(this.#parts.clock.nowMs() - at) < FRESH_MS;
  }

  /** A changed file counts at once. Evaluations that began before it are not kept. */
  #forget(): void {
    this.#known = new Map();
    this.#running = new Map();
  }

  async #find(flag: FlagName, organisationId: string, key: string): Promise<boolean> {
    const { logger, clock, record } = this.#parts;
    const { safe } = GUARDED[flag];
    // A question about no organisation in particular.
    if (!Organisation.safeParse(organisationId).success) return safe;
    const kept = this.#known;
    const details = await this.#client.getBooleanDetails(flag, safe, { targetingKey: organisationId });
    const reason = details.errorCode ?? details.reason ?? "UNKNOWN";
    const value = { flag, organisationId, isOn: details.value, reason };
    logger.info({ flag, organisation: organisationId, on: value.isOn, reason }, "flag evaluated");
    let { isOn } = value;
    try {
      await record(value);
    } catch (err) {
      logger.warn({ err, flag }, "a changed flag was not recorded; its safe value is used, will retry");
      isOn = safe;
    }
    // A value that was not recorded is tried again at the next question.
    if (isOn === value.isOn) kept.set(key, { isOn, at: clock.nowMs() });
    return isOn;
  }
}

/** Opens the switches of a process. Without a file every one has its safe value. */
export async function openFlags(file: string | undefined, parts: Parts): Promise<Flags> {
  opened += 1;
  const domain = `sealport-${opened}`;
  const provider = new FileProvider(file, parts.logger, parts.watchMs);
  await OpenFeature.setProviderAndWait(domain, provider);
  return new OpenFlags(parts, OpenFeature.getClient(domain), provider);
}
