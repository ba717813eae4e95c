import "server-only";
import { z } from "zod";
import { fromBase64url, fromHex, isBase64url, toBase64url, toHex } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { uuidv7 } from "@/lib/crypto/uuid";
import { checkX25519PublicKey } from "@/lib/crypto/x25519-check";
import type { ResidentSweep } from "@/lib/keystore/keystore";
import { MadeObjects } from "@/lib/keystore/token/made-objects";
import type { TokenSession } from "@/lib/keystore/token/token-session";

const KEY_BYTES = 32;
/** An object without a row is not destroyed for this long. A registration takes seconds. */
export const SWEEP_AFTER_MS = 60 * 60_000;
const SWEEP_EVERY_MS = 10 * 60_000;
const COMPARE_EVERY_MS = 24 * 60 * 60_000;
const LABEL_PREFIX = "sealport resident/1";

const n = z.int();
const Key = z.string().refine((text) => isBase64url(text) && fromBase64url(text).length === KEY_BYTES);
const Made = z.strictObject({ n, public_key: Key });
const Derived = z.strictObject({ n, secret: Key });
const Destroyed = z.strictObject({ n, destroyed: z.int().min(0) });
const Listed = z.strictObject({ n, objects: z.array(z.string().refine(isBase64url)) });

const Looked = z.strictObject({ n });

type ReadNamed = () => Promise<readonly Uint8Array[]>;

async function textsOf(readNamed: ReadNamed): Promise<Set<string>> {
  return new Set((await readNamed()).map(toBase64url));
}

/** Returns when an id was made. Its first six bytes are milliseconds (RFC 9562 section 5.7). */
function madeAtMs(object: Uint8Array): number {
  return Number.parseInt(toHex(object.subarray(0, 6)), 16);
}

/** X25519 keys that were made in a token for one keystore: objects with its label, each by its id (CKA_ID). */
export class ResidentKeys {
  readonly makes: boolean;
  private readonly made: MadeObjects;
  private readonly label: string;
  private readonly nowMs: () => number;
  private readonly unnamed = new Set<string>();
  private sweptAtMs = Number.NEGATIVE_INFINITY;
  private comparedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly session: TokenSession,
    private readonly lister: TokenSession,
    place: {
      readonly dir: string;
      readonly keystore: string;
      /** Whether new keys are made here. Existing ones derive in any case. */
      readonly makes: boolean;
      readonly nowMs: () => number;
    },
  ) {
    this.made = new MadeObjects(place.dir);
    this.label = `${LABEL_PREFIX} ${place.keystore}`;
    this.makes = place.makes;
    this.nowMs = place.nowMs;
  }

  get isUp(): boolean {
    return this.session.isUp;
  }

  /** Makes a key pair in the token. It is not lasting until a row names it. */
  async make(): Promise<{ readonly object: Uint8Array; readonly publicKey: Uint8Array }> {
    let object = this.newId();
    // A failed attempt may have left a key in the token, so the next attempt makes another key with another id.
    const { public_key } = await this.session.ask(() => {
      object = this.newId();
      this.made.add(object);
      return { act: "make", object: toBase64url(object), label: this.label };
    }, Made);
    const publicKey = fromBase64url(public_key);
    checkX25519PublicKey(publicKey);
    return { object, publicKey };
  }

  /** Runs X25519 in the token, only with the key of this id and this public key (RFC 7748 section 6.1). */
  async derive(object: Uint8Array, publicKey: Uint8Array, peer: Uint8Array): Promise<Uint8Array> {
    // Modules accept different inputs, so a point of low order or in a second encoding is never sent to one.
    checkX25519PublicKey(peer);
    const { secret } = await this.session.ask(
      () => ({
        act: "derive",
        object: toBase64url(object),
        label: this.label,
        public_key: toBase64url(publicKey),
        peer: toBase64url(peer),
      }),
      Derived,
    );
    const shared = fromBase64url(secret);
    if (shared.every((byte) => byte === 0)) throw new FormatError("format.key", "the shared secret is zero");
    return shared;
  }

  /**
   * Returns how many keys the token has destroyed. Zero is valid, so that a call may be repeated. An existing session
   * also finds none while its token is away or after a logout, so only a fresh session is believed.
   */
  async destroy(object: Uint8Array): Promise<number> {
    const destroyed = await this.destroyBy(this.session, object);
    return destroyed > 0 ? destroyed : this.afresh((fresh) => this.destroyBy(fresh, object));
  }

  private async destroyBy(session: TokenSession, object: Uint8Array): Promise<number> {
    const order = { act: "destroy", object: toBase64url(object), label: this.label };
    return (await session.ask(() => order, Destroyed)).destroyed;
  }

  /** Lends a session that logs in again. */
  private async afresh<T>(act: (session: TokenSession) => Promise<T>): Promise<T> {
    try {
      return await act(this.lister);
    } finally {
      this.lister.close();
    }
  }

  /** The token accepted this PIN elsewhere since, so it may be tried again. */
  forgive(): void {
    this.session.forgive();
    this.lister.forgive();
  }

  close(): void {
    this.session.close();
    this.lister.close();
  }

  /**
   * Runs `sweep` every ten minutes and while the token is away, and `compare` once a day. Otherwise it only compares the
   * notes with the rows, so that a registered key loses its note at once.
   */
  async sweepWhenDue(readNamed: ReadNamed): Promise<ResidentSweep | undefined> {
    if (!this.makes && this.made.list().length === 0) return undefined;
    if (this.isUp && this.nowMs() - this.sweptAtMs < SWEEP_EVERY_MS) {
      const noted = this.made.list();
      const named = noted.length === 0 ? new Set() : await textsOf(readNamed);
      for (const object of noted) {
        if (named.has(toBase64url(object))) this.settle(object);
        else this.wasUnnamed(object);
      }
      return undefined;
    }
    this.sweptAtMs = this.nowMs();
    const destroyed = await this.sweep(readNamed);
    if (this.nowMs() - this.comparedAtMs < COMPARE_EVERY_MS) return { destroyed, unknown: 0, missing: 0 };
    this.comparedAtMs = this.nowMs();
    return { destroyed, ...(await this.compare(readNamed)) };
  }

  /**
   * Destroys keys of failed registrations: noted here, older than SWEEP_AFTER_MS, and named by no row, now and at an
   * earlier check. Returns how many there were.
   */
  async sweep(readNamed: ReadNamed): Promise<number> {
    await this.session.ask(() => ({ act: "look" }), Looked);
    const noted = this.made.list();
    const named = await textsOf(readNamed);
    return this.afresh(async (fresh) => {
      let count = 0;
      for (const object of noted) {
        if (!named.has(toBase64url(object))) {
          const wasUnnamed = this.wasUnnamed(object);
          if (!wasUnnamed || this.nowMs() - madeAtMs(object) < SWEEP_AFTER_MS) continue;
          count += await this.destroyBy(fresh, object);
        }
        this.settle(object);
      }
      return count;
    });
  }

  /**
   * Counts keys of this keystore that are named nowhere, and named keys that are missing. It uses its own session: a
   * token may take long to list many keys, and must derive meanwhile. `readNamed` is called after the token was read.
   */
  async compare(readNamed: ReadNamed): Promise<Omit<ResidentSweep, "destroyed">> {
    const order = { act: "list", label: this.label };
    const { objects } = await this.afresh((fresh) => fresh.ask(() => order, Listed));
    const noted = new Set(this.made.list().map(toBase64url));
    const [there, named] = [new Set(objects), await textsOf(readNamed)];
    const unknown = objects.filter((text) => !named.has(text) && !noted.has(text)).length;
    return { unknown, missing: [...named].filter((text) => !there.has(text)).length };
  }

  /**
   * Returns whether no row named it at an earlier check of this process either, because a changed clock must not make a
   * key look old.
   */
  private wasUnnamed(object: Uint8Array): boolean {
    const name = toBase64url(object);
    const was = this.unnamed.has(name);
    this.unnamed.add(name);
    return was;
  }

  private settle(object: Uint8Array): void {
    this.made.remove(object);
    this.unnamed.delete(toBase64url(object));
  }

  private newId(): Uint8Array {
    return fromHex(uuidv7(this.nowMs()).replaceAll("-", ""));
  }
}
