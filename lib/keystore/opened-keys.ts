import "server-only";
import { type X25519Handle, x25519Handle } from "@/lib/crypto/primitives";

/** How many opened private keys are kept, for how long and for how many uses. */
export interface OpenedKeyLimits {
  /** Maximum number of keys. 0 keeps none. */
  readonly keys: number;
  readonly ms: number;
  readonly uses: number;
}

export const OPENED_KEY_LIMITS: OpenedKeyLimits = { keys: 256, ms: 300_000, uses: 10_000 };

/** Why a key was zeroed: too many, too old, used too often, or removed. */
export const EVICTIONS = ["keys", "time", "uses", "taken"] as const;
export type Eviction = (typeof EVICTIONS)[number];

/** Counts since the process began. */
export interface OpenedKeyFigures {
  readonly kept: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: Readonly<Record<Eviction, number>>;
}

/** A clock that never goes back, and a timer that does not keep the process alive. */
export interface OpenedKeyTime {
  readonly nowMs: () => number;
  readonly later: (act: () => void, ms: number) => void;
}

const MACHINE_TIME: OpenedKeyTime = {
  nowMs: () => performance.now(),
  later: (act, ms) => void setTimeout(act, ms).unref(),
};

/** Names a key and everything that its opening depends on and checks. A kept key is used for exactly this. */
export interface SealedIdentity {
  readonly kid: string;
  readonly sealed: string;
}

interface Opened {
  readonly sealed: string;
  readonly key: Uint8Array;
  /** The key in the runtime's own form. Importing costs as much as a use, so it is kept for one turn of the event loop. */
  handle?: X25519Handle;
  readonly untilMs: number;
  uses: number;
}

/**
 * Private keys that were opened recently. This class does not decide whether one may be used now: callers read its state
 * in the transaction that uses it. A dropped key is zeroed in the same step, for any reason.
 */
export class OpenedKeys {
  /** Least recently used first. */
  private readonly kept = new Map<string, Opened>();
  private readonly evictions: Record<Eviction, number> = { keys: 0, time: 0, uses: 0, taken: 0 };
  private hits = 0;
  private misses = 0;
  private hasTimer = false;

  constructor(
    private readonly limits: OpenedKeyLimits = OPENED_KEY_LIMITS,
    private readonly time: OpenedKeyTime = MACHINE_TIME,
  ) {}

  /** Lends a key for this call, and opens it when it is not kept. The cache owns what `open` returns. */
  use<T>(identity: SealedIdentity, open: () => Uint8Array, fn: (key: X25519Handle) => T): T {
    const opened = this.find(identity) ?? this.keep(identity, open());
    opened.uses += 1;
    try {
      return fn(this.handleOf(opened));
    } finally {
      if (this.limits.keys === 0 || opened.uses >= this.limits.uses) this.evict(identity.kid, "uses");
    }
  }

  forget(kid: string): void {
    this.evict(kid, "taken");
  }

  clear(): void {
    for (const kid of [...this.kept.keys()]) this.evict(kid, "taken");
  }

  figures(): OpenedKeyFigures {
    const { kept, hits, misses, evictions } = this;
    return { kept: kept.size, hits, misses, evictions: { ...evictions } };
  }

  /** Drops the runtime's copy after each turn. We can zero only our own bytes, and those are kept. */
  private handleOf(opened: Opened): X25519Handle {
    if (opened.handle !== undefined) return opened.handle;
    const handle = x25519Handle(opened.key);
    opened.handle = handle;
    setImmediate(() => {
      delete opened.handle;
    });
    return handle;
  }

  private find({ kid, sealed }: SealedIdentity): Opened | undefined {
    const opened = this.kept.get(kid);
    if (opened !== undefined && opened.sealed !== sealed) this.evict(kid, "taken");
    else if (opened !== undefined && this.time.nowMs() >= opened.untilMs) this.evict(kid, "time");
    else if (opened !== undefined) {
      this.hits += 1;
      this.kept.delete(kid);
      this.kept.set(kid, opened);
      return opened;
    }
    this.misses += 1;
    return undefined;
  }

  private keep({ kid, sealed }: SealedIdentity, key: Uint8Array): Opened {
    const room = Math.max(1, this.limits.keys);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size < room) break;
      this.evict(oldest, "keys");
    }
    const opened: Opened = { sealed, key, untilMs: this.time.nowMs() + this.limits.ms, uses: 0 };
    this.kept.set(kid, opened);
    this.setTimer();
    return opened;
  }

  /** Zeroes expired keys that are no longer used. */
  private setTimer(): void {
    if (this.hasTimer || this.kept.size === 0) return;
    this.hasTimer = true;
    const soonest = Math.min(...[...this.kept.values()].map(({ untilMs }) => untilMs));
    this.time.later(
      () => {
        this.hasTimer = false;
        const nowMs = this.time.nowMs();
        for (const [kid, { untilMs }] of [...this.kept]) if (nowMs >= untilMs) this.evict(kid, "time");
        this.setTimer();
      },
      Math.max(0, Math.ceil(soonest - this.time.nowMs())),
    );
  }

  private evict(kid: string, why: Eviction): void {
    const opened = this.kept.get(kid);
    if (opened === undefined) return;
    this.kept.delete(kid);
    opened.key.fill(0);
    delete opened.handle;
    this.evictions[why] += 1;
  }
}
