import "server-only";
import { DomainError } from "@/lib/errors";
import type { KekName } from "@/lib/keystore/files/keystore-file";
import type { ServiceState } from "@/lib/keystore/keystore";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import type { KekMap, OpenedKeystore } from "@/lib/keystore/roots/open-roots";

type Kek = { readonly id: string; readonly key: Uint8Array };

/** The key-encryption keys that a keystore uses. */
export interface Keks {
  readonly id: string;
  /** Throws DomainError `service.keystore-unavailable` while they cannot be used. */
  get(name: KekName): Kek;
  /** State of the key service. Undefined if there is none. */
  serviceState(): ServiceState | undefined;
  /** How long the lent keys remain valid, in milliseconds; undefined if they are not lent. */
  leaseMs(): number | undefined;
  /** Waits for one renewal if the lease has expired. Throws as `get` does. */
  ready(): Promise<void>;
  /** Calls `act` whenever the keys are zeroed, so that keys opened with them are zeroed too. */
  onDrop(act: () => void): void;
  /**
   * Zeroes the key of one purpose. Until `reopen`, `get` throws `service.sealed`, and a renewal does not bring the key
   * back.
   */
  seal(name: KekName): void;
  /** Opens the key of this purpose again, through the root's custody. */
  reopen(name: KekName): Promise<void>;
}

/** Purposes whose key-encryption key may not be used now. */
class Sealed {
  private readonly names = new Set<KekName>();

  add(name: KekName, keks: KekMap | undefined): void {
    this.names.add(name);
    this.zeroIn(keks);
  }

  remove(name: KekName): void {
    this.names.delete(name);
  }

  zeroIn(keks: KekMap | undefined): void {
    for (const name of this.names) keks?.get(name)?.key.fill(0);
  }

  refuse(name: KekName): void {
    if (this.names.has(name)) throw new DomainError("service.sealed");
  }
}

function kekOf(id: string, keks: KekMap, name: KekName): Kek {
  const kek = keks.get(name);
  if (kek === undefined)
    throw new KeystoreError("keystore.damaged", `the keystore ${id} has no key for ${name}`);
  return kek;
}

/** Keys of a local keystore, valid while the process runs. `open` opens it again. */
export function fixedKeks(
  { id, keks: opened }: Pick<OpenedKeystore, "id" | "keks">,
  open: () => Promise<Pick<OpenedKeystore, "keks">>,
): Keks {
  let keks = opened;
  const sealed = new Sealed();
  const onDropActs: (() => void)[] = [];
  return {
    id,
    get: (name) => {
      sealed.refuse(name);
      return kekOf(id, keks, name);
    },
    ready: async () => undefined,
    serviceState: () => undefined,
    leaseMs: () => undefined,
    onDrop: (act) => void onDropActs.push(act),
    seal: (name) => {
      sealed.add(name, keks);
      for (const act of onDropActs) act();
    },
    reopen: async (name) => {
      ({ keks } = await open());
      sealed.remove(name);
      sealed.zeroIn(keks);
    },
  };
}

export interface Lease {
  readonly leaseMs: number;
  readonly nowMs: () => number;
  /** Opens the keystore again through the key service. */
  readonly renew: () => Promise<OpenedKeystore>;
  /** Calls back once after a time, without keeping the process alive. */
  readonly later: (act: () => void, ms: number) => void;
  readonly onFailure: (error: unknown) => void;
}

/** After a failed renewal the service is not called for this long. Calls get 503 at once. */
export const RENEWAL_PAUSE_MS = 5_000;

/** Errors after which waiting does not help: the key may not be used. */
const FINAL = ["keystore.denied", "keystore.disabled", "keystore.refused", "keystore.wrong-unlock"];
const RETRY_PART = 10;

/**
 * Keys that a key service opened. They are lent for a time and renewed after half of it. An unavailable service is
 * tolerated until the lease ends; a refusal ends the lease at once. Then the keys are zeroed, and every use is 503
 * until a renewal.
 */
class LeasedKeks implements Keks {
  readonly id: string;
  private keks: KekMap | undefined;
  private untilMs: number;
  private cause: unknown;
  private failedAtMs = Number.NEGATIVE_INFINITY;
  /** Whether the last renewal was refused. Then only the timer retries, because tokens count wrong PINs. */
  private hasSaidNo = false;
  private renewing: Promise<void> | undefined;
  private readonly onDropActs: (() => void)[] = [];
  private readonly sealed = new Sealed();
  private readonly toReopen = new Set<KekName>();

  constructor(
    opened: OpenedKeystore,
    private readonly lease: Lease,
  ) {
    this.id = opened.id;
    this.keks = opened.keks;
    this.untilMs = lease.nowMs() + lease.leaseMs;
    this.schedule(lease.leaseMs / 2);
  }

  get(name: KekName): Kek {
    this.sealed.refuse(name);
    if (this.lease.nowMs() >= this.untilMs) this.drop();
    if (this.keks === undefined) {
      void this.renewSoon();
      throw new DomainError("service.keystore-unavailable", { cause: this.cause });
    }
    return kekOf(this.id, this.keks, name);
  }

  async ready(): Promise<void> {
    if (this.keks === undefined || this.lease.nowMs() >= this.untilMs) await this.renewSoon();
  }

  onDrop(act: () => void): void {
    this.onDropActs.push(act);
  }

  seal(name: KekName): void {
    this.toReopen.delete(name);
    this.sealed.add(name, this.keks);
    for (const act of this.onDropActs) act();
  }

  /** If the key service is not available, the key stays sealed until the first renewal that succeeds. */
  async reopen(name: KekName): Promise<void> {
    this.toReopen.add(name);
    await this.renew();
  }

  private async renewSoon(): Promise<void> {
    if (this.hasSaidNo || this.lease.nowMs() - this.failedAtMs < RENEWAL_PAUSE_MS) return;
    await this.renew();
  }

  serviceState(): ServiceState {
    if (this.keks === undefined || this.lease.nowMs() >= this.untilMs) return "down";
    return this.cause === undefined ? "up" : "late";
  }

  leaseMs(): number {
    return this.keks === undefined ? 0 : Math.max(0, this.untilMs - this.lease.nowMs());
  }

  /** Runs one renewal at a time for all callers. Never rejects; `get` reports the result. */
  private renew(): Promise<void> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  private async renewOnce(): Promise<void> {
    try {
      const { id, keks } = await this.lease.renew();
      if (id !== this.id) throw new KeystoreError("keystore.damaged", `the keystore ${this.id} was replaced`);
      this.drop();
      this.keks = keks;
      for (const name of this.toReopen) this.sealed.remove(name);
      this.toReopen.clear();
      this.sealed.zeroIn(keks);
      this.cause = undefined;
      this.hasSaidNo = false;
      this.failedAtMs = Number.NEGATIVE_INFINITY;
      this.untilMs = this.lease.nowMs() + this.lease.leaseMs;
    } catch (error) {
      this.cause = error;
      this.failedAtMs = this.lease.nowMs();
      this.hasSaidNo = error instanceof KeystoreError && FINAL.includes(error.code);
      if (this.hasSaidNo) this.drop();
      this.lease.onFailure(error);
    }
  }

  private schedule(ms: number): void {
    this.lease.later(() => {
      void this.renew().then(() => {
        const part = this.cause === undefined || this.hasSaidNo ? 2 : RETRY_PART;
        this.schedule(this.lease.leaseMs / part);
      });
    }, ms);
  }

  private drop(): void {
    for (const { key } of this.keks?.values() ?? []) key.fill(0);
    this.keks = undefined;
    for (const act of this.onDropActs) act();
  }
}

/** Returns keys that a key service lends. */
export function leasedKeks(opened: OpenedKeystore, lease: Lease): Keks {
  return new LeasedKeks(opened, lease);
}
