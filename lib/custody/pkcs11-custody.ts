import "server-only";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fromBase64url, toBase64url, toHex } from "@/lib/crypto/bytes";
import { canonicalBytes } from "@/lib/crypto/canonical-json";
import { randomBytes } from "@/lib/crypto/primitives";
import { contextMembers, type RootCustody, type WrapContext, type WrappedKey } from "@/lib/custody/custody";
import { KeystoreError } from "@/lib/custody/keystore";
import { type Patience, persist, unavailable } from "@/lib/custody/persist";
import { parsePkcs11Uri, type TokenPlace } from "@/lib/custody/pkcs11-uri";
import type { TokenSettings } from "@/lib/env/custody";

const SERVICE = "the PKCS#11 token";
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_OUTPUT_BYTES = 65_536;
const WRAPPED = /^1\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{64,400})$/;

/** Return values of PKCS#11 3.1, section 5.1, by what they mean here. */
const DENIED = /CKR_PIN_|CKR_USER_|CKR_ACTION_PROHIBITED|CKR_FUNCTION_REJECTED/;
const DISABLED = /CKR_KEY_(?!HANDLE)|CKR_MECHANISM_|CKR_ATTRIBUTE_|CKR_FUNCTION_NOT_SUPPORTED/;
const WRONG_TAG =
  /C_Decrypt\w* failed: rv = CKR_(GENERAL_ERROR|FUNCTION_FAILED|ENCRYPTED_DATA_|AEAD_DECRYPT_FAILED|SIGNATURE_INVALID)/;

interface Ran {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * An AES key in a token behind the PKCS#11 interface, through OpenSC's pkcs11-tool in a process of its own: a module that
 * hangs or crashes is ended there, and no native addon is loaded into the portal.
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
      const identity = await this.usableKey(signal);
      const iv = randomBytes(IV_BYTES);
      const sealed = await this.gcm("--encrypt", context, iv, key, signal);
      if (sealed.length !== key.length + TAG_BYTES) throw garbled();
      return { key: identity, wrapped: `1.${toBase64url(iv)}.${toBase64url(sealed)}` };
    });
  }

  async unwrap(context: WrapContext, { wrapped }: WrappedKey): Promise<Uint8Array> {
    const [, iv, sealed] = WRAPPED.exec(wrapped) ?? [];
    if (iv === undefined || sealed === undefined) throw this.refused();
    return persist(SERVICE, this.patience, async (signal) => {
      await this.usableKey(signal);
      const bytes = fromBase64url(sealed);
      const key = await this.gcm("--decrypt", context, fromBase64url(iv), bytes, signal);
      if (key.length !== bytes.length - TAG_BYTES) throw garbled();
      return new Uint8Array(key);
    });
  }

  async health(): Promise<{ readonly key: string }> {
    return persist(SERVICE, this.patience, async (signal) => ({ key: await this.usableKey(signal) }));
  }

  /** The one secret key that the name means, which must encrypt and decrypt and never leave its token. */
  private async usableKey(signal: AbortSignal): Promise<string> {
    const ran = await this.run([...this.object(), "--list-objects", "--type", "secrkey"], undefined, signal);
    if (ran.code !== 0) throw this.named(ran, "list");
    const listed = ran.stdout.toString("utf8");
    const found = listed.split("\n").filter((line) => line.startsWith("Secret Key Object"));
    if (found.length === 0 && listed.trim() !== "") throw garbled();
    if (found.length === 0) throw this.disabled("is not there");
    if (found.length > 1) throw this.disabled("is more than one: name it by id");
    if (!/^Secret Key Object; AES length 32\s*$/.test(found[0] ?? ""))
      throw this.disabled("is no AES-256 key");
    const line = (label: string) => new RegExp(`^  ${label}: +(.*)$`, "m").exec(listed)?.[1] ?? "";
    const uses = line("Usage").split(", ");
    if (!uses.includes("encrypt") || !uses.includes("decrypt"))
      throw this.disabled("may not encrypt and decrypt");
    if (!line("Access").includes("never extractable")) throw this.disabled("can leave its token");
    return `${this.place.token}/${line("label")}/${line("ID")}`;
  }

  private async gcm(
    act: "--encrypt" | "--decrypt",
    context: WrapContext,
    iv: Uint8Array,
    input: Uint8Array,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const aad = canonicalBytes({ ...contextMembers(context) });
    const parameters = ["--iv", toHex(iv), "--aad", toHex(aad), "--tag-bits-len", String(TAG_BYTES * 8)];
    const ran = await this.run([...this.object(), act, "-m", "AES-GCM", ...parameters], input, signal);
    if (ran.code !== 0) throw this.named(ran, act === "--decrypt" ? "decrypt" : "encrypt");
    return ran.stdout;
  }

  private object(): string[] {
    const { id, object } = this.place;
    return [...(id === undefined ? [] : ["--id", id]), ...(object === undefined ? [] : ["--label", object])];
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
      SEALPORT_TOKEN_PIN: this.pin(),
    };
    return runTool(tool, [...login, ...args], env, input, signal);
  }

  private pin(): string {
    const { pin, pinFile } = this.#settings;
    if (pinFile === undefined) {
      if (pin !== undefined) return pin;
      throw new KeystoreError("keystore.denied", "set PKCS11_PIN_FILE or PKCS11_PIN");
    }
    try {
      return readFileSync(pinFile, "utf8").trim();
    } catch (cause) {
      throw new KeystoreError("keystore.denied", `the PIN file ${pinFile} cannot be read`, { cause });
    }
  }

  /** What went wrong, by the tool's own words; those are kept out of ours. */
  private named({ code, stderr }: Ran, act: "list" | "encrypt" | "decrypt"): KeystoreError {
    if (DENIED.test(stderr))
      return new KeystoreError("keystore.denied", `the token ${this.place.token} denies: check the PIN`);
    if (DISABLED.test(stderr)) return this.disabled("cannot be used for this");
    // Tokens answer a wrong tag in different ways: CKR_ENCRYPTED_DATA_INVALID, SoftHSM CKR_GENERAL_ERROR.
    if (act === "decrypt" && WRONG_TAG.test(stderr)) return this.refused();
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

function garbled(): KeystoreError {
  return unavailable(SERVICE, "answers what was not asked");
}

function runTool(
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { env, signal, killSignal: "SIGKILL", stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let size = 0;
    let stderr = "";
    child.once("error", (cause) =>
      reject(unavailable(SERVICE, `is not reached: ${tool} does not run`, cause)),
    );
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
      else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString("utf8")).slice(-4_096);
    });
    child.once("close", (code) => resolve({ code, stdout: Buffer.concat(out), stderr }));
    // A tool that ends without reading is told by its code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** An AES key of a token by the attributes of its PKCS#11 URI (RFC 7512), without the scheme. */
export function pkcs11Custody(name: string, settings: TokenSettings, patience: Patience): RootCustody {
  return new Pkcs11Custody(name, settings, patience);
}
