import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
/** How many opened private keys are kept, for how long and for how many uses. */
export interface OpenedKeyLimits {
  /** Maximum number of keys. 0 keeps none. */
  readonly keys: number;
  readonly ms: number;
  readonly uses: number;
}

export const OPENED_KEY_LIMITS: OpenedKeyLimits = { keys: 256, ms: 300_000, uses: 10_000 };
/** The same for the process's own keys: those that sign, and the escrow's. A burst of calls opens each once. */
export const OWN_KEY_LIMITS: OpenedKeyLimits = { keys: 16, ms: 5_000, uses: 10_000 };
/**
 * How long the runtime's own copy of a key is used; within the same time again it is let go. We can zero only our own
 * bytes.
 */
const HANDLE_MS = 5_000;

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

/** A sealed private key with all values of its associated data. */
interface SealedKey {
  readonly purpose: string;
  readonly participant: string;
  readonly version: number;
  readonly publicKey: Uint8Array;
  readonly blob: Uint8Array;
  readonly kek: string;
}

/** Returns the name of one version of an owner's key. */
export function kidOf({ participant, version }: Pick<SealedKey, "participant" | "version">): string {
  return `${participant}#${version}`;
}

/** Names a sealed key with all that its opening depends on. The associated data bind purpose, owner and version. */
export function identityOf(ref: SealedKey): SealedIdentity {
  const kid = ref.purpose === "participant" ? kidOf(ref) : `${ref.purpose}|${kidOf(ref)}`;
  return { kid, sealed: `${ref.kek}|${toBase64url(ref.publicKey)}|${toBase64url(ref.blob)}` };
}

interface Opened<Handle> {
  readonly sealed: string;
  readonly key: Uint8Array;
  /** The key in the runtime's own form, until a time. Importing costs as much as a use. */
  imported?: { readonly handle: Handle; readonly untilMs: number };
  readonly untilMs: number;
  uses: number;
}

/**
 * Private keys that were opened recently. This class does not decide whether one may be used now: callers read its state
 * in the transaction that uses it. A dropped key is zeroed in the same step, for any reason.
 */
export class OpenedKeys<Handle> {
  /** Least recently used first. */
  private readonly kept = new Map<string, Opened<Handle>>();
  private readonly evictions: Record<Eviction, number> = { keys: 0, time: 0, uses: 0, taken: 0 };
  private hits = 0;
  private misses = 0;
  private hasTimer = false;

  constructor(
    private readonly importKey: (key: Uint8Array) => Handle,
    private readonly limits: OpenedKeyLimits = OPENED_KEY_LIMITS,
    private readonly time: OpenedKeyTime = MACHINE_TIME,
  ) {}

  /** Lends a key for this call, and opens it when it is not kept. The cache owns what `open` returns. */
  use<T>(identity: SealedIdentity, open: () => Uint8Array, fn: (key: Handle) => T): T {
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

  private handleOf(opened: Opened<Handle>): Handle {
    const nowMs = this.time.nowMs();
    if (opened.imported === undefined || nowMs >= opened.imported.untilMs) {
      const untilMs = Math.min(nowMs + HANDLE_MS, opened.untilMs);
      opened.imported = { handle: this.importKey(opened.key), untilMs };
      this.setTimer();
    }
    return opened.imported.handle;
  }

  private find({ kid, sealed }: SealedIdentity): Opened<Handle> | undefined {
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

  private keep({ kid, sealed }: SealedIdentity, key: Uint8Array): Opened<Handle> {
    const room = Math.max(1, this.limits.keys);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size < room) break;
      this.evict(oldest, "keys");
    }
    const opened: Opened<Handle> = { sealed, key, untilMs: this.time.nowMs() + this.limits.ms, uses: 0 };
    this.kept.set(kid, opened);
    return opened;
  }

  /** Zeroes expired keys that are no longer used, and lets expired copies of the runtime go. */
  private setTimer(): void {
    if (this.hasTimer || this.kept.size === 0) return;
    this.hasTimer = true;
    const soonest = Math.min(
      ...[...this.kept.values()].map(({ untilMs, imported }) => imported?.untilMs ?? untilMs),
    );
    this.time.later(
      () => {
        this.hasTimer = false;
        const nowMs = this.time.nowMs();
        for (const [kid, opened] of [...this.kept]) {
          if (nowMs >= opened.untilMs) this.evict(kid, "time");
          else if (opened.imported !== undefined && nowMs >= opened.imported.untilMs) delete opened.imported;
        }
        this.setTimer();
      },
      Math.min(HANDLE_MS, Math.max(0, Math.ceil(soonest - this.time.nowMs()))),
    );
  }

  private evict(kid: string, why: Eviction): void {
    const opened = this.kept.get(kid);
    if (opened === undefined) return;
    this.kept.delete(kid);
    opened.key.fill(0);
    delete opened.imported;
    this.evictions[why] += 1;
  }
}
