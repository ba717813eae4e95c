import "server-only";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Fault } from "@/lib/testing/servers/faulty-proxy";

const MODULES = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
const TOKEN = "sealport test";

/** A SoftHSM token in its own folder, and a tool in front of it that can misbehave. */
export interface SoftwareToken {
  readonly pin: string;
  /** What the module reads, for PKCS11_ENV. */
  readonly environment: string;
  /** For PKCS11_TOOL. */
  readonly tool: string;
  /** Returns what follows `pkcs11:` for a key by its label. */
  uri(object: string): string;
  makeKey(object: string, id: string, ...options: string[]): void;
  /** Sets a fault. `blind` hides from the list that a key may decrypt, although the token would still do so. */
  fail(fault: Fault | "blind" | undefined, times?: number): void;
  calls(): number;
  /** Returns what another program prints about the token's keys. */
  listKeys(): string;
  /** Destroys a private key, as another program. */
  deleteKey(idHex: string): void;
  /** Makes a P-256 pair that can leave the token, as another program. */
  makeLooseKey(object: string, id: string): void;
  /** Hides the token from new callers, or shows it again. */
  hide(isHidden: boolean): void;
  /** Puts a module in front that logs each call (OpenSC's spy). If `file` is a pipe without a reader, calls hang. */
  spied(file: string): SpiedModule;
  close(): void;
}

/** A module in front of the token's own. */
export interface SpiedModule {
  readonly module: string;
  /** For PKCS11_ENV. */
  readonly environment: string;
  /** Returns how often a function was called. */
  count(call: string): number;
}

const SPIES = ["/usr/lib/x86_64-linux-gnu/pkcs11-spy.so", "/usr/lib/aarch64-linux-gnu/pkcs11-spy.so"];

/** The misbehaving tool: its file `fault` says how, and for how many calls. */
const TOOL = `#!/bin/sh
here=$(dirname "$0")
echo call >> "$here/calls"
fault=none
[ -s "$here/fault" ] && fault=$(cat "$here/fault")
left=$(cat "$here/left")
[ "$left" = 0 ] && fault=none
[ "$left" = all ] || [ "$left" = 0 ] || echo $((left - 1)) > "$here/left"
case "$fault" in
  slow) exec sleep 600 ;;
  error) echo "error: PKCS11 function C_Initialize failed: rv = CKR_DEVICE_ERROR (0x30)" >&2; exit 1 ;;
  garbage) echo "Segmentation of the answer"; exit 0 ;;
  gone) kill -9 $$ ;;
  cut) pkcs11-tool "$@" | head -c 10; kill -9 $$ ;;
  denied) echo "error: PKCS11 function C_Login failed: rv = CKR_PIN_INCORRECT (0xa0)" >&2; exit 1 ;;
  blind) case "$*" in
    *--list-objects*) pkcs11-tool "$@" | sed 's/, decrypt//' ;;
    *) exec pkcs11-tool "$@" ;;
  esac ;;
  *) exec pkcs11-tool "$@" ;;
esac
`;

function need<T>(what: T | undefined, packageName: string): T {
  if (what === undefined)
    throw new Error(`the tests need ${packageName} (Debian: apt-get install ${packageName})`);
  return what;
}

function onPath(program: string): string | undefined {
  return ["/usr/bin", "/usr/local/bin"]
    .map((dir) => path.join(dir, program))
    .find((file) => existsSync(file));
}

/** Makes a token. Throws where softhsm2 or opensc is not installed: a test that needs it fails and is not skipped. */
export function makeSoftwareToken(): SoftwareToken {
  const module = need(
    MODULES.find((file) => existsSync(file)),
    "softhsm2",
  );
  const util = need(onPath("softhsm2-util"), "softhsm2");
  const pkcs11Tool = need(onPath("pkcs11-tool"), "opensc");
  const dir = mkdtempSync(path.join(os.tmpdir(), "sealport-token-"));
  const config = path.join(dir, "softhsm2.conf");
  mkdirSync(path.join(dir, "tokens"));
  writeFileSync(
    config,
    `directories.tokendir = ${dir}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", NODE_ENV: "test" as const, SOFTHSM2_CONF: config };
  const pin = "73582916";
  const init = ["--init-token", "--free", "--label", TOKEN, "--so-pin", "31415926", "--pin", pin];
  execFileSync(util, init, { env, stdio: "pipe" });
  const file = (name: string): string => path.join(dir, name);
  writeFileSync(file("tool"), TOOL);
  chmodSync(file("tool"), 0o700);
  const fail: SoftwareToken["fail"] = (fault, times) => {
    writeFileSync(file("fault"), fault ?? "");
    writeFileSync(file("left"), times === undefined ? "all" : String(times));
    writeFileSync(file("calls"), "");
  };
  fail(undefined);
  const login = ["--module", module, "--token-label", TOKEN, "--login", "--pin", pin];
  const tool = (...args: string[]): string =>
    execFileSync(pkcs11Tool, [...login, ...args], { env, stdio: "pipe", encoding: "utf8" });
  return {
    pin,
    environment: JSON.stringify({ SOFTHSM2_CONF: config }),
    tool: file("tool"),
    uri: (object) =>
      `token=${encodeURIComponent(TOKEN)};object=${object};type=secret-key?module-path=${module}`,
    makeKey: (object, id, ...options) => {
      tool("--keygen", "--key-type", "AES:32", "--label", object, "--id", id, ...options);
    },
    fail,
    calls: () => readFileSync(file("calls"), "utf8").split("\n").length - 1,
    listKeys: () => tool("--list-objects", "--type", "privkey"),
    deleteKey: (id) => void tool("--delete-object", "--type", "privkey", "--id", id),
    makeLooseKey: (object, id) => {
      const key = ["--keypairgen", "--key-type", "EC:prime256v1", "--extractable", "--usage-derive"];
      tool(...key, "--label", object, "--id", id);
    },
    hide: (isHidden) => {
      const [here, away] = [path.join(dir, "tokens"), path.join(dir, "away")];
      if (isHidden) renameSync(here, away);
      else renameSync(away, here);
    },
    spied: (output) => ({
      module: need(
        SPIES.find((file) => existsSync(file)),
        "opensc-pkcs11",
      ),
      environment: JSON.stringify({
        SOFTHSM2_CONF: config,
        PKCS11SPY: module,
        PKCS11SPY_OUTPUT: output,
      }),
      count: (call) =>
        readFileSync(output, "utf8")
          .split("\n")
          .filter((line) => line.endsWith(`: ${call}`)).length,
    }),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}
