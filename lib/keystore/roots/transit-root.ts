import "server-only";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import type { TransitSettings } from "@/lib/env/custody";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { type Patience, persist, unavailable } from "@/lib/keystore/roots/persist";
import {
  contextMembers,
  type RootCustody,
  type WrapContext,
  type WrappedKey,
} from "@/lib/keystore/roots/root-custody";

const SERVICE = "Transit";
const MAX_ANSWER_BYTES = 65_536;
const CIPHERTEXT = /^vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/]+={0,2}$/;
/** No segment begins with a dot, because `..` would leave the mount. */
const PLACE = /^(?:(\w[\w.-]*(?:\/\w[\w.-]*)*)\/)?(\w[\w.-]*)$/;

/** Token and root key are sent over the network. Clear text is allowed only to this machine. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** AEAD types. Only they bind the context as associated data. */
const TYPES = ["aes128-gcm96", "aes256-gcm96", "chacha20-poly1305"];

const KeyAnswer = z.object({
  data: z.object({
    type: z.string(),
    derived: z.boolean(),
    latest_version: z.int().min(1),
    min_decryption_version: z.int().min(0),
    supports_decryption: z.boolean(),
    supports_encryption: z.boolean(),
    soft_deleted: z.boolean().optional(),
  }),
});
const EncryptAnswer = z.object({ data: z.object({ ciphertext: z.string().regex(CIPHERTEXT) }) });
const DecryptAnswer = z.object({ data: z.object({ plaintext: z.base64() }) });

type Key = z.infer<typeof KeyAnswer>["data"];

interface Call {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  /** Meaning of a 400. For a decryption: this ciphertext does not belong to the key. */
  readonly onInvalid: () => KeystoreError;
}

/** Vault or OpenBao: the Transit engine over its HTTP API. */
class TransitCustody implements RootCustody {
  readonly kind = "transit";
  readonly #settings: TransitSettings & { readonly address: string };
  private readonly mount: string;
  private readonly keyName: string;

  constructor(
    readonly name: string,
    settings: TransitSettings & { readonly address: string },
    private readonly patience: Patience,
  ) {
    this.#settings = settings;
    const [, mount = "transit", keyName] = PLACE.exec(name) ?? [];
    if (keyName === undefined)
      throw new KeystoreError("keystore.unusable", "SEALPORT_CUSTODY=transit:MOUNT/KEY names no key");
    this.mount = mount;
    this.keyName = keyName;
  }

  async wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey> {
    return persist(SERVICE, this.patience, async (signal) => {
      await this.usableKey(signal);
      const answer = await this.call(signal, EncryptAnswer, {
        method: "POST",
        path: `encrypt/${this.keyName}`,
        body: { plaintext: Buffer.from(key).toString("base64"), associated_data: associated(context) },
        onInvalid: () => this.disabled("does not encrypt"),
      });
      const { ciphertext } = answer.data;
      return { key: this.identity(versionOf(ciphertext)), wrapped: ciphertext };
    });
  }

  async unwrap(context: WrapContext, { wrapped }: WrappedKey, isStateRead = true): Promise<Uint8Array> {
    if (!CIPHERTEXT.test(wrapped)) throw this.refused();
    return persist(SERVICE, this.patience, async (signal) => {
      const oldest = isStateRead ? (await this.usableKey(signal)).min_decryption_version : 0;
      if (versionOf(wrapped) < oldest) throw this.disabled(`opens nothing older than version ${oldest}`);
      const answer = await this.call(signal, DecryptAnswer, {
        method: "POST",
        path: `decrypt/${this.keyName}`,
        body: { ciphertext: wrapped, associated_data: associated(context) },
        onInvalid: () => this.refused(),
      });
      return new Uint8Array(Buffer.from(answer.data.plaintext, "base64"));
    });
  }

  async health(): Promise<{ readonly key: string }> {
    return persist(SERVICE, this.patience, async (signal) => {
      const { latest_version: latest } = await this.usableKey(signal);
      return { key: this.identity(latest) };
    });
  }

  private async usableKey(signal: AbortSignal): Promise<Key> {
    const { data: key } = await this.call(signal, KeyAnswer, {
      method: "GET",
      path: `keys/${this.keyName}`,
      onInvalid: () => this.disabled("cannot be read"),
    });
    if (key.soft_deleted === true) throw this.disabled("is deleted");
    if (!TYPES.includes(key.type) || key.derived)
      throw this.disabled("must be of an AEAD type and not derived");
    if (!key.supports_decryption || !key.supports_encryption) throw this.disabled("does not wrap");
    return key;
  }

  private async call<T>(signal: AbortSignal, schema: z.ZodType<T>, call: Call): Promise<T> {
    const { status, text } = await this.exchange(signal, call);
    if (status === 403 || status === 401)
      throw new KeystoreError("keystore.denied", `${SERVICE} denies ${this.place()}: check token and policy`);
    if (status === 404) throw this.disabled("is not there");
    if (status === 400) throw call.onInvalid();
    if (status !== 200) throw unavailable(SERVICE, `answers ${status}`);
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) throw unavailable(SERVICE, "answers what is not its protocol");
    return parsed.data;
  }

  private async exchange(signal: AbortSignal, call: Call): Promise<{ status: number; text: string }> {
    const headers = this.headers();
    try {
      const response = await fetch(new URL(`/v1/${this.mount}/${call.path}`, this.#settings.address), {
        method: call.method,
        headers,
        redirect: "error",
        signal,
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
      return { status: response.status, text: await boundedText(response) };
    } catch (cause) {
      if (cause instanceof KeystoreError) throw cause;
      throw unavailable(SERVICE, "does not answer", cause);
    }
  }

  private headers(): Record<string, string> {
    const { namespace } = this.#settings;
    return {
      "x-vault-request": "true",
      "x-vault-token": this.token(),
      "content-type": "application/json",
      ...(namespace === undefined ? {} : { "x-vault-namespace": namespace }),
    };
  }

  /** Read again for each call, because an agent renews the file. */
  private token(): string {
    const { token, tokenFile } = this.#settings;
    if (tokenFile === undefined) {
      if (token !== undefined) return token;
      throw new KeystoreError("keystore.denied", "set VAULT_TOKEN_FILE or VAULT_TOKEN");
    }
    try {
      return readFileSync(tokenFile, "utf8").trim();
    } catch (cause) {
      throw new KeystoreError("keystore.denied", `the token file ${tokenFile} cannot be read`, { cause });
    }
  }

  private place(): string {
    return `${this.mount}/${this.keyName}`;
  }

  private identity(version: number): string {
    return `${this.place()}:v${version}`;
  }

  private disabled(what: string): KeystoreError {
    return new KeystoreError("keystore.disabled", `the Transit key ${this.place()} ${what}`);
  }

  private refused(): KeystoreError {
    return new KeystoreError(
      "keystore.refused",
      `the Transit key ${this.place()} does not open this root key: it is another key's, or was changed`,
    );
  }
}

function associated(context: WrapContext): string {
  return Buffer.from(canonicalBytes({ ...contextMembers(context) })).toString("base64");
}

function versionOf(ciphertext: string): number {
  return Number(CIPHERTEXT.exec(ciphertext)?.[1]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw unavailable(SERVICE, "answers too much");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Returns a Transit key by its name, `KEY` or `MOUNT/KEY`. */
export function transitRoot(name: string, settings: TransitSettings, patience: Patience): RootCustody {
  const { address } = settings;
  if (address === undefined)
    throw new KeystoreError("keystore.unusable", "SEALPORT_CUSTODY=transit needs VAULT_ADDR");
  const { protocol, hostname } = new URL(address);
  if (protocol !== "https:" && !LOOPBACK.test(hostname))
    throw new KeystoreError("keystore.unusable", "VAULT_ADDR must be https, or http on this machine");
  return new TransitCustody(name, { ...settings, address }, patience);
}
