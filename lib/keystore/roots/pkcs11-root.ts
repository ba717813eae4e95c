import "server-only";
import { fromBase64url, toBase64url, toHex } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/json/canonical-json";
import { randomBytes } from "@/lib/crypto/primitives";
import type { TokenSettings } from "@/lib/env/custody";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import { type Patience, persist, unavailable } from "@/lib/keystore/roots/persist";
import { garbled, parseObjects, type Ran, runTool, SERVICE } from "@/lib/keystore/roots/pkcs11-tool";
import { parsePkcs11Uri, readPin, type TokenPlace } from "@/lib/keystore/roots/pkcs11-uri";
import {
  contextMembers,
  type RootCustody,
  type WrapContext,
  type WrappedKey,
} from "@/lib/keystore/roots/root-custody";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED = /^1\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{64,400})$/;

/** Return values of PKCS#11 3.1, section 5.1, by their meaning here. */
const DENIED = /CKR_PIN_|CKR_USER_|CKR_ACTION_PROHIBITED|CKR_FUNCTION_REJECTED/;
const DISABLED = /CKR_KEY_(?!HANDLE)|CKR_MECHANISM_|CKR_ATTRIBUTE_|CKR_FUNCTION_NOT_SUPPORTED/;
const WRONG_TAG =
  /C_Decrypt\w* failed: rv = CKR_(GENERAL_ERROR|FUNCTION_FAILED|ENCRYPTED_DATA_|AEAD_DECRYPT_FAILED|SIGNATURE_INVALID)/;

interface UsableKey {
  readonly id: string;
  readonly identity: string;
}

/**
 * An AES key in a token behind the PKCS#11 interface, through OpenSC's pkcs11-tool in its own process. A module that
 * hangs or crashes is ended there, and the portal loads no native addon.
 */
class Pkcs11Custody implements RootCustody {
  readonly kind = "pkcs11";
  readonly #settings: TokenSettings;
  private readonly place: TokenPlace;

  constructor(
    readonly name: string,
    settings: TokenSettings,
    private readonly patience: Patience,
  ) {
    this.#settings = settings;
    this.place = parsePkcs11Uri(name);
  }

  async wrap(context: WrapContext, key: Uint8Array): Promise<WrappedKey> {
    return persist(SERVICE, this.patience, async (signal) => {
      const { id, identity } = await this.usableKey(signal);
      const iv = randomBytes(IV_BYTES);
      const sealed = await this.gcm("encrypt", id, { context, iv, input: key }, signal);
      if (sealed.length !== key.length + TAG_BYTES) throw garbled();
      return { key: identity, wrapped: `1.${toBase64url(iv)}.${toBase64url(sealed)}` };
    });
  }

  async unwrap(context: WrapContext, { wrapped }: WrappedKey, isStateRead = true): Promise<Uint8Array> {
    const [, iv, sealed] = WRAPPED.exec(wrapped) ?? [];
    if (iv === undefined || sealed === undefined) throw this.refused();
    return persist(SERVICE, this.patience, async (signal) => {
      const { id } = await this.usableKey(signal, isStateRead);
      const bytes = fromBase64url(sealed);
      const key = await this.gcm("decrypt", id, { context, iv: fromBase64url(iv), input: bytes }, signal);
      if (key.length !== bytes.length - TAG_BYTES) throw garbled();
      return new Uint8Array(key);
    });
  }

  async health(): Promise<{ readonly key: string }> {
    return persist(SERVICE, this.patience, async (signal) => ({
      key: (await this.usableKey(signal)).identity,
    }));
  }

  /**
   * Returns the one secret key with the name. It must encrypt and decrypt and never leave its token. The tool uses the
   * first key with an id and ignores the label, so no other key may have the id. Without `isStateRead` the token itself
   * decides whether the key may be used.
   */
  private async usableKey(signal: AbortSignal, isStateRead = true): Promise<UsableKey> {
    const ran = await this.run(["--list-objects", "--type", "secrkey"], undefined, signal);
    if (ran.code !== 0) throw this.named(ran, "list");
    const listed = parseObjects(ran.stdout.toString("utf8"));
    const { id, object } = this.place;
    const meant = listed.filter((key) => (id ?? key.id) === key.id && (object ?? key.label) === key.label);
    const [key] = meant;
    if (key === undefined) throw this.disabled("is not there");
    if (listed.filter((other) => other.id === key.id).length > 1 || meant.length > 1)
      throw this.disabled("is not the only one of its name or id");
    if (key.kind !== "AES length 32") throw this.disabled("is not an AES-256 key");
    if (key.id === "") throw this.disabled("has no id");
    if (isStateRead && !(key.uses.includes("encrypt") && key.uses.includes("decrypt")))
      throw this.disabled("may not encrypt and decrypt");
    if (!key.access.includes("never extractable")) throw this.disabled("can leave its token");
    return { id: key.id, identity: `${this.place.token}/${key.label}/${key.id}` };
  }

  private async gcm(
    act: "encrypt" | "decrypt",
    id: string,
    sealing: { readonly context: WrapContext; readonly iv: Uint8Array; readonly input: Uint8Array },
    signal: AbortSignal,
  ): Promise<Buffer> {
    const aad = canonicalBytes({ ...contextMembers(sealing.context) });
    const parameters = [
      "--iv",
      toHex(sealing.iv),
      "--aad",
      toHex(aad),
      "--tag-bits-len",
      String(TAG_BYTES * 8),
    ];
    const args = ["--id", id, `--${act}`, "-m", "AES-GCM", ...parameters];
    const ran = await this.run(args, sealing.input, signal);
    if (ran.code !== 0) throw this.named(ran, act);
    return ran.stdout;
  }

  private async run(
    args: readonly string[],
    input: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<Ran> {
    const { module, token } = this.place;
    const login = ["--module", module, "--token-label", token, "--login", "--pin", "env:SEALPORT_TOKEN_PIN"];
    const { tool, environment } = this.#settings;
    const env: NodeJS.ProcessEnv = {
      NODE_ENV: "production",
      PATH: "/usr/local/bin:/usr/bin:/bin",
      ...environment,
      SEALPORT_TOKEN_PIN: readPin(this.#settings),
    };
    return runTool(tool, [...login, ...args], env, input, signal);
  }

  /** Returns what went wrong, from the tool's output. The output itself is in no message of ours. */
  private named({ code, stderr }: Ran, act: "list" | "encrypt" | "decrypt"): KeystoreError {
    const errors = stderr.split("\n").filter((line) => line.startsWith("error:"));
    const said = errors.join("\n");
    if (DENIED.test(said))
      return new KeystoreError("keystore.denied", `the token ${this.place.token} denies: check the PIN`);
    if (DISABLED.test(said)) return this.disabled("cannot be used for this");
    // Tokens answer a wrong tag in different ways: CKR_ENCRYPTED_DATA_INVALID, SoftHSM CKR_GENERAL_ERROR.
    if (act === "decrypt" && WRONG_TAG.test(said)) return this.refused();
    return unavailable(SERVICE, code === null ? "was ended" : "cannot be used");
  }

  private disabled(what: string): KeystoreError {
    const { token, id, object } = this.place;
    return new KeystoreError("keystore.disabled", `the key ${token}/${object ?? id} ${what}`);
  }

  private refused(): KeystoreError {
    return new KeystoreError(
      "keystore.refused",
      `the token ${this.place.token} does not open this root key: it is another key's, or was changed`,
    );
  }
}

/** Returns an AES key of a token by the attributes of its PKCS#11 URI (RFC 7512), without the scheme. */
export function pkcs11Root(name: string, settings: TokenSettings, patience: Patience): RootCustody {
  return new Pkcs11Custody(name, settings, patience);
}
