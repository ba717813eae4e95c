// A PKCS#11 module through koffi. Every call runs on the thread pool, so this process still notices that its pipe closes
// while the module hangs. The caller makes only one call at a time.
import os from "node:os";
import koffi from "koffi";
import { number } from "./arena.mjs";
import { CKR_OK, CKR_TOKEN_NOT_RECOGNIZED, TokenFault } from "./pkcs11-numbers.mjs";

export const HANDLE_BYTES = 8;
const MAX_SLOTS = 64;
const LABEL_BYTES = 32;
const TOKEN_INFO_BYTES = 512;

/** CK_ULONG and handles; pointers are given as addresses. */
const SIGNATURES = {
  C_Initialize: ["uint64_t"],
  C_GetSlotList: ["uint8_t", "uint64_t", "uint64_t"],
  C_GetTokenInfo: ["ulong", "uint64_t"],
  C_GetMechanismInfo: ["ulong", "ulong", "uint64_t"],
  C_OpenSession: ["ulong", "ulong", "uint64_t", "uint64_t", "uint64_t"],
  C_GetSessionInfo: ["ulong", "uint64_t"],
  C_Login: ["ulong", "ulong", "uint64_t", "ulong"],
  C_GenerateKeyPair: ["ulong", "uint64_t", "uint64_t", "ulong", "uint64_t", "ulong", "uint64_t", "uint64_t"],
  C_GetAttributeValue: ["ulong", "ulong", "uint64_t", "ulong"],
  C_DeriveKey: ["ulong", "uint64_t", "ulong", "uint64_t", "ulong", "uint64_t"],
  C_DestroyObject: ["ulong", "ulong"],
  C_FindObjectsInit: ["ulong", "uint64_t", "ulong"],
  C_FindObjects: ["ulong", "uint64_t", "ulong", "uint64_t"],
  C_FindObjectsFinal: ["ulong"],
};

/** The functions of a module. */
export class Module {
  #functions;

  /** Throws if the file is missing or is not such a module. */
  constructor(file) {
    // Structures are laid out manually (arena.mjs): CK_ULONG of eight bytes, little-endian, aligned.
    if (koffi.sizeof("ulong") !== 8 || os.endianness() !== "LE") throw new Error("another kind of machine");
    const library = koffi.load(file);
    this.#functions = Object.fromEntries(
      Object.entries(SIGNATURES).map(([name, types]) => [name, library.func(name, "ulong", types)]),
    );
  }

  /** Returns the CK_RV. */
  async call(name, ...values) {
    const rv = await new Promise((resolve, reject) => {
      this.#functions[name].async(...values, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    return Number(rv);
  }

  /** Throws TokenFault unless the module reports success. */
  async must(name, ...values) {
    const rv = await this.call(name, ...values);
    if (rv !== CKR_OK) throw new TokenFault(name, rv);
  }
}

/** Returns the slot of the one token with this label. */
export async function slotOf(module, arena, label) {
  const count = arena.put(number(MAX_SLOTS));
  const slots = arena.put(MAX_SLOTS * HANDLE_BYTES);
  await module.must("C_GetSlotList", 1, slots.address, count.address);
  const wanted = Buffer.alloc(LABEL_BYTES, 0x20);
  Buffer.from(label, "utf8").copy(wanted);
  const found = [];
  for (let at = 0; at < count.ulong(); at += 1) {
    const slot = Number(slots.view.readBigUInt64LE(at * HANDLE_BYTES));
    const info = arena.put(TOKEN_INFO_BYTES);
    if ((await module.call("C_GetTokenInfo", slot, info.address)) !== CKR_OK) continue;
    if (info.view.subarray(0, LABEL_BYTES).equals(wanted)) found.push(slot);
  }
  if (found.length !== 1) throw new TokenFault("C_GetTokenInfo", CKR_TOKEN_NOT_RECOGNIZED);
  return found[0];
}
